"""Prompted models as sherpa-onnx publishes them: files looked at before they are loaded.

The runtime ends the process over a file that lacks something it reads. So what it reads is read
here first. Knows no model.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from huiting.core.errors import ModelUnavailable
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._onnx import Signature, signature
from huiting.engines._prompted import Model, Prompted
from huiting.engines._prompts import Speaks, voice_detector
from huiting.engines._sherpa import Native

PRECISIONS = (".int8", ".fp16", "")
"""What stands before the suffix of a file, the one taken first."""
SINCE = (2, 0)
"""Version of sherpa-onnx that takes hotwords and a language for each clip; older ones pass over
them without a word."""


def network(folder: Path, name: str) -> Path:
    """Return the file of a network in whichever precision is there.

    Raises:
        ModelUnavailable: it is in none.
    """
    files = [folder / f"{name}{precision}.onnx" for precision in PRECISIONS]
    found = next((file for file in files if file.exists()), None)
    if found is None:
        raise ModelUnavailable(
            str(files[0]), "no such file", "name the folder of a sherpa-onnx model"
        )
    return found


def beside(files: Sequence[Path]) -> list[Path]:
    """Return files and those that hold their weights apart."""
    return [near for file in files for near in _with_weights(file)]


def _with_weights(file: Path) -> Iterator[Path]:
    yield file
    for weights in (file.with_suffix(".data"), file.with_name(f"{file.name}.data")):
        if weights.exists():
            yield weights


def tokenizer(folder: Path, needed: Collection[str]) -> Path:
    """Return the folder of the tokenizer: the first that holds a vocabulary.

    Args:
        folder: of the model.
        needed: files that must be in it.

    Raises:
        ModelUnavailable: there is none, or a file is missing or empty.
    """
    folders = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found = next((path for path in folders if (path / "vocab.json").exists()), None)
    if found is None:
        raise ModelUnavailable(
            str(folder), "it holds no tokenizer", "name the folder of a sherpa-onnx model"
        )
    for name in needed:
        file = found / name
        if not file.exists() or not file.stat().st_size:
            raise ModelUnavailable(str(file), "no such file, or empty", "fetch the model anew")
    return found


def tokens_of(folder: Path) -> set[str]:
    """Return the tokens of a tokenizer, special ones among them.

    Raises:
        ModelUnavailable: its files cannot be read.
    """
    vocabulary = read(folder / "vocab.json")
    added: list[Any] = []
    if (folder / "tokenizer_config.json").exists():
        decoder = read(folder / "tokenizer_config.json").get("added_tokens_decoder")
        added += decoder.values() if isinstance(decoder, dict) else ()
    return {*vocabulary, *(entry["content"] for entry in added if "content" in entry)}


def read(file: Path) -> dict[str, Any]:
    """Read an object in JSON.

    Raises:
        ModelUnavailable: the file holds none.
    """
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise ModelUnavailable(str(file), f"not JSON ({error})", "fetch the model anew") from error
    if not isinstance(found, dict):
        raise ModelUnavailable(str(file), "it holds no object", "fetch the model anew")
    return found


def checked(
    file: Path, *, inputs: int, outputs: int, numbers: Collection[str] = (), layered: bool = False
) -> Signature:
    """Return what a network says of itself when the runtime can live with it.

    Args:
        file: of the network.
        inputs: how many it has; beside those of its layers.
        outputs: likewise.
        numbers: metadata that must be whole numbers.
        layered: whether two more of each come with every layer.

    Raises:
        ModelUnavailable: something is missing.
    """
    found = signature(file)
    layers = (len(found.outputs) - outputs) // 2 if layered else 0
    fits = len(found.outputs) == outputs + 2 * layers and len(found.inputs) == inputs + 2 * layers
    if not fits or (layered and layers < 1):
        raise ModelUnavailable(
            str(file),
            f"{len(found.inputs)} inputs and {len(found.outputs)} outputs are not those expected",
            "name the folder of a sherpa-onnx model",
        )
    for name in numbers:
        if not found.metadata.get(name, "").isdecimal():
            raise ModelUnavailable(
                str(file),
                f"its metadata has no number {name!r}",
                "take a model made for sherpa-onnx",
            )
    return found


def recent(native: Native) -> Native:
    """Return the package sherpa-onnx when it is new enough.

    Raises:
        ModelUnavailable: it is not.
    """
    version = str(native.__version__)
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < SINCE:
        raise ModelUnavailable(
            f"sherpa-onnx {version}",
            "it cannot tell a model words for one clip and not for another",
            f"install {'.'.join(map(str, SINCE))} or later",
        )
    return native


def one_by_one(
    made: Callable[[str], Model],
    longest: float,
    speaks: Speaks | None,
    *,
    device: str,
    fallback: str,
) -> Decoding[Prompted]:
    """Return a recognizer by sherpa-onnx, which is given clip after clip.

    Args:
        made: loads the model on a device.
        longest: seconds of a clip that its memory has room for.
        speaks: asked of a clip before any words are told; None for Silero.
        device: as the user names it.
        fallback: where to go on when there is no room.

    Raises:
        ConfigError: there is no such device or fallback.
        ModelUnavailable: the model does not load.
    """
    guard = speaks or voice_detector()
    return decoding(lambda where: Prompted(made(where), guard), device, fallback, longest=longest)
