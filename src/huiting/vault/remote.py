"""Recordings in a bucket, each under its hash: whole or not at all, never changed.

A recording is written to this machine first, as its name is known only when all of it has gone by;
then it is sent. That file stays as a copy for a while, like each recording that is fetched: models
and players read files. Names say with which key an object is sealed, so that a listing is enough
to know what is there, and sealing anew never takes a recording from under its readers.
"""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from huiting.core.errors import Unknown
from huiting.vault.bucket import Bucket, Object
from huiting.vault.clear import clear_copy, sweep
from huiting.vault.copies import Copies
from huiting.vault.errors import Away, Damaged, KeyMissing, VaultError
from huiting.vault.naming import GOING, Form, base, form_in, is_ours, mark_of, name_of
from huiting.vault.place import Held, Raw, Seen, bounded, checked
from huiting.vault.ranged import STEP, Ranged
from huiting.vault.reading import Opened
from huiting.vault.sealed import KeyRing, key_id, key_in, seal, sealed_size

log = logging.getLogger(__name__)

_LONGEST = timedelta(minutes=15)
"""No discarding takes so long: an older mark was left by a crash."""
_TRIES = 3
_NO_KEYS = KeyRing(())


@dataclass(frozen=True, slots=True)
class Sent:
    """A recording that was taken in."""

    id: str
    """SHA-256 of its bytes, in hex."""
    size: int
    """Bytes."""
    name: str
    """Of its object, within the folder."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A `Vault`."""

    bucket: Bucket
    copies: Copies
    largest: int = 4 << 30
    """Bytes of a recording."""
    ring: KeyRing | None = None
    """What recordings are sealed with; None to keep them plain."""

    @property
    def shown(self) -> str:
        """Where it is, without secrets."""
        return self.bucket.shown

    @property
    def clear_folder(self) -> Path:
        """Folder of clear copies while they are read."""
        return self.copies.folder / "clear"

    def check(self) -> None:
        """See that the bucket answers, soon; what is wrong is for the log of the operator too.

        Raises:
            Away: it does not.
        """
        try:
            self.bucket.check()
        except Away as error:
            log.warning("recordings cannot be reached", extra={"reason": error.reason})
            raise

    def take(self, stream: BinaryIO) -> Sent:
        """Keep all that `stream` gives; once this returns, it is in the bucket.

        Bytes that are kept already are not sent again.

        Raises:
            InputError: there are more than are taken; nothing is kept.
            Away: they cannot be sent; nothing is kept.
            VaultError: this machine cannot write them down; nothing is kept.
        """
        with self._here(), self.copies.part() as part:
            seen = Seen()
            self._write(part, seen.of(bounded(stream, self.largest)))
            sent = Sent(seen.digest, seen.size, name_of(seen.digest, self._key))
            forms = self._forms(sent.id)
            known = self._whole(sent, forms)
            if known is None or not self.bucket.renew(known.name):
                self.bucket.put(sent.name, part)
                known = None
            self._settle(sent.id, sent.name if known is None else known.name, part)
            if self.ring is not None and any(not form.key for form in forms):
                self._drop(sent.id, plain=True)
            if known is None:
                with self.copies.keeping(base(sent.name), part):
                    pass
        return sent

    def has(self, recording: str) -> bool:
        """Tell whether a recording is kept."""
        return bool(self._forms(recording))

    def ids(self) -> Iterator[Held]:
        """Yield what is kept, by id; some may go or come meanwhile."""
        for found in self.bucket.listed():
            form = form_in(found)
            if form is not None:
                yield Held(form.id, found.size, found.modified.timestamp())

    def seals(self) -> Iterator[bytes]:
        """Yield for all that is kept the id of the key it is sealed with; empty for plain."""
        yield from (form.key for form in map(form_in, self.bucket.listed()) if form is not None)

    def opened(self, recording: str) -> Opened:
        """Open a recording for reading any part of it: its copy here, or what is asked for of it.

        Raises:
            Unknown: it is not kept.
            Damaged: it is no longer what was kept.
            KeyMissing: it was sealed with a key that is not there.
            Away: the bucket does not answer.
        """
        with self._here(), self._copy(recording) as copy:
            if copy is not None:
                return self._open(copy.open("rb"), recording, sealed=copy.name != recording)
        form = self._chosen(recording)
        file = cast("BinaryIO", io.BufferedReader(Ranged(self.bucket, form.object), STEP))
        return self._open(file, recording, sealed=bool(form.key))

    def open(self, recording: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a recording in pieces; errors as of `opened`.

        Args:
            recording: its id.
            start: the first byte.
            length: how many; fewer come where the recording ends. None for all.
        """
        with self.opened(recording) as found, self._here():
            yield from found.read(start, length)

    def size(self, recording: str) -> int:
        """Return the bytes of a recording; errors as of `opened`."""
        with self.opened(recording) as found:
            return found.size

    @contextmanager
    def plain(self, recording: str) -> Iterator[Path]:
        """Give a recording as a file while inside: its copy here, or a private clear one.

        Raises:
            Unknown: it is not kept.
            Damaged: it is no longer what was kept.
            KeyMissing: it was sealed with a key that is not there.
            Away: the bucket does not answer, and there is no copy here.
            VaultError: the copy cannot be written.
        """
        with ExitStack() as stack:
            copy = stack.enter_context(self._fetched(recording))
            if copy.name != recording:
                with self._here(), self._open(copy.open("rb"), recording, sealed=True) as found:
                    copy = stack.enter_context(clear_copy(self.clear_folder, found.read()))
            yield copy

    @contextmanager
    def raw(self, recording: str) -> Iterator[Raw]:
        """Give the bytes of a recording as they lie there, while inside; errors as of `opened`."""
        with self._fetched(recording) as copy:
            with self._here():
                file = copy.open("rb")
            with file:
                key = key_in(file) if copy.name != recording else b""
                yield Raw(file, os.fstat(file.fileno()).st_size, key)

    def remove(self, recording: str) -> bool:
        """Remove a recording, its earlier versions too; tell whether there was one.

        Copies on other machines go when nobody has read them for a while.

        Raises:
            Unknown: this is no id of a recording.
            Away: it cannot be removed.
        """
        with self._here():
            self.copies.forget(checked(recording))
            gone = self._drop(recording)
            self.copies.forget(recording)  # fetched while it was removed
        return gone

    def discard(self, recording: str, before: float) -> bool:
        """Remove a recording unless it was handed in again; tell whether it did.

        A mark is written before the last look, and `take` looks for marks after it has written:
        so one of both sees the other.

        Args:
            recording: its id.
            before: removed is what was handed in before then, in seconds of POSIX time.

        Raises:
            Unknown: this is no id of a recording.
            Away: it cannot be removed.
        """
        if not self._old(recording, before):
            return False
        mark = mark_of(recording)
        self.bucket.write(mark, b"")
        try:
            return self._old(recording, before) and self.remove(recording)
        finally:
            self.bucket.remove(mark)

    def reseal(self, recording: str) -> bool:
        """Seal a recording with the current key, if it is not; tell whether it was done.

        Raises:
            Unknown: it is not kept, or there are no keys.
            Damaged: it is no longer what was kept; it stays as it is.
            KeyMissing: it was sealed with a key that is not there; it stays as it is.
            Away: the bucket does not answer; it stays as it is.
        """
        if self.ring is None:
            raise Unknown("keys", "there are none", "make some: huiting keys new FILE")
        name = name_of(recording, self._key)
        forms = self._forms(recording)
        if any(form.object.name == name for form in forms):
            return self._drop(recording, but=name)
        with self._here(), self.copies.part() as part:
            seen = Seen()
            with self._fetched(recording) as copy:
                sealed = copy.name != recording
                with self._open(copy.open("rb"), recording, sealed=sealed) as found:
                    self._write(part, seen.of(found.read()))
            if seen.digest != recording:
                self.copies.forget(recording)  # perhaps only the copy
                raise Damaged(recording[:16], "not what was handed in", "restore it from a backup")
            self.bucket.put(name, part)
            self._settle(recording, name, part)
        if not self._drop(recording, but=name):  # removed meanwhile: it must not come back
            self._drop(recording)
            raise _missing()
        self.copies.forget(recording)
        return True

    def sweep(self, before: float) -> int:
        """Remove what a crash left half written, here and there; return how many files.

        Args:
            before: those that nothing was written to since then, in seconds of POSIX time.

        Raises:
            VaultError: they cannot be removed.
        """
        since = datetime.fromtimestamp(before, UTC)
        with self._here():
            count = self.tidy(before, before) + self.bucket.abort(since, is_ours)
            for found in self.bucket.listed():
                if found.name.endswith(GOING) and found.modified < since:
                    self.bucket.remove(found.name)
                    count += 1
        return count

    def tidy(self, unused: float, begun: float) -> int:
        """Remove what is not needed on this machine any more; return how many files.

        Args:
            unused: copies that nobody read since then, in seconds of POSIX time.
            begun: files not whole to which nothing was written since then.

        Raises:
            VaultError: the folder cannot be read.
        """
        with self._here():
            return sweep(self.clear_folder) + self.copies.sweep(unused, begun)

    @property
    def _key(self) -> bytes:
        return b"" if self.ring is None else key_id(self.ring.current)

    def _write(self, part: Path, pieces: Iterator[bytes]) -> None:
        with part.open("wb") as file:
            if self.ring is None:
                file.writelines(pieces)
            else:
                seal(pieces, file, self.ring)
            file.flush()
            os.fsync(file.fileno())

    def _open(self, file: BinaryIO, recording: str, *, sealed: bool) -> Opened:
        if sealed:
            return Opened.sealed_in(file, recording[:16], self.ring or _NO_KEYS)
        return Opened(file, file.seek(0, os.SEEK_END))

    def _forms(self, recording: str) -> list[Form]:
        """Return the objects that a recording is in."""
        found = map(form_in, self.bucket.listed(name_of(checked(recording))))
        return [form for form in found if form is not None]

    def _whole(self, sent: Sent, forms: list[Form]) -> Object | None:
        """Return the object in which a recording lies already as it should."""
        ours = {b""} if self.ring is None else {key_id(key) for key in self.ring.keys}
        for form in forms:
            size = sealed_size(sent.size) if form.key else sent.size
            if form.key in ours and form.object.size == size:
                return form.object
        return None

    def _chosen(self, recording: str) -> Form:
        """Return the object that is read.

        Raises:
            Unknown: there is none.
            KeyMissing: there is none whose key is in the ring.
        """
        forms = self._forms(recording)
        if not forms:
            raise _missing()
        ours = [b"", *(key_id(key) for key in (self.ring or _NO_KEYS).keys)]
        for form in forms:
            if form.key in ours:
                return form
        raise KeyMissing(
            recording[:16], f"sealed with key {forms[0].key.hex()}, which is not there",
            "put that key back into the key file",
        )  # fmt: skip

    def _old(self, recording: str, before: float) -> bool:
        forms = self._forms(recording)
        return bool(forms) and all(f.object.modified.timestamp() < before for f in forms)

    def _drop(self, recording: str, *, but: str = "", plain: bool = False) -> bool:
        """Remove objects of a recording, all or those not sealed; tell whether there were any."""
        gone = False
        for form in self._forms(recording):
            if form.object.name != but and not (plain and form.key):
                self.bucket.remove(form.object.name)
                gone = True
        return gone

    def _settle(self, recording: str, name: str, part: Path) -> None:
        """See that an object that was just written is there, and stays.

        Raises:
            Away: it is not, or is just being removed by somebody else.
        """
        for _ in range(_TRIES):
            near = {found.name: found for found in self.bucket.listed(name_of(recording))}
            mark, found = near.get(mark_of(recording)), near.get(name)
            if found is None:
                self.bucket.put(name_of(recording, self._key), part)
                name = name_of(recording, self._key)
            elif mark is None:
                return
            elif mark.modified + _LONGEST < found.modified:
                self.bucket.remove(mark.name)
        raise Away("recording", "just being removed", "hand it in again in a moment")

    @contextmanager
    def _copy(self, recording: str) -> Iterator[Path | None]:
        """Give the copy on this machine while inside, if there is one."""
        keys = [b"", *(key_id(key) for key in (self.ring or _NO_KEYS).keys)]
        for key in keys:
            with self.copies.held(base(name_of(checked(recording), key))) as copy:
                if copy is not None:
                    yield copy
                    return
        yield None

    @contextmanager
    def _fetched(self, recording: str) -> Iterator[Path]:
        """Give the copy on this machine while inside; it is fetched if it is not there."""
        with ExitStack() as stack:
            with self._here():
                copy = stack.enter_context(self._copy(recording))
                if copy is None:
                    part = stack.enter_context(self.copies.part())
                    base = self._fetch(recording, part)
                    copy = stack.enter_context(self.copies.keeping(base, part))
            yield copy

    def _fetch(self, recording: str, part: Path) -> str:
        """Fetch a recording into a file; return the name of such a copy."""
        for _ in range(_TRIES):
            form = self._chosen(recording)
            with suppress(FileNotFoundError), part.open("wb") as file:
                for start in range(0, form.object.size, STEP):
                    file.write(self.bucket.read(form.object, start, STEP))
                file.flush()
                os.fsync(file.fileno())
                return base(form.object.name)
        raise Away("recording", "it is being written anew", "try again in a moment")

    @contextmanager
    def _here(self) -> Iterator[None]:
        """Say what is wrong with this machine's disk."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            where = f"copies of recordings in {self.copies.folder}"
            remedy = "make room on its disk, or check the rights on it"
            raise VaultError(where, reason, remedy) from error


def _missing() -> Unknown:
    return Unknown("recording", "its audio is not kept here", "hand it in again")
