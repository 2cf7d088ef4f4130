"""Take in recordings: keep the bytes, remember what came with them, ask for their analysis.

The bytes are kept under their hash, so the same recording handed in twice is one; with the
same options it is not even analyzed twice.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol

from sqlalchemy import Connection

from huiting.access.principal import Principal
from huiting.core.errors import HuitingError, InputError, UndecodableAudio, Unknown
from huiting.core.types import Role
from huiting.jobs.job import Job, Order, State
from huiting.jobs.queue import Queue
from huiting.service.names import cleaned
from huiting.service.troubles import TooLarge
from huiting.store import Store, keeping, received
from huiting.store.received import Described, Entry

KIND = "analyze"
"""Of the jobs."""
LONGEST_VALUE = 2_000
MOST_ENTRIES = 100
"""Metadata entries of a call."""


class KeptBytes(Protocol):
    """What a vault says of what it took."""

    @property
    def id(self) -> str:
        """SHA-256, in hex."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...


class Vault(Protocol):
    """Where the bytes of recordings are kept."""

    def take(self, stream: BinaryIO, /) -> KeptBytes:
        """Keep all that the stream gives, under its hash; nothing is kept after an error."""
        ...

    def has(self, recording: str, /) -> bool:
        """Tell whether a recording is kept."""
        ...

    def plain(self, recording: str, /) -> AbstractContextManager[Path]:
        """Give a recording as a file while inside."""
        ...

    def remove(self, recording: str, /) -> bool:
        """Remove a recording; tell whether it was there."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of a recording when it is handed in."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    roles: tuple[Role, ...] = ()
    """By channel."""

    def over(self, other: "Given") -> "Given":
        """Return both; what this says goes before what `other` says."""
        return Given(
            {**other.metadata, **self.metadata},
            self.started_at or other.started_at,
            self.roles or other.roles,
        )


@dataclass(frozen=True, slots=True)
class Options:
    """How recordings are to be analyzed, beyond the settings."""

    language: str | None = None
    """ISO 639; None to hear it."""
    hotwords: tuple[str, ...] = ()
    """Each as a line of a hotword list."""
    engine: str | None = None
    """Name of a recognizer of the settings; None for the usual one."""

    def text(self) -> str:
        """Return as canonical JSON what is not as the settings have it."""
        said = {
            "language": self.language, "hotwords": list(self.hotwords), "engine": self.engine
        }  # fmt: skip
        wanted = {name: value for name, value in said.items() if value}
        return json.dumps(wanted, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of something handed in."""

    name: str
    recording: str
    job: int
    state: State
    """Of the job."""
    known: bool
    """It was analyzed before with the same options: the result is there already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was not taken."""

    name: str
    error: HuitingError


@dataclass(frozen=True, slots=True)
class Asked:
    """Who hands in recordings, and what is to become of all of them."""

    principal: Principal
    options: Options = field(default_factory=Options)
    batch: str | None = None
    held: bool = False
    """The batch waits."""
    priority: int = 0


