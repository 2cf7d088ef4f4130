"""What every recognizer of sherpa-onnx needs: the package, a device, clips in and results out.

Knows no architecture. What the runtime does and we do not: it ends the process over a file that
lacks something (so files are looked at first, see `_onnx`), takes the processor where a device
is not there, and calls a batch in which it failed silent. The last two it says on the standard
error stream alone, which is therefore read where an answer makes it worth it.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines._cuda import driver, gpus
from huiting.engines._memory import OutOfMemory, ran_out
from huiting.engines.device import CPU, CUDA, OutOfRoom, free_on, size

log = logging.getLogger(__name__)

Native = Any
"""An object of sherpa-onnx, which has no types."""

RATE = 16_000
COREML = "coreml"
SHORTEST = 0.1
"""Seconds; a shorter clip is filled with silence, as it has no frame of its own."""
BESIDES = 350_000_000
"""Bytes for the runtime and the smallest batch."""
DEVICES = f"auto, {CPU}, {CUDA} or {COREML}"
ELSEWHERE = "Fallback to cpu"
"""What the runtime says when it takes the processor instead."""
FAILED = "aught exception"
"""What it says before it calls a batch silent."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A recognizer of sherpa-onnx. Threads may share it."""

    engine: str
    """Name, for errors."""
    recognizer: Native
    device: str
    """`cpu`, `cuda` or `coreml`."""
    turns: AbstractContextManager[Any] = field(default_factory=threading.Lock)
    """What threads wait for; `nullcontext()` where the runtime bears several at once."""
    excused: bool = False
    """Whether the network fails over a clip in which nobody speaks, so that this is no error."""

    def decode(
        self, clips: Sequence[Audio], options: Mapping[str, str] | None = None
    ) -> list[Native]:
        """Return the runtime's result for each clip, in order, decoded as one batch.

        Args:
            clips: at 16 kHz.
            options: of the runtime, for each stream of this batch; hotwords or a language where
                the model has them.

        Raises:
            OutOfMemory: the device has no room for the batch.
            EngineError: the model failed, whether or not the runtime owns up to it.
        """
        results = self._run(clips, options)
        silent = [i for i, result in enumerate(results) if _nothing(result)]
        if len(clips) > 1 and len(silent) == len(clips):
            results, failure = self._again(clips, options)
            if isinstance(failure, OutOfMemory):
                raise failure
            if failure is None:
                return results
        for i in silent:
            if _nothing(results[i]):
                (results[i],), failure = self._again([clips[i]], options)
                if isinstance(failure, OutOfMemory) or (failure and not self.excused):
                    raise failure
                if failure:
                    log.warning("a clip is taken to be silent", extra={"reason": failure.reason})
        return results

    def _run(self, clips: Sequence[Audio], options: Mapping[str, str] | None) -> list[Native]:
        try:
            streams = [self._stream(clip, options or {}) for clip in clips]
            with self.turns:
                self.recognizer.decode_streams(streams)
            return [stream.result for stream in streams]
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            raise self._failed(len(clips), str(error), memory=ran_out(error)) from error

    def _stream(self, clip: Audio, options: Mapping[str, str]) -> Native:
        stream = self.recognizer.create_stream()
        for name, value in options.items():
            stream.set_option(name, value)
        lacking = max(0, round(SHORTEST * RATE) - len(clip.samples))
        stream.accept_waveform(RATE, np.pad(clip.samples, (0, lacking)))
        return stream

    def _again(
        self, clips: Sequence[Audio], options: Mapping[str, str] | None
    ) -> tuple[list[Native], EngineError | None]:
        """Decode what seemed silent once more, and hear whether the runtime complains."""
        with overhearing() as said:
            results = self._run(clips, options)
        text = "".join(said)
        if FAILED not in text or not all(_nothing(result) for result in results):
            return results, None
        reason = _reason(text)
        return results, self._failed(len(clips), reason, memory=ran_out(RuntimeError(reason)))

    def _failed(self, count: int, reason: str, *, memory: bool) -> EngineError:
        kind = OutOfMemory if memory else EngineError
        return kind(self.engine, f"{count} clips failed: {reason}", "try again")


