"""Audio that comes over a connection and is heard when all of it has come."""

import wave
from typing import BinaryIO

from huiting.core.errors import StoreError
from huiting.service.troubles import TooLarge
from huiting.web.live.funasr_asked import Asked

_FILE = b"RIFF"


class WholeFile:
    """Samples or a file, written down as they come.

    Some clients call a WAV file samples; what begins as one is taken as one.
    """

    def __init__(self, file: BinaryIO, asked: Asked, most: int) -> None:
        """Begin to write.

        Args:
            file: where to; may be sought in, and stays open.
            asked: what comes.
            most: bytes that are taken.
        """
        self.file = file
        self._asked = asked
        self._left = most
        self._wave: wave.Wave_write | None = None
        self._begun = False

    def write(self, data: bytes) -> None:
        """Write down what follows.

        Raises:
            TooLarge: it is too much.
            StoreError: there is no room for it.
        """
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge("audio", "more than is taken at once", "send it in parts")
        if not self._begun and self._asked.raw and not data.startswith(_FILE):
            self._wave = wave.open(self.file, "wb")  # noqa: SIM115  (closed by `close`)
            self._wave.setparams((1, 2, self._asked.rate, 0, "NONE", ""))
        self._begun = True
        try:
            if self._wave is None:
                self.file.write(data)
            else:
                self._wave.writeframesraw(data)
        except OSError as error:
            raise StoreError(
                "audio", f"it cannot be written ({error.strerror})", "make room on the disk"
            ) from error

    def close(self) -> None:
        """Make it a whole file, and go to its beginning; more than once is no harm."""
        if self._wave is not None:
            self._wave.close()
        self.file.seek(0)
