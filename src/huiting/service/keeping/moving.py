"""Copy recordings from one place to another: each is verified on its way, none is copied twice.

What is interrupted is begun again and goes on where it was: what is there is left out.
"""

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from huiting.core.errors import Unknown
from huiting.vault.errors import Away, VaultError
from huiting.vault.place import Vault

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True, slots=True)
class Moved:
    """What copying came to."""

    copied: int
    bytes_copied: int
    known: int
    """Were there already."""
    damaged: tuple[str, ...]
    """Ids of recordings that cannot be read, or are not what was handed in: they are left."""


def copy_all(source: Vault, target: Vault, advance: Callable[[float], None]) -> Moved:
    """Copy all recordings that are not in the target yet; they stay in the source.

    They are sealed with the target's key, if it has one; whatever they were sealed with before.

    Args:
        source: where they are.
        target: where they are to be.
        advance: is told the share that is done, and may raise to end the work.

    Raises:
        Away: a place does not answer; what was copied is there.
        VaultError: the target cannot be written.
    """
    there = {held.id for held in target.ids()}
    copied = size = known = 0
    damaged = []
    for recording in sorted({held.id for held in source.ids()}):
        advance(int(recording[:8], 16) / (1 << 32))
        if recording in there:
            known += 1
            continue
        try:
            moved = _copied(source, target, recording, there)
        except Unknown:  # removed meanwhile
            continue
        except _Damaged:
            damaged.append(recording)
            continue
        there.add(recording)
        copied, size = copied + 1, size + moved
    return Moved(copied, size, known, tuple(damaged))


class _Damaged(Exception):
    """A recording cannot be copied as it was handed in."""


def _copied(source: Vault, target: Vault, recording: str, there: Collection[str]) -> int:
    """Copy a recording; return its bytes.

    What turns out to be another one goes from the target again, unless it was there before.
    """
    reading = _Reading(source, recording)
    try:
        kept = target.take(cast("BinaryIO", io.BufferedReader(reading)))
    except VaultError as error:
        if reading.failed and not isinstance(error, Away):
            raise _Damaged from error
        raise
    if kept.id != recording:
        if kept.id not in there:
            target.remove(kept.id)
        raise _Damaged
    return kept.size


class _Reading(io.RawIOBase):
    """A recording as a stream."""

    def __init__(self, source: Vault, recording: str) -> None:
        self._pieces = source.open(recording)
        self._left = b""
        self.failed = False
        """It cannot be read."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "Buffer") -> int:
        """Give the next bytes."""
        view = memoryview(buffer).cast("B")
        try:
            self._left = self._left or next(self._pieces, b"")
        except VaultError:
            self.failed = True
            raise
        given, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(given)] = given
        return len(given)
