"""How many entities are found, how many of them rightly, and what redaction leaves audible.

Usage: python bench/entities.py [--shared ../shared] [--recognized FOLDER]

On the labelled calls: from the reference text turn by turn, and from what Huiting recognizes
(`--recognized` names a folder of analyses; without it the calls are analyzed first, which takes
minutes). The labels of the calls do not name every entity; entities_more.tsv adds
what was judged right by hand among what was found, and what reading the calls showed to be
missing. These calls were read while the finders were written: precision on their reference text
says that nothing odd is found there, not what unseen calls will give. Products and
brands are looked for with a list of all that occur in the labels, as a team would have it.
Names are also looked for in sentences of our own (entities_names.tsv). Writes
results/entities.md.
"""

import argparse
import csv
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from huiting import Analyzer
from huiting.audio.redaction import MARGIN
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json, to_json
from huiting.core.meaning import Entity, Meaning
from huiting.core.ports import MeaningStage
from huiting.core.types import Call, Channel, Recording, Role, Segment, Span
from huiting.engines.lac import build
from huiting.text.entities.lists import EntityList, ListedWord
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.text.redaction.policy import KEPT, Policy
from huiting.text.redaction.redact import to_silence

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "entities.md"
MORE = HERE / "entities_more.tsv"
NAMES = HERE / "entities_names.tsv"
ALIKE = {
    "location": "place",
    "address": "place",
    "account_no": "order_no",
    "tracking_no": "order_no",
}
"""Kinds that the labels do not part, to what both are counted as."""
MARGINS = (0.0, 0.1, 0.25, 0.4)


@dataclass(frozen=True, slots=True)
class Gold:
    """An entity that is there."""

    call: str
    turn: int
    kind: str
    text: str


@dataclass(slots=True)
class Count:
    """Of one kind."""

    right: int = 0
    """Of those found."""
    found: int = 0
    there: int = 0
    hit: int = 0
    """Of those there."""

    @property
    def precision(self) -> float:
        """Share of those found that are right; NaN for none."""
        return self.right / self.found if self.found else nan

    @property
    def recall(self) -> float:
        """Share of those there that were found; NaN for none."""
        return self.hit / self.there if self.there else nan

    def row(self, name: str) -> str:
        """Return a line of the table."""
        both = self.precision + self.recall
        f1 = 2 * self.precision * self.recall / both if both else nan
        shares = (self.precision, self.recall, f1)
        cells = " | ".join("–" if isnan(s) else f"{s:.1%}" for s in shares)
        return f"| {name} | {self.there} | {self.found} | {cells} |"


def whole(counts: Mapping[str, Count]) -> Count:
    fields = ("right", "found", "there", "hit")
    return Count(*(sum(getattr(c, f) for c in counts.values()) for f in fields))


def kind_of(kind: str) -> str:
    return ALIKE.get(kind, kind)


def labelled(truths: Sequence[dict[str, Any]]) -> list[Gold]:
    return [
        Gold(t["id"], e["turn"], kind_of(e["type"]), str(e["value"]))
        for t in truths
        for e in t["entities"]
    ]


def more() -> list[Gold]:
    with MORE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [Gold(r["call"], int(r["turn"]), kind_of(r["kind"]), r["text"]) for r in rows]


def spoken(truth: dict[str, Any]) -> Call:
    segments = tuple(
        Segment(
            turn["channel"],
            0 if turn["speaker"] == "agent" else 1,
            Role(turn["speaker"]),
            Span(turn["start"], turn["end"]),
            turn["written"],
            turn["written"],
            language=truth["lang"],
        )
        for turn in truth["turns"]
    )
    recording = Recording(
        id=truth["id"],
        path=truth["file"],
        size=1,
        duration=truth["duration"],
        rate=truth["sample_rate"],
        codec="",
        channels=(Channel(0), Channel(1)),
        started_at=datetime.fromisoformat(truth["started_at"]),
    )
    return Call(recording, segments=segments, language=truth["lang"])


def listed(truths: Sequence[dict[str, Any]]) -> tuple[EntityList, ...]:
    """Return the products and brands of all calls as a team's lists."""
    words: dict[str, dict[str, None]] = {"product": {}, "brand": {}}
    for truth in truths:
        for entity in truth["entities"]:
            if entity["type"] in words:
                words[entity["type"]].setdefault(entity["value"])
    return tuple(
        EntityList(kind, kind.upper(), tuple(map(ListedWord, those)), (), sounds_like=True)
        for kind, those in words.items()
    )


def same_place(gold: Gold, entity: Entity, text: str) -> bool:
    """Tell whether an entity stands where the labelled one does."""
    at = text.find(gold.text)
    while at >= 0:
        if at < entity.end and entity.start < at + len(gold.text):
            return True
        at = text.find(gold.text, at + 1)
    return False


