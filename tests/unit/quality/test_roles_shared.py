"""Roles from the reference text of labelled calls; wiring as the truth says it is."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes import AGENT, CUSTOMER, UNKNOWN, call, says
from huiting.core.types import Call, Party, Role, RoleSource
from huiting.quality.roles import build, swapped

CALLS = Path(__file__).resolve().parents[3].parent / "shared" / "calls" / "open"
USUAL = (AGENT, CUSTOMER)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CALLS.exists(), reason="no labelled calls beside the project"),
]


def truths() -> list[dict[str, Any]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(CALLS.glob("*.json"))]


def voice(truth: dict[str, Any], speaker: str) -> int:
    """Return the channel, or in a mono call a diarized speaker's number, taken as a channel."""
    roles = truth["roles"] if truth["channels"] > 1 else ["agent", "customer"]
    found: int = roles.index(speaker)
    return found


def heard(truth: dict[str, Any], given: tuple[Role, Role] | None = None) -> Call:
    segments = [
        says(UNKNOWN, t["start"], t["end"], t["spoken"], channel=voice(truth, t["speaker"]))
        for t in truth["turns"]
    ]
    made = call(*segments, duration=truth["duration"])
    source = RoleSource.GIVEN if given else RoleSource.ASSUMED
    parties = tuple(Party(c, None, given[c] if given else UNKNOWN, source) for c in (0, 1))
    metadata = {"direction": truth["direction"]}
    return replace(made, parties=parties, recording=replace(made.recording, metadata=metadata))


def test_agent_and_customer_are_told_apart() -> None:
    decide = build()

    wrong = [
        truth["id"]
        for truth in truths()
        if decide(heard(truth))[voice(truth, "agent")].role is not AGENT
        or decide(heard(truth))[voice(truth, "customer")].role is not CUSTOMER
    ]

    assert len(wrong) <= 1, wrong


def test_swapped_wiring_is_found_and_only_that() -> None:
    decide = build()
    stereo = [truth for truth in truths() if truth["channels"] > 1]
    wired_wrong = {truth["id"] for truth in stereo if truth["roles"] == ["customer", "agent"]}

    found = set()
    for truth in stereo:
        made = heard(truth, given=USUAL)
        if (swapped(made, decide(made)) or 0) >= 0.9:
            found.add(truth["id"])

    assert wired_wrong
    assert found == wired_wrong
