"""A PostgreSQL server on a machine of its own, for other machines to use."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from faults.server import programs
from networks.spaces import Space

_QUICK = "-c fsync=off -c shared_buffers=16MB"


@contextmanager
def served(where: Space, address: str) -> Iterator[tuple[str, str]]:
    """Give the database's URL on the cable, and the one by its socket, for who is to look on."""
    there = programs()
    assert there is not None
    # Not in pytest's folders: each run of pytest shuts them to all users but its own.
    folder = Path(mkdtemp(prefix="huiting-server-"))
    shutil.chown(folder, "postgres")
    data = str(folder / "data")

    def run(program: str, *words: str) -> None:
        subprocess.run(
            where.command(str(there / program), *words, user="postgres"),
            check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    run("initdb", "-D", data, "-U", "huiting", "--auth=trust", "--encoding=UTF8", "--no-sync")
    with (folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all samenet trust\n")
    options = f"-k '{folder}' -c listen_addresses={address} {_QUICK}"
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
    run("createdb", "-h", str(folder), "-U", "huiting", "huiting")
    try:
        yield (
            f"postgresql+psycopg://huiting@{address}/huiting",
            f"postgresql+psycopg://huiting@/huiting?host={folder}",
        )
    finally:
        for process in where.processes():
            subprocess.run(["kill", "-9", str(process)], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
