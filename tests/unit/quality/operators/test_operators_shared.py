"""Silences and interruptions of the labelled calls, asked of their truth."""

from pathlib import Path

import pytest

from huiting.quality.operators import interruption, silence
from truth import PATHS, dialogue_of_truth, truth_of
from unit.quality.operators.asking import find

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PATHS, reason="the labelled calls are not beside the project"),
]


def name(path: Path) -> str:
    return str(truth_of(path)["id"])


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_waiting_is_announced_where_the_label_says(path: Path) -> None:
    call, label = dialogue_of_truth(path), truth_of(path)["rules"]["R6"]
    gaps = find(silence.build(longer_than=5), call)
    unannounced = find(silence.build(longer_than=5, announced=False), call)

    assert bool(gaps.hits) is (label != "na")
    assert bool(unannounced.hits) is (label == "fail")
    assert unannounced.doubts == ()


@pytest.mark.parametrize("path", PATHS, ids=name)
def test_the_agent_cuts_in_where_the_label_says(path: Path) -> None:
    truth = truth_of(path)
    hits = find(interruption.build(by="agent"), dialogue_of_truth(path)).hits

    assert [hit.quote for hit in hits] == [
        truth["turns"][turn]["written"] for turn in truth["rule_evidence"]["R7"]
    ]
