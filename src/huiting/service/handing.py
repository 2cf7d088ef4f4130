"""What is said of recordings as they are handed in: text fields of a form, or of an upload."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import BinaryIO

from huiting.access.principal import Principal
from huiting.core.errors import HuitingError, InputError
from huiting.core.types import Role
from huiting.service.batches import Batches
from huiting.service.recordings import Accepted, Asked, Given, Options, Recordings, Refused
from huiting.service.unpacking import USUAL, Budget, is_archive, unpack
from huiting.service.uploads import read_metadata
from huiting.store.arriving import Arriving

FIELDS = ("metadata", "started_at", "roles", "language", "hotwords", "engine", "batch", "priority")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
MOST_HOTWORDS = 1_000
LONGEST_HOTWORD = 200
MOST_URGENT = 10
SPEECH = "speech"
"""Use of an upload of which only the speech is to be found; no call is made of it."""
USES = ("", SPEECH)


@dataclass(frozen=True, slots=True)
class Order:
    """All that is said of recordings that come together."""

    given: Given
    asked: Asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of recordings that came together."""

    batch: str | None
    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where recordings are handed in. May be used from several threads."""

    recordings: Recordings
    batches: Batches
    zone: tzinfo | None = None
    """Of times that state none; None for that of the machine."""
    budget: Budget = USUAL
    """Of archives."""
    speech: Callable[[BinaryIO, str, Principal], Accepted] | None = None
    """Takes a file of which only the speech is to be found; None where nothing does."""

    def read(self, fields: Mapping[str, str], principal: Principal) -> Order:
        """Understand the fields that came with recordings.

        Raises:
            InputError: a field cannot be understood.
            Unknown: there is no such batch.
        """
        given = Given(
            metadata=_metadata(fields.get("metadata", "")),
            started_at=self._time(fields.get("started_at", "")),
            roles=_roles(fields.get("roles", "")),
        )
        options = options_of(
            fields.get("language", ""), fields.get("hotwords", "").splitlines(),
            fields.get("engine", ""),
        )  # fmt: skip
        batch = fields.get("batch") or None
        held = batch is not None and self.batches.find(batch, principal).batch.paused
        asked = Asked(principal, options, batch, held, _priority(fields.get("priority", "")))
        return Order(given, asked)

    def take(self, stream: BinaryIO, name: str, order: Order) -> Outcome:
        """Take one recording, or all of an archive; what is refused is told and remembered."""
        accepted: list[Accepted] = []
        refused: list[Refused] = []

        def keep(member: BinaryIO, member_name: str) -> None:
            accepted.append(self.recordings.accept(member, member_name, order.given, order.asked))

        def leave(member_name: str, error: HuitingError) -> None:
            refused.append(self.recordings.refuse(member_name, error, order.asked))

        try:
            if is_archive(stream):
                unpack(stream, keep, leave, self.budget)
            else:
                keep(stream, name)
        except InputError as error:
            leave(name, error)
        return Outcome(order.asked.batch, tuple(accepted), tuple(refused))

    def arrived(self, stream: BinaryIO, upload: Arriving, principal: Principal) -> Accepted:
        """Take a file that came in pieces.

        Raises:
            InputError: it cannot be used.
        """
        fields = read_metadata(upload.metadata)
        name = fields.get("filename") or fields.get("name") or ""
        if fields.get("use") == SPEECH and self.speech is not None:
            return self.speech(stream, name, principal)
        order = self.read(fields, principal)
        return self.recordings.accept(stream, name, order.given, order.asked)

    def check(self, metadata_line: str, principal: Principal) -> None:
        """Refuse an upload of which something is said that cannot be understood."""
        fields = read_metadata(metadata_line)
        if fields.get("use", "") not in USES:
            raise InputError("use", "not known", f"write {SPEECH}, or leave it out")
        self.read(fields, principal)

    def _time(self, text: str) -> datetime | None:
        if not text:
            return None
        try:
            when = datetime.fromisoformat(text)
            if when.tzinfo is None:
                when = when.replace(tzinfo=self.zone) if self.zone else when.astimezone()
            when.astimezone(UTC)  # which the first and the last day may not have
        except (ValueError, OverflowError, OSError) as error:
            raise InputError(
                "started_at", "not a time", "write 2025-03-12T10:15:00+08:00"
            ) from error
        return when


def options_of(language: str, hotwords: list[str], engine: str = "") -> Options:
    """Return how recordings are to be analyzed.

    Raises:
        InputError: that is no language, or these are too many words.
    """
    if language and not _LANGUAGE.fullmatch(language):
        raise InputError("language", "not a code", "write zh, en… or leave it out")
    words = tuple(word.strip() for word in hotwords if word.strip())
    if len(words) > MOST_HOTWORDS or any(len(word) > LONGEST_HOTWORD for word in words):
        raise InputError("hotwords", "too many, or too long", f"give at most {MOST_HOTWORDS} lines")
    return Options(language or None, words, engine or None)


def _metadata(text: str) -> Mapping[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("metadata", "not JSON", 'write {"agent": "8001"}') from error
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise InputError("metadata", "not an object of texts", 'write {"agent": "8001"}')
    return found


def _roles(text: str) -> tuple[Role, ...]:
    try:
        return tuple(Role(role.strip()) for role in text.split(",") if role.strip())
    except ValueError as error:
        raise InputError("roles", "not known", f"choose of {', '.join(Role)}") from error


def _priority(text: str) -> int:
    if not text:
        return 0
    try:
        number = int(text)
    except ValueError as error:
        raise InputError("priority", "not a number", "write 0") from error
    if abs(number) > MOST_URGENT:
        raise InputError("priority", "out of reach", f"write -{MOST_URGENT} to {MOST_URGENT}")
    return number