def load(
    engine: str,
    build: Callable[[Native, str], Native],
    files: Sequence[Path],
    device: str,
    *,
    several: bool = False,
    excused: bool = False,
) -> Loaded:
    """Load a recognizer.

    Args:
        engine: name, for errors.
        build: given the package `sherpa_onnx` and the provider's name; returns the recognizer.
        files: of the model; all must be there, and their size is what it needs.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        several: whether the recognizer bears several threads at once on a processor.
        excused: whether the network fails over a clip in which nobody speaks.

    Raises:
        ModelUnavailable: a package or file is missing, or the files are no model.
        ConfigError: sherpa-onnx cannot use the device.
        OutOfRoom: the model does not fit.
    """
    missing = next((file for file in files if not file.exists()), None)
    if missing is not None:
        raise ModelUnavailable(
            str(missing), "no such file", "name the folder of a sherpa-onnx model"
        )
    native = package()
    need = sum(file.stat().st_size for file in files) + BESIDES
    name = chosen(device, need, has_cuda=_has_cuda(native))
    try:
        with overhearing() as said:
            recognizer = build(native, name)
    except (RuntimeError, ValueError, IndexError, MemoryError, AssertionError) as error:
        if ran_out(error):
            raise OutOfRoom(
                f"device {name}", f"the model needs about {size(need)}: {error}", "choose cpu"
            ) from error
        raise ModelUnavailable(str(files[0]), str(error), "fetch the model anew") from error
    if ELSEWHERE in "".join(said) and name != CPU:
        raise _without(name)
    turns = nullcontext() if several and name == CPU else threading.Lock()
    return Loaded(engine, recognizer, name, turns, excused)


def package() -> Native:
    """Return the package.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    try:
        import sherpa_onnx
    except ImportError as error:
        raise ModelUnavailable(
            "sherpa-onnx", f"the package cannot be loaded ({error})", "pip install 'huiting[onnx]'"
        ) from error
    return sherpa_onnx


def chosen(wanted: str, need: int, *, has_cuda: bool) -> str:
    """Return the provider for a model: `cpu`, `cuda` or `coreml`.

    Args:
        wanted: `auto`, or a provider; `cuda:0` is `cuda`.
        need: bytes of the model with its smallest batch.
        has_cuda: whether this build of the package knows CUDA.

    Raises:
        ConfigError: there is no such device.
        OutOfRoom: the model does not fit.
    """
    name, reason = _automatic(need, has_cuda=has_cuda) if wanted == "auto" else (wanted, "as set")
    name = CUDA if name == f"{CUDA}:0" else name
    if name.startswith(f"{CUDA}:"):
        raise ConfigError(
            f"device {wanted}",
            "sherpa-onnx uses the first CUDA device only",
            f"set CUDA_VISIBLE_DEVICES={name.removeprefix(f'{CUDA}:')} and device = {CUDA!r}",
        )
    if name not in {CPU, CUDA, COREML}:
        raise ConfigError(f"device {wanted!r}", "sherpa-onnx has no such", f"choose {DEVICES}")
    if name == CUDA and not has_cuda:
        raise _without(name)
    room = None if name == COREML else free_on(name, 0)
    if room is not None and room < need:
        raise OutOfRoom(
            f"device {name}",
            f"the model needs {size(need)} and {size(room)} are free",
            "choose a smaller model or another device, or stop what else uses it",
        )
    log.info("device chosen", extra={"device": name, "reason": reason})
    return name


def _automatic(need: int, *, has_cuda: bool) -> tuple[str, str]:
    """Return the device for a model of `need` bytes, and why."""
    if not has_cuda:
        return CPU, "this build of sherpa-onnx is for processors"
    if not gpus(driver()):
        return CPU, "no CUDA device"
    room = free_on(CUDA, 0) or 0
    if room < need:
        return CPU, f"needs {size(need)}, {CUDA}:0 has {size(room)} free"
    return CUDA, f"{size(room)} free"


def _without(name: str) -> ConfigError:
    return ConfigError(
        f"device {name}",
        f"this build of sherpa-onnx cannot use {name}",
        "choose auto or cpu, or install a build that can",
    )


def _has_cuda(native: Native) -> bool:
    return any(Path(native.__file__).parent.glob("lib/*providers_cuda*"))


def _nothing(result: Native) -> bool:
    return not (result.text or result.tokens or result.lang)


def _reason(said: str) -> str:
    """Return the first line of a complaint that says something."""
    lines = [line.strip() for line in said.partition(FAILED)[2].splitlines()[1:]]
    return next((line for line in lines if line), "for a reason it does not give")


_STREAM = 2
_OVERHEARING = threading.Lock()


@contextmanager
def overhearing() -> Iterator[list[str]]:
    """Yield a list that holds, afterwards, what was written to the standard error stream.

    Also by other threads; all of it is passed on in the end. Nothing where there is no stream.
    """
    said: list[str] = []
    with _OVERHEARING, TemporaryFile() as kept:
        try:
            stream = os.dup(_STREAM)
        except OSError:
            yield said
            return
        os.dup2(kept.fileno(), _STREAM)
        try:
            yield said
        finally:
            os.dup2(stream, _STREAM)
            os.close(stream)
            kept.seek(0)
            written = kept.read()
            said.append(written.decode("utf-8", "replace"))
            with suppress(OSError):
                os.write(_STREAM, written)
