"""The published weights in our graphs, on audio that has a truth."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from huiting.app.settings import resolve
from huiting.audio.decode import decode
from huiting.core.types import Span
from huiting.engines import catalogue, silero
from huiting.engines._checkpoint import read_state
from huiting.engines._skeleton import fill
from huiting.engines.diarizer import VoicePrints, build

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
GRAPHS = ROOT / "src" / "huiting" / "engines"
RATE = 16_000

pytestmark = pytest.mark.model


def weights(name: str) -> Path:
    models = resolve({}).settings.models
    return next(iter(catalogue.weights(name, models).paths.values()))


@pytest.fixture(scope="module")
def diarizer() -> VoicePrints:
    return build(embedding=weights("campplus"), segmentation=weights("pyannote-segmentation-3.0"))


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "models").exists(), reason="no exported model to compare with")
def test_the_filled_segmentation_equals_the_exported_one() -> None:
    import onnxruntime

    checkpoint = weights("pyannote-segmentation-3.0")
    state = read_state(checkpoint.read_bytes(), checkpoint.name)
    ours = fill((GRAPHS / "segmentation.onnx").read_bytes(), state)
    exported = (SHARED / "models" / "seg3.onnx").read_bytes()
    noise = np.random.default_rng(0).standard_normal((2, 1, 160_000)).astype(np.float32) * 0.1

    a, b = (onnxruntime.InferenceSession(m).run(None, {"wav": noise})[0] for m in (ours, exported))

    assert np.abs(a - b).max() < 1e-5


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "models").exists(), reason="no exported model to strip")
def test_the_graph_in_the_package_is_what_the_tool_makes(tmp_path: Path) -> None:
    made = tmp_path / "stripped.onnx"
    checkpoint = weights("pyannote-segmentation-3.0")
    script = ROOT / "tools" / "strip_graph.py"

    exported = SHARED / "models" / "seg3.onnx"
    command = [sys.executable, *map(str, (script, exported, checkpoint, made))]
    subprocess.run(command, check=True, capture_output=True)

    assert made.read_bytes() == (GRAPHS / "segmentation.onnx").read_bytes()


def share_confused(diarizer: VoicePrints, path: Path) -> float:
    """Return the share of the truth's speech that turns give to the wrong one of two speakers."""
    truth = json.loads(path.with_suffix(".json").read_text("utf-8"))
    with decode(path, rate=RATE) as decoded:
        [track] = decoded.alive
        turns = diarizer.turns(track, silero.build().speech(track), 2)
    together = np.zeros((2, 2))
    for number, span in turns:
        for turn in truth["turns"]:
            row = 0 if turn["speaker"] == "agent" else 1
            together[row, number] += span.overlap(Span(turn["start"], turn["end"]))
    right = max(np.trace(together), np.trace(together[::-1]))
    return float(1 - right / together.sum())


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "calls").exists(), reason="no labelled calls beside the project")
@pytest.mark.parametrize("ending", ["mp3", "amr"])
def test_the_two_voices_of_mono_calls_are_told_apart(diarizer: VoicePrints, ending: str) -> None:
    paths = sorted((SHARED / "calls" / "open").glob(f"*.{ending}"))

    confused = [share_confused(diarizer, path) for path in paths]

    assert confused
    assert np.mean(confused) < 0.05  # 0.01 when written; the overlap of an interruption counts
