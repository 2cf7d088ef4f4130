"""What comes in a live call, safe on the disk before anybody hears it.

A folder a call: `opening.json`, `audio` (the bytes as they came) and `told.jsonl` (what was
said for good). Bytes are with the kernel when `append` returns, so they survive the end of
this process; every few seconds they are on the disk, and survive that of the machine. The
lock on `audio` ends with the process that holds it: what is left without one may be taken up.
Where recordings are sealed, so are all three, as they grow (`vault.framed`); a call that began
in the clear ends so.
"""

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from huiting.access.permissions import UserRole
from huiting.access.principal import Principal
from huiting.core.errors import HuitingError, StoreError
from huiting.service.live.opening import Opening
from huiting.service.troubles import Locked
from huiting.vault.errors import KeyMissing
from huiting.vault.growing import Growing, growing, is_sealed
from huiting.vault.sealed import KeyRing

SAFE_EVERY = 5.0
"""Seconds of audio that the end of the machine may cost."""

_OURS = 0o700
"""Rights of a folder in which sound may lie in the clear."""
ACCEPTED = "accepted"
"""Key of the record of what became of the bytes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a call's beginning."""

    id: str
    proof: str
    """SHA-256 of the key."""
    opening: Opening
    speaker: str
    """`Principal.id`."""
    speaker_name: str
    speaker_role: UserRole
    person: str
    """`Principal.person`: who may go on with it."""
    opened_at: datetime

    @property
    def principal(self) -> Principal:
        """Who opened it, without any right."""
        return Principal(self.speaker, self.speaker_name, self.speaker_role, frozenset())


class NoRoom(StoreError):
    """The disk of live calls is full, or cannot be written."""

    code = "no-room"


class Spool:
    """The folder of a call. Audio is appended by one thread, and read by another; any may `note`.

    Args:
        folder: of this call.
        kept: what it began with.
        audio: open for reading and appending, and locked.
        ring: keys that it is sealed with; None for in the clear.

    Raises:
        OSError: it cannot be opened.
        VaultError: it is sealed, and cannot be opened.
    """

    def __init__(
        self, folder: Path, kept: Kept, audio: BinaryIO, ring: KeyRing | None = None
    ) -> None:
        self.folder = folder
        self.kept = kept
        self._file = audio
        self._audio = growing(audio, f"{folder.name}/audio", ring)
        self._told_file = (folder / "told.jsonl").open("a+b", buffering=0)
        try:
            self._told: Growing = growing(self._told_file, f"{folder.name}/told", ring)
        except BaseException:
            self._told_file.close()
            raise
        self._noting = threading.Lock()
        self._torn = self._told.size > 0
        """The last line may not be whole: the next one begins apart."""
        self._safe = self._audio.size
        self._step = round(SAFE_EVERY * kept.opening.rate) * kept.opening.frame

    @property
    def size(self) -> int:
        """Bytes of audio."""
        return self._audio.size

    @property
    def seconds(self) -> float:
        """Of audio."""
        return self.kept.opening.seconds(self.size)

    def append(self, data: bytes) -> None:
        """Keep more audio.

        Raises:
            NoRoom: not all of it could be kept; as much as could is.
        """
        with _room():
            self._audio.append(data)
            if self.size - self._safe >= self._step:
                os.fsync(self._file.fileno())
                self._safe = self.size

    def read(self, place: int, size: int) -> bytes:
        """Return audio from a place on; less where there is less."""
        return self._audio.read(place, size)

    def sound(self) -> "Sound":
        """Return the audio to be read from its beginning, when nobody else reads any more."""
        return Sound(self._audio)

    def note(self, record: dict[str, Any]) -> None:
        """Keep something that was said for good; once it was let go, whoever takes it up does.

        Raises:
            NoRoom: it could not be kept.
        """
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        with self._noting, _room():
            if self._told_file.closed:  # its handle may be another file's by now
                return
            begin, self._torn = b"\n" if self._torn else b"", True
            self._told.append(begin + line)
            self._torn = False

    @property
    def accepted(self) -> str | None:
        """Recording that was made of it already; None before."""
        return next((str(r[ACCEPTED]) for r in self.told() if ACCEPTED in r), None)

    @property
    def damaged(self) -> bool:
        """Some of what was noted could not be read, and was put aside."""
        return (self.folder / "told.jsonl.cut").exists()

    def told(self) -> Iterator[dict[str, Any]]:
        """Yield what was noted; a line that a crash cut is left out."""
        for line in self._told.read(0, self._told.size).splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def close(self) -> None:
        """Let it go as it is, for whoever takes it up."""
        with self._noting:
            self._told_file.close()
            self._file.close()

    def remove(self) -> None:
        """Delete it; whatever ends the process meanwhile, it is no call any more."""
        with suppress(OSError):
            (self.folder / "opening.json").unlink()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()


