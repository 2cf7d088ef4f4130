"""The truth of the labelled calls, said again as regions, measured and compared with their labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes import call, says
from huiting.core.metrics import Metrics
from huiting.core.types import Call, Role
from huiting.quality.metrics import measure

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "calls" / "open"
TRUTHS = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not TRUTHS, reason="the labelled calls are not beside the project"),
]


def heard(truth: dict[str, Any]) -> Call:
    said = [
        says(
            Role(turn["speaker"]),
            turn["start"],
            turn["end"],
            turn["spoken"],
            language=truth["lang"],
        )
        for turn in truth["turns"]
    ]
    return call(*said, duration=truth["duration"], language=truth["lang"])


@pytest.fixture(scope="module", params=TRUTHS, ids=[truth["id"] for truth in TRUTHS])
def measured(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Metrics]:
    return request.param, measure(heard(request.param))


def test_every_labelled_gap_is_a_silence_at_its_place(
    measured: tuple[dict[str, Any], Metrics],
) -> None:
    truth, metrics = measured
    long = [s for s in metrics.silences if s.span.duration > 5 and s.before and s.after]

    assert [[s.span.start, s.span.end, s.announced] for s in long] == [
        [pytest.approx(start), pytest.approx(end), announced]
        for start, end, announced in truth["rule_evidence"]["R6"]
    ]


def test_long_gaps_are_a_hold_or_dead_air_as_the_label_says(
    measured: tuple[dict[str, Any], Metrics],
) -> None:
    truth, metrics = measured
    verdict = truth["rules"]["R6"]

    assert (metrics.hold > 5) == (verdict == "pass")
    assert (metrics.dead_air > 5) == (verdict == "fail")


def test_the_agent_cuts_in_where_the_label_says(measured: tuple[dict[str, Any], Metrics]) -> None:
    truth, metrics = measured
    cut_in = [o.span.start for o in metrics.overlaps if o.interruption and o.second is Role.AGENT]

    assert cut_in == [
        pytest.approx(truth["turns"][i]["start"]) for i in truth["rule_evidence"]["R7"]
    ]


def test_crosstalk_is_overlap_and_only_a_backchannel_is_no_interruption(
    measured: tuple[dict[str, Any], Metrics],
) -> None:
    truth, metrics = measured
    crosstalk = [event for event in truth["events"] if event["type"] == "crosstalk"]

    assert metrics.overlap == pytest.approx(sum(e["end"] - e["start"] for e in crosstalk), abs=0.1)
    assert sum(o.interruption for o in metrics.overlaps) == sum(
        event["by"] != "backchannel" for event in crosstalk
    )
