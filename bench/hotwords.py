"""What hotword correction finds and what it spoils, on results of Huiting.

Usage: python bench/hotwords.py [RESULTS] [--truth ../shared/calls/open]

RESULTS is a folder of analyses (JSON) of the labelled calls, made with or without
hotwords: corrections in them are undone first, so every list starts from what was
recognized. Without it the calls are analyzed first. Recall is measured with the terms of all calls in one list, so that those of
the other calls are there to distract. A correction is false when the word it wrote was
not said then. False corrections are also counted with general terms
(hotwords_generic.txt), less those that the call's own truth contains: there every
correction is false. Writes bench/results/hotwords.md.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from huiting.core.codec import from_json
from huiting.core.errors import InputError
from huiting.core.ports import Hotword, TextStage
from huiting.core.types import Edit, Segment, Span, apply
from huiting.text.hotwords import build, read_hotwords

HERE = Path(__file__).parent
TERMS, GENERIC = HERE / "hotwords_terms.txt", HERE / "hotwords_generic.txt"
REPORT = HERE / "results" / "hotwords.md"
MARGIN = 1.0
"""Seconds a segment may reach beyond the turn in which a word was said."""
LARGE = 5_000
SEED = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, in both forms, and when."""

    span: Span
    forms: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled call, and what was recognized of it before any hotword."""

    name: str
    language: str
    duration: float
    turns: tuple[Turn, ...]
    terms: frozenset[str]
    segments: tuple[Segment, ...]
    engine: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over some calls."""

    said: int = 0
    before: int = 0
    after: int = 0
    right: int = 0
    wrong: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        """Count both together."""
        return Tally(
            self.said + other.said,
            self.before + other.before,
            self.after + other.after,
            self.right + other.right,
            self.wrong + other.wrong,
            self.seconds + other.seconds,
        )

    def row(self, name: str) -> str:
        """Return the counts as a row of the report's tables."""
        recall = [
            f"{n / self.said:.1%} ({n})" if self.said else "–" for n in (self.before, self.after)
        ]
        hourly = f"{self.wrong * 3600 / self.seconds:.1f}" if self.seconds else "–"
        return (
            f"| {name} | {self.said} | {recall[0]} | {recall[1]} | {self.right} | {self.wrong} "
            f"| {hourly} |"
        )


def read_calls(results: Path, truth: Path) -> Iterator[Heard]:
    fixed = [hotword.text for hotword in read_hotwords(TERMS)]
    labels = {path.stem: path for path in sorted(truth.glob("*.json"))}
    for path in sorted(results.rglob("*.json")):
        try:
            analysis = from_json(path.read_bytes(), str(path))
        except InputError as error:
            raise SystemExit(str(error)) from error
        label = labels.get(Path(analysis.call.recording.path).stem)
        if label is None:
            continue
        body = json.loads(label.read_text("utf-8"))
        turns = tuple(
            Turn(Span(t["start"], t["end"]), (t["written"], t["spoken"])) for t in body["turns"]
        )
        named = {e["value"] for e in body["entities"] if e["type"] in {"product", "brand"}}
        said = "\n".join(turn.forms[0] for turn in turns)
        yield Heard(
            body["id"],
            body["lang"],
            body["duration"],
            turns,
            frozenset(term for term in [*fixed, *named] if term in said),
            tuple(recognized(segment) for segment in analysis.call.segments),
            analysis.made_by.engine,
        )


def recognized(segment: Segment) -> Segment:
    """Return the segment as the hotword stage gets it: in the script asked for, no more."""
    edits: tuple[Edit, ...] = tuple(e for e in segment.edits if e.stages == ("script",))
    return replace(segment, edits=edits, text=apply(segment.spoken, edits))


def tally(call: Heard, stage: TextStage) -> Tally:
    done = [stage(segment) for segment in call.segments]
    said = "\n".join(turn.forms[0] for turn in call.turns)
    raw = "\n".join(s.text for s in call.segments)
    text = "\n".join(s.text for s in done)
    counts = [(said.count(t), raw.count(t), text.count(t)) for t in sorted(call.terms)]
    verdicts = [was_said(edit, s, call.turns) for s in done for edit in s.edits if is_ours(edit)]
    return Tally(
        sum(n for n, _, _ in counts),
        sum(min(n, before) for n, before, _ in counts),
        sum(min(n, after) for n, _, after in counts),
        sum(verdicts),
        len(verdicts) - sum(verdicts),
        call.duration,
    )


