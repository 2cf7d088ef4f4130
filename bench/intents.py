"""How often the reason of a call is told rightly, how surely, and at what cost.

Usage: python bench/intents.py [--shared ../shared] [--models FOLDER] [--recognized FOLDER] [--anew]

From opening sentences written for this (intents_openings.tsv, on which the few constants
were chosen; intents_held_out.tsv, written after that), from the reference text of the labelled calls, and from what Huiting itself
makes of their audio, which is kept in the folder of `--recognized` as bench/rules.py keeps
it. Writes results/intents.md.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from time import process_time

from platformdirs import user_cache_path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import fakes  # noqa: E402
from huiting import Analyzer  # noqa: E402
from huiting.core.codec import from_json, to_json  # noqa: E402
from huiting.core.errors import ModelUnavailable  # noqa: E402
from huiting.core.meaning import Intent, Meaning  # noqa: E402
from huiting.core.ports import Embedder, MeaningStage  # noqa: E402
from huiting.core.reading import Reader  # noqa: E402
from huiting.core.types import Call, Role  # noqa: E402
from huiting.engines._wording import load  # noqa: E402
from huiting.engines.e5 import Sentences, build  # noqa: E402
from huiting.engines.meaning import WEIGHTS, Meanings  # noqa: E402
from huiting.quality.intents.decide import Judge, Look  # noqa: E402
from huiting.quality.intents.kinds import OTHER, Kind  # noqa: E402
from huiting.quality.intents.learn import Labelled, cross_validate, resolve  # noqa: E402
from huiting.quality.intents.read import default_intents  # noqa: E402
from huiting.quality.intents.stage import intents_of  # noqa: E402
from huiting.quality.intents.tally import tallies  # noqa: E402
from huiting.quality.needs import needs_stage  # noqa: E402
from huiting.quality.outcome import outcome_stage  # noqa: E402
from huiting.quality.risks import churn_stage, urgency_stage  # noqa: E402
from huiting.text.pronunciation import sounds_of  # noqa: E402
from truth import analysis_of_truth, truth_of  # noqa: E402

RESULTS = HERE / "results" / "intents.md"
BINS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.01)
OPENINGS = 2
"""Sets of opening sentences, before those of whole calls."""
KANA = range(0x3040, 0x3100)


@dataclass(frozen=True, slots=True)
class Case:
    """A call and what it is about, as its label says."""

    name: str
    label: str
    call: Call


def fits(label: str, told: str) -> bool:
    """Tell whether an intent is what a label means; 其他/表扬建议 is 其他."""
    return label in told.split("/")


def openings(name: str) -> list[Case]:
    cases = []
    for line in (HERE / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            label, text = line.split("\t")
            kana = any(ord(c) in KANA for c in text)
            language = "en" if text.isascii() else "ja" if kana else "zh"
            said = fakes.says(Role.CUSTOMER, 0, 5, text, language=language)
            cases.append(Case(text, label, fakes.call(said, language=language)))
    return cases


def from_reference(paths: Iterable[Path]) -> list[Case]:
    """Return the calls as they were said; how they were said is left out."""
    cases = []
    for path in paths:
        call = analysis_of_truth(path).call
        plain = tuple(replace(s, emotion=None) for s in call.segments)
        cases.append(
            Case(truth_of(path)["id"], truth_of(path)["intent"], replace(call, segments=plain))
        )
    return cases


def from_audio(paths: Sequence[Path], folder: Path, models: Path, *, anew: bool) -> list[Case]:
    """Return the calls as they are recognized; those that are not kept are analyzed."""
    kept = {path: folder / f"{path.stem}.analysis.json" for path in paths}
    missing = [path for path in paths if anew or not kept[path].exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with Analyzer(models=models) as analyzer:
            for path in missing:
                truth = truth_of(path)
                audio, direction = path.parent / truth["file"], {"direction": truth["direction"]}
                kept[path].write_bytes(to_json(analyzer.analyze(audio, metadata=direction)))
    return [
        Case(truth_of(path)["id"], truth_of(path)["intent"], from_json(file.read_bytes()).call)
        for path, file in kept.items()
    ]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of telling intents."""

    name: str
    judge: Judge


def reader_of(embedder: Embedder | None) -> Reader | None:
    return Meanings(load(WEIGHTS), embedder) if embedder is not None else None


def ways(embedder: Embedder | None) -> list[Way]:
    kinds = default_intents()
    found = [Way("keywords", Judge(kinds, sounds_of))]
    if embedder is not None:
        bare = [Kind(kind.name, examples=kind.examples) for kind in kinds]
        found.append(Way("examples", Judge(bare, sounds_of, embedder)))
        found.append(Way("both", Judge(kinds, sounds_of, embedder)))
        reader = reader_of(embedder)
        found.append(Way("both and wording", Judge(kinds, sounds_of, embedder, reader=reader)))
    return found


