"""Read the tensors of a PyTorch checkpoint without PyTorch, and without trusting it.

A checkpoint is a zip archive with a pickle inside, and a pickle may call any function
it names. Here it may name the builder of a tensor, the storage types, `OrderedDict`, and
four classes with which a trainer describes itself; anything else is refused before it is
looked up. The builder is our own and checks that a tensor lies inside its storage; the
four become objects that do nothing. What is read is bounded in size.

Knows nothing of models; that a file is the published one is checked elsewhere, by hash.

Source:
    The zip format of `torch.save` since PyTorch 1.6: `<root>/data.pkl` holds the objects,
    `<root>/data/<key>` the raw values of each storage.
"""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable

LARGEST = 256 * 1024 * 1024
"""Bytes; no entry of an archive may unpack to more."""

_TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}
_DESCRIPTIONS = {
    ("torch.torch_version", "TorchVersion"),
    ("pyannote.audio.core.task", "Specifications"),
    ("pyannote.audio.core.task", "Problem"),
    ("pyannote.audio.core.task", "Resolution"),
}
_REMEDY = "fetch the published file again"


@dataclass(frozen=True, slots=True)
class _StorageType:
    """Stands for a torch storage class; says only how its values are laid out."""

    layout: np.dtype[Any]


class _Description:
    """Takes the place of an object that only describes; keeps nothing."""

    def __init__(self, *_told: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        """Drop what the pickle would store."""


def read_state(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """Return the tensors of a checkpoint by name; of its `state_dict` when it has one.

    Args:
        data: the whole file.
        name: what to call the file in an error.

    Raises:
        ModelUnavailable: it is no checkpoint, is damaged, or asks for more than tensors.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _unpickle(archive)
    except (
        zipfile.BadZipFile,
        pickle.UnpicklingError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        EOFError,
        ImportError,
        OverflowError,
        NotImplementedError,
    ) as error:
        raise ModelUnavailable(name, f"not a checkpoint of tensors ({error})", _REMEDY) from error
    if isinstance(found, Mapping) and isinstance(found.get("state_dict"), Mapping):
        found = found["state_dict"]
    if not isinstance(found, Mapping):
        raise ModelUnavailable(name, "holds no table of tensors", _REMEDY)
    return {str(key): value for key, value in found.items() if isinstance(value, np.ndarray)}


def _unpickle(archive: zipfile.ZipFile) -> object:
    index = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
    if index is None:
        raise ValueError("no data.pkl inside")
    return _Reader(archive, index.removesuffix("data.pkl")).load()


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(f"{name} unpacks to more than {LARGEST} bytes")
    return archive.read(name)


class _Reader(pickle.Unpickler):
    """An unpickler that can build tensors and containers, and nothing else."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(_entry(archive, f"{root}data.pkl")))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str, /) -> Any:  # noqa: ANN401  (as in pickle)
        """Return what a checkpoint may name; refuse the rest without importing it."""
        allowed: dict[tuple[str, str], Callable[..., object]] = {
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("collections", "OrderedDict"): OrderedDict,
        }
        if (module, name) in allowed:
            return allowed[module, name]
        if module == "torch" and name in _TYPES:
            return _StorageType(np.dtype(_TYPES[name]))
        if (module, name) in _DESCRIPTIONS:
            return _Description
        raise pickle.UnpicklingError(f"names {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any, /) -> NDArray[Any]:  # noqa: ANN401  (as in pickle)
        """Return the values of the storage that `pid` points to, flat."""
        kind, storage, key, *_ = pid
        if kind != "storage" or not isinstance(storage, _StorageType):
            raise pickle.UnpicklingError(f"points to {kind!r}, which is no storage")
        return np.frombuffer(_entry(self._archive, f"{self._root}data/{key}"), storage.layout)


def _tensor(
    values: object,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    *_grad: object,
) -> NDArray[Any]:
    """Build a tensor as a copy; refuse one that reaches outside its storage."""
    if not isinstance(values, np.ndarray) or len(size) != len(stride):
        raise ValueError("a tensor without values or with a crooked shape")
    if offset < 0 or min([0, *size, *stride]) < 0:
        raise ValueError("a tensor with negative places")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 not in size and last >= len(values):
        raise ValueError("a tensor that reaches beyond its storage")
    if np.prod([1, *size], dtype=float) > len(values):
        raise ValueError("a tensor with more elements than its storage")
    steps = [step * values.itemsize for step in stride]
    return as_strided(values[offset:], list(size), steps, writeable=False).copy()
