"""Networks exported for streaming, looked at before the runtime does.

It ends the process over a file that lacks something, and reads beyond the end of what is
shorter than it thinks; here both are errors with a remedy.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines._exported import NAME_IT, REMEDY, TOKENS, check_tokens
from huiting.engines._onnx import Signature, signature

COMPUTE = ("auto", "int8", "float32")
INT8 = ".int8."
LIST = re.compile(r"\d+(,\d+)*")
CHUNK, STEP = "T", "decode_chunk_len"
"""Metadata: frames of a piece, and from one piece to the next."""
LAYERS, WIDTHS = "num_encoder_layers", "encoder_dims"


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the runtime wants of an encoder of one kind."""

    numbers: tuple[str, ...]
    """Metadata that are whole numbers, besides those of every encoder."""
    lists: tuple[str, ...]
    """Metadata that are lists of whole numbers, all of one length."""
    states: Callable[[Mapping[str, list[int]]], int]
    """How many states it takes, and gives back, by the lists."""
    inputs: int = 1
    """How many inputs it has besides."""


ARCHITECTURES = {
    "lstm": Architecture((LAYERS, "rnn_hidden_size", "d_model"), (), lambda _: 2),
    "conformer": Architecture(
        (LAYERS, "left_context", "encoder_dim", "pad_length", "cnn_module_kernel"),
        (), lambda _: 2, inputs=2,
    ),
    "zipformer": Architecture(
        (), (WIDTHS, "attention_dims", LAYERS, "cnn_module_kernels", "left_context_len"),
        lambda lists: 7 * len(lists[WIDTHS]),
    ),
    "zipformer2": Architecture(
        (), (WIDTHS, "query_head_dims", "value_head_dims", "num_heads", LAYERS,
             "cnn_module_kernels", "left_context_len"),
        lambda lists: 6 * sum(lists[LAYERS]) + 2,
    ),
}  # fmt: skip
"""By `model_type` in the metadata."""


def file_of(weights: Path, part: str, compute: str, *, small: bool = True) -> Path | None:
    """Return the file of a part of a model, whatever else its name says; None without one.

    Args:
        weights: folder of the model.
        part: what its name begins with: `encoder`.
        compute: `auto`, `int8` or `float32`.
        small: whether `auto` and `int8` take int8 first; else float32, where there is one.

    Raises:
        ConfigError: there is no such number format.
        ModelUnavailable: several files fit.
    """
    if compute not in COMPUTE:
        raise ConfigError(
            f"compute {compute!r}",
            "sherpa-onnx has no such number format",
            f"choose one of {', '.join(COMPUTE)}",
        )
    found = sorted(path for path in weights.glob(f"{part}*.onnx") if path.is_file())
    light = [path for path in found if INT8 in path.name]
    full = [path for path in found if INT8 not in path.name]
    order = [light, full] if small else [full, light]
    fitting = full if compute == "float32" else next(filter(None, order), [])
    if len(fitting) > 1:
        raise ModelUnavailable(
            str(weights), f"it holds {', '.join(p.name for p in fitting)}", "leave one of them"
        )
    return fitting[0] if fitting else None


def needed(path: Path | None, weights: Path, part: str) -> Path:
    """Return a file that was looked for.

    Raises:
        ModelUnavailable: it was not found.
    """
    if path is None:
        raise ModelUnavailable(str(weights / f"{part}.onnx"), "no such file", NAME_IT)
    return path


def check_encoder(path: Path, kinds: Mapping[str, Architecture], usual: str = "") -> Signature:
    """Return what an encoder says of itself.

    Args:
        path: of the file.
        kinds: those that will do, by name.
        usual: its kind where it states none; empty where it must state one.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    found = signature(path)
    said = found.metadata
    kind = kinds.get(said.get("model_type", "") or usual)
    if kind is None:
        stated = said.get("model_type", "")
        raise ModelUnavailable(
            str(path),
            f"it is of the kind {stated!r}, not one of {', '.join(kinds)}",
            REMEDY,
        )
    lists = {name: _list(path, said, name) for name in kind.lists}
    if len({len(few) for few in lists.values()}) > 1:
        raise ModelUnavailable(str(path), "lists in its metadata differ in length", REMEDY)
    for name in (CHUNK, STEP, *kind.numbers):
        number(path, said, name)
    states = kind.states(lists)
    _count(path, found, kind.inputs + states, 1 + states)
    return found


def check_plain(path: Path, inputs: int, outputs: int, numbers: tuple[str, ...] = ()) -> Signature:
    """Return what another part of a model says of itself.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    found = signature(path)
    for name in numbers:
        number(path, found.metadata, name)
    _count(path, found, inputs, outputs)
    return found


def number(path: Path, said: Mapping[str, str], name: str) -> int:
    """Return a whole number above 0 that stands in the metadata.

    Raises:
        ModelUnavailable: none does.
    """
    value = said.get(name, "")
    if not value.isdecimal() or not int(value):
        raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    return int(value)


def vocabulary(weights: Path, size: int, wanted: tuple[str, ...] = ()) -> dict[int, str]:
    """Return the tokens of a model by number.

    Args:
        weights: its folder.
        size: how many the network knows; 0 where it does not say.
        wanted: tokens without which they are those of another model.

    Raises:
        ModelUnavailable: the file is not there, not of this form, or lacks tokens.
    """
    path = weights / TOKENS
    check_tokens(path, wanted)
    rows = [row.rsplit(maxsplit=1) for row in path.read_bytes().splitlines() if row.strip()]
    found = {int(row[-1]): row[0].decode("utf-8", "replace") for row in rows}
    missing = next((n for n in range(size) if n not in found), None)
    if missing is not None:
        raise ModelUnavailable(str(path), f"it lacks the token of number {missing}", REMEDY)
    return found


def _list(path: Path, said: Mapping[str, str], name: str) -> list[int]:
    value = said.get(name, "").replace(" ", "")
    if not LIST.fullmatch(value):
        raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    return [int(part) for part in value.split(",")]


def _count(path: Path, found: Signature, inputs: int, outputs: int) -> None:
    if len(found.inputs) != inputs:
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {inputs}", REMEDY
        )
    if len(found.outputs) < outputs:
        raise ModelUnavailable(
            str(path), f"it gives {len(found.outputs)} outputs, not {outputs}", REMEDY
        )
