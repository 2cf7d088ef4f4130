"""Qwen3-ASR by the package qwen-asr: transformers or vLLM, in a process of its own.

What the package pins goes with nothing else, so it lives in another environment (`_program`).
Times of words come from the forced aligner, where there is one and it knows the language.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines._decoding import Decoder, Decoding, decoding
from huiting.engines._memory import OutOfMemory
from huiting.engines._placing import VISIBLE, placed, visible
from huiting.engines._prompted import LONGEST, SLOW, Order, Prompted, Room, Said, Tongue, most
from huiting.engines._prompts import Speaks, silent, voice_detector
from huiting.engines.apart import Apart, Program
from huiting.engines.device import CPU, CUDA
from huiting.engines.qwen3_asr._aligned import LANGUAGES, Item, words_of
from huiting.engines.qwen3_asr._reading import SPOKEN, read
from huiting.engines.qwen3_asr._tongues import among, nearest, odds_of

log = logging.getLogger(__name__)

NAME = "qwen3-asr"
TRANSFORMERS, VLLM = "transformers", "vllm"
MEMORY = 2048
"""Tokens of prompt, sound and answer that are used; the model has many more."""
SCAFFOLD = 24
"""Tokens of the longest prompt without words."""
SOUND = 13.0
"""Tokens of a second of sound."""
HEADER = 6
"""Tokens that tell the language, before the text."""
BESIDES = 1_000_000_000
"""Bytes for the runtime, its libraries and the smallest batch; about."""
SLOWEST = 10.0
"""Seconds of work for a second of sound that are waited for, beside `timeout`."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same on every device."""

    weights: Path
    python: Path
    runtime: str
    """`transformers` or `vllm`."""
    threads: int
    languages: tuple[str, ...]
    compute: str = "auto"
    aligner: Path | None = None
    gpu_memory_utilization: float = 0.7
    """Share of a device's memory that vLLM takes."""
    vllm: Mapping[str, Any] | None = None
    """Further arguments of vLLM's `LLM`."""
    timeout: float = 120.0
    loading_timeout: float = 540.0


def build(
    options: Options,
    *,
    device: str,
    fallback: str,
    batch: float = 0.0,
    speaks: Speaks | None = None,
) -> Decoding[Decoder]:
    """Load the model; see the package's `build`."""
    for folder in filter(None, (options.weights, options.aligner)):
        _check(folder)
    if options.runtime == VLLM and device == CPU:
        raise _needs_cuda(device)
    guard = speaks or voice_detector()
    return decoding(
        lambda where: _decoder(options, where, guard),
        device,
        fallback,
        batch=batch,
        longest=LONGEST,
    )


def is_checkpoint(folder: Path) -> bool:
    """Tell whether a folder holds weights for transformers."""
    return (folder / "config.json").exists() and any(folder.glob("*.safetensors"))


def _check(folder: Path) -> None:
    if not is_checkpoint(folder):
        raise ModelUnavailable(
            str(folder),
            "no such folder, or it holds no config.json and *.safetensors",
            "name the folder of the model as its authors publish it",
        )


def _decoder(options: Options, where: str, guard: Speaks) -> Decoder:
    place = placed(where, need_of(options, where))
    if options.runtime == VLLM and place == CPU != where:
        raise _needs_cuda(where)
    apart = Apart(program(options, place))
    scribe = Scribe(apart, options, str(apart.start().get("device", place)))
    prompted = Prompted(scribe, guard, together=scribe.together)
    return Timed(prompted, scribe) if options.aligner else prompted


def _needs_cuda(device: str) -> ConfigError:
    return ConfigError(
        f"device {device}", "vLLM needs a CUDA device here", "set runtime to transformers"
    )


def need_of(options: Options, device: str) -> int:
    """Return about how many bytes model and aligner take on a device."""
    folders = [folder for folder in (options.weights, options.aligner) if folder]
    files = [file for folder in folders for file in folder.glob("*.safetensors")]
    wide = 2 if _compute(options, device) == "float32" else 1  # they are published with 16 bits
    return BESIDES + wide * sum(file.stat().st_size for file in files)


def _compute(options: Options, device: str) -> str:
    if options.compute != "auto":
        return options.compute
    return "float32" if device == CPU else "bfloat16"


