"""Files of results: named after their recording, written whole or not at all."""

import errno
from pathlib import Path, PurePath

from huiting.app.display import printable
from huiting.core.errors import ConfigError
from huiting.core.types import Recording
from huiting.core.whole_file import replacing

LONGEST = 120
"""Bytes of a file name kept; file systems take 255, and a suffix is to follow."""


def results_name(recording: Recording) -> str:
    """Return the stem of a recording's result files.

    The id is part of it: two folders may hold different calls of one name. What a file
    system or a shell would stumble over is replaced.
    """
    stem = PurePath(recording.path).stem or "recording"
    safe = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in stem)
    cut = safe.encode(errors="replace")[:LONGEST].decode(errors="ignore").strip(" .")
    return f"{cut}-{recording.id[:8]}"


def replace_file(target: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, meets the old one or the new one.

    A file that holds this already is left alone: the next run over a thousand calls that
    are done should not write them all to disk again.

    Raises:
        ConfigError: it cannot be written; the old file stays and nothing else is left.
    """
    try:
        there = target.is_file() and target.stat().st_size == len(content)
        if there and target.read_bytes() == content:
            return
        with replacing(target) as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(
            printable(str(target)), f"it cannot be written: {error.strerror}", remedy_of(error)
        ) from error


def remedy_of(error: OSError) -> str:
    """Say what to do about a file that cannot be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "free space, then run again"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "give this user the right to write there, or name another folder with --out"
    return "check the disk, then run again"


def make_folder(folder: Path) -> None:
    """Make a folder for results.

    Raises:
        ConfigError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            printable(str(folder)),
            f"it cannot be made: {error.strerror}",
            "name another folder with --out",
        ) from error