def told(judge: Judge, cases: Sequence[Case]) -> list[tuple[Intent, ...]]:
    return [intents_of(judge.look(case.call)) for case in cases]


def accuracy(name: str, cases: Sequence[Case], chosen: Sequence[Way]) -> list[str]:
    lines = []
    for way in chosen:
        found = told(way.judge, cases)
        pairs = list(zip(cases, found, strict=True))
        main = sum(bool(i) and fits(c.label, i[0].name) for c, i in pairs)
        two = sum(any(fits(c.label, x.name) for x in i[:2]) for c, i in pairs)
        count = len(cases)
        lines.append(
            f"| {name} | {way.name} | {main} of {count} ({main / count:.1%}) | {two / count:.1%} |"
        )
    return lines


def reliability(cases: Sequence[Case], judge: Judge) -> list[str]:
    rows = [
        (i[0].score, fits(c.label, i[0].name))
        for c, i in zip(cases, told(judge, cases), strict=True)
        if i
    ]
    lines = []
    for low, high in pairwise(BINS):
        inside = [(score, right) for score, right in rows if low <= score < high]
        if inside:
            mean = sum(score for score, _ in inside) / len(inside)
            right = sum(right for _, right in inside) / len(inside)
            lines.append(
                f"| {low} to {min(high, 1.0)} | {len(inside)} | {mean:.2f} | {right:.2f} |"
            )
    return lines


def learning(name: str, cases: Sequence[Case], judge: Judge) -> str:
    looks = [judge.look(case.call) for case in cases]
    labels = [resolve(case.label, judge.names) for case in cases]
    known = [Labelled(look, label) for look, label in zip(looks, labels, strict=True)]
    blank = [Labelled(_blank(each.look), each.label) for each in known]

    def right(labelled: Sequence[Labelled], of: str) -> int:
        tried = cross_validate(labelled)
        return sum(fits(c.label, getattr(t, of)) for c, t in zip(cases, tried, strict=True))

    counts = (right(known, "by_list"), right(known, "learnt"), right(blank, "learnt"))
    return (
        f"| {name} | {len(cases)} | " + " | ".join(f"{c / len(cases):.1%}" for c in counts) + " |"
    )


def _blank(look: Look) -> Look:
    """Return what is seen of a call without the list."""
    return replace(look, logits=look.logits * 0, evidence={})


def by_intent(cases: Sequence[Case], judge: Judge) -> list[str]:
    pairs = [
        (c.label, _as_label(c.label, i[0].name if i else OTHER))
        for c, i in zip(cases, told(judge, cases), strict=True)
    ]
    return [
        f"| {t.name} | {t.calls} | {t.told} | {_share(t.precision)} | {_share(t.recall)} |"
        for t in tallies(pairs)
    ]


