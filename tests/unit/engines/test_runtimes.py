from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines._runtimes import runtime_of


@pytest.mark.parametrize(
    ("files", "device", "runtime"),
    [
        pytest.param(["model.int8.onnx"], "auto", "onnx", id="small network"),
        pytest.param(["model.onnx"], "cuda:0", "onnx", id="network"),
        pytest.param(["model.pt"], "auto", "torch", id="checkpoint"),
        pytest.param(["model.pt", "model.onnx"], "auto", "onnx", id="both, anywhere"),
        pytest.param(["model.pt", "model.onnx"], "cpu", "onnx", id="both, on a processor"),
        pytest.param(["model.pt", "model.onnx"], "npu:0", "torch", id="both, on a device"),
    ],
)
def test_the_runtime_is_that_of_the_files(
    tmp_path: Path, files: list[str], device: str, runtime: str
) -> None:
    for name in files:
        (tmp_path / name).touch()

    assert runtime_of("auto", tmp_path, device) == runtime


def test_what_is_asked_for_is_taken(tmp_path: Path) -> None:
    assert runtime_of("torch", tmp_path, "cpu") == "torch"
    assert runtime_of("onnx", tmp_path, "cpu") == "onnx"


def test_a_folder_for_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"neither model\.int8\.onnx nor model\.onnx nor"):
        runtime_of("auto", tmp_path, "auto")


def test_an_unknown_runtime_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose one of auto, onnx, torch"):
        runtime_of("tensorrt", tmp_path, "auto")
