"""What is told, and what tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from huiting.core.errors import HuitingError


class Topic(StrEnum):
    """What a notice is about; channels choose among them."""

    FATAL = "fatal"
    """A fatal item of a scorecard failed."""
    TICKET = "ticket"
    """A call that a person should take up now, such as an angry one in a foreign language."""
    DIGEST = "digest"
    """The day as a whole."""
    ANALYZED = "analyzed"
    """A call is done."""
    FAILED = "failed"
    """A recording could not be analyzed."""
    QUARANTINED = "quarantined"
    """A file in an inbox was put aside."""
    TEST = "test"
    """Somebody tries the channel."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that goes with a mail."""

    name: str
    """As the HTML names it: `cid:NAME`."""
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes
    """Text in UTF-8."""

    @property
    def encoded(self) -> int:
        """Bytes that it takes in a mail, which carries text alone: base64 in lines of 76."""
        return -(-len(self.content) // 3) * 4 * 78 // 76


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told."""

    id: str
    """The same for every attempt, so that a receiver can tell a repetition."""
    topic: Topic
    at: datetime
    """UTC."""
    title: str
    lines: tuple[str, ...] = ()
    """Plain text."""
    link: str | None = None
    """Where to look, when the service knows its own address."""
    urgent: bool = False
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    """For programs: ids, verdicts, counts."""
    html: str | None = None
    """The whole of it as a page, for mail."""
    pictures: tuple[Picture, ...] = ()
    files: tuple[Attachment, ...] = ()


class Channel(Protocol):
    """Somewhere to send notices. May be used from several threads."""

    def send(self, notice: Notice, /) -> None:
        """Send it once.

        Raises:
            DeliveryError: it did not arrive, as far as can be known.
            Undeliverable: it never will, as it is.
        """
        ...


class DeliveryError(HuitingError):
    """A notice did not arrive; it may the next time."""

    code: ClassVar[str] = "delivery"
    retryable: ClassVar[bool] = True


class Undeliverable(HuitingError):
    """The receiver refuses a notice for good: trying again changes nothing."""

    code: ClassVar[str] = "undeliverable"
