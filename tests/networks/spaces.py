"""Networks of one's own: namespaces of Linux, each like a machine with its own interfaces.

Needs root, and the programs `ip` and `unshare`; `missing` says what is not there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_NUMBERS = count()
"""Interfaces of a space that is gone may stay for a moment; so none is called the same."""


def missing() -> str | None:
    """Return why there can be no network of one's own here; None when there can."""
    if os.geteuid() != 0:
        return "networks of one's own need root"
    for program in ("ip", "unshare"):
        if shutil.which(program) is None:
            return f"networks of one's own need the program {program}"
    trial = f"hx{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", trial], check=False, capture_output=True)
    if made.returncode:
        return "networks of one's own are not permitted here"
    subprocess.run(["ip", "netns", "del", trial], check=True)
    return None


@dataclass(frozen=True, slots=True)
class Space:
    """A network namespace; what runs in it has a host name of its own, too."""

    name: str

    def command(self, *words: str, user: str = "") -> list[str]:
        """Return the command that runs `words` in it, as somebody."""
        own = 'hostname "$0" && exec "$@"'
        alone = ["unshare", "--uts", "sh", "-c", own, self.name.rpartition("-")[2]]
        become = ["runuser", "-u", user, "--"] if user else []
        return ["ip", "netns", "exec", self.name, *alone, *become, *words]

    def run(self, *words: str, user: str = "") -> str:
        """Run a program in it; return what it writes."""
        ended = subprocess.run(
            self.command(*words, user=user), capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def ip(self, *words: str) -> str:
        """Change or show its interfaces."""
        return ip("-n", self.name, *words)

    def processes(self) -> list[int]:
        """Return the processes that live in it."""
        return [int(number) for number in ip("netns", "pids", self.name).split()]

    def vain(self) -> int:
        """Return how many packets were to leave it and found no way."""
        proc = self.run("cat", "/proc/net/snmp", "/proc/net/snmp6").splitlines()
        names, counts = (line.split() for line in proc if line.startswith("Ip:"))
        six = next(line for line in proc if line.startswith("Ip6OutNoRoutes"))
        return int(counts[names.index("OutNoRoutes")]) + int(six.split()[1])


def ip(*words: str) -> str:
    """Run `ip`."""
    ended = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, (words, ended.stderr)
    return ended.stdout


@contextmanager
def space(name: str) -> Iterator[Space]:
    """Give a namespace with nothing but its loopback; at the end all that lives in it is killed."""
    made = Space(f"hx{os.getpid()}-{next(_NUMBERS)}-{name}")
    ip("netns", "add", made.name)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        for process in made.processes():
            subprocess.run(["kill", "-9", str(process)], check=False, capture_output=True)
        ip("netns", "del", made.name)


@dataclass(frozen=True, slots=True)
class Office:
    """Machines on one cable, which reach nothing else."""

    network: str
    """What the addresses of all begin with: this process has `.254`, the first machine `.1`."""
    machines: Mapping[str, Space]

    def __getitem__(self, name: str) -> Space:
        return self.machines[name]


@contextmanager
def office(names: Sequence[str]) -> Iterator[Office]:
    """Give namespaces on one cable."""
    with ExitStack() as stack:
        number = _bridge()
        bridge, network = f"hxb{number}", f"10.213.{number}"
        stack.callback(ip, "link", "del", bridge)
        ip("addr", "add", f"{network}.254/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        found = {}
        for place, name in enumerate(names, 1):
            own = found[name] = stack.enter_context(space(name))
            near = f"hx{os.getpid()}v{next(_NUMBERS)}"
            ip("link", "add", near, "type", "veth", "peer", "name", "cable", "netns", own.name)
            ip("link", "set", near, "master", bridge, "up")
            own.ip("addr", "add", f"{network}.{place}/24", "dev", "cable")
            own.ip("link", "set", "cable", "up")
        yield Office(network, found)


def _bridge() -> int:
    """Make a bridge, and with it take a network that no other process of tests has taken."""
    for number in range(256):
        made = subprocess.run(
            ["ip", "link", "add", f"hxb{number}", "type", "bridge"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if made.returncode == 0:
            return number
    raise AssertionError(made.stderr)


def python(*words: str) -> list[str]:
    """Return the command that runs Python with our packages and the tests' modules."""
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root / "src"), str(root / "tests"), str(root / "tests/networks")])
    return ["env", f"PYTHONPATH={path}", sys.executable, *words]