class Sound:
    """What came of a call, read from its beginning."""

    def __init__(self, audio: Growing) -> None:
        self._audio = audio
        self._at = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes; nothing at the end."""
        data = self._audio.read(self._at, size)
        self._at += len(data)
        return data


def create(root: Path, kept: Kept, ring: KeyRing | None = None) -> Spool:
    """Make the folder of a new call; with keys, a sealed one.

    Raises:
        NoRoom: the disk is full.
    """
    folder = root / kept.id
    with _room():
        folder.mkdir(mode=_OURS, parents=True)
        try:
            pending = folder / "opening.new"
            with pending.open("a+b", buffering=0) as file:
                growing(file, f"{kept.id}/opening", ring).append(msgspec.json.encode(kept))
                os.fsync(file.fileno())
            audio = _locked(folder)
            pending.rename(folder / "opening.json")  # from now on it is a call
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Spool(folder, kept, audio, ring)


def take_up(folder: Path, ring: KeyRing | None = None) -> Spool | None:
    """Return a call that was left; None for a folder in which none began.

    Raises:
        Locked: another process has it.
        NoRoom: it cannot be opened.
        VaultError: it is sealed, and its key is not there, or it is damaged.
    """
    with _room():
        if not (folder / "opening.json").exists():
            return None
        audio = _locked(folder)
        try:
            kept, sealed = _begun(folder, ring)
            return Spool(folder, kept, audio, ring if sealed else None)
        except (OSError, HuitingError, msgspec.MsgspecError):
            audio.close()
            raise


def _begun(folder: Path, ring: KeyRing | None) -> tuple[Kept, bool]:
    """Return what a call began with, and whether it is sealed."""
    with (folder / "opening.json").open("r+b", buffering=0) as file:
        sealed = is_sealed(file)
        if sealed and ring is None:
            raise KeyMissing(
                "live call", "it is sealed, and no keys are set", "set vault_keys again"
            )
        opening = growing(file, f"{folder.name}/opening", ring if sealed else None)
        return msgspec.json.decode(opening.read(0, opening.size), type=Kept), sealed


def left(root: Path) -> list[Path]:
    """Return the folders of calls, those of running ones too."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir())


def remove_stray(folder: Path, before: float) -> None:
    """Remove a folder in which no call is: what a removal left at once.

    Args:
        folder: without `opening.json`.
        before: POSIX seconds; one in which a call may be about to begin goes if nobody touched it
            since.
    """
    with suppress(OSError):
        # Asked in the order in which they come to be: else one that begins now would go.
        left = (folder / "audio").exists() and not (folder / "opening.new").exists()
        left = left and not (folder / "opening.json").exists()
        if left or folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> BinaryIO:
    file = (folder / "audio").open("a+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Locked("live call", "another process has it", "wait until it has ended") from error
    return file


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except HuitingError:
        raise
    except OSError as error:
        full = error.errno in (ENOSPC, EDQUOT)
        reason = "no space left" if full else f"it cannot be written ({error.strerror})"
        raise NoRoom("folder of live calls", reason, "make room on the disk") from error
    except msgspec.MsgspecError as error:
        raise NoRoom("folder of live calls", "damaged", "look at opening.json in it") from error
