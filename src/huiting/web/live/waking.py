"""Waking who waits on an event loop, from any thread."""

import asyncio
from contextlib import suppress

import anyio


class Waking:
    """Is called when something happened. Made on the loop of who waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def __call__(self) -> None:
        """Wake who waits; does not wait itself."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._news.set)

    def clear(self) -> None:
        """Begin to look for what happened."""
        self._news.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait until something happened since `clear`; tell whether it did in time."""
        with anyio.move_on_after(seconds):
            await self._news.wait()
        return self._news.is_set()
