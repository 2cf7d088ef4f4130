"""What is decided of PyTorch's devices, and told, before PyTorch is loaded."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import paraformer, sensevoice
from huiting.engines._torch import best

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("names", "rooms", "name", "reason"),
    [
        ([], [], "cpu", "no CUDA device"),
        (["cuda:0", "cuda:1"], [4 * GB, 9 * GB], "cuda:1", "9.0 GB free"),
        (["cuda:0", "cuda:1"], [GB, None], "cpu", "needs 2.0 GB, cuda:0 has 1.0 GB free"),
    ],
)
def test_the_device_with_the_most_room_is_taken(
    names: list[str], rooms: list[int | None], name: str, reason: str
) -> None:
    assert best(names, rooms, 2 * GB) == (name, reason)


@pytest.mark.parametrize("engine", [sensevoice, paraformer], ids=["sensevoice", "paraformer"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"runtime": "tensorrt"}, "no such runtime"),
        ({"fallback": "gpu"}, "choose one of none, cpu"),
        ({"compute": "int4"}, "choose one of float32, float16, bfloat16"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_loaded(
    tmp_path: Path, engine: object, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        engine.build(weights=tmp_path, **{"runtime": "torch", **options})  # type: ignore[attr-defined]


@pytest.mark.parametrize("engine", [sensevoice, paraformer], ids=["sensevoice", "paraformer"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, engine: object) -> None:
    with pytest.raises(ModelUnavailable, match=r"config\.yaml: no such file"):
        engine.build(weights=str(tmp_path), runtime="torch")  # type: ignore[attr-defined]


@pytest.mark.skipif(find_spec("funasr") is not None, reason="FunASR is installed here")
def test_without_funasr_it_says_what_to_install(tmp_path: Path) -> None:
    for name in ("config.yaml", "model.pt"):
        (tmp_path / name).touch()

    with pytest.raises(ModelUnavailable, match=r"pip install 'huiting\[funasr\]'"):
        sensevoice.build(weights=tmp_path)
