"""What an inbox needs of the place it stands for. Names are relative, with `/` between parts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event
from typing import BinaryIO, ClassVar, Protocol

from huiting.core.errors import HuitingError


@dataclass(frozen=True, slots=True)
class Found:
    """A file as a listing shows it."""

    name: str
    size: int
    """Bytes."""
    mark: str
    """Changes whenever the content does: its time of change, or a tag that the place gives."""


class Place(Protocol):
    """A folder somewhere. May raise `PlaceError` everywhere."""

    @property
    def shown(self) -> str:
        """Its address without secrets, the subject of errors."""
        ...

    def files(self) -> Iterator[Found]:
        """Yield every file below it, following no link, in any order."""
        ...

    def open(self, name: str, /) -> AbstractContextManager[BinaryIO]:
        """Open a file to read."""
        ...

    def move(self, name: str, to: str, /) -> None:
        """Give a file another name, in whatever folder; one that is there is replaced."""
        ...

    def remove(self, name: str, /) -> None:
        """Remove a file; one that is gone already is no error."""
        ...

    def write(self, name: str, content: bytes, /) -> None:
        """Write a small file, in whatever folder."""
        ...

    def wait(self, seconds: float, stop: Event, /) -> None:
        """Return when something may have come, `stop` is set, or the time is over."""
        ...


class PlaceError(HuitingError):
    """A place cannot be used now; nothing was lost, the next sweep tries again."""

    code: ClassVar[str] = "inbox"
    retryable: ClassVar[bool] = True
