"""FunASR's models as exported for sherpa-onnx, looked at before the runtime does.

It ends the process over a file that lacks something; here that is an error with a remedy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines._onnx import Signature, signature
from huiting.engines.device import CUDA

BINS = 80
"""Size of a frame of the analysis."""
TOKENS = "tokens.txt"
FILES = {"int8": "model.int8.onnx", "float32": "model.onnx"}
"""File of the network by its number format."""
STACKED, SHIFT, SIZE = "lfr_window_size", "lfr_window_shift", "vocab_size"
NORMALIZATION = ("neg_mean", "inv_stddev")
NAME_IT = "name the folder of a sherpa-onnx model"
REMEDY = "fetch a model that was exported for sherpa-onnx"


@dataclass(frozen=True, slots=True)
class Form:
    """What the runtime wants of a network."""

    inputs: int
    """How many it has."""
    numbers: tuple[str, ...]
    """Metadata that are whole numbers, besides those of every network."""


def network(weights: Path, compute: str, device: str) -> Path:
    """Return the file of the network to load.

    Args:
        weights: folder of the model.
        compute: `auto`, `int8` or `float32`; auto takes what the folder holds, int8 first but
            on CUDA, which is slow in it.
        device: as the user names it.

    Raises:
        ConfigError: there is no such number format.
        ModelUnavailable: the folder does not hold the file.
    """
    if compute != "auto" and compute not in FILES:
        raise ConfigError(
            f"compute {compute!r}",
            "sherpa-onnx has no such number format",
            f"choose one of auto, {', '.join(FILES)}",
        )
    usual = list(FILES.values())
    order = usual[::-1] if device.startswith(CUDA) else usual
    names = order if compute == "auto" else [FILES[compute]]
    found = next((weights / name for name in names if (weights / name).exists()), None)
    if found is None:
        raise ModelUnavailable(str(weights / names[0]), "no such file", NAME_IT)
    return found


def check(path: Path, form: Form) -> Signature:
    """Return what a network says of itself.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    found = signature(path)
    said = found.metadata
    if len(found.inputs) != form.inputs:
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {form.inputs}", REMEDY
        )
    for name in (SIZE, STACKED, SHIFT, *form.numbers):
        if not said.get(name, "").isdecimal():
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    if not int(said[STACKED]) or not int(said[SHIFT]):
        raise ModelUnavailable(str(path), "it takes no frames at a time", REMEDY)
    for name in NORMALIZATION:
        if _reals(said.get(name, "")) != BINS * int(said[STACKED]):
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    return found


def _reals(text: str) -> int:
    """Return how many numbers stand in a list; 0 where something else does."""
    try:
        return len([float(part) for part in text.split(",")])
    except ValueError:
        return 0


def check_tokens(path: Path, wanted: Sequence[str]) -> None:
    """Refuse a file of tokens and their numbers that the runtime would end the process over.

    Args:
        path: of tokens.txt.
        wanted: tokens without which it is that of another model.

    Raises:
        ModelUnavailable: it is not there, or not of this form.
    """
    if not path.exists():
        raise ModelUnavailable(str(path), "no such file", NAME_IT)
    # Only some bytes are spaces to the runtime; a token may be a space of another kind.
    rows = [line.split() for line in path.read_bytes().splitlines() if line.strip()]
    bad = next(
        (i for i, (*token, last) in enumerate(rows) if len(token) > 1 or not last.isdigit()), None
    )
    if bad is not None:
        raise ModelUnavailable(str(path), f"row {bad + 1} is not a token and its number", REMEDY)
    found = {row[0] for row in rows}
    missing = next((token for token in wanted if token.encode() not in found), None)
    if missing is not None:
        raise ModelUnavailable(str(path), f"it lacks the token {missing}", REMEDY)
