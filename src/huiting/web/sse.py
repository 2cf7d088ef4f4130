"""Server-sent events: what changes, told as it changes, over one plain HTTP answer.

Source:
    HTML Living Standard, 9.2 Server-sent events: `id`, `event`, `data`; a reader that loses
    the connection comes again by itself after `retry`.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"
BEAT = 15.0
"""Seconds after which a comment is sent, so that nothing on the way takes the silence for an end."""
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "data": {"type": "string", "description": "JSON, as when it is asked for."},
    },
    "required": ["data"],
}
"""Of one event."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell."""

    event: str
    data: Any
    """As JSON."""
    last: bool = False
    """Nothing will follow."""


def stream(look: Callable[[], Message], *, every: float, longest: float) -> StreamingResponse:
    """Tell what `look` sees whenever it is something else than before, until it says the last.

    Args:
        look: looks, in a thread; quick.
        every: seconds between two looks.
        longest: seconds after which the answer ends whatever happens; its reader comes again.
    """
    return StreamingResponse(_told(look, every, longest), headers=HEADERS, media_type=MEDIA_TYPE)


async def _told(look: Callable[[], Message], every: float, longest: float) -> AsyncIterator[str]:
    yield f"retry: {round(every * 1000)}\n\n"
    before: Message | None = None
    silent = 0.0
    for _ in range(max(1, round(longest / every))):
        message = await run_in_threadpool(look)
        if message != before:
            yield written(message)
            before, silent = message, 0.0
        if message.last:
            return
        if silent >= BEAT:
            yield ": still here\n\n"
            silent = 0.0
        await anyio.sleep(every)
        silent += every


def written(message: Message) -> str:
    """Return a message as it is sent; JSON holds no line feed, so neither can its text."""
    text = json.dumps(message.data, ensure_ascii=False)
    return f"event: {message.event}\ndata: {text.encode('utf-8', 'backslashreplace').decode()}\n\n"
