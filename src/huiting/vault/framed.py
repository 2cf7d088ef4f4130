"""Files that are sealed as they grow: what was written is there whole, whatever ends the process.

A file is one run after another, one for each time that somebody opened it to write: a header
(`MAGIC`, the key's id, a random salt, the bytes of plain text before this run), then frames. A
frame is the length of its text (4 bytes, big endian) and that text under AES-256-GCM. A run has a
key of its own, derived from the key, its header and the name of the file; the nonce of a frame is its
number. So frames and runs cannot be changed, exchanged or left out without being noticed, and what
is written in the place of a frame that a crash cut is never sealed like it. Only at the end may
something be missing, as in any file that grows; a file that is whole is sealed by `sealed`.

What follows a frame that was changed cannot be opened by its place any more. It is put into a file
beside (`.cut` behind the name) and a warning is logged before writing goes on there.

Source:
    HKDF-SHA256: RFC 5869. A key for each file and a counter as nonce: NIST SP 800-38D, 8.2.1.
"""

import logging
import os
import threading
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.sealed import TAG, KeyRing, key_id

log = logging.getLogger(__name__)

MAGIC = b"HTGROW01"
FRAME = 1 << 16
"""Most bytes of plain text in a frame."""
_ID, _SALT, _PLACE, _LENGTH, _NONCE = 8, 16, 8, 4, 12
HEADER = len(MAGIC) + _ID + _SALT + _PLACE
_CUT = "its bytes were changed or cut off"
_RESTORE = "restore it from a backup"
_PRIVATE = 0o600


class Framed:
    """A `Growing` file that is sealed. Several threads may append to it.

    What a crash left of a frame is cut off when it is opened; more than that is put aside.

    Args:
        file: for reading and appending, without a buffer; it stays the caller's.
        name: that it has, the subject of errors. Under another one it cannot be opened.
        ring: has its key.

    Raises:
        KeyMissing: it was sealed with a key that the ring has not.
        Damaged: nothing of it can be opened.
        OSError: it cannot be read, or what cannot be opened of it not be put aside.
    """

    def __init__(self, file: BinaryIO, name: str, ring: KeyRing) -> None:
        self._handle = file.fileno()
        self._name = name
        self._ring = ring
        self._cipher: AESGCM | None = None
        self._number = 0
        self._writing = threading.Lock()
        """Frames stand in the file in the order of their numbers, and no two have the same."""
        whole = _Reader(self._handle, name, ring)
        self._end = 0
        while whole.next() is not None:
            self._end = whole.at
        self.size = whole.place
        length = os.fstat(self._handle).st_size
        if not self._end and length >= HEADER + _LENGTH + FRAME + TAG:
            raise Damaged(name, _CUT, _RESTORE)
        if not _begins(self._handle, self._end, length):
            _put_aside(self._handle, self._end, Path(f"{os.fspath(file.name)}.cut"))
            log.warning(
                "sealed file is damaged; what follows was put aside",
                extra={"file": name, "at": self._end, "size": length - self._end},
            )
        if self._end < length:
            os.ftruncate(self._handle, self._end)
        self._reader = _Reader(self._handle, name, ring)

    def append(self, data: bytes) -> None:
        """Write more.

        Raises:
            OSError: not all of it could be written; the frames before are there.
        """
        rest = memoryview(data)
        with self._writing:
            while rest:
                text, rest = bytes(rest[:FRAME]), rest[FRAME:]
                self._write(self._sealed(text))
                self.size += len(text)

    def read(self, place: int, size: int) -> bytes:
        """Return plain bytes from a place on; less where there is less. One reader at a time.

        Going on where the last one ended is quick; else all before is read again.

        Raises:
            Damaged: what was written is there no more.
        """
        if place < self._reader.taken:
            self._reader = _Reader(self._handle, self._name, self._ring)
        wanted = min(size, max(0, self.size - place))
        self._reader.take(place - self._reader.taken, keep=False)
        return self._reader.take(wanted)

    def _sealed(self, text: bytes) -> bytes:
        begin = b""
        if self._cipher is None:
            salt, place = os.urandom(_SALT), self.size.to_bytes(_PLACE, "big")
            begin = MAGIC + key_id(self._ring.current) + salt + place
            self._cipher, self._number = _cipher(self._ring.current, begin, self._name), 0
        nonce = self._number.to_bytes(_NONCE, "big")
        self._number += 1
        return begin + len(text).to_bytes(_LENGTH, "big") + self._cipher.encrypt(nonce, text, None)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        except OSError:
            self._cipher = None  # what follows is of another run: no nonce is used twice
            os.ftruncate(self._handle, self._end)
            raise
        self._end += len(data)


