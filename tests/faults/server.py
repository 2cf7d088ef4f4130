"""A PostgreSQL server of one's own, that may be stopped and started at will."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

_QUICK = "-c fsync=off -c full_page_writes=off -c max_wal_size=64MB -c shared_buffers=16MB"


def programs() -> Path | None:
    """Return the folder of the server's programs, the newest; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class Server:
    """A cluster in a temporary folder of its own, reached by a socket in it."""

    def __init__(self, options: str = _QUICK) -> None:
        self._options = options
        there = programs()
        assert there is not None
        self._programs = there
        # Not in pytest's folders: each run of pytest shuts them to all users but its own.
        self._folder = Path(mkdtemp(prefix="huiting-server-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-U", "huiting", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self.start()
        self._run("createdb", "-h", str(self._folder), "-U", "huiting", "huiting", data=False)

    def close(self) -> None:
        """Stop it and remove all it kept."""
        self.stop()
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

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        where = ["-D", "data"] if data else []
        said = self._folder / "said"  # no pipe: the server would keep it open
        with said.open("w") as output:
            done = subprocess.run(
                [*self._as, str(self._programs / program), *where, *arguments],
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
