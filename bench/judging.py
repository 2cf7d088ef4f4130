"""How many calls a second the rules judge, and what doubt is worth.

Usage: python bench/judging.py [--shared ../shared] [--recognized FOLDER]

Speed: calls made of the little dialogues beside the starter rules, joined until each is as long
as a call of half a minute to a minute; judged by every starter file and by all that concern
Mandarin shops together, on one core, without reading them from a store. With `calls/open` beside
the project its reference texts are judged too. With `--recognized` (a folder of analyses that
`huiting analyze` wrote for these calls): how well confidence tells misheard lines from others,
which is what the constants of doubt rest on. Writes results/judging.md.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from huiting.core.codec import from_json
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Verdict
from huiting.core.types import Role, Span
from huiting.quality.dialogue import dialogue_of
from huiting.quality.matching.fold import fold
from huiting.quality.rules import doubt
from huiting.quality.rules.asked import Context
from huiting.quality.rules.examples import dialogue_of_example
from huiting.quality.rules.judge import judged, ruled
from huiting.quality.rules.read import read_rules
from huiting.quality.rules.rule import Example, RuleSet, Said
from huiting.text.pronunciation import sounds_of

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "judging.md"
RULES = ROOT / "rules"
SHOP = ("common", "ecommerce")
"""Starter files that a Mandarin shop uses together: about fifty rules."""
LINES = 10
CALLS = 60
ROUNDS = 15
CONSTANTS = ((0.0, 1.1), (0.45, 0.4), (0.5, 0.25), (0.5, 0.4), (0.5, 0.6), (0.6, 0.4))
BINS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


def made_up(found: Sequence[RuleSet]) -> list[Dialogue]:
    """Return calls of ten lines, from the tests of the rules in turn."""
    lines = [
        Said(said.role, said.text)
        for rules in found
        for rule in rules.rules
        for example in rule.examples
        for said in example.dialogue
        if said.role in (Role.AGENT, Role.CUSTOMER) and len(said.text) > 3
    ]
    step = max(1, (len(lines) - LINES) // CALLS)
    starts = range(0, step * CALLS, step)
    return [talk(f"call {n}", lines[at : at + LINES]) for n, at in enumerate(starts)]


def talk(name: str, lines: Sequence[Said], language: str | None = None) -> Dialogue:
    example = Example(
        name=name, where=name, dialogue=tuple(lines), expect="pass", language=language
    )
    return dialogue_of_example(example, sounds_of)


def labelled(folder: Path) -> list[Dialogue]:
    truths = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return [
        talk(
            truth["id"],
            [
                Said(Role(turn["speaker"]), turn["written"], turn["start"], turn["end"])
                for turn in truth["turns"]
            ],
            truth["lang"],
        )
        for truth in truths
    ]


def seconds(run: Callable[[], object]) -> float:
    """Return the CPU seconds of the quickest round: what else runs only slows one down."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = process_time()
        run()
        best = min(best, process_time() - began)
    return best


def each(calls: Sequence[Dialogue], judge: Callable[[Dialogue], object]) -> None:
    """Judge calls one by one, and keep nothing: that would be garbage to look through."""
    for call in calls:
        judge(call)


def row(name: str, rules: RuleSet, calls: Sequence[Dialogue]) -> str:
    context = Context(sounds_of)
    all_ = seconds(lambda: each(calls, lambda call: judged(call, rules, context))) / len(calls)
    bare = seconds(lambda: each(calls, lambda call: ruled(call, rules, context))) / len(calls)
    hear = seconds(lambda: each(calls, rules.phrasebook.hear)) / len(calls)
    asks = len({id(ask) for rule in rules.rules for ask in rule.asks()})
    phrases = sum(len(ask.operator.phrases()) for ask in asked(rules))
    figures = f"{all_ * 1e3:.2f} | {bare * 1e3:.2f} | {hear * 1e3:.2f} | {1 / bare:,.0f}"
    return f"| {name} | {len(rules.rules)} | {asks} | {phrases} | {figures} |"


def asked(rules: RuleSet) -> list[Any]:
    found = {id(ask): ask for rule in rules.rules for ask in rule.asks() if ask.kind != "ref"}
    return list(found.values())


def speed(calls: Sequence[Dialogue], title: str) -> list[str]:
    length = mean(call.duration for call in calls)
    characters = mean(sum(len(line.text) for line in call.lines) for call in calls)
    lines = [
        f"## {title}",
        "",
        (
            f"{len(calls)} calls, on average {length:.0f} s, "
            f"{mean(len(call.lines) for call in calls):.1f} lines, {characters:.0f} characters."
        ),
        "",
        "| rules of | rules | questions | phrases | ms a call | verdicts alone | of it finding phrases | verdicts of calls a second and core |",
        "|---|---|---|---|---|---|---|---|",
    ]
    paths = sorted(RULES.glob("*.yaml"))
    lines += [row(path.stem, read_rules(path, sounds_of), calls) for path in paths]
    with TemporaryDirectory() as folder:
        for name in SHOP:
            (Path(folder) / f"{name}.yaml").write_bytes((RULES / f"{name}.yaml").read_bytes())
        lines.append(row(" + ".join(SHOP), read_rules(Path(folder), sounds_of), calls))
    return [*lines, ""]


