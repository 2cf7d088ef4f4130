"""How often the ten basic rules judge the labelled calls rightly.

Usage: python bench/rules.py [--shared ../shared] [--models FOLDER] [--recognized FOLDER] [--anew]

From the reference text, which shows the rules alone; and from what Huiting itself makes of
the audio. What it made is kept in the folder of `--recognized` (in the user's cache unless
given) and read again the next time; `--anew` analyzes again. Writes results/rules.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_cache_path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from huiting import Analyzer  # noqa: E402
from huiting.core.codec import from_json, to_json  # noqa: E402
from huiting.core.dialogue import Dialogue  # noqa: E402
from huiting.core.judgement import Verdict  # noqa: E402
from huiting.quality.dialogue import dialogue_of  # noqa: E402
from huiting.quality.rules.asked import Context, Found, Operator, Scope  # noqa: E402
from huiting.quality.rules.judge import judge  # noqa: E402
from huiting.quality.rules.read import read_rules  # noqa: E402
from huiting.quality.rules.rule import (  # noqa: E402
    All,
    AnyOf,
    Ask,
    Expression,
    Named,
    Not,
    RuleSet,
)
from huiting.text.pronunciation import sounds_of  # noqa: E402
from truth import dialogue_of_truth, truth_of  # noqa: E402

RESULTS = HERE / "results" / "rules.md"
RULES = HERE.parent / "rules" / "sample.yaml"
LABELS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "na": Verdict.NOT_APPLICABLE}
VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE, Verdict.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Case:
    """One rule over one call."""

    call: str
    rule: str
    truth: Verdict
    said: Verdict
    forced: Verdict
    """What it would have said had it believed all it heard."""


@dataclass(frozen=True, slots=True)
class Believing:
    """An `Operator` that has no doubts."""

    asked: Operator
    hears: bool = False

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return what the other finds for sure."""
        found = self.asked.find(dialogue, scope, context)
        return Found(tuple(h for h in found.hits if h not in found.doubts), found.nearest)

    def phrases(self) -> Sequence[str]:
        """Look for nothing besides what the other looks for."""
        return ()


def believing(rules: RuleSet) -> RuleSet:
    """Return the rules without their doubts; the phrases looked for are the same."""
    known: dict[int, Ask] = {}

    def sure(expression: Expression) -> Expression:
        match expression:
            case Ask():
                asked = expression.operator
                if isinstance(asked, Named):
                    return expression
                changed = replace(expression, operator=Believing(asked))
                return known.setdefault(id(expression), changed)
            case All(parts):
                return All(tuple(map(sure, parts)))
            case AnyOf(parts):
                return AnyOf(tuple(map(sure, parts)))
            case Not(part):
                return Not(sure(part))
            case _:
                return expression

    changed = tuple(
        replace(
            rule,
            demand=sure(rule.demand),
            applies=None if rule.applies is None else sure(rule.applies),
            names={name: sure(expression) for name, expression in rule.names.items()},
        )
        for rule in rules.rules
    )
    return replace(rules, rules=changed)


def cases(paths: Iterable[Path], dialogue: Callable[[Path], Dialogue]) -> list[Case]:
    rules, context = read_rules(RULES, sounds_of), Context(sound=sounds_of)
    sure = believing(rules)
    found = []
    for path in paths:
        call = dialogue(path)
        said = {f.rule: f.verdict for f in judge(call, rules, context)}
        forced = {f.rule: f.verdict for f in judge(call, sure, context)}
        truth = truth_of(path)
        for rule, label in truth["rules"].items():
            id_ = rule.lower()
            found.append(Case(truth["id"], rule, LABELS[label], said[id_], forced[id_]))
    return found


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part}/{whole})" if whole else "–"


def by_rule(found: Sequence[Case]) -> dict[str, list[Case]]:
    return {
        rule: [c for c in found if c.rule == rule] for rule in dict.fromkeys(c.rule for c in found)
    }


def right(found: Sequence[Case]) -> str:
    return share(sum(c.said is c.truth for c in found), len(found))


def names() -> Mapping[str, str]:
    return {rule.id.upper(): rule.name for rule in read_rules(RULES, sounds_of).rules}


def from_truth(found: Sequence[Case]) -> list[str]:
    lines = [
        "| rule | right | true pass / fail / n/a | said pass / fail / n/a / uncertain | wrong in |"
    ]
    lines.append("|---|---|---|---|---|")
    for rule, of_rule in by_rule(found).items():
        true, said = Counter(c.truth for c in of_rule), Counter(c.said for c in of_rule)
        wrong = ", ".join(f"{c.call} {c.truth}→{c.said}" for c in of_rule if c.said is not c.truth)
        lines.append(
            f"| {rule} {names()[rule]} | {right(of_rule)} "
            f"| {' / '.join(str(true[v]) for v in VERDICTS[:3])} "
            f"| {' / '.join(str(said[v]) for v in VERDICTS)} | {wrong or '–'} |"
        )
    return [*lines, f"| **all** | **{right(found)}** | | | |", "", *confusion(found)]


