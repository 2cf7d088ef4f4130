import json
from pathlib import Path
from typing import Any

import pytest

from huiting.audio.bleed import without_bleed
from huiting.audio.decode import decode
from huiting.core.types import ConditionKind, Span

CALLS = Path(__file__).resolve().parents[3].parent / "shared" / "calls" / "open"
TRUTHS = sorted(CALLS.glob("*.json"))

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not TRUTHS, reason="no labelled calls beside the project"),
]


def truths() -> list[tuple[Path, dict[str, Any]]]:
    read = [(path, json.loads(path.read_text("utf-8"))) for path in TRUTHS]
    return [(path.with_name(truth["file"]), truth) for path, truth in read]


def test_every_call_is_decoded_whole_and_only_levels_are_told() -> None:
    for path, truth in truths():
        with decode(path) as decoded:
            assert decoded.duration == pytest.approx(truth["duration"], abs=0.1), path.name
            assert len(decoded.tracks) == truth["channels"], path.name
            kinds = {condition.kind for condition in decoded.conditions}
            assert kinds <= {ConditionKind.LEVEL_DIFFERENCE}, path.name


def test_no_speech_of_a_call_without_bleed_is_left_out() -> None:
    for path, truth in truths():
        if truth["channels"] < 2:
            continue
        turns = [_of(truth, channel) for channel in (0, 1)]
        with decode(path) as decoded:
            cleaned = without_bleed(decoded.tracks, turns)

        assert cleaned.speech == tuple(tuple(spans) for spans in turns), path.name
        assert cleaned.conditions == (), path.name


def _of(truth: dict[str, Any], channel: int) -> list[Span]:
    spans = sorted(Span(t["start"], t["end"]) for t in truth["turns"] if t["channel"] == channel)
    return [s for i, s in enumerate(spans) if i == 0 or s.start >= spans[i - 1].end]
