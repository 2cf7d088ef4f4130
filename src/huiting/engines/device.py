"""What the machine offers to the engines: threads, instruction sets, graphics processors."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
TELLING = ("avx", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "asimddp")
"""Instruction sets that change which kernels the engines choose, as Linux spells them."""


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


def device() -> Device:
    """Look at this machine."""
    import ctranslate2

    said = CPUINFO.read_text("utf-8", "replace") if CPUINFO.exists() else ""
    return Device(
        processor=field(said, "model name") or platform.processor() or platform.machine(),
        threads=cores(),
        instructions=instructions(said),
        gpus=ctranslate2.get_cuda_device_count(),
        precisions=tuple(sorted(ctranslate2.get_supported_compute_types("cpu"))),
    )


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
