"""How often agent and customer are told apart, and swapped channels found.

Usage: python bench/roles.py [--shared ../shared] [--models FOLDER] [--recognize]

From the reference text of the calls in `calls/open`: whole calls, and every stretch of two
to five turns with both voices in it (little to go by, and no first speaker). With
`--recognize` also from what Huiting itself makes of the audio, mono calls diarized; that
takes minutes. Writes results/roles.md.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from huiting import Analyzer
from huiting.core.types import (
    Call,
    Channel,
    Party,
    Recording,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.quality.roles import build, swapped

RESULTS = Path(__file__).parent / "results" / "roles.md"
SWAPPED_AT = 0.9
BINS = (0.65, 0.8, 0.9, 0.97, 1.0)
ROLES = (Role.AGENT, Role.CUSTOMER)


def truths(folder: Path) -> list[dict[str, Any]]:
    paths = sorted(folder.glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def spoken(truth: dict[str, Any]) -> Call:
    """Return the call as it was said, the agent as speaker 0 and the customer as speaker 1."""
    segments = [
        Segment(
            0,
            ROLES.index(Role(turn["speaker"])),
            Role.UNKNOWN,
            Span(turn["start"], turn["end"]),
            turn["spoken"],
            turn["spoken"],
        )
        for turn in truth["turns"]
    ]
    recording = Recording(
        id=truth["id"],
        path=truth["file"],
        size=1,
        duration=truth["duration"],
        rate=truth["sample_rate"],
        codec="",
        channels=(Channel(0),),
        metadata={"direction": truth["direction"]},
    )
    parties = tuple(Party(0, n, Role.UNKNOWN, RoleSource.ASSUMED) for n in (0, 1))
    return Call(recording, parties, segments=tuple(sorted(segments, key=lambda s: s.span)))


def stretches(call: Call) -> Iterator[Call]:
    """Yield every two to five turns in a row in which both speak; not the opening ones."""
    for length in (2, 3, 4, 5):
        for start in range(1, len(call.segments) - length + 1):
            part = call.segments[start : start + length]
            if len({s.speaker for s in part}) > 1:
                outbound = replace(call.recording, metadata={"direction": "out"})
                yield replace(call, segments=part, recording=outbound)  # so no first speaker


@dataclass(frozen=True, slots=True)
class Decided:
    """What came out for one voice."""

    right: bool
    confidence: float | None
    """None: unknown."""


def decided(call: Call) -> list[Decided]:
    parties = build()(call)
    return [Decided(p.role is role, p.confidence) for p, role in zip(parties, ROLES, strict=True)]


def wiring(call: Call, agent: int) -> float | None:
    """Return the confidence that the wiring is swapped, the agent given as voice `agent`."""
    given = tuple(
        Party(0, n, ROLES[0] if n == agent else ROLES[1], RoleSource.GIVEN) for n in (0, 1)
    )
    wired = replace(call, parties=given)
    return swapped(wired, build()(wired))


def from_truth(calls: Sequence[Call]) -> list[str]:
    whole = [d for call in calls for d in decided(call)]
    parts = [d for call in calls for part in stretches(call) for d in decided(part)]
    found = sum((wiring(call, 1) or 0) >= SWAPPED_AT for call in calls)
    false = sum((wiring(call, 0) or 0) >= SWAPPED_AT for call in calls)
    lines = [
        "## From reference text",
        "",
        (
            f"Whole calls: {sum(d.right for d in whole)} of {len(whole)} voices right. Given wiring "
            f"swapped: found in {found} of {len(calls)} calls; as it is: {false} false alarms."
        ),
        "",
        "Stretches of two to five turns, first speaker not used:",
        "",
        "| confidence | voices | right |",
        "|---|---|---|",
    ]
    known = [(d, d.confidence) for d in parts if d.confidence is not None]
    unknown = len(parts) - len(known)
    lines.append(f"| unknown | {unknown} | – |")
    for low, high in pairwise(BINS):
        inside = [d.right for d, c in known if low <= c < high]
        if inside:
            lines.append(f"| {low} to {high} | {len(inside)} | {sum(inside) / len(inside):.1%} |")
    return lines


def from_audio(folder: Path, listed: Sequence[dict[str, Any]], models: Path) -> list[str]:
    """Analyze every call; score each second of recognized speech by its role."""
    lines = ["## From recognized text", "", "| call | voices | right | wrong | unknown |"]
    lines.append("|---|---|---|---|---|")
    total = [0.0, 0.0, 0.0]
    with Analyzer(models=models) as analyzer:
        for truth in listed:
            metadata = {"direction": truth["direction"]}
            call = analyzer.analyze(folder / truth["file"], metadata=metadata).call
            seconds = scored(call, truth)
            total = [a + b for a, b in zip(total, seconds, strict=True)]
            kind = "mono" if truth["channels"] == 1 else "stereo"
            lines.append(row(f"{truth['id']} {truth['lang']} {kind}", len(call.parties), seconds))
    return [*lines, row("**all**", 0, total)]


def row(name: str, voices: int, seconds: Sequence[float]) -> str:
    whole = sum(seconds) or 1.0
    shares = " | ".join(f"{s / whole:.1%}" for s in seconds)
    return f"| {name} | {voices or '–'} | {shares} |"


def scored(call: Call, truth: dict[str, Any]) -> list[float]:
    """Return seconds of true speech under a segment of the right, the wrong, an unknown role."""
    seconds = [0.0, 0.0, 0.0]
    for segment in call.segments:
        for turn in truth["turns"]:
            if truth["channels"] > 1 and turn["channel"] != segment.channel:
                continue
            shared = segment.span.overlap(Span(turn["start"], turn["end"]))
            wrong = 2 if segment.role is Role.UNKNOWN else 1
            seconds[0 if segment.role == turn["speaker"] else wrong] += shared
    return seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--recognize", action="store_true")
    chosen = options.parse_args()
    folder = chosen.shared / "calls" / "open"
    listed = truths(folder)
    lines = ["# Roles", "", "Written by `python bench/roles.py --recognize`.", ""]
    lines += from_truth([spoken(truth) for truth in listed])
    if chosen.recognize:
        lines += ["", *from_audio(folder, listed, chosen.models)]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
