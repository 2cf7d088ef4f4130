"""Our own protocol of live calls: JSON text both ways, audio as binary.

A client says `open` or `resume`, sends audio, and says `finish`. It is told `opened`, each
`event` with its number, how much audio is safe (`received`), and at the end `ended`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from huiting.audio.arriving import Encoding
from huiting.core.errors import HuitingError, InputError, TooMany
from huiting.core.types import Role
from huiting.live.codec import to_json
from huiting.service.live.happening import Away, Ended, Event, Missed
from huiting.service.live.opening import Opening
from huiting.web.problems import worded

LARGEST = 64 << 10
"""Bytes of a text message."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(_Message):
    """A call begins."""

    type: Literal["open"]
    rate: int = 16_000
    channels: Annotated[int, Field(ge=1, le=2)] | None = None
    roles: Annotated[list[Role], Field(min_length=1, max_length=2)] | None = None
    encoding: Encoding = Encoding.PCM16
    metadata: Annotated[dict[str, str], Field(max_length=100)] = {}
    consent: bool | None = None
    language: Annotated[str, Field(max_length=20)] | None = None
    hotwords: Annotated[list[str], Field(max_length=1_000)] = []
    name: Annotated[str, Field(max_length=200)] = ""
    interim: bool = True

    def opening(self) -> Opening:
        """Return it as the service takes it.

        Raises:
            InputError: the channels are not as many as the roles.
        """
        count = self.channels or len(self.roles or (0,))
        roles = tuple(self.roles or (Role.UNKNOWN,) * count)
        if len(roles) != count:
            raise InputError("roles", f"{len(roles)} for {count} channels", "name one a channel")
        return Opening(
            rate=self.rate,
            roles=roles,
            encoding=self.encoding,
            metadata=self.metadata,
            consent=self.consent,
            language=self.language,
            hotwords=tuple(self.hotwords),
            name=self.name,
            interim=self.interim,
        )


class Resume(_Message):
    """A call goes on after a gap."""

    type: Literal["resume"]
    key: Annotated[str, Field(min_length=1, max_length=200)]
    after: Annotated[int, Field(ge=0)] = 0
    """Number of the last event that was read."""


class Finish(_Message):
    """The call is over."""

    type: Literal["finish"]


class Ping(_Message):
    """Nothing to say: silence that sends no audio is no end."""

    type: Literal["ping"]


Said = Open | Resume | Finish | Ping
_said: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def read(text: str) -> Said:
    """Return what a client says.

    Raises:
        InputError: it is none of the messages there are.
    """
    if len(text) > LARGEST:
        raise InputError("message", f"longer than {LARGEST} bytes", "send audio as binary")
    try:
        return _said.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise InputError(where, first["msg"], "see docs/guides/live") from error


def opened(call: str, key: str, received: int, first: int) -> dict[str, Any]:
    """Return that a call runs, and from which byte and event it goes on."""
    return {"type": "opened", "id": call, "key": key, "received": received, "after": first}


def received(size: int) -> dict[str, Any]:
    """Return how many bytes of the call are safe."""
    return {"type": "received", "bytes": size}


def told(event: Event) -> dict[str, Any]:
    """Return what happened."""
    return {"type": "event", "number": event.number, "event": body(event)}


def body(event: Event) -> dict[str, Any]:
    """Return what happened as JSON, which says its `type`."""
    if isinstance(event.what, Away | Missed | Ended):
        return {"type": type(event.what).__name__.lower(), **asdict(event.what)}
    return to_json(event.what)


def trouble(error: HuitingError, language: str) -> dict[str, Any]:
    """Return why it does not go on."""
    told: dict[str, Any] = {
        "type": "error",
        "code": error.code,
        "subject": error.subject,
        "reason": error.reason,
        "remedy": error.remedy,
        "detail": worded(error, language),
    }
    return told | ({"wait": error.wait} if isinstance(error, TooMany) else {})


def written(message: Mapping[str, Any]) -> str:
    """Return a message as it is sent; lone surrogates are escapes."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()