class _Reader:
    """Reads frame by frame, from the beginning."""

    def __init__(self, handle: int, name: str, ring: KeyRing) -> None:
        self.at = 0
        """Bytes of the file that are read."""
        self.place = 0
        """Plain ones of them..."""
        self._held = b""
        """...of which these are not taken yet."""
        self._handle = handle
        self._name = name
        self._ring = ring
        self._cipher: AESGCM | None = None
        self._number = 0

    @property
    def taken(self) -> int:
        """Plain bytes that were given."""
        return self.place - len(self._held)

    def take(self, size: int, *, keep: bool = True) -> bytes:
        """Return the next bytes; nothing when they are only to be read past.

        Raises:
            Damaged: there are not as many.
        """
        found = []
        while size:
            if not self._held:
                held = self.next()
                if held is None:
                    raise Damaged(self._name, _CUT, _RESTORE)
                self._held = held
            piece, self._held = self._held[:size], self._held[size:]
            size -= len(piece)
            if keep:
                found.append(piece)
        return b"".join(found)

    def next(self) -> bytes | None:
        """Return the text of the next frame; None when no whole one follows."""
        head = os.pread(self._handle, HEADER, self.at)
        if head.startswith(MAGIC):
            if len(head) < HEADER or int.from_bytes(head[-_PLACE:], "big") != self.place:
                return None
            self._cipher, self._number = _cipher(self._key(head), head, self._name), 0
            self.at += HEADER
            head = os.pread(self._handle, _LENGTH, self.at)
        length = int.from_bytes(head[:_LENGTH], "big")
        if self._cipher is None or not 0 < length <= FRAME:
            return None
        data = os.pread(self._handle, length + TAG, self.at + _LENGTH)
        try:
            text = self._cipher.decrypt(self._number.to_bytes(_NONCE, "big"), data, None)
        except InvalidTag:
            return None
        self._number += 1
        self.at += _LENGTH + length + TAG
        self.place += length
        return text

    def _key(self, head: bytes) -> bytes:
        identity = head[len(MAGIC) :][:_ID]
        key = self._ring.find(identity)
        if key is None:
            raise KeyMissing(
                self._name, f"sealed with key {identity.hex()}, which is not there",
                "put that key back into the key file",
            )  # fmt: skip
        return key


def _begins(handle: int, end: int, length: int) -> bool:
    """Tell whether what follows is no more than the beginning of a frame, as a crash leaves it."""
    rest = length - end
    if rest < HEADER + _LENGTH:
        return True
    head = os.pread(handle, HEADER + _LENGTH, end)
    at = HEADER if head.startswith(MAGIC) else 0
    said = int.from_bytes(head[at:][:_LENGTH], "big")
    return said <= FRAME and rest < at + _LENGTH + said + TAG


def _put_aside(handle: int, at: int, path: Path) -> None:
    """Copy what stands from a place on behind what was put aside before."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE), "wb") as file:
        while piece := os.pread(handle, FRAME, at):
            file.write(piece)
            at += len(piece)


def _cipher(key: bytes, header: bytes, name: str) -> AESGCM:
    info = b"huiting growing file\0" + header + name.encode()
    return AESGCM(HKDF(SHA256(), len(key), None, info).derive(key))
