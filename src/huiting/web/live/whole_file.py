"""Audio that comes over a connection and is heard when all of it has come."""

from huiting.core.errors import StoreError
from huiting.service.live.keeping import Readable, Wave
from huiting.service.live.opening import Opening, check
from huiting.service.troubles import TooLarge
from huiting.vault.passing import Passing
from huiting.web.live.funasr_asked import Asked

KEPT = 8 << 20
"""Bytes of audio that stay in memory; more goes to the disk, sealed."""
_FILE = b"RIFF"


class WholeFile:
    """Samples or a file, kept as they come, then read once as a file. Close it at the end.

    Some clients call a WAV file samples; what begins as one is taken as one.
    """

    def __init__(self, asked: Asked, most: int) -> None:
        """Begin to keep.

        Args:
            asked: what comes.
            most: bytes that are taken.
        """
        self._asked = asked
        self._left = most
        self._kept = Passing(KEPT)
        self._raw: Opening | None = None
        """Samples come; None for a file."""
        self._file: Readable | None = None

    def write(self, data: bytes) -> None:
        """Keep what follows.

        Raises:
            TooLarge: it is too much.
            InputError: samples of such a rate are not taken.
            StoreError: there is no room for it.
        """
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge("audio", "more than is taken at once", "send it in parts")
        if not self._kept.size and self._asked.raw and not data.startswith(_FILE):
            self._raw = Opening(rate=self._asked.rate)
            check(self._raw)
        try:
            self._kept.write(data)
        except OSError as error:
            raise StoreError(
                "audio", f"it cannot be written ({error.strerror})", "make room on the disk"
            ) from error

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the file; nothing at the end."""
        if self._file is None:
            raw = self._raw
            self._file = self._kept if raw is None else Wave(raw, self._kept, self._kept.size)
        return self._file.read(size)

    def close(self) -> None:
        """Let all of it go."""
        self._kept.close()
