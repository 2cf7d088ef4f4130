"""Punctuation with CT-Transformer, by sherpa-onnx: where marks belong in a text without any.

The runtime writes a text anew, with marks and other spaces. Here that becomes what marks follow
which characters, so that nobody's text is touched but where a mark is put in.
"""

from pathlib import Path

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.engines._onnx import signature
from huiting.engines._sherpa import Native, load

NAME = "ct-transformer"
NETWORKS = ("model.int8.onnx", "model.onnx")
LANGUAGES = ("zh", "en")
MARKS = ("，", "。", "？", "、")
NONE = "_"
"""What the network says where no mark belongs."""
NAMED = "punctuations"  # codespell:ignore punctuations
"""Where its metadata list the marks."""
INPUTS = 2
REMEDY = "fetch a model that was exported for sherpa-onnx"


def build(*, weights: Path, device: str = "cpu", threads: int = 1) -> "CtTransformer":
    """Load the network.

    Args:
        weights: folder that holds `model.int8.onnx` or `model.onnx`.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        threads: that one call uses.

    Raises:
        ConfigError: sherpa-onnx cannot use the device.
        ModelUnavailable: the package or the file is missing, or the file is another's.
        OutOfRoom: the model does not fit.
    """
    folder = Path(weights)
    path = next((folder / n for n in NETWORKS if (folder / n).exists()), folder / NETWORKS[0])
    check(path)

    def punctuation(native: Native, provider: str) -> Native:
        model = native.OfflinePunctuationModelConfig(
            ct_transformer=str(path), num_threads=threads, provider=provider
        )
        return native.OfflinePunctuation(native.OfflinePunctuationConfig(model=model))

    return CtTransformer(load(NAME, punctuation, [path], device).recognizer)


def check(path: Path) -> None:
    """Look at a file before the runtime does.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    found = signature(path)
    said = found.metadata
    if len(found.inputs) != INPUTS:
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {INPUTS}", REMEDY
        )
    tokens, marks = said.get("tokens", "").split("|"), said.get(NAMED, "").split("|")
    for name, right in (
        ("tokens", len(tokens) > 1 and all(tokens)),
        ("vocab_size", said.get("vocab_size") == str(len(tokens))),
        ("unk_symbol", said.get("unk_symbol", "") in tokens),
        (NAMED, {*MARKS, NONE} <= set(marks) and all(marks)),
    ):
        if not right:
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    if found.shapes[0][2:] != (len(marks),):
        raise ModelUnavailable(str(path), "it tells other marks than it names", REMEDY)


class CtTransformer:
    """A `Punctuator`. One instance may be called from several threads."""

    languages = LANGUAGES

    def __init__(self, punctuation: Native) -> None:
        self._punctuation = punctuation

    def marks(self, text: str, /) -> dict[int, str]:
        """Return the mark that belongs after a character, by the character's place.

        Raises:
            EngineError: the network failed.
        """
        text = text.rstrip("".join(MARKS) + " ")  # the runtime writes a last mark anew
        if not text.strip():
            return {}
        try:
            written = self._punctuation.add_punctuation(text)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            raise EngineError(
                NAME, f"the network failed: {error}", "set punctuation to rules"
            ) from error
        return placed(text, written)


def placed(text: str, written: str) -> dict[int, str]:
    """Return which marks `written` has that `text` has not, by the place before them.

    Args:
        text: as it was given.
        written: the same with marks and other spaces.

    Raises:
        EngineError: it is not the same otherwise.
    """
    letters = [(i, letter) for i, letter in enumerate(text) if not letter.isspace()]
    found: dict[int, str] = {}
    at = 0
    for letter in written:
        if at < len(letters) and letter == letters[at][1]:
            at += 1
        elif letter in MARKS and at:
            found[letters[at - 1][0]] = letter
        elif not letter.isspace():
            raise EngineError(NAME, "it wrote another text", "set punctuation to rules")
    if at < len(letters):
        raise EngineError(NAME, "it wrote another text", "set punctuation to rules")
    return found
