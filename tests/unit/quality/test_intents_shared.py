"""Intents of the labelled calls, from their reference text and without any model."""

from pathlib import Path

import pytest

from huiting.quality.intents.decide import Judge
from huiting.quality.intents.read import default_intents
from huiting.quality.intents.stage import intents_of
from huiting.text.pronunciation import sounds_of
from truth import analysis_of_truth, truth_of

CALLS = Path(__file__).resolve().parents[3].parent / "shared" / "calls" / "open"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CALLS.exists(), reason="the labelled calls are not beside the project"),
]


def test_nine_of_ten_main_intents_are_right() -> None:
    judge = Judge(default_intents(), sounds_of)
    paths = sorted(CALLS.glob("*.json"))

    told = [intents_of(judge.look(analysis_of_truth(path).call)) for path in paths]
    right = [
        bool(intents) and truth_of(path)["intent"] in intents[0].name.split("/")
        for path, intents in zip(paths, told, strict=True)
    ]

    assert sum(right) >= 0.9 * len(paths)
    assert all(intent.quotes for intents in told for intent in intents[:1])
