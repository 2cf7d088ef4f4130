"""One Paraformer by PyTorch and, exported by FunASR, by sherpa-onnx: both hear the same."""

import warnings
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

from engines.tones import RATE, clip
from huiting.core.ports import Hints
from huiting.core.types import Audio
from huiting.engines import paraformer

CLIPS = [clip(said, seed=9) for said in ("你好请讲再见谢", "再见", "讲请好", "hi你好", "见见请讲")]


@pytest.fixture(scope="module")
def exported(paraformer_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the way it is exported
        exporting = import_module("engines.exporting")
        folder = tmp_path_factory.mktemp("exported")
        made: Path = exporting.write_paraformer(paraformer_weights, folder)
    return made


@pytest.mark.parametrize("batch", [0.1, 1000.0], ids=["one by one", "together"])
def test_both_runtimes_hear_the_same(
    paraformer_weights: Path, exported: Path, batch: float
) -> None:
    engines = [
        paraformer.build(weights=folder, device="cpu", threads=1, batch=batch)
        for folder in (paraformer_weights, exported)
    ]
    by_torch, by_onnx = (
        [h.text for h in engine.transcribe(CLIPS, Hints("zh"))] for engine in engines
    )

    assert by_onnx == by_torch
    assert len(set(by_onnx)) > 2


def test_a_network_that_fails_over_silence_hears_none(
    exported: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = paraformer.build(weights=exported, device="cpu", threads=1)
    (heard,) = engine.transcribe([Audio(np.zeros(RATE // 10, np.float32), RATE)], Hints("zh"))

    assert heard.gate == "empty"
    assert "a clip is taken to be silent" in caplog.text
