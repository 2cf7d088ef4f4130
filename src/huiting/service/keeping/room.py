"""What on the disk can be made again, or was kept long enough: how much it is, and to free it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from huiting.access.principal import Actor
from huiting.service.exporting import Exports
from huiting.service.hearing import Hearing
from huiting.store.audit import Audit, Entry


class Use(StrEnum):
    """What files are for."""

    HEARD = "heard"
    """Outlines of waveforms, and sound that earlier versions converted; drawn again when looked at."""
    EXPORTS = "exports"
    """Files that people asked for; only those past their time go."""
    ANSWERS = "answers"
    """What a language model answered; asked again when needed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What files take."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one use takes, and what of it can be freed."""

    use: Use
    all: Taken
    idle: Taken


@dataclass(frozen=True, slots=True)
class Room:
    """Looks at files and frees them. May be used from several threads."""

    hearing: Hearing
    exports: Exports
    answers: Path
    """Folder of what a language model answered."""
    audit: Audit
    now: Callable[[], datetime]

    def look(self) -> list[Look]:
        """Return what each use takes."""
        return [Look(use, _taken(self._files(use)), _taken(self._idle(use))) for use in Use]

    def free(self, use: Use, by: Actor) -> Taken:
        """Remove what can be freed of a use, and note it; return what that was."""
        before = _taken(self._files(use))
        match use:
            case Use.HEARD:
                self.hearing.sweep(float("inf"))
            case Use.EXPORTS:
                self.exports.sweep(self.now())
            case Use.ANSWERS:
                for path in self._files(use):
                    path.unlink(missing_ok=True)
        after = _taken(self._files(use))
        self.audit.note(None, Entry(by.id, by.name, "freed", f"files:{use}", by.address))
        return Taken(max(0, before.files - after.files), max(0, before.bytes - after.bytes))

    def _files(self, use: Use) -> Iterator[Path]:
        folders = {
            Use.HEARD: self.hearing.folder,
            Use.EXPORTS: self.exports.folder,
            Use.ANSWERS: self.answers,
        }
        return (path for path in folders[use].rglob("*") if path.is_file())

    def _idle(self, use: Use) -> Iterator[Path]:
        return self.exports.past(self.now()) if use is Use.EXPORTS else self._files(use)


def _taken(files: Iterator[Path]) -> Taken:
    count = size = 0
    for path in files:
        with suppress(FileNotFoundError):  # removed meanwhile
            size += path.stat().st_size
            count += 1
    return Taken(count, size)