def confidence(folder: Path, calls: Path) -> list[str]:
    """Tell how many characters of a line are right, by its confidence."""
    pairs: list[tuple[float, float]] = []
    for path in sorted(folder.glob("*.json")):
        analysis = from_json(path.read_bytes())
        name = Path(analysis.call.recording.path).with_suffix(".json").name
        truth = json.loads((calls / name).read_text("utf-8"))
        pairs += compared(dialogue_of(analysis, sounds_of), truth["turns"])
    lines = [
        "## What confidence tells",
        "",
        f"{len(pairs)} recognized lines against what was said meanwhile. Right: share of the",
        f"characters said that were recognized; a line counts as unsure below {doubt.UNSURE}.",
        "",
        "| confidence | lines | characters right | lines with less than 60 % right |",
        "|---|---|---|---|",
    ]
    for low, high in pairwise(BINS):
        inside = [right for score, right in pairs if low <= score < high]
        if inside:
            bad = sum(right < 0.6 for right in inside) / len(inside)
            figures = f"{len(inside)} | {mean(inside):.0%} | {bad:.0%}"
            lines.append(f"| {low:.1f} to {min(high, 1.0):.1f} | {figures} |")
    return [*lines, ""]


def doubts(folder: Path, calls: Path) -> list[str]:
    """Tell what the constants of doubt do to the verdicts of R1 to R10."""
    rules = read_rules(RULES / "sample.yaml", sounds_of)
    known = {"pass": "pass", "fail": "fail", "na": "n/a"}
    pairs = []
    for path in sorted(folder.glob("*.json")):
        analysis = from_json(path.read_bytes())
        name = Path(analysis.call.recording.path).with_suffix(".json").name
        truth = json.loads((calls / name).read_text("utf-8"))["rules"]
        pairs.append((dialogue_of(analysis, sounds_of), truth))
    lines = [
        "## What doubt is worth",
        "",
        "Verdicts of `rules/sample.yaml` (R1 to R10) on recognized calls, by the two constants of",
        "`quality.rules.doubt`; the first row doubts no absence.",
        "",
        "| unsure below | doubtful from | right | wrong | uncertain |",
        "|---|---|---|---|---|",
    ]
    chosen = doubt.UNSURE, doubt.DOUBTFUL
    for unsure, share in CONSTANTS:
        doubt.UNSURE, doubt.DOUBTFUL = unsure, share
        found = Counter(
            finding.verdict.value
            if finding.verdict is Verdict.UNCERTAIN
            else finding.verdict.value == known[truth[finding.rule.upper()]]
            for call, truth in pairs
            for finding in judged(call, rules, Context(sounds_of)).findings
        )
        mark = " (chosen)" if (unsure, share) == chosen else ""
        figures = f"{found[True]} | {found[False]} | {found['uncertain']}"
        lines.append(f"| {unsure} | {share}{mark} | {figures} |")
    doubt.UNSURE, doubt.DOUBTFUL = chosen
    return [*lines, ""]


def compared(call: Dialogue, turns: Sequence[dict[str, Any]]) -> list[tuple[float, float]]:
    found = []
    for line in call.lines:
        meant = [
            turn["written"]
            for turn in turns
            if Span(turn["start"], turn["end"]).overlap(line.span) > 0.5 * line.span.duration
        ]
        if line.confidence is not None and len(meant) == 1:
            wanted, got = fold(meant[0]).text, fold(line.text).text
            blocks = SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
            found.append((line.confidence, sum(b.size for b in blocks) / max(1, len(wanted))))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options.add_argument("--recognized", type=Path)
    chosen = options.parse_args()
    calls = chosen.shared / "calls" / "open"
    found = [read_rules(path, sounds_of) for path in sorted(RULES.glob("*.yaml"))]
    lines = ["# Judging", "", "Written by `python bench/judging.py --recognized FOLDER`.", ""]
    lines += speed(made_up(found), "Speed, made-up calls")
    if calls.is_dir():
        lines += speed(labelled(calls), "Speed, reference texts of labelled calls")
    else:
        lines += [f"Left out: the labelled calls, which are not in {chosen.shared}.", ""]
    if chosen.recognized is not None:
        lines += confidence(chosen.recognized, calls)
        lines += doubts(chosen.recognized, calls)
    else:
        lines += ["Left out: what confidence tells; give --recognized FOLDER.", ""]
    RESULTS.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
