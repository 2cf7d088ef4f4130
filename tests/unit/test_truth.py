from pathlib import Path

import pytest

from huiting.core.types import EventLabel, Role
from truth import PATHS, dialogue_of_truth, truth_of

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PATHS, reason="the labelled calls are not beside the project"),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(truth_of(path)["id"]))
def test_a_dialogue_of_the_truth_says_what_the_labels_say(path: Path) -> None:
    truth, dialogue = truth_of(path), dialogue_of_truth(path)
    said = sorted((t["start"], t["speaker"], t["written"]) for t in truth["turns"])

    assert [(line.span.start, line.role, line.text) for line in dialogue.lines] == said
    assert {party.role for party in dialogue.metrics.parties} == {Role.AGENT, Role.CUSTOMER}
    for line in dialogue.lines:
        assert len(line.sound) == len(line.starts) == len(line.ends) == len(line.text)
        assert line.starts == tuple(sorted(line.starts))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(truth_of(path)["id"]))
def test_hold_music_of_the_truth_is_music(path: Path) -> None:
    music = [e for e in dialogue_of_truth(path).events if e.label is EventLabel.MUSIC]
    labels = [e for e in truth_of(path)["events"] if e["type"] == "hold_music"]

    assert [(e.span.start, e.span.end) for e in music] == [(e["start"], e["end"]) for e in labels]
