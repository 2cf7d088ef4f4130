"""The client: everything that a server does, under one name each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Literal, Self

import httpx

from huiting.client.bulk import Many
from huiting.client.calls import Calls
from huiting.client.errors import StillRunning
from huiting.client.jobs import Batches, Jobs
from huiting.client.library import Library, Reviews
from huiting.client.live import Live
from huiting.client.recordings import Recordings
from huiting.client.reports import Reports
from huiting.client.shapes.answers import Me, StillHeard, System, Transcript
from huiting.client.uploads import PIECE, Uploads
from huiting.client.wire import Ask, Wire, read
from huiting.core.errors import ConfigError, InputError

HEARING = 960.0
"""Seconds that the server may take to hear audio before it asks to come again."""
ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class Terms:
    """How a client behaves."""

    timeout: float = 60.0
    """Seconds without a byte after which an answer is given up."""
    connect: float = 10.0
    """Seconds to find the server."""
    tries: int = 4
    """Times that a request is sent at most, where that is safe."""
    large: int = PIECE
    """Bytes from which on a file is sent in pieces, and bytes of a piece."""
    language: Literal["en", "zh"] = "en"
    """Of what the server writes for people."""
    unredacted: bool = False
    """Ask for personal data, which takes the permission `calls:unredacted`."""
    verify: bool | SSLContext = True
    """Of certificates."""
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


USUAL = Terms()


class Client:
    """A server of Huiting, as who holds the token. May be used from several threads.

    Proxies of the environment are not used: recordings go to the server and nowhere else.
    """

    def __init__(self, address: str, token: str, terms: Terms = USUAL) -> None:
        if not address.startswith(("http://", "https://")):
            raise ConfigError(
                address or "server", "no address", "write https://NAME or http://NAME:8460"
            )
        if not token.isascii() or not token.isprintable():
            raise ConfigError("token", "no token of Huiting", "copy it whole, as it was shown")
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": terms.language}
        web = httpx.Client(
            base_url=address,
            headers=headers,
            timeout=httpx.Timeout(terms.timeout, connect=terms.connect),
            verify=terms.verify,
            trust_env=False,
        )
        self.wire = Wire(web, terms.tries, terms.pause, terms.clock)
        self.recordings = Recordings(self.wire, Uploads(self.wire, terms.large), terms.large)
        self.batches = Batches(self.wire)
        self.jobs = Jobs(self.wire)
        self.calls = Calls(self.wire, terms.unredacted)
        self.many = Many(self.wire, terms.unredacted)
        self.live = Live(self.wire, terms.verify, terms.unredacted)
        self.library = Library(self.wire)
        self.reviews = Reviews(self.wire)
        self.reports = Reports(self.wire, terms.unredacted)

    def __enter__(self) -> Self:
        """Use the client inside, and close it after."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.wire.web.close()

    def system(self) -> System:
        """Read how the service is."""
        return self.wire.get(System, "/system")

    def me(self) -> Me:
        """Read who the token is, and what it may do."""
        return self.wire.get(Me, "/auth/me")

    def transcribe(
        self,
        audio: str | PathLike[str],
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        itn: bool = True,
        profile: Literal["fast", "accurate"] | None = None,
        longest: float | None = None,
    ) -> Transcript:
        """Have audio heard that is no call, and wait for the text.

        Args:
            audio: the file.
            language: ISO 639; None to have it heard.
            hotwords: that may be said.
            itn: write numbers as digits.
            profile: `fast` or `accurate`; None as the server is set.
            longest: seconds to wait; None for as long as it takes.

        Raises:
            InputError: the file cannot be read.
            Refused: the server refuses it.
            StillRunning: it is not heard in that time.
        """
        path = Path(audio)
        fields = {
            "language": language or "",
            "hotwords": "\n".join(hotwords),
            "itn": "true" if itn else "false",
            "profile": profile or "",
        }
        told = {name: text for name, text in fields.items() if text}
        form = (("file", (path.name, _bytes(path))),)
        ask = Ask("POST", "/api/transcribe", data=told, files=form, once=True, patience=HEARING)
        end = None if longest is None else self.wire.clock() + longest
        if longest is not None:
            ask = replace(ask, patience=max(longest, 1.0))
        while (answer := self.wire.send(ask)).status_code == ACCEPTED:
            job = read(StillHeard, answer.content, ask.path).job
            if end is not None and self.wire.clock() >= end:
                raise StillRunning(f"job {job}", "not over yet", "wait longer, or ask again later")
            self.jobs.wait(job, longest=None if end is None else end - self.wire.clock())
        return read(Transcript, answer.content, ask.path)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"it cannot be read: {error.strerror}", "check its path and its rights"
        ) from error
