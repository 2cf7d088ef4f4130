"""What a file in the ONNX format says of itself: its metadata, inputs and outputs.

The weights are passed over, so this takes no time and no memory whatever the file's size.

Source: `onnx.proto`, and the encoding of Protocol Buffers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from huiting.core.errors import ModelUnavailable

GRAPH, METADATA = 7, 14
"""Fields of a model."""
INPUT, OUTPUT = 11, 12
"""Fields of a graph."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Kinds of values."""
KNOWN = 1 << 3 | VARINT
"""Begins the size of a dimension that is known."""
LONGEST = 10
"""Bytes of a number."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model says of itself."""

    metadata: dict[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...] = ()
    """Of the outputs; 0 stands for a size that is not known before."""


def signature(path: Path) -> Signature:
    """Read a file.

    Raises:
        ModelUnavailable: it is not there, or not in this format.
    """
    try:
        with path.open("rb") as file:
            return _signature(file, path.stat().st_size)
    except FileNotFoundError as error:
        raise ModelUnavailable(str(path), "no such file", "name the folder of a model") from error
    except (ValueError, OSError) as error:
        raise ModelUnavailable(
            str(path), f"it is no ONNX file ({error})", "fetch the model anew"
        ) from error


def _signature(file: BinaryIO, size: int) -> Signature:
    metadata: dict[str, str] = {}
    inputs: list[str] = []
    outputs: list[str] = []
    shapes: list[tuple[int, ...]] = []
    graphs = 0
    for number, end in _fields(file, size):
        if number == METADATA:
            pair = _pair(file, end)
            metadata[pair.get(1, b"").decode()] = pair.get(2, b"").decode()
        elif number == GRAPH:
            graphs += 1
            for inner, last in _fields(file, end):
                if inner in {INPUT, OUTPUT}:
                    pair = _pair(file, last)
                    kept = inputs if inner == INPUT else outputs
                    kept.append(pair.get(1, b"").decode())
                    shapes += [_shape(pair.get(2, b""))] if inner == OUTPUT else []
    if not graphs:
        raise ValueError("it holds no graph")
    return Signature(metadata, tuple(inputs), tuple(outputs), tuple(shapes))


def _fields(file: BinaryIO, end: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each field of bytes up to `end`, and where it ends.

    What is not read of a field meanwhile is passed over.
    """
    while file.tell() < end:
        key = _number(file)
        if key & 7 == VARINT:
            _number(file)
        elif key & 7 in {FIXED64, FIXED32}:
            file.seek(8 if key & 7 == FIXED64 else 4, 1)
        elif key & 7 == BYTES:
            length = _number(file)
            last = file.tell() + length
            if last > end:
                raise ValueError("it ends early")
            yield key >> 3, last
            file.seek(last)
        else:
            raise ValueError("it holds what is no field")


def _pair(file: BinaryIO, end: int) -> dict[int, bytes]:
    """Return the first two fields of a message; the second is not always a text."""
    return {
        number: file.read(last - file.tell())
        for number, last in _fields(file, end)
        if number in {1, 2}
    }


def _shape(kind: bytes) -> tuple[int, ...]:
    """Return the shape that stands in the type of a value."""
    tensor = _pair(BytesIO(kind), len(kind)).get(1, b"")
    shape = _pair(BytesIO(tensor), len(tensor)).get(2, b"")
    file, sizes = BytesIO(shape), []
    for _, end in _fields(file, len(shape)):
        size = 0
        while file.tell() < end:
            key = _number(file)
            if key != KNOWN:
                break  # a name, or nothing that is known
            size = _number(file)
        file.seek(end)
        sizes.append(size)
    return tuple(sizes)


def _number(file: BinaryIO) -> int:
    found = 0
    for place in range(LONGEST):
        byte = file.read(1)
        if not byte:
            raise ValueError("it ends early")
        found |= (byte[0] & 0x7F) << 7 * place
        if byte[0] < 0x80:  # noqa: PLR2004  (the highest bit says that more follows)
            return found
    raise ValueError("it holds a number without an end")