def _as_label(label: str, name: str) -> str:
    """Return what was told in the words of the labels."""
    return (
        label
        if fits(label, name)
        else OTHER
        if fits(OTHER, name)
        else name.rsplit("/", maxsplit=1)[-1]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def errors(cases: Sequence[Case], judge: Judge) -> list[str]:
    wrong = []
    for case, found in zip(cases, told(judge, cases), strict=True):
        if not found or not fits(case.label, found[0].name):
            named = ", ".join(f"{i.name} {i.score:.2f}" for i in found[:2])
            wrong.append(f"- {case.name}: {case.label}; told {named}")
    return wrong


def cost(cases: Sequence[Case]) -> list[str]:
    seconds = sum(case.call.recording.duration for case in cases)
    lines = []
    for number in range(len(ways(_embedder()))):
        fresh = _embedder()  # each with nothing remembered
        way = ways(fresh.anew() if fresh is not None else None)[number]
        start = process_time()
        looks = [way.judge.look(case.call) for case in cases]
        spent = process_time() - start
        compared = sum(bool(look.near) or bool(look.worded) for look in looks)
        lines.append(
            f"| {way.name} | {spent / len(cases) * 1000:.1f} | {spent / seconds * 1000:.2f} | {compared} |"
        )
    stages = (needs_stage, outcome_stage, churn_stage, urgency_stage)
    lines.append(
        f"| needs, outcome, churn, urgency | {_spent([s(sounds_of) for s in stages], cases)} |"
    )
    fresh = _embedder()
    if fresh is not None:
        reader = reader_of(fresh.anew())
        read = [outcome_stage(sounds_of, reader), churn_stage(sounds_of, reader)]
        lines.append(f"| outcome and churn by wording too | {_spent(read, cases)} |")
    return lines


def _spent(stages: Sequence[MeaningStage], cases: Sequence[Case]) -> str:
    seconds = sum(case.call.recording.duration for case in cases)
    start = process_time()
    for case in cases:
        for stage in stages:
            stage(case.call, Meaning())
    spent = process_time() - start
    return f"{spent / len(cases) * 1000:.1f} | {spent / seconds * 1000:.2f} | –"


def outcomes(name: str, cases: Sequence[Case], stage: MeaningStage) -> list[str]:
    text = (HERE / "intents_outcomes.tsv").read_text("utf-8")
    labels = dict(line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    known = [case for case in cases if case.name in labels]
    found = [stage(case.call, Meaning()).outcome for case in known]
    pairs = [
        (labels[c.name], o.kind.value if o else "none") for c, o in zip(known, found, strict=True)
    ]
    right = sum(a == b for a, b in pairs)
    lines = [f"| {name} | all | {len(pairs)} | {right} | {_share(right / len(pairs))} | |"]
    return lines + [
        f"| {name} | {t.name} | {t.calls} | {t.right} | {_share(t.recall)} | {_share(t.precision)} |"
        for t in tallies(pairs)
    ]


def _embedder() -> Sentences | None:
    try:
        return build()
    except ModelUnavailable:
        return None


Sets = Sequence[tuple[str, Sequence[Case]]]


def report(sets: Sets, embedder: Embedder | None) -> list[str]:
    chosen = ways(embedder)
    best = chosen[-1].judge
    lines = [
        "## Main intent",
        "",
        "| from | by | main right | in the first two |",
        "|---|---|---|---|",
    ]
    for name, cases in sets:
        lines += accuracy(name, cases, chosen)
    for name, cases in sets:
        lines += [
            "",
            f"## Scores against truth, {name}",
            "",
            "| score | calls | mean score | right |",
        ]
        lines += ["|---|---|---|---|", *reliability(cases, best)]
    reader = reader_of(embedder)
    vectors = embedder is not None
    taught = Judge(default_intents(), sounds_of, embedder, reader=reader, vectors=vectors)
    lines += [
        "",
        "## Learning, five folds",
        "",
        "| from | labels | list alone | list and labels | labels alone |",
        "|---|---|---|---|---|",
        *(learning(name, cases, taught) for name, cases in sets),
    ]
    for name, cases in sets[OPENINGS:]:
        lines += [
            "",
            f"## Each intent, {name}",
            "",
            "| intent | calls | told | precision | recall |",
        ]
        lines += ["|---|---|---|---|---|", *by_intent(cases, best)]
        lines += ["", "Wrong:", "", *errors(cases, best)]
    return lines + (calls_only(sets[OPENINGS:]) if sets[OPENINGS:] else [])


def calls_only(sets: Sets) -> list[str]:
    """Return what needs whole calls: outcomes and what it costs."""
    lines = ["", "## Outcome", "", "Against one reader's judgement (`intents_outcomes.tsv`).", ""]
    lines += [
        "| from | outcome | calls | right | recall | precision |",
        "|---|---|---|---|---|---|",
    ]
    reader = reader_of(_embedder())
    for name, cases in sets:
        lines += outcomes(name, cases, outcome_stage(sounds_of))
        if reader is not None:
            lines += outcomes(f"{name}, wording too", cases, outcome_stage(sounds_of, reader))
    lines += ["", f"## Cost, {sets[-1][0]}", ""]
    lines += ["| | CPU ms a call | CPU ms a second of audio | calls with sentences compared |"]
    return [*lines, "|---|---|---|---|", *cost(sets[-1][1])]


def main(show: Callable[[str], None] = print) -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument(
        "--recognized", type=Path, default=user_cache_path("huiting") / "bench-rules"
    )
    options.add_argument("--anew", action="store_true")
    chosen = options.parse_args()
    paths = sorted((chosen.shared / "calls" / "open").glob("*.json"))
    sets: list[tuple[str, Sequence[Case]]] = [
        ("openings", openings("intents_openings.tsv")),
        ("later openings (80 % when first measured, since seen)", openings("intents_held_out.tsv")),
    ]
    lines = ["# Intents", "", "Written by `python bench/intents.py`.", ""]
    if paths:
        sets.append(("reference text", from_reference(paths)))
        heard = from_audio(paths, chosen.recognized, chosen.models, anew=chosen.anew)
        sets.append(("recognized text", heard))
    else:
        lines += ["Left out: the labelled calls are not beside the project.", ""]
    embedder = _embedder()
    if embedder is None:
        lines += ["Left out: comparing sentences; this machine cannot run the model.", ""]
    lines += report(sets, embedder)
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    show("\n".join(lines))


if __name__ == "__main__":
    main()