def unlooked(_path: Path, _name: str) -> None:
    """Take whatever comes; whether it is audio is seen when it is heard."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Takes in recordings. May be used from several threads."""

    store: Store
    queue: Queue
    vault: Vault
    describe: Callable[[str], Given]
    """Tells what a file's name says of a call."""
    settings: Callable[[], str]
    """Gives the digest of the settings that recordings are analyzed with."""
    now: Callable[[], datetime]
    largest: int = 4 << 30
    """Bytes of a recording."""
    probe: Callable[[Path, str], None] = unlooked
    """Refuses a file that is no audio; told its name too."""
    engines: tuple[str, ...] = ()
    """Names of the recognizers that may be asked for, the usual one first."""

    def accept(self, stream: BinaryIO, name: str, given: Given, asked: Asked) -> Accepted:
        """Keep a recording and ask for its analysis.

        Of a recording that is known, what was first said of it stays.

        Raises:
            InputError: what is said of it cannot be used.
            UndecodableAudio: there is nothing in it.
            TooLarge: it has more bytes than are taken.
        """
        name = cleaned(name)
        check_engine(asked.options.engine, self.engines)
        told = checked(given.over(self.describe(name)))
        kept = self.vault.take(Bounded(stream, self.largest, name))  # type: ignore[arg-type]
        if not kept.size:
            raise UndecodableAudio(name, "the file is empty", "copy it again from the recorder")
        self._look(kept.id, name)
        with self.store.database.writing() as connection:
            at = self.now()
            if received.described(connection, kept.id) is None:
                received.add(
                    connection,
                    Described(
                        kept.id, kept.size, name, told.metadata, told.started_at, told.roles,
                        asked.principal.id, at,
                    ),
                )  # fmt: skip
            return self._ordered(connection, kept.id, name, asked)

    def _look(self, recording: str, name: str) -> None:
        """Refuse at once what is no audio, and keep none of it."""
        try:
            with self.vault.plain(recording) as path:
                self.probe(path, name)
        except InputError as error:
            with self.store.database.reading() as connection:
                known = received.described(connection, recording) is not None
            if not known:
                self.vault.remove(recording)
            raise type(error)(name, error.reason, error.remedy) from error

    def again(self, recording: str, asked: Asked) -> Accepted:
        """Ask for the analysis of a recording that is kept, with other options or after a failure.

        Raises:
            Unknown: it was never handed in.
            InputError: no recognizer is called so.
        """
        with self.store.database.writing() as connection:
            return self.again_in(connection, recording, asked)

    def again_in(self, connection: Connection, recording: str, asked: Asked) -> Accepted:
        """Do as `again`, in the caller's transaction."""
        check_engine(asked.options.engine, self.engines)
        known = received.described(connection, recording)
        if known is None:
            raise Unknown("recording", "no such recording", "hand it in first")
        return self._ordered(connection, recording, known.name, asked)

    def knows(self, recording: str) -> bool:
        """Tell whether a recording was handed in, and not erased since."""
        with self.store.database.reading() as connection:
            return received.described(connection, recording) is not None

    def refuse(self, name: str, error: HuitingError, asked: Asked) -> Refused:
        """Remember that something was not taken, and why."""
        name = cleaned(name)
        entry = Entry(
            name, asked.principal.id, self.now(), asked.batch,
            code=error.code, reason=error.reason, remedy=error.remedy,
        )  # fmt: skip
        with self.store.database.writing() as connection:
            received.receive(connection, entry)
        return Refused(name, error)

    def _ordered(self, connection: Connection, recording: str, name: str, asked: Asked) -> Accepted:
        """Put the job, unless its result is there; write that the recording was handed in.

        A call that lies in the bin comes back: somebody wants it.
        """
        keeping.take_from_bin(connection, recording)
        digest = sha256(f"{self.settings()}\n{asked.options.text()}".encode()).hexdigest()[:16]
        job = self._done(connection, recording, digest)
        known = job is not None
        if job is None:
            order = Order(
                kind=KIND,
                subject=f"{recording}:{digest}",
                payload={"recording": recording, "options": asked.options.text()},
                priority=asked.priority,
                group=asked.batch,
                owner=asked.principal.id,
                held=asked.held,
            )
            job, _ = self.queue.put(connection, order)
        at = self.now()
        entry = Entry(name, asked.principal.id, at, asked.batch, recording, digest, job.id)
        received.receive(connection, entry)
        return Accepted(name, recording, job.id, job.state, known)

    def _done(self, connection: Connection, recording: str, digest: str) -> Job | None:
        """Return the job that analyzed the recording just so, if its result still stands."""
        last = received.last_job(connection, recording, digest)
        if last is None or not received.analyzed(connection, recording):
            return None
        try:
            job = self.queue.ledger.get(connection, last)
        except Unknown:  # forgotten meanwhile
            return None
        return job if job.state is State.DONE else None


def check_engine(name: str | None, known: tuple[str, ...]) -> None:
    """Refuse a recognizer that there is none of.

    Raises:
        InputError: none is called so.
    """
    if name is not None and name not in known:
        raise InputError("engine", "none is called so", f"choose {', '.join(known)}")


class Bounded:
    """A stream that gives so much and no more.

    Args:
        stream: what is read.
        most: bytes that it may have.
        name: for the error.
    """

    def __init__(self, stream: BinaryIO, most: int, name: str) -> None:
        self._stream = stream
        self._left = most
        self._most = most
        self._name = name

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            TooLarge: there are more than may be.
        """
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(
                self._name, f"more than {self._most} bytes", "cut it, or raise the limit"
            )
        return data


def checked(given: Given) -> Given:
    """Return what is said of a call, without spaces around it.

    Raises:
        InputError: it is too much, or no text.
    """
    if len(given.metadata) > MOST_ENTRIES:
        raise InputError("metadata", f"more than {MOST_ENTRIES} entries", "give fewer")
    found: dict[str, str] = {}
    for name, value in given.metadata.items():
        plain = name.strip()
        if not plain or len(plain) > MOST_ENTRIES or not (plain + value).isprintable():
            raise InputError("metadata", "a name or value is no line of text", "give short lines")
        if len(value) > LONGEST_VALUE:
            raise InputError(
                f"metadata {plain}", f"more than {LONGEST_VALUE} characters", "shorten it"
            )
        found[plain] = value.strip()
    return replace(given, metadata=found)
