"""Fun-ASR-Nano by sherpa-onnx.

The times this runtime gives are the clip divided evenly among the tokens. They are not used:
words have none.

Source: `offline-recognizer-funasr-nano-impl.cc` in sherpa-onnx; prompts of `model.py` in Fun-ASR.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import _prompted_files, _sherpa
from huiting.engines._decoding import Decoding
from huiting.engines._onnx import Signature
from huiting.engines._prompted import SLOW, Order, Prompted, Room, Said, Tongue, most, slowest
from huiting.engines._prompts import Speaks
from huiting.engines._sherpa import Loaded, Native
from huiting.engines.device import CUDA
from huiting.engines.fun_asr_nano._languages import NAMES
from huiting.engines.fun_asr_nano._options import SCAFFOLD, SOUND, Options
from huiting.engines.fun_asr_nano._unasked import among, odds_of

MEMORY = ("max_total_len", "attention_mask_len")
"""Metadata that says how many positions there are, the later name first."""
FILES = ("vocab.json", "merges.txt", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class Files:
    """Of a model; all there and in order."""

    encoder: Path
    model: Path
    embedding: Path
    tokenizer: Path
    memory: int
    """Positions of the language model's memory."""
    halves: bool
    """Whether its numbers have 16 bits."""


def build(
    options: Options, *, device: str, fallback: str, speaks: Speaks | None = None
) -> Decoding[Prompted]:
    """Load the model; see the package's `build`."""
    if options.compute != "auto":
        raise ConfigError(
            f"compute {options.compute!r}",
            "sherpa-onnx computes in the number format of the files",
            "choose auto, or other files",
        )
    files = files_in(options.weights)
    longest = room_of(files).longest(slowest(options.languages or NAMES[options.checkpoint]))

    def made(where: str) -> Nano:
        return Nano(load(files, options, where), files, options)

    return _prompted_files.one_by_one(made, longest, speaks, device=device, fallback=fallback)


def files_in(folder: Path) -> Files:
    """Return the files of a model.

    Raises:
        ModelUnavailable: one is missing, or is not what the runtime can live with.
    """
    look = _prompted_files
    encoder, model = look.network(folder, "encoder_adaptor"), look.network(folder, "llm")
    embedding = look.network(folder, "embedding")
    sizes = ("lfr_window_size", "lfr_window_shift", "llm_dim")
    look.checked(encoder, inputs=1, outputs=1, numbers=sizes)
    look.checked(embedding, inputs=1, outputs=1)
    signature = look.checked(model, inputs=3, outputs=1, numbers=("vocab_size",), layered=True)
    memory = memory_of(model, signature)
    vocabulary = look.tokenizer(folder, FILES)
    look.tokens_of(vocabulary)
    look.read(vocabulary / "tokenizer.json")
    files = Files(
        encoder,
        model,
        embedding,
        vocabulary,
        memory,
        halves=signature.metadata.get("quantization_type") == "fp16",
    )
    if room_of(files).longest(SLOW) < 1:
        raise ModelUnavailable(
            str(model), f"its memory of {memory} has no room for a clip", "take another export"
        )
    return files


def memory_of(file: Path, signature: Signature) -> int:
    """Return how many positions a language model's memory has.

    Raises:
        ModelUnavailable: it does not say, or was not exported for this runtime.
    """
    said = signature.metadata
    size = next((said[name] for name in MEMORY if name in said), "")
    layers = (len(signature.outputs) - 1) // 2
    if (
        "kv_delta" not in said.get("model_type", "")
        or not size.isdecimal()
        or said.get("num_layers", str(layers)) != str(layers)
    ):
        raise ModelUnavailable(
            str(file), "it was exported for another runtime", "take a model made for sherpa-onnx"
        )
    return int(size)


def room_of(files: Files) -> Room:
    """Return what a model has room for."""
    return Room(files.memory, SCAFFOLD, SOUND)


def load(files: Files, options: Options, device: str) -> Loaded:
    """Load a model on a device."""

    def make(native: Native, provider: str) -> Native:
        check_provider(files, provider)
        return _prompted_files.recent(native).OfflineRecognizer.from_funasr_nano(
            encoder_adaptor=str(files.encoder),
            llm=str(files.model),
            embedding=str(files.embedding),
            tokenizer=str(files.tokenizer),
            num_threads=options.threads,
            provider=provider,
            user_prompt="",
            max_new_tokens=most(room_of(files).longest(SLOW), SLOW),
            itn=options.itn,
        )

    needed = _prompted_files.beside([files.encoder, files.model, files.embedding])
    return _sherpa.load("fun-asr-nano", make, needed, device)


def check_provider(files: Files, provider: str) -> None:
    """Refuse what would end the process.

    Raises:
        ModelUnavailable: the provider does not run these weights.
    """
    if files.halves and provider == CUDA:
        raise ModelUnavailable(
            str(files.model),
            "sherpa-onnx does not run 16-bit weights of this model on CUDA",
            "take the int8 weights, or the processor",
        )


class Nano:
    """A `Model`."""

    name = "fun-asr-nano"

    def __init__(self, loaded: Loaded, files: Files, options: Options) -> None:
        self._loaded = loaded
        self._names = NAMES[options.checkpoint]
        self._among = among(options.checkpoint, options.languages)
        self.room = room_of(files)
        self.codes = tuple(self._names)

    @property
    def device(self) -> str:
        """As the runtime names it."""
        return self._loaded.device

    def write(self, order: Order, /) -> Said:
        """Write down a clip; the runtime bounds the tokens by the longest clip, not by this one."""
        options = {
            "hotwords": ",".join(order.words),
            "language": self._names[order.language] if order.language else "",
        }
        (result,) = self._loaded.decode([order.clip], options)
        return Said(result.text.strip(), len(result.tokens))

    def tongue(self, _clip: Audio, /) -> Tongue:
        """Say nothing: the model does not tell what language it hears."""
        return Tongue()

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return the odds of languages by the script of what the model writes unasked."""
        return odds_of(clip, self._among, self.write)
