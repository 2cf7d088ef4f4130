"""Audio on its way from a connection to its line, which takes it in a thread."""

import anyio


class Pipe:
    """Bytes in order. What comes while the line is busy goes on together; who brings waits.

    Args:
        most: bytes that are held before who brings them must wait.
    """

    def __init__(self, most: int = 1 << 20) -> None:
        self._most = most
        self._held = bytearray()
        self._closed = False
        self._news = anyio.Event()
        self._room = anyio.Event()

    async def put(self, data: bytes) -> None:
        """Bring bytes; wait while there are too many."""
        while len(self._held) >= self._most:
            self._room = anyio.Event()
            await self._room.wait()
        self._held += data
        self._news.set()

    def close(self) -> None:
        """Say that nothing more comes."""
        self._closed = True
        self._news.set()

    async def take(self) -> bytes:
        """Return all that came; wait for the first of it. Nothing when nothing more comes."""
        while not self._held and not self._closed:
            self._news = anyio.Event()
            await self._news.wait()
        data, self._held = bytes(self._held), bytearray()
        self._room.set()
        return data
