"""Getting one file whole: verified as it comes, resumed where it broke off, never too long.

What is here already stays in the partial file, with a note of what the server called the file
it is a part of. Nothing outside the two is written.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from huiting.engines._assembly import BLOCK
from huiting.engines.hub.addresses import Request
from huiting.engines.hub.trouble import HubTrouble
from huiting.engines.hub.wire import Answer, ask

TRIES = 5
"""In a row, without a byte more; each that brings some begins the count anew."""
MOST_UNKNOWN = 64 << 20
"""Bytes of a file whose size nobody published."""
NOTE = ".note"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file must be."""

    name: str
    size: int
    """Bytes; 0 when nobody published it."""
    sha256: str
    """Empty when nobody published it."""
    bound: int = 0
    """Bytes that are taken at most where the size is not known; 0 for `MOST_UNKNOWN`."""

    @property
    def most(self) -> int:
        """Bytes that are taken at most."""
        return self.size or self.bound or MOST_UNKNOWN


@dataclass(frozen=True, slots=True)
class Line:
    """A way to the hubs."""

    client: httpx.Client
    pause: Callable[[float], None]
    """Waits some seconds."""


@dataclass(slots=True)
class _Partial:
    """A file that grows, and its digest with it."""

    path: Path
    out: BinaryIO
    seen: "hashlib._Hash"
    size: int

    def restart(self) -> None:
        """Forget what is there."""
        self.out.seek(0)
        self.out.truncate()
        self.seen = hashlib.sha256()
        self.size = 0

    def add(self, block: bytes) -> None:
        """Keep a block."""
        self.out.write(block)
        self.seen.update(block)
        self.size += len(block)


def download(
    wanted: Wanted, request: Request, partial: Path, line: Line, advance: Callable[[int], None]
) -> str:
    """Bring a file to `partial`; what is there is continued.

    Args:
        wanted: what it must be.
        request: where it is.
        partial: the file to be; its folder exists.
        line: the way there.
        advance: told how many bytes are there.

    Returns:
        Its SHA-256.

    Raises:
        HubTrouble: it cannot be had from there, or is another file; what came stays when it
            may be continued.
        OSError: the disk is full, or cannot be written.
    """
    partial.touch()
    with partial.open("r+b") as out:
        file = _Partial(partial, out, hashlib.sha256(), 0)
        try:
            _read(file, wanted)
            _complete(file, wanted, request, line, advance)
            out.flush()
            os.fsync(out.fileno())
        finally:
            if not file.size:
                partial.unlink()
    with suppress(FileNotFoundError):
        _note(partial).unlink()
    return file.seen.hexdigest()


def _complete(
    file: _Partial,
    wanted: Wanted,
    request: Request,
    line: Line,
    advance: Callable[[int], None],
) -> None:
    """Try until a file is complete, or no longer.

    Raises:
        HubTrouble: the last try failed, or another would as well.
    """
    tries = 0
    while True:
        before = file.size
        try:
            return _continue(file, wanted, request, line, advance)
        except HubTrouble as trouble:
            tries = 1 if file.size > before else tries + 1
            if not trouble.passing or tries >= TRIES:
                raise
            line.pause(max(trouble.wait, float(2 ** (tries - 1))))


def _read(file: _Partial, wanted: Wanted) -> None:
    """Take what an earlier try left, if it can be continued."""
    while block := file.out.read(BLOCK):
        file.seen.update(block)
        file.size += len(block)
    unsure = not wanted.sha256 and not _noted(file.path)
    if file.size > wanted.most or unsure:
        file.restart()


def _continue(
    file: _Partial,
    wanted: Wanted,
    request: Request,
    line: Line,
    advance: Callable[[int], None],
) -> None:
    """Try once to complete a file, and verify it.

    Raises:
        HubTrouble: it is not complete, or not the one that is wanted.
    """
    if wanted.size and file.size == wanted.size:
        if file.seen.hexdigest() == wanted.sha256:
            return
        file.restart()
    start, noted = file.size, _noted(file.path)
    with ask(line.client, request, start, noted) as answer:
        _refuse(answer, wanted)
        if answer.start < start or (start and noted and answer.tag and answer.tag != noted):
            file.restart()
            if answer.start:
                raise HubTrouble("the file changed since it was begun", "try again", passing=True)
        _note(file.path).write_text(json.dumps({"tag": answer.tag}))
        advance(file.size)
        for block in answer.response.iter_raw():
            if file.size + len(block) > (answer.total or wanted.most):
                file.restart()
                raise HubTrouble("it sends more bytes than it said", "use another source")
            file.add(block)
            advance(file.size)
        total = wanted.size or answer.total
    if file.size < total:
        reason = f"it broke off after {file.size} of {total} bytes"
        raise HubTrouble(reason, "try again", passing=True)
    _verify(file, wanted, resumed=answer.start > 0)


def _refuse(answer: Answer, wanted: Wanted) -> None:
    """Turn a file down by what the hub says of it, before a byte of it comes.

    Raises:
        HubTrouble: it is not the one that is wanted.
    """
    if answer.sha256 and wanted.sha256 and answer.sha256 != wanted.sha256:
        reason = f"the hub has another file: SHA-256 {answer.sha256}, not {wanted.sha256}"
        raise HubTrouble(reason, "use another source, or look for a newer Huiting")
    if wanted.size and answer.total and answer.total != wanted.size:
        reason = f"the hub has another file: {answer.total} bytes, not {wanted.size}"
        raise HubTrouble(reason, "use another source, or look for a newer Huiting")
    if answer.total > wanted.most:
        reason = f"it has {answer.total} bytes; without a published size {wanted.most} are taken"
        raise HubTrouble(reason, "import a copy of the file that you trust")


def _verify(file: _Partial, wanted: Wanted, *, resumed: bool) -> None:
    """Compare a complete file with what was published.

    Raises:
        HubTrouble: it is another one; nothing of it stays.
    """
    seen = file.seen.hexdigest()
    if not wanted.sha256 or seen == wanted.sha256:
        return
    file.restart()
    reason = f"it came out with SHA-256 {seen}, not {wanted.sha256}"
    # Two halves of two files fit nothing: the whole is worth a try.
    raise HubTrouble(reason, "use another source", passing=resumed)


def _note(partial: Path) -> Path:
    return partial.with_name(partial.name + NOTE)


def _noted(partial: Path) -> str:
    """Return what the server called the file that is begun; empty when it is not known."""
    try:
        tag = json.loads(_note(partial).read_text())["tag"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return tag if isinstance(tag, str) else ""
