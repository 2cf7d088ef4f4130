"""Devices of PyTorch: which one a model is given, what is free there, and when it ran out.

Names go through as PyTorch has them (`cuda:0`, `mps`, `npu:0`, `mlu:0`), so a machine whose
vendor's plug-in is installed needs nothing of ours. `auto` takes the CUDA device with the most
free memory when the model fits there, else the processor.
"""

import gc
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from huiting.core.errors import ConfigError, EngineError
from huiting.engines._memory import OutOfMemory, ran_out
from huiting.engines.device import CPU, OutOfRoom, free_on, size

log = logging.getLogger(__name__)

Native = Any
"""An object of PyTorch or FunASR; where these are not installed they have no types."""

PRECISIONS = ("float32", "float16", "bfloat16")
REMEDY = "choose a smaller model or another device, or stop what else uses it"


def chosen(wanted: str, need: int) -> str:
    """Return the name of the device for a model, as PyTorch writes it.

    Args:
        wanted: `auto`, or a name that PyTorch knows.
        need: bytes of the model with its smallest batch.

    Raises:
        ConfigError: PyTorch cannot use the device.
        OutOfRoom: the model does not fit.
    """
    name, reason = _automatic(need) if wanted == "auto" else (wanted, "as set")
    _usable(name)
    room = free(name)
    if room is not None and room < need:
        raise OutOfRoom(
            f"device {name}", f"the model needs {size(need)} and {size(room)} are free", REMEDY
        )
    log.info("device chosen", extra={"device": name, "reason": reason})
    return name


def _automatic(need: int) -> tuple[str, str]:
    """Return the device for a model of `need` bytes, and why."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return best(
        [f"cuda:{i}" for i in range(count)], [free(f"cuda:{i}") for i in range(count)], need
    )


def best(names: Sequence[str], rooms: Sequence[int | None], need: int) -> tuple[str, str]:
    """Return the device with the most room, or the processor, and why.

    Args:
        names: of the accelerators.
        rooms: bytes free on each.
        need: bytes of the model.
    """
    if not names:
        return CPU, "no CUDA device"
    room, name = max((room or 0, name) for room, name in zip(rooms, names, strict=True))
    if room < need:
        return CPU, f"needs {size(need)}, {name} has {size(room)} free"
    return name, f"{size(room)} free"


def _usable(name: str) -> None:
    import torch

    try:
        torch.zeros(1, device=name)
    except Exception as error:  # PyTorch and plug-ins of vendors raise what they like
        reason = str(error).splitlines()[0]
        if ran_out(error):
            raise OutOfRoom(f"device {name}", reason, REMEDY) from error
        raise ConfigError(f"device {name}", reason, "choose auto or cpu") from error


def free(name: str) -> int | None:
    """Return the bytes free on a device; None when nobody knows."""
    import torch

    kind = torch.device(name).type
    if kind == CPU:
        return free_on(CPU, 0)
    if kind == "cuda":
        left, _ = torch.cuda.mem_get_info(name)
        held = torch.cuda.memory_reserved(name) - torch.cuda.memory_allocated(name)
        return int(left) + int(held)
    return None


def checked(compute: str) -> str:
    """Return a number format's name.

    Raises:
        ConfigError: there is no such format.
    """
    if compute not in {"auto", *PRECISIONS}:
        raise ConfigError(
            f"compute {compute!r}",
            "no such number format",
            f"choose one of {', '.join(PRECISIONS)}",
        )
    return compute


def precision(device: str, compute: str) -> AbstractContextManager[None]:
    """Return a context in which PyTorch computes in a number format, where that is exact enough."""
    import torch

    if compute in {"auto", "float32"}:
        return nullcontext()
    kind = torch.device(device).type
    context: AbstractContextManager[None] = torch.autocast(kind, getattr(torch, compute))
    return context


def give_back() -> None:
    """Give memory of devices back that PyTorch keeps for later; nothing where it is not used.

    Others ask the driver what is free, which counts what PyTorch keeps as taken.
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        gc.collect()
        torch.cuda.empty_cache()


@contextmanager
def failing(engine: str, device: str, count: int) -> Iterator[None]:
    """Turn what PyTorch raises inside into an `EngineError`; gradients are off.

    Raises:
        OutOfMemory: memory ran out; what was held for it is given back.
        EngineError: something else failed.
    """
    import torch

    try:
        with torch.inference_mode():
            yield
    except (RuntimeError, ValueError, IndexError, MemoryError) as error:
        if ran_out(error) or isinstance(error, MemoryError):
            if torch.device(device).type == "cuda":
                torch.cuda.empty_cache()
            raise OutOfMemory(engine, f"{count} clips failed: {error}", "try again") from None
        raise EngineError(engine, f"{count} clips failed: {error}", "try again") from error