def confusion(found: Sequence[Case]) -> list[str]:
    counted = Counter((c.truth, c.said) for c in found)
    lines = ["| truth \\ said | " + " | ".join(VERDICTS) + " |", "|---|---|---|---|---|"]
    return lines + [
        f"| {truth} | " + " | ".join(str(counted[truth, v]) for v in VERDICTS) + " |"
        for truth in VERDICTS[:3]
    ]


def from_audio(found: Sequence[Case]) -> list[str]:
    lines = [
        "“Decided” leaves the uncertain out of both counts; “forced” is what the same rules say when",
        "they believe all that was heard. Recall counts an uncertain verdict as not found.",
        "",
        "| rule | right | decided, right | uncertain | forced, right "  # noqa: ISC004
        "| fail: precision | fail: recall | pass: precision | pass: recall |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for rule, of_rule in [*by_rule(found).items(), ("**all**", list(found))]:
        decided = [c for c in of_rule if c.said is not Verdict.UNCERTAIN]
        lines.append(
            f"| {rule} | {right(of_rule)} | {right(decided)} | {len(of_rule) - len(decided)} "
            f"| {share(sum(c.forced is c.truth for c in of_rule), len(of_rule))} "
            f"| {' | '.join(measures(of_rule))} |"
        )
    return [*lines, "", doubted(found), "", *confusion(found), "", *listed(found)]


def doubted(found: Sequence[Case]) -> str:
    """Return what the doubts were worth."""
    unsure = [c for c in found if c.said is Verdict.UNCERTAIN]
    wrong = sum(c.forced is not c.truth for c in found)
    caught = sum(c.forced is not c.truth for c in unsure)
    return (
        f"Without doubts {wrong} verdicts would be wrong; “uncertain” caught {caught} of them "
        f"and cost {len(unsure) - caught} verdicts that would have been right."
    )


def listed(found: Sequence[Case]) -> list[str]:
    """Return every verdict that is not right."""
    wrong = [
        f"{c.call} {c.rule} {c.truth}→{c.said}"
        for c in found
        if c.said not in (c.truth, Verdict.UNCERTAIN)
    ]
    unsure = [
        f"{c.call} {c.rule} (true {c.truth}, forced {c.forced})"
        for c in found
        if c.said is Verdict.UNCERTAIN
    ]
    return [
        f"Wrong: {', '.join(wrong) or 'none'}",
        "",
        f"Uncertain: {', '.join(unsure) or 'none'}",
    ]


def measures(found: Sequence[Case]) -> list[str]:
    """Return precision and recall of `fail`, then of `pass`."""
    cells = []
    for verdict in (Verdict.FAIL, Verdict.PASS):
        said = [c for c in found if c.said is verdict]
        true = [c for c in found if c.truth is verdict]
        cells += [
            share(sum(c.truth is verdict for c in said), len(said)),
            share(sum(c.said is verdict for c in true), len(true)),
        ]
    return cells


@dataclass(frozen=True, slots=True)
class Recognized:
    """Analyses of the calls, kept in a folder."""

    folder: Path
    models: Path

    def fill(self, paths: Sequence[Path], *, anew: bool) -> None:
        """Analyze the calls that are not in the folder yet."""
        missing = [p for p in paths if anew or not self._kept(p).exists()]
        if not missing:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with Analyzer(models=self.models) as analyzer:
            for path in missing:
                truth = truth_of(path)
                metadata = {"direction": truth["direction"]}
                analysis = analyzer.analyze(path.parent / truth["file"], metadata=metadata)
                self._kept(path).write_bytes(to_json(analysis))

    def dialogue(self, path: Path) -> Dialogue:
        """Return a call as it was recognized."""
        return dialogue_of(from_json(self._kept(path).read_bytes()), sounds_of)

    def _kept(self, path: Path) -> Path:
        return self.folder / f"{path.stem}.analysis.json"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument(
        "--recognized", type=Path, default=user_cache_path("huiting") / "bench-rules"
    )
    options.add_argument("--anew", action="store_true")
    chosen = options.parse_args()
    paths = sorted((chosen.shared / "calls" / "open").glob("*.json"))
    lines = ["# Rules", "", "Written by `python bench/rules.py`.", ""]
    if paths:
        kept = Recognized(chosen.recognized, chosen.models)
        kept.fill(paths, anew=chosen.anew)
        told = "## From reference text", "", *from_truth(cases(paths, dialogue_of_truth))
        heard = "## From recognized text", "", *from_audio(cases(paths, kept.dialogue))
        lines += [f"{len(paths)} synthetic calls, ten rules each (`rules/sample.yaml`).", ""]
        lines += [*told, "", *heard]
    else:
        lines.append("Not measured: the labelled calls are not beside the project.")
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
