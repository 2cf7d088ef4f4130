"""A PostgreSQL server on a machine of its own, for other machines to use."""

import shutil
import subprocess
from pathlib import Path

from faults.server import programs
from networks.spaces import Space

_QUICK = "-c fsync=off -c shared_buffers=16MB"


def served(where: Space, folder: Path, address: str) -> tuple[str, str]:
    """Give the database's URL on the cable, and the one by its socket, for who is to look on.

    It is ended with the network it is on.
    """
    there = programs()
    assert there is not None
    shutil.chown(folder, "postgres")
    for parent in folder.parents[:3]:  # pytest's folders are for their owner only
        parent.chmod(parent.stat().st_mode | 0o11)
    data = str(folder / "data")

    def run(program: str, *words: str) -> None:
        subprocess.run(
            where.command(str(there / program), *words, user="postgres"),
            check=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    run("initdb", "-D", data, "-U", "huiting", "--auth=trust", "--encoding=UTF8", "--no-sync")
    with (folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.213.7.0/24 trust\n")
    options = f"-k '{folder}' -c listen_addresses={address} {_QUICK}"
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
    run("createdb", "-h", str(folder), "-U", "huiting", "huiting")
    return (
        f"postgresql+psycopg://huiting@{address}/huiting",
        f"postgresql+psycopg://huiting@/huiting?host={folder}",
    )
