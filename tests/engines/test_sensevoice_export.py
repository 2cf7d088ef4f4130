"""One SenseVoice by PyTorch and, exported, by sherpa-onnx: both hear the same."""

import warnings
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

from engines.tones import HUMS, LETTERS, clip
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines import sensevoice


@pytest.fixture(scope="module")
def exported(sensevoice_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the way it is exported
        exporting = import_module("engines.exporting")
        made: Path = exporting.write_sensevoice(
            sensevoice_weights, tmp_path_factory.mktemp("exported")
        )
    return made


def clips(count: int) -> list[Audio]:
    drawn = np.random.default_rng(5)
    return [
        clip(
            "".join(drawn.choice(list(LETTERS), drawn.integers(0, 9))),
            hum=str(drawn.choice(["", *HUMS])),
            seed=seed,
        )
        for seed in range(count)
    ]


def told(heard: Hypothesis) -> tuple[object, ...]:
    """Return what both runtimes tell."""
    return (
        heard.text,
        heard.language,
        heard.gate,
        heard.emotion and heard.emotion.label,
        [event.label for event in heard.events],
        [(word.text, round(word.span.start, 3)) for word in heard.words],
    )


@pytest.mark.parametrize("batch", [1.0, 1000.0], ids=["one by one", "together"])
@pytest.mark.parametrize("language", [None, "en"])
def test_both_runtimes_hear_the_same(
    sensevoice_weights: Path, exported: Path, language: str | None, batch: float
) -> None:
    some, hints = clips(60), Hints(language)
    engines = [
        sensevoice.build(weights=folder, device="cpu", threads=1, batch=batch)
        for folder in (sensevoice_weights, exported)
    ]
    by_torch, by_onnx = ([told(h) for h in engine.transcribe(some, hints)] for engine in engines)

    assert by_onnx == by_torch
    assert len({text for text, *_ in by_onnx}) > 30
