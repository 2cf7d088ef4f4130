"""Fun-ASR-Nano by FunASR and vLLM, in a process of its own, for many calls at once.

vLLM pins what goes with nothing else, so it lives in another environment (`_program`). It tells
no probabilities; it tells times where the checkpoint holds the head for them.

Source: `AutoModelVLLM` and `FunASRNanoVLLM.generate` in FunASR.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from huiting.core.errors import ConfigError
from huiting.core.types import Audio, Word
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._placing import VISIBLE, placed, visible
from huiting.engines._prompted import Order, Prompted, Room, Said, Tongue, slowest
from huiting.engines._prompts import Speaks, voice_detector
from huiting.engines.apart import Apart, Program
from huiting.engines.device import CPU, CUDA
from huiting.engines.fun_asr_nano._aligning import HEARD, unfolded
from huiting.engines.fun_asr_nano._folder import CHECKPOINT, LANGUAGE_MODEL, NAMES, looked_at
from huiting.engines.fun_asr_nano._languages import NAMES as LANGUAGES
from huiting.engines.fun_asr_nano._options import SCAFFOLD, SOUND, Options
from huiting.engines.fun_asr_nano._program import PREPARED
from huiting.engines.fun_asr_nano._unasked import among, odds_of
from huiting.engines.remote._times import Timed, believed

NAME = "fun-asr-nano"
BESIDES = 2_000_000_000
"""Bytes for the runtime, its libraries and the smallest batch; about."""
SLOWEST = 10.0
"""Seconds of work for a second of sound that are waited for, beside `timeout`."""
BATCH = 1200.0
"""Seconds of clips handed over at once: vLLM packs them itself, and FunASR encodes eight at a
time."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it runs."""

    python: str | Path
    """Interpreter of the environment that has vLLM and FunASR."""
    gpu_memory_utilization: float = 0.8
    """Share of the device's memory that vLLM takes."""
    vllm: Mapping[str, Any] = field(default_factory=dict)
    """Further arguments of vLLM's `LLM`."""
    timeout: float = 120.0
    loading_timeout: float = 540.0


def build(
    options: Options, place: Place, *, device: str, fallback: str, speaks: Speaks | None = None
) -> Decoding[Prompted]:
    """Load the model; see the package's `build`."""
    if not place.python:
        raise ConfigError(
            "option python",
            "vLLM goes with nothing else, so it needs an environment of its own",
            "make one (python -m venv /opt/nano; /opt/nano/bin/pip install vllm funasr) and set"
            " python to /opt/nano/bin/python",
        )
    if fallback != "none":
        raise ConfigError(
            f"fallback {fallback!r}", "vLLM has nowhere to go", "set it to none, or use a circuit"
        )
    if options.compute not in {"auto", *NAMES}:
        raise ConfigError(
            f"compute {options.compute!r}",
            "Fun-ASR-Nano has no such number format here",
            f"choose one of {', '.join(NAMES)}",
        )
    folder = looked_at(options.weights, PREPARED)
    if folder.language_model.name != LANGUAGE_MODEL:
        raise ConfigError(
            str(folder.language_model),
            f"FunASR's vLLM takes the language model from {LANGUAGE_MODEL}",
            "set runtime to torch",
        )
    room = Room(folder.memory, SCAFFOLD, SOUND)
    longest = room.longest(slowest(options.languages or LANGUAGES[options.checkpoint]))
    guard = speaks or voice_detector()

    def made(name: str) -> Prompted:
        apart = Apart(program(options, place, room, on_a_card(options, name)))
        scribe = Scribe(apart, options, place, room)
        return Prompted(scribe, guard, together=scribe.together)

    return decoding(made, device, fallback, batch=options.batch or BATCH, longest=longest)