def is_ours(edit: Edit) -> bool:
    return "hotword" in edit.stages


def was_said(edit: Edit, segment: Segment, turns: Sequence[Turn]) -> bool:
    """Tell whether what the edit wrote was said about then, by either channel."""
    heard = Span(max(0, segment.span.start - MARGIN), segment.span.end + MARGIN)
    return any(edit.written in form for t in turns if t.span.overlap(heard) for form in t.forms)


def without(words: Sequence[Hotword], call: Heard) -> list[Hotword]:
    """Return the words that the call does not contain, in either form."""
    said = "\n".join(form for turn in call.turns for form in turn.forms).casefold()
    return [word for word in words if word.text.casefold() not in said]


def milliseconds(calls: Sequence[Heard], words: Sequence[str], count: int) -> float:
    """Return the CPU time a segment of 20 characters takes against a list of `count` words."""
    draw = random.Random(SEED)
    made = set[str]()
    while len(made) < count:
        made.add((draw.choice(words)[:3] + draw.choice(words)[-3:])[: draw.randint(2, 6)])
    stage = build(hotwords=[Hotword(word) for word in sorted(made) if word.strip()])
    segments = [
        replace(s, spoken=s.spoken[:20], text=s.spoken[:20], edits=(), words=(), confidence=0.5)
        for call in calls
        for s in call.segments
        if len(s.spoken) >= 20 and call.language == "zh"
    ]
    started = time.process_time()
    for segment in segments:
        stage(segment)
    return (time.process_time() - started) / max(1, len(segments)) * 1000


def report(calls: Sequence[Heard]) -> str:
    terms = [Hotword(t) for t in sorted({term for call in calls for term in call.terms})]
    generic = read_hotwords(GENERIC)
    listed = build(hotwords=terms)
    own = {call.name: tally(call, listed) for call in calls}
    strange = {call.name: tally(call, build(hotwords=without(generic, call))) for call in calls}
    groups = {
        "zh": [c.name for c in calls if c.language == "zh"],
        "zh, odd calls (limits were set on these)": [
            c.name for c in calls if c.language == "zh" and int(c.name[1:]) % 2
        ],
        "zh, even calls (looked at, not set on)": [
            c.name for c in calls if c.language == "zh" and int(c.name[1:]) % 2 == 0
        ],
        "en": [c.name for c in calls if c.language == "en"],
        "ja": [c.name for c in calls if c.language == "ja"],
    }
    engines = ", ".join(sorted({c.engine for c in calls}))
    made = f"{len(calls)} labelled calls, recognized by {engines}. `python bench/hotwords.py`"
    head = "| calls | terms said | found before | found after | right | false | false an hour |\n"
    head += "|---|--:|--:|--:|--:|--:|--:|"
    lines = [
        "# Hotwords",
        "",
        made,
        "",
        f"One list of {len(terms)} terms for all calls (those of the other calls distract):",
        "",
        head,
        *(sum((own[n] for n in names), Tally()).row(group) for group, names in groups.items()),
        "",
        f"{len(generic)} general terms, less those that the call contains (every correction is false):",
        "",
        head,
        *(
            replace(sum((strange[n] for n in names), Tally()), said=0).row(group)
            for group, names in groups.items()
        ),
        "",
        "CPU time for a segment of 20 characters, all of it unsure: "
        + ", ".join(
            f"{milliseconds(calls, [t.text for t in (*terms, *generic)], n):.2f} ms with {n} hotwords"
            for n in (300, LARGE)
        )
        + ".",
    ]
    return "\n".join(lines) + "\n"


def analyzed(truth: Path, folder: Path) -> Path:
    """Run the program over the labelled calls, with a store of its own; return its results."""
    huiting = Path(sys.executable).with_name("huiting")
    command: list[str | Path] = [
        huiting,
        "analyze",
        truth,
        "--no-sidecars",
        "--quiet",
        "--out",
        folder,
    ]
    subprocess.run([*command, "--store", f"sqlite:///{folder}/bench.db"], check=True)
    return folder / "calls"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="?")
    parser.add_argument("--truth", type=Path, default=HERE.parent.parent / "shared/calls/open")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = options.results or analyzed(options.truth, Path(folder))
        calls = list(read_calls(results, options.truth))
    if not calls:
        raise SystemExit(f"{results}: no analyses of the calls in {options.truth}")
    text = report(calls)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
