"""`huiting serve` on a network of its own."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from networks.spaces import Space, python

PATIENCE = 120.0
PROGRAM = "from huiting.app.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Service:
    """A service that runs."""

    address: str
    """As it says itself."""
    said: tuple[str, ...]
    """What it wrote before: on the first start, the administrator's password."""


@contextmanager
def started(
    where: Space, folder: Path, settings: Mapping[str, str], *options: str
) -> Iterator[Service]:
    """Run the service of a folder; at the end it is told to end, and does."""
    target = f"sqlite:///{folder / 'calls.db'}"
    words = python("-c", PROGRAM, "serve", "--store", target, *options)
    environment = {**os.environ, "HUITING_LANG": "en", **settings}
    with (
        (folder / "serve.log").open("w") as log,
        subprocess.Popen(
            where.command(*words),
            stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=folder,
        ) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        said: list[str] = []
        while not said or "Listening on" not in said[-1]:
            line = process.stdout.readline()
            assert line, (folder / "serve.log").read_text()
            said.append(line)
        address = said.pop().rpartition(" ")[2].strip()
        _await_answer(where, address)
        try:
            yield Service(address, tuple(said))
        finally:
            process.terminate()
            process.wait(60)


def _await_answer(where: Space, address: str) -> None:
    place = address.replace("0.0.0.0", "127.0.0.1")
    ask = f"import urllib.request; urllib.request.urlopen('{place}/readyz', timeout=5)"
    until = time.monotonic() + PATIENCE
    while subprocess.run(
        where.command(*python("-c", ask)), check=False, capture_output=True
    ).returncode:
        assert time.monotonic() < until, "the service does not answer"
        time.sleep(0.2)