def of_text(
    truths: Sequence[dict[str, Any]], golds: Iterable[Gold], stage: MeaningStage
) -> tuple[dict[str, Count], list[str]]:
    """Count what is found in the reference text; return what is not labelled too."""
    counts: dict[str, Count] = defaultdict(Count)
    by_turn: dict[tuple[str, int], list[Gold]] = defaultdict(list)
    for gold in golds:
        by_turn[gold.call, gold.turn].append(gold)
    unlabelled = []
    for truth in truths:
        call = spoken(truth)
        entities = stage(call, Meaning()).entities
        for turn, segment in enumerate(call.segments):
            here = [e for e in entities if e.segment == turn]
            there = by_turn[truth["id"], turn]
            for gold in there:
                counts[gold.kind].there += 1
                counts[gold.kind].hit += any(
                    kind_of(e.kind) == gold.kind and same_place(gold, e, segment.text) for e in here
                )
            for e in here:
                counts[kind_of(e.kind)].found += 1
                right = any(
                    kind_of(e.kind) == g.kind and same_place(g, e, segment.text) for g in there
                )
                counts[kind_of(e.kind)].right += right
                if not right:
                    unlabelled.append(f"{truth['id']}\t{turn}\t{e.kind}\t{e.text}\t{e.value}")
    return counts, unlabelled


def of_recognized(
    truths: Sequence[dict[str, Any]],
    golds: Sequence[Gold],
    analyses: Mapping[str, Analysis],
    stage: MeaningStage,
) -> dict[str, Count]:
    """Count entities of the same kind and value as in the reference text, in the same turn."""
    counts: dict[str, Count] = defaultdict(Count)
    for truth in truths:
        analysis = analyses.get(Path(truth["file"]).stem)
        if analysis is None:
            continue
        reference = spoken(truth)
        right = [
            e
            for e in stage(reference, Meaning()).entities
            if any(
                g.call == truth["id"]
                and g.turn == e.segment
                and g.kind == kind_of(e.kind)
                and same_place(g, e, reference.segments[e.segment].text)
                for g in golds
            )
        ]
        entities = stage(analysis.call, Meaning()).entities
        wanted = [(kind_of(e.kind), e.value, reference.segments[e.segment].span) for e in right]
        for kind, value, span in wanted:
            counts[kind].there += 1
            counts[kind].hit += any(
                kind_of(e.kind) == kind and e.value == value and e.span.overlap(span)
                for e in entities
            )
        for e in entities:
            kind = kind_of(e.kind)
            counts[kind].found += 1
            counts[kind].right += any(
                kind == k and e.value == value and e.span.overlap(span) for k, value, span in wanted
            )
    return counts


def table(counts: Mapping[str, Count]) -> list[str]:
    lines = ["| kind | there | found | precision | recall | F1 |", "|---|---|---|---|---|---|"]
    lines += [
        count.row(kind) for kind, count in sorted(counts.items(), key=lambda kc: -kc[1].there)
    ]
    return [*lines, whole(counts).row("**all**")]


def audible(
    truths: Sequence[dict[str, Any]], analyses: Mapping[str, Analysis], stage: MeaningStage
) -> str:
    """Say how much of the turns that are nothing but a private number can still be heard."""
    seconds = dict.fromkeys(MARGINS, 0.0)
    length, missed, turns = 0.0, 0, 0
    for truth in truths:
        analysis = analyses.get(Path(truth["file"]).stem)
        private = [e for e in truth["entities"] if e["type"] not in KEPT]
        for entity in private if analysis else ():
            turn = truth["turns"][entity["turn"]]
            if sum(map(str.isalnum, turn["written"])) > len(str(entity["value"])) + 3:
                continue
            assert analysis is not None
            known = Analysis(
                analysis.call,
                analysis.metrics,
                analysis.made_by,
                stage(analysis.call, Meaning()),
            )
            hidden = to_silence(known, Policy()).get(turn["channel"], ())
            said = Span(turn["start"], turn["end"])
            turns += 1
            if not any(span.overlap(said) for span in hidden):
                missed += 1
                continue
            length += said.duration
            for margin in MARGINS:
                seconds[margin] += said.duration - covered(said, hidden, margin)
    shares = ", ".join(f"{m:g} s: {left / length:.1%}" for m, left in seconds.items())
    return (
        f"Turns that are nothing but a private number: {turns}; recognized as no such thing, and so "
        f"left to hear: {missed}. Of the others' {length:.0f} s, left to hear with a margin of "
        f"{shares} (the usual one is {MARGIN:g} s)."
    )


def covered(said: Span, hidden: Iterable[Span], margin: float) -> float:
    steps = 1000
    inside = 0
    for i in range(steps):
        at = said.start + (i + 0.5) * said.duration / steps
        inside += any(s.start - margin <= at < s.end + margin for s in hidden)
    return inside / steps * said.duration


