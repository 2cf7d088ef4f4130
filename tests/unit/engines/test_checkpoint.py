"""Checkpoints are written here opcode by opcode: the tests need no torch, and can lie."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from huiting.core.errors import ModelUnavailable
from huiting.engines import _checkpoint
from huiting.engines._checkpoint import read_state


@dataclass(frozen=True)
class Named:
    """A global of a module, as a pickle names it."""

    module: str
    name: str


@dataclass(frozen=True)
class Called:
    """The result of calling `function` with `args`."""

    function: Named
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Stored:
    """What a persistent id points to."""

    pid: tuple[Any, ...]


@dataclass(frozen=True)
class Built:
    """An object given a state."""

    made: Called
    state: dict[str, Any]


def opcodes(value: object) -> bytes:
    match value:
        case bool():
            return b"\x88" if value else b"\x89"
        case int():
            return b"J" + value.to_bytes(4, "little", signed=True)
        case str():
            return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()
        case tuple():
            return b"(" + b"".join(map(opcodes, value)) + b"t"
        case list():
            return b"(" + b"".join(map(opcodes, value)) + b"l"
        case dict():
            return b"}" + b"".join(opcodes(k) + opcodes(v) + b"s" for k, v in value.items())
        case Named(module, name):
            return f"c{module}\n{name}\n".encode()
        case Called(function, args):
            return opcodes(function) + opcodes(args) + b"R"
        case Built(made, state):
            return opcodes(made) + opcodes(state) + b"b"
        case Stored(pid):
            return opcodes(pid) + b"Q"
    raise TypeError(value)


FLOATS = Named("torch", "FloatStorage")
EMPTY = Called(Named("collections", "OrderedDict"), ())


def tensor(
    size: tuple[int, ...],
    stride: tuple[int, ...],
    *,
    offset: int = 0,
    key: str = "0",
    storage: object = FLOATS,
    kind: str = "storage",
) -> Called:
    stored = Stored((kind, storage, key, "cpu", 6))
    args = (stored, offset, size, stride, False, EMPTY)
    return Called(Named("torch._utils", "_rebuild_tensor_v2"), args)


def checkpoint(value: object, values: bytes = np.arange(6, dtype="<f4").tobytes()) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("any/data.pkl", b"\x80\x02" + opcodes(value) + b".")
        archive.writestr("any/data/0", values)
    return file.getvalue()


def test_a_tensor_is_read_by_its_name() -> None:
    state = read_state(checkpoint({"w": tensor((2, 3), (3, 1))}), "a.pt")

    assert state["w"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_strides_and_offset_are_followed() -> None:
    state = read_state(checkpoint({"w": tensor((2, 2), (1, 3), offset=1)}), "a.pt")

    assert state["w"].tolist() == [[1, 4], [2, 5]]


def test_a_single_value_has_no_shape() -> None:
    assert read_state(checkpoint({"n": tensor((), (), offset=2)}), "a.pt")["n"] == 2


def test_an_empty_tensor_is_read() -> None:
    assert read_state(checkpoint({"n": tensor((0, 3), (3, 1))}), "a.pt")["n"].shape == (0, 3)


def test_integers_keep_their_type() -> None:
    longs = tensor((2,), (1,), storage=Named("torch", "LongStorage"))

    state = read_state(checkpoint({"n": longs}, np.array([7, 8], "<i8").tobytes()), "a.pt")

    assert state["n"].dtype == np.int64
    assert state["n"].tolist() == [7, 8]


def test_of_a_trainers_file_only_the_tensors_are_kept() -> None:
    version = Called(Named("torch.torch_version", "TorchVersion"), ("2.0",))
    told = Built(Called(Named("pyannote.audio.core.task", "Specifications"), ()), {"duration": 10})
    whole = {"version": version, "about": told, "state_dict": {"w": tensor((6,), (1,)), "epoch": 3}}

    assert list(read_state(checkpoint(whole), "a.bin")) == ["w"]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Called(Named("os", "system"), ("false",)), id="runs a program"),
        pytest.param(Called(Named("builtins", "eval"), ("1",)), id="evaluates text"),
        pytest.param(Named("torch", "load"), id="another function of torch"),
        pytest.param({"w": Named("torch.storage", "UntypedStorage")}, id="another class of torch"),
        pytest.param({"w": tensor((7,), (1,))}, id="reaches beyond its storage"),
        pytest.param({"w": tensor((2,), (1,), offset=5)}, id="begins too late"),
        pytest.param({"w": tensor((2,), (-1,), offset=3)}, id="runs backwards"),
        pytest.param({"w": tensor((-1,), (1,))}, id="negative size"),
        pytest.param({"w": tensor((2,), (1,), offset=-1)}, id="begins before its storage"),
        pytest.param({"w": tensor((9000, 9000), (0, 0))}, id="blows one value up"),
        pytest.param({"w": tensor((2, 3), (1,))}, id="as many sizes as strides"),
        pytest.param({"w": tensor((6,), (1,), key="9")}, id="no such storage"),
        pytest.param({"w": tensor((6,), (1,), kind="module")}, id="points elsewhere"),
        pytest.param({"w": tensor((6,), (1,), storage="FloatStorage")}, id="no storage type"),
        pytest.param(
            {"w": Called(Named("torch._utils", "_rebuild_tensor_v2"), ("text", 0, (), ()))},
            id="tensor of text",
        ),
        pytest.param([1, 2], id="a list"),
    ],
)
def test_what_is_no_plain_tensor_is_refused(value: object) -> None:
    with pytest.raises(ModelUnavailable, match=r"a\.pt"):
        read_state(checkpoint(value), "a.pt")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"RIFF....WAVE", id="something else"),
        pytest.param(checkpoint({"w": tensor((6,), (1,))})[:60], id="cut off"),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ModelUnavailable, match="not a checkpoint"):
        read_state(data, "a.pt")


def test_an_archive_without_an_index_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme", b"hello")

    with pytest.raises(ModelUnavailable, match=r"no data\.pkl"):
        read_state(file.getvalue(), "a.pt")


def test_an_entry_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_checkpoint, "LARGEST", 200)
    bomb = checkpoint({"w": tensor((6,), (1,))}, bytes(1000))

    with pytest.raises(ModelUnavailable, match="more than 200 bytes"):
        read_state(bomb, "a.pt")
