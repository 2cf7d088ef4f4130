"""One Huiting behind another: the engine against our own service, over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hotword
from huiting.core.types import Audio, Span, Word
from huiting.web.server import build
from recognition_server import quick
from running import Ears, listening, working
from served import serving

CLIP = Audio(np.random.default_rng(0).normal(0, 0.1, 80_000).astype(np.float32), 16_000)


def heard() -> Ears:
    words = tuple(
        Word(char, Span(start, start + 0.2), None)
        for char, start in zip("您好请讲", (0.6, 0.8, 1.3, 1.6), strict=True)
    )
    first = replace(says(AGENT, 0.5, 2.0, "您好，请讲。", words=words), confidence=0.9)
    second = replace(says(CUSTOMER, 2.5, 4.5, "我要退货。"), confidence=0.8)
    ears = Ears(analysis(call(first, second, duration=5.0)))
    ears.silence.set()
    return ears


@contextmanager
def huiting(folder: Path) -> Iterator[tuple[str, Ears]]:
    ears = heard()
    with (
        serving(folder) as served,
        working(served, ears),
        listening(build(served.parts)) as url,
    ):
        yield f"{url}/v1", ears


def test_what_one_hears_the_other_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUITING_ASR_KEY", "root")
    hints = Hints("zh", (Hotword("鑫诚宝"), Hotword("Mate 70")))
    with huiting(tmp_path) as (url, ears):
        made = quick(url, key="HUITING_ASR_KEY", model="whisper")
        (found,) = made.transcribe([CLIP], hints)

    assert found.text == "您好，请讲。我要退货。"
    assert [(w.text, w.span.start) for w in found.words] == [
        ("您", 0.6), ("好", 0.8), ("请", 1.3), ("讲", 1.6),
    ]  # fmt: skip
    assert found.confidence is not None
    assert 0.8 < found.confidence < 0.9
    assert (found.language, found.gate) == ("zh", None)
    (asked,) = ears.asked
    options = json.loads(asked.options)
    assert options["language"] == "zh"
    assert options["hotwords"] == ["鑫诚宝", "Mate 70"]


def test_the_language_is_what_the_other_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUITING_ASR_KEY", "root")
    with huiting(tmp_path) as (url, _):
        made = quick(url, key="HUITING_ASR_KEY", model="whisper-1")
        assert list(made.languages([CLIP])) == [{"zh": 1.0}]


def test_without_a_token_it_is_turned_away(tmp_path: Path) -> None:
    with (
        huiting(tmp_path) as (url, ears),
        pytest.raises(EngineError, match="HTTP 401; check the key"),
    ):
        list(quick(url, model="whisper").transcribe([CLIP], Hints()))

    assert ears.asked == []
