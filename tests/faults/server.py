"""A PostgreSQL server of one's own, that may be stopped, killed, filled and put out of time."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import mkdtemp

_QUICK = "-c fsync=off -c full_page_writes=off -c max_wal_size=64MB -c shared_buffers=16MB"


def programs() -> Path | None:
    """Return the folder of the server's programs, the newest; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def wrong_time() -> Path | None:
    """Return the library that lies about the time; None when it is not installed."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


class Server:
    """A cluster in a temporary folder of its own, reached by a socket in it.

    Args:
        options: of the server.
        disk: MiB of a disk of its own, where this process may mount one.
        clock: give it a clock that can be set, where the library for it is installed.
    """

    def __init__(
        self, options: str = _QUICK, *, disk: int | None = None, clock: bool = False
    ) -> None:
        self._options = options
        there = programs()
        assert there is not None
        self._programs = there
        # Not in pytest's folders: each run of pytest shuts them to all users but its own.
        self._folder = Path(mkdtemp(prefix="huiting-server-"))
        self.small = disk is not None and _mounted(self._folder, disk)
        """Its disk can be filled."""
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self._clock: list[str] = []
        if self._as:
            shutil.chown(self._folder, "postgres")
        segments = []
        if self.small:  # and no spare files that would hide that there is no room
            segments = ["--wal-segsize=1"]
            self._options += " -c wal_recycle=off -c min_wal_size=2MB"
        self._run(
            "initdb", "-U", "huiting", "--auth=trust", "--encoding=UTF8", "--no-sync", *segments
        )
        library = wrong_time() if clock else None
        self.adrift = library is not None
        """Its clock can be set."""
        if library is not None:
            self.set_clock(0)
            self._clock = [
                "env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={self._folder / 'clock'}",
                "FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1",
            ]  # fmt: skip
        self.start()
        self._run("createdb", "-h", str(self._folder), "-U", "huiting", "huiting", data=False)

    def close(self) -> None:
        """Stop it and remove all it kept."""
        if self.runs():
            self.stop()
        if self.small:
            subprocess.run(["umount", "-l", str(self._folder)], check=True)
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        """Where the database is."""
        return f"postgresql+psycopg://huiting@/huiting?host={self._folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-k '{self._folder}' -h '' {self._options}"
        self._run("pg_ctl", "-l", "log", "-w", "-o", options, "start")

    def restart(self, how: str) -> None:
        """Stop it, `fast` (open transactions are rolled back) or `immediate` (as a crash), and start it."""
        self.stop(how)
        self.start()

    def stop(self, how: str = "immediate") -> None:
        """Stop it."""
        self._run("pg_ctl", "-m", how, "-w", "stop")

    def runs(self) -> bool:
        """Tell whether its first process is there."""
        return bool(self._processes())

    def kill(self) -> None:
        """End all its processes without warning, as a power cut does."""
        processes = self._processes()
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(_alive(process) for process in processes):
            time.sleep(0.01)
        # Their numbers are still there while nobody has collected the dead, or come again.
        for lock in ("data/postmaster.pid", ".s.PGSQL.5432.lock"):
            (self._folder / lock).unlink(missing_ok=True)

    def kill_session(self, chance: Random) -> None:
        """End the process that serves one client, amid a transaction if there is such a one.

        The server then ends all other sessions, too, and recovers by itself.
        """
        serving = [(said, process) for process in self._processes()[1:] if (said := _says(process))]
        busy = [process for said, process in serving if not said.endswith(" idle")]
        if serving:
            chosen = chance.choice(busy or [process for _said, process in serving])
            with suppress(ProcessLookupError):
                os.kill(chosen, signal.SIGKILL)

    def fill(self, seconds: float, meanwhile: Callable[[], None]) -> None:
        """Let its disk be full; then, should it have ended over that, start it again.

        Args:
            seconds: for how long.
            meanwhile: is called again and again while the disk is full.
        """
        filler = self._folder / "filler"
        until = time.monotonic() + seconds
        with filler.open("wb", buffering=0) as file:
            while time.monotonic() < until:
                with suppress(OSError):
                    while True:
                        file.write(bytes(65_536))
                with suppress(OSError):
                    while True:
                        file.write(bytes(512))
                meanwhile()
                time.sleep(0.01)  # what it gave up meanwhile is taken, too
        filler.unlink()
        if not self._answers():
            if self.runs():
                self.stop()
            self.start()

    def set_clock(self, seconds: float) -> None:
        """Set its clock before the true time (`seconds` < 0) or after it."""
        pending = self._folder / "clock.new"
        pending.write_text(f"{seconds:+.0f}\n")
        pending.chmod(0o644)
        pending.replace(self._folder / "clock")

    def _answers(self) -> bool:
        """Tell whether it takes connections, within the seconds that a recovery takes."""
        asked = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder)]
        for _ in range(50):
            if not self.runs():
                return False
            if subprocess.run(asked, check=False).returncode == 0:
                return True
            time.sleep(0.1)
        return False

    def _processes(self) -> list[int]:
        """Return its processes, the first one first."""
        try:
            first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return []
        return [first, *children(first)] if _alive(first) else []

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        where = ["-D", "data"] if data else []
        said = self._folder / "said"  # no pipe: the server would keep it open
        with said.open("w") as output:
            done = subprocess.run(
                [*self._as, *self._clock, str(self._programs / program), *where, *arguments],
                cwd=self._folder,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if done.returncode:
            log = self._folder / "log"
            told = log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""
            raise RuntimeError(f"{program} {arguments}: {said.read_text()}\n{told}")


def children(process: int) -> list[int]:
    """Return the children of a process, those of all its threads."""
    found: list[int] = []
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            found.extend(int(child) for child in tasks.read_text().split())
    return found


def _mounted(folder: Path, size: int) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "none", str(folder)]
    return subprocess.run(mount, check=False, capture_output=True).returncode == 0


def _alive(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def _says(process: int) -> str:
    """Return what a process that serves a client says it is doing; of others nothing."""
    try:
        said = Path(f"/proc/{process}/cmdline").read_text("utf-8", "replace")
    except OSError:
        return ""
    said = said.strip("\0 ")
    return said if "[local]" in said else ""
