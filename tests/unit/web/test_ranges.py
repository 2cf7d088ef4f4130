"""What is open for reading is let go, however its sending ends."""

from collections.abc import Iterator
from dataclasses import dataclass

import anyio
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from huiting.service.troubles import Unsatisfiable
from huiting.web.ranges import send

ETAG = '"e"'


@dataclass
class Text:
    """Bytes that remember whether they were let go."""

    text: bytes = b"0123456789"
    closed: bool = False

    @property
    def size(self) -> int:
        return len(self.text)

    def read(self, start: int, length: int, /) -> Iterator[bytes]:
        yield self.text[start : start + length]

    def close(self) -> None:
        self.closed = True


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": raw})


def sent(text: Text, *, gone: bool = False, **headers: str) -> list[Message]:
    """Send a text to a browser; to one that is gone before anything comes."""
    told: list[Message] = []

    async def receive() -> Message:
        if not gone:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def tell(message: Message) -> None:
        if gone:
            raise OSError("the line is closed")
        told.append(message)

    answer = send(asked(**headers), text, ETAG, "text/plain", "a.txt")
    scope = {"type": "http", "asgi": {"spec_version": "2.4" if gone else "2.0"}}
    anyio.run(answer, scope, receive, tell)
    return told


def test_a_part_is_sent_and_the_file_let_go() -> None:
    text = Text()
    told = sent(text, range="bytes=2-4")

    assert told[0]["status"] == 206
    assert b"".join(message.get("body", b"") for message in told) == b"234"
    assert text.closed


def test_the_file_is_let_go_when_nobody_waits_for_it() -> None:
    text = Text()
    with pytest.raises(ClientDisconnect):
        sent(text, gone=True)

    assert text.closed


def test_the_file_is_let_go_when_the_browser_has_it() -> None:
    text = Text()

    assert sent(text, if_none_match=ETAG)[0]["status"] == 304
    assert text.closed


def test_the_file_is_let_go_when_there_is_no_such_part() -> None:
    text = Text()
    with pytest.raises(Unsatisfiable):
        send(asked(range="bytes=10-"), text, ETAG, "text/plain", "a.txt")

    assert text.closed
