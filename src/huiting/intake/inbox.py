"""One look at an inbox: take in what has come to rest, put it aside with its outcome.

A file that was taken in and could not be moved is taken in again by the next sweep; the
same bytes are the same recording, so nothing is done twice.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from huiting.core.errors import InputError
from huiting.intake.place import Found, Place, PlaceError
from huiting.intake.settling import Settling

log = logging.getLogger(__name__)

DONE, REFUSED = "huiting-done", "huiting-refused"
"""Folders that a sweep moves files into."""
LARGEST_SIDECAR = 1 << 16
"""Bytes of a sidecar that are read."""
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".!ut", ".swp")


class After(StrEnum):
    """What becomes of a file that was taken in."""

    MOVE = "move"
    """Into `huiting-done/`, below it the name it had."""
    DELETE = "delete"
    KEEP = "keep"
    """It stays; the ledger remembers it."""


class Ledger(Protocol):
    """Remembers which files of an inbox were handled, across restarts."""

    def handled(self, inbox: str, files: Sequence[Found], /) -> set[str]:
        """Return the names of those that were handled with this very mark."""
        ...

    def note(self, inbox: str, file: Found, reason: str, /) -> None:
        """Remember a file; an empty reason says that it was taken in."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is handed in."""

    inbox: str
    name: str
    """As in the inbox, with its folders."""
    content: BinaryIO
    size: int
    """Bytes, as the listing said."""
    sidecar: bytes | None
    """What NAME.json beside it holds."""


Accept = Callable[[Arrival], None]
"""Takes a file in, durably. Raises InputError when it never will; anything else is tried again."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep has done."""

    taken: int = 0
    refused: int = 0
    waiting: int = 0
    """Files that are left for the next sweep."""
    trouble: PlaceError | None = None
    """The place could not be used to the end."""


@dataclass(slots=True)
class Inbox:
    """A place that is swept again and again, by one process at a time."""

    name: str
    place: Place
    accept: Accept
    wanted: Callable[[str], bool]
    """Says by its name whether a file is a recording."""
    ledger: Ledger
    patterns: tuple[str, ...] = ("*",)
    """Of names with their folders, as in a shell; `*` matches `/` too."""
    after: After = After.MOVE
    quiet: float = 10.0
    """Seconds that a file must stay the same."""
    most: int = 2_000
    """Files taken in one sweep, so that every inbox has its turn."""
    _settling: Settling = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing seen."""
        self._settling = Settling(self.quiet)

    def sweep(self, now: float) -> Swept:
        """Look once.

        Args:
            now: seconds of a clock that never jumps.
        """
        taken = refused = waiting = 0
        try:
            files = [file for file in self.place.files() if self._visible(file.name)]
            rested = self._settling.look(files, now)
            resting = {file.name for file in rested}
            sidecars = _sidecars(files)
            candidates = [file for file in rested if self._recording(file.name)]
            known = self._known(candidates)
            unknown = [file for file in candidates if file.name not in known]
            waiting = sum(self._recording(file.name) for file in files) - len(known)
            for file in unknown[: self.most]:
                beside = sidecars.get(_stem(file.name))
                if beside is not None and beside.name not in resting:
                    continue
                reason = self._take(file, beside)
                taken, refused = taken + (not reason), refused + bool(reason)
                waiting -= 1
        except PlaceError as error:
            log.warning("inbox cannot be used", extra={"inbox": self.name, "code": error.code})
            return Swept(taken, refused, waiting, error)
        return Swept(taken, refused, waiting)

    def _take(self, file: Found, beside: Found | None) -> str:
        """Hand a file in and put it aside; return why it was refused, or nothing."""
        reason = ""
        try:
            sidecar = None if beside is None else self._small(beside)
            with self.place.open(file.name) as content:
                self.accept(Arrival(self.name, file.name, content, file.size, sidecar))
        except InputError as error:
            reason = f"{error.reason}; {error.remedy}"
            log.warning("file refused", extra={"inbox": self.name, "code": error.code})
        self._put_aside(file, beside, reason)
        return reason

    def _small(self, file: Found) -> bytes:
        if file.size > LARGEST_SIDECAR:
            raise InputError(
                file.name, f"longer than {LARGEST_SIDECAR} bytes", "give a shorter sidecar"
            )
        with self.place.open(file.name) as content:
            return content.read(LARGEST_SIDECAR)

    def _put_aside(self, file: Found, beside: Found | None, reason: str) -> None:
        both = [file] if beside is None else [file, beside]
        if self.after is After.KEEP:
            self.ledger.note(self.name, file, reason)
        elif reason:
            stem = _tagged(file)
            # Before the file: whoever sees it there finds the reason.
            self.place.write(f"{REFUSED}/{stem}.reason.txt", f"{reason}\n".encode())
            for one in reversed(both):  # the sidecar first: alone, it would be left behind
                self.place.move(one.name, f"{REFUSED}/{stem}{PurePosixPath(one.name).suffix}")
        elif self.after is After.MOVE:
            for one in reversed(both):
                self.place.move(one.name, f"{DONE}/{one.name}")
        else:
            for one in both:
                self.place.remove(one.name)

    def _known(self, candidates: Sequence[Found]) -> set[str]:
        if self.after is not After.KEEP or not candidates:
            return set()
        return self.ledger.handled(self.name, candidates)

    def _visible(self, name: str) -> bool:
        parts = PurePosixPath(name).parts
        hidden = any(part.startswith((".", "~$")) for part in parts)
        return not hidden and parts[0] not in {DONE, REFUSED}

    def _recording(self, name: str) -> bool:
        unfinished = name.lower().endswith(_UNFINISHED)
        matches = any(fnmatch(name, pattern) for pattern in self.patterns)
        return matches and not unfinished and self.wanted(name)


def _sidecars(files: Iterable[Found]) -> dict[str, Found]:
    return {_stem(file.name): file for file in files if file.name.lower().endswith(".json")}


def _stem(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def _tagged(file: Found) -> str:
    """Return the name without its extension, with a tag: none is lost to one of the same name."""
    return f"{_stem(file.name)}~{sha256(f'{file.size} {file.mark}'.encode()).hexdigest()[:8]}"
