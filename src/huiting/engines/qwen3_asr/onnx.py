"""Qwen3-ASR by sherpa-onnx.

The runtime keeps to itself the language that the model writes before the text. But of an answer
that is cut off after two tokens it leaves `language Chinese`, so that is how it is asked for.

Source: `offline-recognizer-qwen3-asr-impl.cc` in sherpa-onnx.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import _prompted_files, _sherpa
from huiting.engines._decoding import Decoding
from huiting.engines._prompted import Order, Prompted, Room, Said, Tongue, slowest
from huiting.engines._prompts import Speaks, silent
from huiting.engines._sherpa import Loaded, Native
from huiting.engines.qwen3_asr._reading import NAMES, SPOKEN, read
from huiting.engines.qwen3_asr._tongues import among, nearest, odds_of

SCAFFOLD = 24
"""Tokens of the longest prompt without words: 19, counted with the tokenizer of Qwen3."""
SOUND = 13.0
"""Tokens of a second of sound."""
LANGUAGE = 2
"""Tokens that tell the language: `language`, and the name or enough of it."""
FILES = ("vocab.json", "merges.txt", "tokenizer_config.json")
TOKENS = ("<asr_text>", "<|audio_pad|>", "<|im_end|>")
"""Without which the runtime ends the process, or the text."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same on every device."""

    weights: Path
    threads: int
    memory: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """Of a model; all there and in order."""

    frontend: Path
    encoder: Path
    decoder: Path
    tokenizer: Path


def build(
    options: Options, *, device: str, fallback: str, speaks: Speaks | None = None
) -> Decoding[Prompted]:
    """Load the model; see the package's `build`."""
    longest = room_of(options).longest(slowest(options.languages or NAMES))
    if longest < 1:
        raise ConfigError(
            f"memory {options.memory}", "it has no room for a clip", "set what the export says"
        )
    files = files_in(options.weights)

    def made(where: str) -> Qwen:
        return Qwen(load(files, options, where), options)

    return _prompted_files.one_by_one(made, longest, speaks, device=device, fallback=fallback)


def room_of(options: Options) -> Room:
    """Return what the model has room for."""
    return Room(options.memory, SCAFFOLD, SOUND)


def files_in(folder: Path) -> Files:
    """Return the files of a model.

    Raises:
        ModelUnavailable: one is missing, or is not what the runtime can live with.
    """
    look = _prompted_files
    if not folder.is_dir():
        raise ModelUnavailable(str(folder), "no such folder", "name the folder of the model")
    files = Files(
        look.network(folder, "conv_frontend"),
        look.network(folder, "encoder"),
        look.network(folder, "decoder"),
        look.tokenizer(folder, FILES),
    )
    look.checked(files.frontend, inputs=1, outputs=1)
    look.checked(files.encoder, inputs=2, outputs=1)
    look.checked(files.decoder, inputs=4, outputs=1, layered=True)
    lacking = [token for token in TOKENS if token not in look.tokens_of(files.tokenizer)]
    if lacking:
        raise ModelUnavailable(
            str(files.tokenizer),
            f"the tokenizer has no {', '.join(lacking)}",
            "take the one that came with the model",
        )
    return files


def load(files: Files, options: Options, device: str) -> Loaded:
    """Load a model on a device."""

    def make(native: Native, provider: str) -> Native:
        return _prompted_files.recent(native).OfflineRecognizer.from_qwen3_asr(
            conv_frontend=str(files.frontend),
            encoder=str(files.encoder),
            decoder=str(files.decoder),
            tokenizer=str(files.tokenizer),
            num_threads=options.threads,
            provider=provider,
            max_total_len=options.memory,
        )

    needed = _prompted_files.beside([files.frontend, files.encoder, files.decoder])
    return _sherpa.load("qwen3-asr", make, needed, device)


class Qwen:
    """A `Model`."""

    name = "qwen3-asr"

    def __init__(self, loaded: Loaded, options: Options) -> None:
        self._loaded = loaded
        self._among = among(options.languages)
        self.room = room_of(options)
        self.codes = tuple(SPOKEN)

    @property
    def device(self) -> str:
        """As the runtime names it."""
        return self._loaded.device

    def write(self, order: Order, /) -> Said:
        """Write down a clip."""
        result = self._ask(order)
        return Said(read(result.text).text, len(result.tokens))

    def tongue(self, clip: Audio, /) -> Tongue:
        """Say what language is spoken: the one the model would write before the text."""
        reading = read(self._ask(Order(clip, None, (), LANGUAGE)).text)
        return Tongue(nearest(reading.code, self._among), reading.nobody)

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return 1 for the language the model names: it does not tell how sure it is."""
        return odds_of(None if silent(clip) else self.tongue(clip).code, self._among)

    def _ask(self, order: Order) -> Native:
        options = {
            "hotwords": ",".join(order.words),
            "language": SPOKEN[order.language] if order.language else "",
            "max_new_tokens": str(order.most),
        }
        (result,) = self._loaded.decode([order.clip], options)
        return result