def program(options: Options, place: str) -> Program:
    """Return what runs in the other environment; on a processor that is always transformers."""
    runtime = TRANSFORMERS if place == CPU else options.runtime
    variables = {"OMP_NUM_THREADS": str(options.threads)} if place == CPU else {}
    if runtime == VLLM and place.startswith(CUDA):  # it takes the first that it sees
        variables[VISIBLE] = visible(int(place.partition(":")[2] or 0))
        place = f"{CUDA}:0"
    further = {"gpu_memory_utilization": options.gpu_memory_utilization} | dict(options.vllm or {})
    return Program(
        name=NAME,
        python=options.python,
        path=Path(__file__).with_name("_program.py"),
        options={
            "weights": str(options.weights),
            "aligner": str(options.aligner) if options.aligner else "",
            "runtime": runtime,
            "device": place,
            "compute": _compute(options, place),
            "threads": options.threads,
            "most": most(LONGEST, SLOW) + HEADER,
            "vllm": further,
        },
        subject=str(options.weights),
        install=f"run {options.python} -m pip install "
        + ("'qwen-asr[vllm]'" if runtime == VLLM else "qwen-asr"),
        loading=options.loading_timeout,
        variables=variables,
    )


class Scribe:
    """A `Model` that writes several clips at once."""

    name = NAME

    def __init__(self, apart: Apart, options: Options, device: str) -> None:
        self._apart = apart
        self._timeout = options.timeout
        self._among = among(options.languages)
        self.device = device
        self.room = Room(MEMORY, SCAFFOLD, SOUND)
        self.codes = tuple(SPOKEN)

    def together(self, orders: Sequence[Order], /) -> list[Said]:
        """Write down a batch."""
        found = self._ask(
            [order.clip for order in orders],
            {
                "do": "write",
                "contexts": [",".join(order.words) for order in orders],
                "languages": [SPOKEN[o.language] if o.language else None for o in orders],
                "most": max(order.most for order in orders) + HEADER,
            },
        )
        pairs = zip(found["texts"], found["tokens"], strict=True)
        return [self._said(text, tokens) for text, tokens in pairs]

    def write(self, order: Order, /) -> Said:
        """Write down a clip."""
        (said,) = self.together([order])
        return said

    def tongue(self, _clip: Audio, /) -> Tongue:
        """Say nothing before the text: the language comes with it."""
        return Tongue()

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return 1 for the language the model names: it does not tell how sure it is."""
        code = None if silent(clip) else self.write(Order(clip, None, (), 0)).language
        return odds_of(code, self._among)

    def aligned(
        self, clips: Sequence[Audio], texts: Sequence[str], codes: Sequence[str]
    ) -> list[list[Item]]:
        """Return when each word of a text is said in its clip.

        Args:
            clips: a batch.
            texts: of each, with at least a letter.
            codes: of its language, which the aligner knows.
        """
        names = [SPOKEN[code] for code in codes]
        asked = {"do": "align", "texts": list(texts), "languages": names}
        found = self._ask(clips, asked)["items"]
        return [[Item(str(t), float(a), float(b)) for t, a, b in items] for items in found]

    def _said(self, written: str, tokens: int) -> Said:
        reading = read(written)
        code = nearest(reading.code, self._among)
        return Said(reading.text, tokens, language=code, nobody=reading.nobody)

    def _ask(self, clips: Sequence[Audio], question: Mapping[str, Any]) -> Mapping[str, Any]:
        samples = [np.ascontiguousarray(clip.samples, np.float32) for clip in clips]
        seconds = sum(clip.duration for clip in clips)
        return self._apart.ask(question, samples, self._timeout + SLOWEST * seconds)


class Timed:
    """A `Decoder` whose words have times: another one's, and the forced aligner's."""

    def __init__(self, decoder: Prompted, scribe: Scribe) -> None:
        self._decoder = decoder
        self._scribe = scribe

    @property
    def device(self) -> str:
        """As the runtime names it."""
        return self._decoder.device

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip; its words have times where they can be told.

        Raises:
            OutOfMemory: the device has no room for the batch.
            EngineError: the model failed, or does not know the language.
        """
        heard = self._decoder.decode(clips, hints)
        known = [i for i, h in enumerate(heard) if h.text and h.language in LANGUAGES]
        texts = [heard[i].text for i in known]
        codes = [heard[i].language or "" for i in known]
        try:
            items = self._scribe.aligned([clips[i] for i in known], texts, codes) if known else []
        except OutOfMemory:
            raise
        except EngineError as error:
            log.warning("no times of words: the aligner failed", extra={"reason": error.reason})
            return heard
        for i, found in zip(known, items, strict=True):
            heard[i] = replace(heard[i], words=words_of(found, heard[i].text, clips[i].duration))
        return heard

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return for each clip the probability of each language; they add up to 1.

        Raises:
            OutOfMemory: the device has no room for the batch.
            EngineError: the model failed.
        """
        return self._decoder.detect(clips)
