"""What happens in a live call as server-sent events, for who watches."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from huiting.service.live.calls import Live
from huiting.service.live.happening import Event
from huiting.service.live.log import Watching
from huiting.service.views import View
from huiting.web.live.waking import Waking
from huiting.web.live.wire import body
from huiting.web.sse import BEAT, HEADERS, MEDIA_TYPE

LONGEST = 300.0
"""Seconds after which a reader must come again, and show anew that they may read."""
AGAIN = 1_000
"""Milliseconds after which a browser comes again."""
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "description": "Number of the event; grows."},
        "event": {
            "enum": [
                *("speech", "partial", "final", "cue", "pulse", "strain", "lost"),
                *("away", "missed", "ended"),
            ]
        },
        "data": {"type": "string", "description": "JSON; what it holds, its `type` says."},
    },
    "required": ["event", "data"],
}
"""Of one event."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads, and is woken."""

    watching: Watching
    waking: Waking


async def opened(live: Live, call: str, view: View, after: int, address: str) -> Reader:
    """Begin to watch a call.

    Raises:
        Unknown: there is none that they may see.
    """
    waking = Waking()
    watching = await run_in_threadpool(live.watch, call, view, after, waking, address)
    return Reader(watching, waking)


def stream(reader: Reader, longest: float) -> StreamingResponse:
    """Tell what happens, to the end of the call or for so many seconds."""
    return StreamingResponse(_told(reader, longest), headers=HEADERS, media_type=MEDIA_TYPE)


async def _told(reader: Reader, longest: float) -> AsyncIterator[str]:
    end = anyio.current_time() + longest
    try:
        yield f"retry: {AGAIN}\n\n"
        while True:  # what is there already is told, however late it has become
            reader.waking.clear()
            while events := await run_in_threadpool(reader.watching.take):
                for event in events:
                    yield _written(event)
            if reader.watching.over:
                return
            if (left := end - anyio.current_time()) <= 0:
                return
            if not await reader.waking.wait(min(BEAT, left)):
                yield ": still here\n\n"
    finally:
        reader.watching.close()


def _written(event: Event) -> str:
    told = body(event)
    text = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return f"id: {event.number}\nevent: {told['type']}\ndata: {text}\n\n"