def on_a_card(options: Options, wanted: str) -> str:
    """Return the CUDA device for the model.

    Raises:
        ConfigError: there is none, or another device is wanted.
        OutOfRoom: the model does not fit.
    """
    need = (options.weights / CHECKPOINT).stat().st_size + BESIDES
    found = CPU if wanted == CPU else placed(wanted, need)
    if not found.startswith(CUDA):
        raise ConfigError(
            f"device {wanted}", "vLLM needs a CUDA device here", "set runtime to torch"
        )
    return found


def program(options: Options, place: Place, room: Room, device: str) -> Program:
    """Return what runs in the other environment."""
    compute = "bfloat16" if options.compute == "auto" else options.compute
    return Program(
        name=NAME,
        python=Path(place.python),
        path=Path(__file__).with_name("_program.py"),
        options={
            "weights": str(options.weights),
            "device": f"{CUDA}:0",  # vLLM takes the first that it sees
            "compute": NAMES[compute],
            "share": place.gpu_memory_utilization,
            "memory": room.memory,
            "vllm": dict(place.vllm),
        },
        subject=str(options.weights),
        install=f"run {place.python} -m pip install vllm funasr",
        loading=place.loading_timeout,
        variables={VISIBLE: visible(int(device.partition(":")[2] or 0))},
    )


class Scribe:
    """A `Model` that writes several clips at once. Threads wait for each other."""

    name = NAME

    def __init__(self, apart: Apart, options: Options, place: Place, room: Room) -> None:
        facts = apart.start()
        self._apart = apart
        self._timeout = place.timeout
        self._itn = options.itn
        self._names = LANGUAGES[options.checkpoint]
        self._among = among(options.checkpoint, options.languages)
        self.device = str(facts.get("device", CUDA))
        self.room = room
        self.codes = tuple(self._names)

    def together(self, orders: Sequence[Order], /) -> list[Said]:
        """Write down a batch; those that are told the same go together.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        told = sorted(range(len(orders)), key=lambda i: _told(orders[i]))
        found: dict[int, Said] = {}
        for _, group in groupby(told, key=lambda i: _told(orders[i])):
            alike = list(group)
            found |= zip(alike, self._written([orders[i] for i in alike]), strict=True)
        return [found[i] for i in range(len(orders))]

    def write(self, order: Order, /) -> Said:
        """Write down a clip.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        (said,) = self.together([order])
        return said

    def tongue(self, _clip: Audio, /) -> Tongue:
        """Say nothing: the model does not tell what language it hears."""
        return Tongue()

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return the odds of languages by the script of what the model writes unasked."""
        return odds_of(clip, self._among, self.write)

    def _written(self, orders: Sequence[Order]) -> list[Said]:
        """Return what is written to orders that are told the same."""
        first = orders[0]
        question = {
            "words": list(first.words),
            "language": self._names[first.language] if first.language else None,
            "itn": self._itn,
            "most": max(order.most for order in orders),
        }
        samples = [np.ascontiguousarray(order.clip.samples, np.float32) for order in orders]
        seconds = sum(order.clip.duration for order in orders)
        found = self._apart.ask(question, samples, self._timeout + SLOWEST * seconds)
        written = zip(found["texts"], found["tokens"], found["times"], orders, strict=True)
        return [
            Said(text, tokens, words_in(text, times, order.clip.duration))
            for text, tokens, times, order in written
        ]


def _told(order: Order) -> tuple[str, tuple[str, ...]]:
    return order.language or "", order.words


def words_in(text: str, times: Sequence[Sequence[Any]], duration: float) -> tuple[Word, ...]:
    """Return the words of a text with times; none where the times are no good.

    Args:
        text: what was written.
        times: token, start, end and odds, as FunASR tells them; a token that is a part of a
            character has its replacement for a text.
        duration: of the clip.
    """
    if not times or median(float(odds) for *_, odds in times) < HEARD:
        return ()
    words = unfolded(text, [(str(t), float(a), float(b)) for t, a, b, _ in times], duration)
    return believed([Timed(w.text, w.span.start, w.span.end) for w in words], text, duration)
