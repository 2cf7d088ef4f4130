"""A PostgreSQL server of one's own, that may be stopped and started at will."""

import os
import shutil
import subprocess
from pathlib import Path

_QUICK = "-c fsync=off -c full_page_writes=off -c max_wal_size=64MB -c shared_buffers=16MB"


def programs() -> Path | None:
    """Return the folder of the server's programs, the newest; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class Server:
    """A cluster in a folder, reached by a socket in it."""

    def __init__(self, folder: Path, options: str = _QUICK) -> None:
        self._options = options
        there = programs()
        assert there is not None
        self._programs = there
        self._folder = folder
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
            for parent in folder.parents[:3]:  # pytest's folders are for their owner only
                parent.chmod(parent.stat().st_mode | 0o11)
        self._run("initdb", "-U", "huiting", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.start()
        self._run("createdb", "-h", str(folder), "-U", "huiting", "huiting", data=False)

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

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        where = ["-D", "data"] if data else []
        subprocess.run(
            [*self._as, str(self._programs / program), *where, *arguments],
            cwd=self._folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
