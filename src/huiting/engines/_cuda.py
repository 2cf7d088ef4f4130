"""The CUDA devices of this machine, what memory they have, and the libraries CTranslate2 wants.

Asks the driver by its C interface, so it works before any runtime is loaded and sees the
devices that `CUDA_VISIBLE_DEVICES` leaves, numbered as runtimes number them. Who takes how much
of their memory its library NVML says. Knows no model.
"""

import ctypes
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DRIVER = "libcuda.so.1"
MANAGER = "libnvidia-ml.so.1"
ASKED = (
    "nvmlInit_v2",
    "nvmlDeviceGetCount_v2",
    "nvmlDeviceGetHandleByIndex_v2",
    "nvmlDeviceGetComputeRunningProcesses_v3",
)
"""Functions of it that are used."""
LIBRARIES = ("libcublasLt.so.12", "libcublas.so.12")
"""What CTranslate2 4.8 loads when it first computes; the first is needed by the second."""
NAME_SIZE = 100
MOST_PROCESSES = 256
"""On one device; more and nothing is told."""
UNTOLD = (1 << 64) - 1
"""What the manager says of the memory of a process when it does not know."""

Driver = Any
"""The driver's C interface: functions return 0 when they succeed and write to pointers."""
Manager = Any
"""The C interface of the library that tells who uses a device (NVML); likewise."""


class _Process(ctypes.Structure):
    """`nvmlProcessInfo_t`."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("instance", ctypes.c_uint),
        ("compute", ctypes.c_uint),
    )


@dataclass(frozen=True, slots=True)
class Gpu:
    """A CUDA device."""

    index: int
    name: str
    total: int
    """Bytes of memory."""


def driver() -> Driver | None:
    """Return the driver; None where there is none, or no device that it can start."""
    try:
        found = ctypes.CDLL(DRIVER)
    except OSError:
        return None
    return None if found.cuInit(0) else found


def gpus(of: Driver | None) -> tuple[Gpu, ...]:
    """Return the devices of a driver; takes none of their memory."""
    if of is None:
        return ()
    count = ctypes.c_int()
    if of.cuDeviceGetCount(ctypes.byref(count)):
        return ()
    return tuple(_gpu(of, index) for index in range(count.value))


def _gpu(of: Driver, index: int) -> Gpu:
    handle, total = ctypes.c_int(), ctypes.c_size_t()
    name = ctypes.create_string_buffer(NAME_SIZE)
    of.cuDeviceGet(ctypes.byref(handle), index)
    of.cuDeviceGetName(name, NAME_SIZE, handle)
    of.cuDeviceTotalMem_v2(ctypes.byref(total), handle)
    return Gpu(index, name.value.decode("utf-8", "replace"), total.value)


def free(of: Driver | None, index: int) -> int | None:
    """Return the bytes of a device that nobody uses; None when the driver does not say.

    The device's context is held for the moment, which costs some hundred milliseconds where
    this process has none yet.
    """
    if of is None:
        return None
    left, total = ctypes.c_size_t(), ctypes.c_size_t()
    with _context(of, index) as held:
        if not held or of.cuMemGetInfo_v2(ctypes.byref(left), ctypes.byref(total)):
            return None
    return left.value


def manager() -> Manager | None:
    """Return the library that tells who uses a device; None where it is not, or finds none."""
    try:
        found = ctypes.CDLL(MANAGER)
    except OSError:
        return None
    if not all(hasattr(found, name) for name in ASKED):  # of a driver that is too old
        return None
    return None if found.nvmlInit_v2() else found


def taken(of: Manager | None, processes: Collection[int]) -> int | None:
    """Return the bytes of all devices that processes take; None when that is none, or not told.

    Within a container it may know processes by other numbers; then it tells nothing of ours.
    """
    count = ctypes.c_uint()
    if of is None or of.nvmlDeviceGetCount_v2(ctypes.byref(count)):
        return None
    using = [one for index in range(count.value) for one in _using(of, index)]
    ours = [used for process, used in using if process in processes]
    return None if UNTOLD in ours else sum(ours) or None


def _using(of: Manager, index: int) -> Iterator[tuple[int, int]]:
    """Yield the processes on a device with the bytes that each takes."""
    handle, count = ctypes.c_void_p(), ctypes.c_uint(MOST_PROCESSES)
    found = (_Process * MOST_PROCESSES)()
    if of.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)):
        return
    if not of.nvmlDeviceGetComputeRunningProcesses_v3(handle, ctypes.byref(count), found):
        yield from ((one.pid, one.used) for one in found[: count.value])


@contextmanager
def _context(of: Driver, index: int) -> Iterator[bool]:
    """Make the device's own context current while inside; tell whether that succeeded."""
    handle, context = ctypes.c_int(), ctypes.c_void_p()
    if of.cuDeviceGet(ctypes.byref(handle), index) or of.cuDevicePrimaryCtxRetain(
        ctypes.byref(context), handle
    ):
        yield False
        return
    of.cuCtxPushCurrent_v2(context)
    try:
        yield True
    finally:
        of.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))
        of.cuDevicePrimaryCtxRelease_v2(handle)


def missing_library(
    load: Callable[[str], object] | None = None, folders: tuple[Path, ...] | None = None
) -> str | None:
    """Load what CTranslate2 will look for by name; return what is not there.

    Libraries that pip has installed lie where the system does not look. One that is loaded
    from there is found by its name from then on.

    Args:
        load: loads a library by name or path, or raises OSError.
        folders: where to look after the system's own places.
    """
    load = load or _load
    places = _installed() if folders is None else folders
    for name in LIBRARIES:
        if not any(_loads(load, path) for path in (name, *(str(p / name) for p in places))):
            return name
    return None


def _load(path: str) -> object:
    return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)


def _loads(load: Callable[[str], object], path: str) -> bool:
    try:
        load(path)
    except OSError:
        return False
    return True


def _installed() -> tuple[Path, ...]:
    """Return the folders of NVIDIA's libraries among the installed packages."""
    package = find_spec("nvidia")
    roots = package.submodule_search_locations if package else None
    return tuple(folder for root in roots or () for folder in Path(root).glob("*/lib"))
