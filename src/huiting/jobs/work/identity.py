"""Who a worker is, and whether it has surely ended.

A name holds the host, the boot and the process, and something random: so nobody ever bears
the name of a dead one. `gone` answers only for processes that this one could see in /proc:
of the same boot and the same PID namespace, and where /proc shows those of other users. Of all
others nothing is sure.
"""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

_PROC = Path("/proc")
_UNKNOWN = "-"


def name_of(process: int, proc: Path = _PROC) -> str:
    """Return a new name for a worker in this process: host/boot/space/process/start/random."""
    boot, space = _here(proc)
    start = _start(process, proc) or _UNKNOWN
    host = socket.gethostname().replace("/", "_")
    return "/".join([host, boot, space, str(process), start, secrets.token_hex(4)])


def gone(proc: Path = _PROC) -> Callable[[str], bool]:
    """Return a function that tells of a worker's name whether its process has surely ended."""
    boot, space = _here(proc)

    def ended(name: str) -> bool:
        _, its_boot, its_space, process, start, _ = name.split("/")
        if boot == _UNKNOWN or (its_boot, its_space) != (boot, space):
            return False
        return _start(int(process), proc) != start

    return ended


def this_worker() -> str:
    """Return a new name for a worker in the running process."""
    return name_of(os.getpid())


def _here(proc: Path) -> tuple[str, str]:
    """Return what two processes must share to see each other."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text("ascii").strip()
        space = (proc / "self/ns/pid").readlink().name
        (proc / "1/stat").read_bytes()  # hidden where a user sees their own processes alone
    except OSError:
        return _UNKNOWN, _UNKNOWN
    return boot, space


def _start(process: int, proc: Path) -> str | None:
    """Return when the process began, in ticks since the boot; None when it has ended."""
    try:
        fields = (proc / str(process) / "stat").read_text("ascii", "replace").rpartition(")")[2]
    except OSError:
        return None
    state, start = fields.split()[0], fields.split()[19]
    return None if state in "ZX" else start
