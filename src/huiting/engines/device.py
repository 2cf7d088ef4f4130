"""What the machine offers to the engines, and which of it a model is given.

A device is named `cpu`, `cuda` or `cuda:1`; `auto` takes the CUDA device with the most free
memory when the model fits there and its libraries load, else the processor, and says why.
"""

import logging
import os
import platform
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import _cuda
from huiting.engines._cuda import Gpu

log = logging.getLogger(__name__)

CPUINFO, MEMINFO = Path("/proc/cpuinfo"), Path("/proc/meminfo")
TELLING = ("avx", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp")
"""Instruction sets that change which kernels the engines choose, as Linux spells them."""
CPU, CUDA = "cpu", "cuda"
USUAL = {CPU: "int8", CUDA: "float16"}
"""Number format of a device when nobody asks for another."""
_NAME = re.compile(r"auto|cpu|cuda(?::(\d+))?")


Need = Callable[[str, str], int]
"""Bytes that a model takes on a kind of device in a number format."""


Room = Callable[[str, int], int | None]
"""Bytes free on a device of a kind; None when nobody knows."""


class OutOfRoom(ModelUnavailable):
    """The model does not fit on the device."""


@dataclass(frozen=True, slots=True)
class Device:
    """Where models will run."""

    processor: str
    threads: int
    """Cores this process may use."""
    instructions: tuple[str, ...]
    """Those of `TELLING` that it has; empty where the system does not say."""
    gpus: int
    """CUDA devices that CTranslate2 can use."""
    precisions: tuple[str, ...]
    """Number formats that CTranslate2 computes in on this processor."""
    cards: tuple[Gpu, ...] = ()
    """CUDA devices that the driver knows; those that CTranslate2 can use, when there are any."""
    obstacle: str = ""
    """Why CTranslate2 can use none of them; empty when it can, or when there is none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model is given."""

    kind: str
    """`cpu` or `cuda`."""
    index: int
    """Of the CUDA device; 0 for the processor."""
    compute: str
    """Number format."""
    reason: str
    """Why this one."""

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{CUDA}:{self.index}" if self.kind == CUDA else self.kind


def device() -> Device:
    """Look at this machine."""
    import ctranslate2

    said = CPUINFO.read_text("utf-8", "replace") if CPUINFO.exists() else ""
    cards = _cuda.gpus(_cuda.driver())
    obstacle = _obstacle(cards, ctranslate2.get_cuda_device_count(), _cuda.missing_library)
    return Device(
        processor=field(said, "model name") or platform.processor() or platform.machine(),
        threads=cores(),
        instructions=instructions(said),
        gpus=0 if obstacle else len(cards),
        precisions=tuple(sorted(ctranslate2.get_supported_compute_types(CPU))),
        cards=cards,
        obstacle=obstacle,
    )


def _obstacle(cards: Sequence[Gpu], usable: int, missing: Callable[[], str | None]) -> str:
    """Say why CTranslate2 cannot use the CUDA devices of this machine; empty when it can."""
    if not cards:
        return ""
    if not usable:
        return "the driver is too old for CTranslate2"
    library = missing()
    return f"{library} is not found: install nvidia-cublas-cu12" if library else ""


def choose(
    wanted: str,
    compute: str,
    need: Need,
    *,
    found: Device | None = None,
    free: Room | None = None,
    formats: Callable[[Choice], Sequence[str]] | None = None,
) -> Choice:
    """Return the device and number format for a model of CTranslate2.

    Args:
        wanted: `auto`, `cpu`, `cuda` or `cuda:N`.
        compute: `auto`, or a number format such as `float16`.
        need: what the model takes.
        found: what the machine has; by default, a look at it.
        free: what a device has left.
        formats: number formats that a device computes in.

    Raises:
        ConfigError: there is no such device or number format.
        OutOfRoom: the model does not fit.
    """
    place = _NAME.fullmatch(wanted)
    if place is None:
        raise ConfigError(
            f"device {wanted!r}", "no such device", "choose auto, cpu, cuda or cuda:0"
        )
    found = found or device()
    room = free or free_on
    if wanted == "auto":
        choice = _automatic(compute, need, found, room)
    elif wanted == CPU:
        choice = Choice(CPU, 0, _format(CPU, compute), "as set")
    else:
        choice = Choice(CUDA, int(place[1] or 0), _format(CUDA, compute), "as set")
        _exists(choice, found)
    _fits(choice, need(choice.kind, choice.compute), room)
    known = (formats or _formats)(choice)
    if choice.compute not in known:
        raise ConfigError(
            f"compute {choice.compute!r}",
            f"{choice.name} does not compute in it",
            f"choose auto or one of {', '.join(sorted(known))}",
        )
    log.info("device chosen", extra={"device": choice.name, "reason": choice.reason})
    return choice


def _format(kind: str, compute: str) -> str:
    return USUAL[kind] if compute == "auto" else compute


def _automatic(
    compute: str,
    need: Need,
    found: Device,
    free: Room,
) -> Choice:
    """Choose the CUDA device with the most free memory, or the processor."""
    cpu = _format(CPU, compute)
    if not found.cards:
        return Choice(CPU, 0, cpu, "no CUDA device")
    if not found.gpus:
        return Choice(CPU, 0, cpu, found.obstacle)
    precision = _format(CUDA, compute)
    wanted = need(CUDA, precision)
    rooms = {card.index: free(CUDA, card.index) for card in found.cards}
    best = max(found.cards, key=lambda card: rooms[card.index] or 0)
    room = rooms[best.index]
    if room is not None and room < wanted:
        return Choice(CPU, 0, cpu, f"needs {size(wanted)}, {best.name} has {size(room)} free")
    left = f"{size(room)} free" if room is not None else f"{size(best.total)}"
    return Choice(CUDA, best.index, precision, f"{best.name}, {left}")


def _exists(choice: Choice, found: Device) -> None:
    """Refuse a CUDA device that is not there or cannot be used.

    Raises:
        ConfigError: so it is.
    """
    if not found.cards:
        raise ConfigError(f"device {choice.name}", "there is no CUDA device", "choose auto or cpu")
    if not found.gpus:
        raise ConfigError(f"device {choice.name}", found.obstacle, "or choose auto or cpu")
    if choice.index >= len(found.cards):
        known = ", ".join(f"{CUDA}:{card.index} ({card.name})" for card in found.cards)
        raise ConfigError(f"device {choice.name}", "no such device", f"choose one of {known}")


def _fits(choice: Choice, wanted: int, free: Room) -> None:
    """Refuse a model that is too large for what is free.

    Raises:
        OutOfRoom: so it is.
    """
    room = free(choice.kind, choice.index)
    if room is not None and room < wanted:
        raise OutOfRoom(
            f"device {choice.name}",
            f"the model needs {size(wanted)} and {size(room)} are free",
            "choose a smaller model or another device, or stop what else uses it",
        )


def free_on(kind: str, index: int) -> int | None:
    """Return the bytes free on a device; None when nobody knows."""
    if kind == CUDA:
        return _cuda.free(_cuda.driver(), index)
    said = MEMINFO.read_text("utf-8", "replace") if MEMINFO.exists() else ""
    available = field(said, "MemAvailable").removesuffix("kB").strip()
    return int(available) * 1024 if available else None


def _formats(choice: Choice) -> Sequence[str]:
    import ctranslate2

    # numpy has no bfloat16, and what the encoder heard goes through numpy
    known: set[str] = ctranslate2.get_supported_compute_types(choice.kind, choice.index)
    return [name for name in known if not name.endswith("bfloat16")]


def size(count: int) -> str:
    """Return a number of bytes as people read it: `1.2 GB`."""
    return f"{count / 1e9:.1f} GB"


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def field(cpuinfo: str, name: str) -> str:
    """Return the first value of a field of /proc/cpuinfo; empty when there is none."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def instructions(cpuinfo: str) -> tuple[str, ...]:
    """Return which of `TELLING` a processor has, from the text of /proc/cpuinfo."""
    had = (field(cpuinfo, "flags") or field(cpuinfo, "Features")).split()
    return tuple(name for name in TELLING if name in had)