def names(stage: MeaningStage) -> list[str]:
    """Count names found in sentences of our own."""
    counts: dict[str, Count] = defaultdict(Count)
    with NAMES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        segment = Segment(
            0, None, Role.CUSTOMER, Span(0, 3), row["text"], row["text"], language="zh"
        )
        call = Call(Recording("", "", 1, 3, 8000, "", (Channel(0),)), segments=(segment,))
        wanted = [w.split(":", 1) for w in row["names"].split()]
        here = [
            e for e in stage(call, Meaning()).entities
            if e.kind in ("person", "place", "address", "organization")
        ]  # fmt: skip
        for kind, text in wanted:
            counts[kind].there += 1
            counts[kind].hit += any(kind_of(e.kind) == kind and text in e.text for e in here)
        for e in here:
            kind = kind_of(e.kind)
            counts[kind].found += 1
            counts[kind].right += any(k == kind and (t in e.text or e.text in t) for k, t in wanted)
    return [f"{len(rows)} sentences.", "", *table(counts)]


def speed(truths: Sequence[dict[str, Any]], stage: MeaningStage) -> float:
    """Return milliseconds a segment, the best of five."""
    calls = [spoken(truth) for truth in truths]
    segments = sum(len(call.segments) for call in calls)
    times = []
    for _ in range(5):
        begun = time.process_time()
        for call in calls:
            stage(call, Meaning())
        times.append(time.process_time() - begun)
    return 1000 * min(times) / segments


def lac_speed() -> float:
    lac = build()
    text = "我的收件地址是北京市朝阳区建国路，收件人叫张伟民。"
    begun = time.process_time()
    for _ in range(200):
        list(lac.names([text]))
    return 1000 * (time.process_time() - begun) / 200 / len(text) * 26


def analyses_of(folder: Path, recognized: Path | None, models: Path) -> dict[str, Analysis]:
    if recognized is None:
        recognized = Path(tempfile.mkdtemp())
        with Analyzer(models=models) as analyzer:
            for path in sorted(folder.glob("*.json")):
                truth = json.loads(path.read_text("utf-8"))
                made = analyzer.analyze(folder / truth["file"])
                (recognized / f"{path.stem}.json").write_bytes(to_json(made))
    found = {}
    for path in sorted(recognized.glob("*.json")):
        analysis = from_json(path.read_bytes())
        found[Path(analysis.call.recording.path).stem] = analysis
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--recognized", type=Path)
    options.add_argument("--unlabelled", action="store_true", help="print what to judge by hand")
    chosen = options.parse_args()
    folder = chosen.shared / "calls" / "open"
    truths = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    lac = build()
    lines = ["# Entities", "", "Written by `python bench/entities.py`.", ""]
    if not truths:
        lines += ["The labelled calls are not here: their part was left out.", ""]
    else:
        stage = entities_stage(listed(truths), lac, sounds_of)
        known, all_known = labelled(truths), labelled(truths) + more()
        counts, _ = of_text(truths, known, stage)
        full, unlabelled = of_text(truths, all_known, stage)
        if chosen.unlabelled:
            print("\n".join(unlabelled))
            return
        analyses = analyses_of(folder, chosen.recognized, chosen.models)
        segments = sum(len(t["turns"]) for t in truths)
        plain, named = speed(truths, entities_stage()), speed(truths, entities_stage((), lac))
        lines += [
            "## From the reference text",
            "",
            (
                f"{len(truths)} calls, {segments} turns; labelled entities and those judged right "
                "by hand. Found: of the same kind, where the label stands. The finders were written "
                "with these calls in view, and what was judged by hand is mostly what they found: "
                "precision here shows that nothing odd is found, not what unseen calls will give."
            ),
            "",
            *table(full),
            "",
            (
                "With the labels alone, which name no 昨天 or 三个工作日, precision is "
                f"{whole(counts).precision:.1%} and recall {whole(counts).recall:.1%}."
            ),
            "",
            "## From recognized text",
            "",
            (
                "What was found rightly in the reference text, of the same kind *and value*, in the "
                "same turn: a digit misheard is an entity missed."
            ),
            "",
            *table(of_recognized(truths, all_known, analyses, stage)),
            "",
            "## Redaction of sound",
            "",
            audible(truths, analyses, stage),
            "",
            "## Speed",
            "",
            (
                f"CPU time: {plain:.2f} ms a segment without names, {named:.2f} ms with LAC, which "
                f"reads 26 characters in {lac_speed():.2f} ms."
            ),
            "",
        ]
    lines += [
        "## Names in sentences of our own",
        "",
        "Some were looked at while the checks behind LAC were written. With LAC:",
        "",
        *names(entities_stage((), lac)),
    ]
    lines += ["", "Without:", "", *names(entities_stage())]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
