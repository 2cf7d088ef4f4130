"""Whether cues on rules come true, and how soon they come.

Usage: python bench/cues.py [--shared ../shared]

The labelled calls of `calls/open`, as their reference text: each is looked at every second as
far as it goes, lines that are still being said left out, with the rules of `rules/`. What is cued
as failed is compared with the verdict on the whole call, and so is what is foreseen to pass.
Writes results/cues.md.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from huiting.core.analysis import Analysis, MadeBy
from huiting.core.judgement import Verdict
from huiting.core.types import (
    Call,
    Channel,
    Party,
    Recording,
    Region,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.live.watching.rules import said_before
from huiting.quality.dialogue import dialogue_of
from huiting.quality.metrics import measure
from huiting.quality.rules.asked import Context
from huiting.quality.rules.foresight import foresee
from huiting.quality.rules.judge import ruled
from huiting.quality.rules.read import read_rules
from huiting.quality.rules.rule import RuleSet
from huiting.text.pronunciation import sounds_of

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "cues.md"
FILES = ("sample", "common", "ecommerce", "banking", "telecom", "government")
PAUSE = 0.7
"""Seconds after which a line is known to be over."""
CONTEXT = Context(sounds_of)


@dataclass(slots=True)
class Tally:
    """What came of the rules of a file."""

    failed: int = 0
    """Verdicts of whole calls."""
    cued: int = 0
    """Of those, cued while the call ran..."""
    required: int = 0
    """...or, if not, told as still to be said."""
    wrong: int = 0
    """Cued, and the whole call does not fail."""
    otherwise: int = 0
    """Foreseen to pass, or not to apply, and the whole call says otherwise."""
    left: list[float] = field(default_factory=list)
    """Share of the call that was still to come, of each cue."""


def call_of(truth: dict[str, Any]) -> Call:
    """Return a call as it was said, with the roles of its parties given."""
    segments = sorted(
        (
            Segment(
                channel=0 if turn["speaker"] == "agent" else 1,
                speaker=None,
                role=Role(turn["speaker"]),
                span=Span(turn["start"], turn["end"]),
                spoken=turn["written"],
                text=turn["written"],
                language=truth["lang"],
            )
            for turn in truth["turns"]
        ),
        key=lambda s: (s.span, s.channel),
    )
    roles = (Role.AGENT, Role.CUSTOMER)
    recording = Recording(
        id=truth["id"],
        path=truth["file"],
        size=0,
        duration=truth["duration"],
        rate=truth["sample_rate"],
        codec=truth["format"],
        channels=tuple(Channel(i, role) for i, role in enumerate(roles)),
    )
    return Call(
        recording=recording,
        parties=tuple(Party(i, None, r, RoleSource.GIVEN) for i, r in enumerate(roles)),
        regions=tuple(Region(s.channel, None, s.span) for s in segments),
        segments=tuple(segments),
        language=truth["lang"],
    )


def settled(call: Call, moment: float) -> float:
    """Return the moment before which all that was said is over at another."""
    speaking = [s.span.start for s in call.segments if s.span.start < moment < s.span.end + PAUSE]
    return min([moment, *speaking])


def told(call: Call, rules: RuleSet) -> Iterator[tuple[float, str, Verdict | None, bool]]:
    """Yield what is foreseen every second: moment, rule, verdict, whether it is still to be said."""
    for moment in range(int(call.recording.duration) + 1):
        so_far = said_before(call, settled(call, float(moment)), sounds_of)
        for one in foresee(so_far, rules, CONTEXT):
            yield float(moment), one.rule.id, one.verdict, one.missing


def count(call: Call, rules: RuleSet, tally: Tally) -> None:
    """Compare what was foreseen with what the whole call says."""
    analysis = Analysis(call, measure(call), MadeBy("", ""))
    verdicts = ruled(dialogue_of(analysis, sounds_of), rules, CONTEXT).verdicts
    first: dict[tuple[str, Verdict], float] = {}
    required = set()
    for moment, rule, verdict, missing in told(call, rules):
        if verdict is not None:
            first.setdefault((rule, verdict), moment)
        if missing:
            required.add(rule)
    for rule, verdict in verdicts.items():
        if verdict is Verdict.FAIL:
            tally.failed += 1
            tally.required += rule in required and (rule, verdict) not in first
    for (rule, foreseen), moment in first.items():
        right = verdicts[rule] is foreseen
        if foreseen is Verdict.FAIL:
            tally.cued += right
            tally.wrong += not right
            tally.left.append(1 - moment / call.recording.duration)
        else:
            tally.otherwise += not right


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    yield (
        "| rules | failed | cued while the call ran | else told as still to be said |"
        " cued wrongly | passed wrongly | call left at the cue, median |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name, tally in tallies.items():
        left = f"{median(tally.left):.0%}" if tally.left else "-"
        yield (
            f"| {name} | {tally.failed} | {tally.cued} | {tally.required} | {tally.wrong} |"
            f" {tally.otherwise} | {left} |"
        )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    folder = parser.parse_args().shared / "calls" / "open"
    if not folder.is_dir():
        print(f"left out: no calls in {folder}")
        return
    calls = [call_of(json.loads(p.read_text("utf-8"))) for p in sorted(folder.glob("*.json"))]
    tallies = {}
    for name in FILES:
        rules = read_rules(ROOT / "rules" / f"{name}.yaml", sounds_of)
        tallies[name] = Tally()
        for call in calls:
            count(call, rules, tallies[name])
    languages = Counter(call.language for call in calls)
    head = ["# Cues on rules", "", f"{len(calls)} calls: {dict(languages)}", ""]
    text = "\n".join([*head, *table(tallies)]) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
