"""Recordings encrypted at rest: AES-256-GCM in pieces, so that any part can be read by itself.

A sealed file is a header (`_MAGIC`, the key's id, a random prefix) and pieces of 64 KiB, each
with its tag. The nonce of a piece is the prefix, its number and whether it is the last, and
every piece vouches for the header: pieces cannot be exchanged, left out, repeated or cut off
without being noticed.

Source:
    The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-
    Encryption and its Nonce-Reuse Misuse-Resistance", 2015, with the nonce laid out as in
    Google's Tink (7 bytes of prefix, 4 of counter, 1 of last-piece flag).
"""

import base64
import binascii
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiting.core.errors import ConfigError
from huiting.vault.errors import Damaged, KeyMissing

PIECE = 1 << 16
"""Bytes of plain text in each piece but the last."""
TAG = 16
_MAGIC = b"HTSEAL01"
_ID, _PREFIX, _COUNTER = 8, 7, 4
HEADER = len(_MAGIC) + _ID + _PREFIX
_KEY = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys, the current one first; the others open what was sealed before a change of keys."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "KeyRing":
        """Read a key file: one key a line, 32 bytes in Base64, the current one first.

        Raises:
            ConfigError: it cannot be read, or holds no key.
        """
        try:
            lines = path.read_text(encoding="ascii").split()
        except (OSError, ValueError) as error:
            raise ConfigError(str(path), "the keys cannot be read", "check the file") from error
        return cls.parse(lines, str(path))

    @classmethod
    def parse(cls, lines: Sequence[str], where: str) -> "KeyRing":
        """Read keys as `read` does.

        Raises:
            ConfigError: there is none, or one is no key.
        """
        try:
            keys = tuple(base64.b64decode(line, validate=True) for line in lines)
        except binascii.Error as error:
            raise ConfigError(where, "a key is no Base64", _MAKE) from error
        if not keys or any(len(key) != _KEY for key in keys):
            raise ConfigError(where, f"a key must have {_KEY} bytes", _MAKE)
        return cls(keys)

    @property
    def current(self) -> bytes:
        """The key that seals."""
        return self.keys[0]

    def find(self, identity: bytes) -> bytes | None:
        """Return the key with an id; None when there is none."""
        return next((key for key in self.keys if key_id(key) == identity), None)


_MAKE = "make one: openssl rand -base64 32"


def key_id(key: bytes) -> bytes:
    """Return what a sealed file names its key by."""
    return sha256(b"huiting key " + key).digest()[:_ID]


def key_of(path: Path) -> bytes:
    """Return the id of the key that a file was sealed with; empty when it is no sealed file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return key_in(file)


def key_in(file: BinaryIO) -> bytes:
    """Return the same of an open file, which is left at its beginning."""
    file.seek(0)
    header = file.read(HEADER)
    file.seek(0)
    return header[len(_MAGIC) :][:_ID] if header.startswith(_MAGIC) else b""


def sealed_size(plain: int) -> int:
    """Return the bytes that so many plain ones have when they are sealed."""
    pieces = max(1, -(-plain // PIECE))
    return HEADER + plain + pieces * TAG


def seal(plain: Iterator[bytes], target: BinaryIO, ring: KeyRing) -> None:
    """Write all that `plain` yields, sealed with the current key."""
    header = _MAGIC + key_id(ring.current) + os.urandom(_PREFIX)
    cipher = AESGCM(ring.current)
    target.write(header)
    waiting, number = b"", 0
    for block in plain:
        waiting += block
        while len(waiting) > PIECE:  # one piece stays: the last is sealed otherwise
            piece, waiting = waiting[:PIECE], waiting[PIECE:]
            target.write(cipher.encrypt(_nonce(header, number, last=False), piece, header))
            number += 1
    target.write(cipher.encrypt(_nonce(header, number, last=True), waiting, header))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file, open for reading. Its name is the subject of errors."""

    file: BinaryIO
    name: str
    size: int
    """Bytes of the plain text."""
    current: bool
    """Whether it is sealed with the current key."""
    _header: bytes
    _cipher: AESGCM = field(repr=False)

    @classmethod
    def open(cls, file: BinaryIO, name: str, ring: KeyRing) -> "Sealed":
        """Read the header.

        Raises:
            Damaged: this is no sealed file, or it was cut off.
            KeyMissing: it was sealed with a key that the ring has not.
        """
        header = file.read(HEADER)
        length = file.seek(0, os.SEEK_END) - HEADER
        full, rest = divmod(length, PIECE + TAG)
        if not header.startswith(_MAGIC) or length < TAG or 0 < rest < TAG:
            raise Damaged(name, "no whole sealed file", "restore it from a backup")
        identity = header[len(_MAGIC) :][:_ID]
        key = ring.find(identity)
        if key is None:
            raise KeyMissing(
                name, f"sealed with key {identity.hex()}, which is not there",
                "put that key back into the key file",
            )  # fmt: skip
        size = full * PIECE + max(0, rest - TAG)
        return cls(file, name, size, key == ring.current, header, AESGCM(key))

    def read(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield plain bytes, a piece at a time.

        Args:
            start: the first byte.
            length: how many; fewer come where the file ends. None for all.

        Raises:
            Damaged: what is read was changed or cut off; nothing of that piece is given.
        """
        end = self.size if length is None else min(self.size, start + length)
        last = max(0, self.size - 1) // PIECE
        for number in range(start // PIECE, -(-end // PIECE) or 1):
            plain = self._piece(number, last=number == last)
            begin = number * PIECE
            wanted = plain[max(0, start - begin) : end - begin]
            if wanted:
                yield wanted

    def _piece(self, number: int, *, last: bool) -> bytes:
        self.file.seek(HEADER + number * (PIECE + TAG))
        data = self.file.read(PIECE + TAG)
        try:
            nonce = _nonce(self._header, number, last=last)
            return self._cipher.decrypt(nonce, data, self._header)
        except InvalidTag as error:
            raise Damaged(
                self.name, "its bytes were changed", "restore it from a backup"
            ) from error


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[-_PREFIX:] + number.to_bytes(_COUNTER, "big") + bytes([last])
