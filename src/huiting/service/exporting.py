"""Calls as files: one call at once, a set of calls as a job with a file to fetch.

An export sees what whoever asked for it may see, and personal data only where they asked
for it and may. What they may is looked up again while it is made, before each portion, and when
its file is fetched: see `rightful`.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter, ValidationError

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, InputError, StoreError, Unknown, UnknownCall
from huiting.core.plugins import kinds, make, parameters
from huiting.core.ports import Exporter
from huiting.core.whole_file import PRIVATE, replacing
from huiting.exports import Names, Outcome, write_tables
from huiting.jobs.job import Job, Order, State
from huiting.jobs.queue import Queue
from huiting.jobs.running import Running
from huiting.service.names import cleaned
from huiting.service.reading import Reading, Seen
from huiting.service.rightful import still
from huiting.service.troubles import Gone
from huiting.service.views import View
from huiting.store import Store, Which
from huiting.store.browse import Sought
from huiting.vault.reading import Opened

KIND = "export"
"""Of the jobs."""
MOST = 100_000
"""Calls of one export."""
KEPT = timedelta(days=7)
"""How long a file can be fetched."""
_LEFT = timedelta(days=1)
"""After which a folder of an export that is being written is one that a crash left."""
_LIST = ".calls"
"""Ending of the list of calls that a file holds."""
_BATCH = 200
_PACKAGE = "huiting.exports"


class Form(StrEnum):
    """What a set of calls becomes."""

    ZIP = "zip"
    """All tables, and files of each call in the formats asked for."""
    CSV = "csv"
    """A row a call."""
    XLSX = "xlsx"
    """The same, with an explanation of the columns."""
    PARQUET = "parquet"
    """A row a segment, with types."""


_TABLE = {Form.CSV: "calls.csv", Form.XLSX: "calls.xlsx", Form.PARQUET: "segments.parquet"}
MEDIA_TYPES = {
    Form.ZIP: "application/zip",
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants as a file."""

    sought: Sought
    form: Form
    formats: tuple[str, ...]
    """Of each call in a ZIP."""
    principal: Principal
    """Who asks, as they were then."""
    unredacted: bool
    language: str
    """`zh` or `en`, of pages for people."""


_wish = TypeAdapter(Wish)


@dataclass(frozen=True, slots=True)
class Made:
    """A file of one call."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """A file of a set of calls."""

    path: Path
    name: str
    media_type: str

    def opened(self) -> Opened:
        """Open it for reading.

        Raises:
            Gone: it has just been removed.
        """
        try:
            return Opened.plain(self.path)
        except OSError as error:
            raise Gone(self.name, "its file was kept long enough", "ask for it again") from error


@dataclass(frozen=True, slots=True)
class Exports:
    """Writes calls as files. May be used from several threads."""

    store: Store
    queue: Queue
    reading: Reading
    folder: Path
    who: Callable[[str], Principal]
    """Returns who has a `Principal.id`, as they are now."""

    def one(self, call: str, kind: str, view: View, language: str) -> Made:
        """Return one call in a format.

        Raises:
            InputError: there is no such format.
            UnknownCall: there is no such call.
        """
        exporter = exporter_of(kind, language)
        seen = self.reading.call(call, view)
        name = _file_name(seen) + exporter.suffix
        return Made(name, exporter.media_type, exporter.write(seen.analysis, seen.judgement))

    def order(self, wish: Wish) -> Job:
        """Ask for a set of calls as a file.

        Raises:
            InputError: there is no such format, or the text is nothing to search for.
            Forbidden: personal data is asked for that may not be seen.
        """
        for kind in wish.formats:
            exporter_of(kind, wish.language)
        view = View(wish.principal, wish.unredacted)
        self.reading.browser.count(self.reading.limited(wish.sought, view), 1)
        order = Order(
            kind=KIND,
            subject=token_hex(16),
            payload={"wish": _wish.dump_json(wish).decode(), "form": wish.form.value},
            owner=wish.principal.id,
        )
        with self.store.database.writing() as connection:
            job, _ = self.queue.put(connection, order)
        return job

    def find(self, job: int, principal: Principal) -> Job:
        """Return an export of somebody's own.

        Raises:
            Unknown: there is none.
        """
        found = self.queue.get(job)
        if found.order.kind != KIND or found.order.owner != principal.id:
            raise Unknown(f"export {job}", "no such export", "ask for one")
        return found

    def ready(self, job: int, principal: Principal) -> Ready:
        """Return the file of an export.

        Raises:
            Unknown: there is no such export, or it is not done.
            Gone: the file was kept long enough.
            Forbidden: who asked for it may no longer export, or no longer see what is in it.
        """
        found = self.find(job, principal)
        if found.state is not State.DONE:
            raise Unknown(f"export {job}", f"it is {found.state}", "wait until it is done")
        wish = _read(found)
        if not principal.may(Permission.CALLS_EXPORT):
            raise Forbidden(
                principal.name, f"may not do this ({Permission.CALLS_EXPORT})",
                "ask an administrator",
            )  # fmt: skip
        View(principal, wish.unredacted)
        self._check_seen(found, principal)
        path = self._file(found)
        if not path.is_file():
            raise _gone(found)
        return Ready(path, f"calls-{job}.{wish.form}", MEDIA_TYPES[wish.form])

    def run(self, running: Running) -> None:
        """Write the file of an export; the handler of its jobs.

        Raises:
            Forbidden: who asked for it may not have it any more; there is no file.
        """
        wish = _read(running.job)
        try:
            self._make(wish, running)
        except Forbidden:
            self._unlink(running.job.order.subject)  # also what an earlier attempt left
            raise

    def _make(self, wish: Wish, running: Running) -> None:
        self._view(running.job, wish)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sweep(running.job.begun_at or running.job.put_at)
        with TemporaryDirectory(prefix="huiting-", dir=self.folder) as place:
            folder = Path(place)
            calls: set[str] = set()
            names = Names.of(self._outcomes(wish, running, "collect", calls))
            write_tables(folder, self._outcomes(wish, running, "tables", calls), names)
            if wish.form is Form.ZIP:
                self._pack(folder, wish, running, calls)
            else:
                self._list(running.job, calls)
                (folder / _TABLE[wish.form]).replace(self._file(running.job))
        self._check(running.job, calls)
        self._view(running.job, wish)

    def _view(self, job: Job, wish: Wish) -> View:
        """Return with which eyes an export is made, by what its asker may do now."""
        asked = View(wish.principal, wish.unredacted)
        now = self.who(wish.principal.id)
        return still(f"export {job.id}", asked, now, Permission.CALLS_EXPORT)

    def forget(self, recording: str) -> None:
        """Remove the files that hold anything of a recording."""
        for listed in self.folder.glob(f"*{_LIST}"):
            with suppress(FileNotFoundError):
                if recording in listed.read_text(encoding="ascii").split():
                    self._unlink(listed.name.removesuffix(_LIST))

    def _list(self, job: Job, calls: Iterable[str]) -> None:
        """Write which calls a file holds, before the file is there."""
        with replacing(self.folder / f"{job.order.subject}{_LIST}", PRIVATE) as file:
            file.write("\n".join(sorted(calls)).encode())

    def _check(self, job: Job, calls: Iterable[str]) -> None:
        """Take a file back of which a call was removed while it was written.

        Raises:
            StoreError: that is so; another attempt leaves the call out.
        """
        if not all(self.store.visible(call, {}) for call in calls):
            self._unlink(job.order.subject)
            raise StoreError(f"export {job.id}", "a call in it was removed", "it is made again")

    def _check_seen(self, job: Job, principal: Principal) -> None:
        """Refuse a file to who was limited since, as one who moved to another team is.

        Raises:
            Forbidden: they may not see all of its calls any more.
            Gone: the file was kept long enough.
        """
        if not principal.only:
            return
        listed = self.folder / f"{job.order.subject}{_LIST}"
        try:
            calls = listed.read_text(encoding="ascii").split()
        except FileNotFoundError as error:  # without the list nobody knows what is in the file
            raise _gone(job) from error
        for begin in range(0, len(calls), _BATCH):
            part = tuple(calls[begin : begin + _BATCH])
            which = Which(among=part, allowed=principal.only)
            if self.reading.browser.count(Sought(which=which), len(part)) < len(part):
                raise Forbidden(
                    f"export {job.id}", "it holds calls that you may not see any more",
                    "ask for it again",
                )  # fmt: skip

    def _unlink(self, subject: str) -> None:
        for path in self.folder.glob(f"{subject}.*"):
            path.unlink(missing_ok=True)

    def _pack(self, folder: Path, wish: Wish, running: Running, calls: set[str]) -> None:
        exporters = [exporter_of(kind, wish.language) for kind in wish.formats]
        with (
            replacing(self._file(running.job), PRIVATE) as target,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for table in sorted(folder.iterdir()):
                archive.write(table, table.name)
            for seen in self._calls(wish, running, "files") if exporters else ():
                calls.add(seen.call.id)
                for exporter in exporters:
                    name = f"calls/{_file_name(seen)}-{seen.call.id[:8]}{exporter.suffix}"
                    archive.writestr(name, exporter.write(seen.analysis, seen.judgement))
            self._list(running.job, calls)

    def _outcomes(
        self, wish: Wish, running: Running, stage: str, calls: set[str]
    ) -> Iterator[Outcome]:
        for seen in self._calls(wish, running, stage):
            calls.add(seen.call.id)
            path = seen.analysis.call.recording.path
            yield Outcome(path, seen.analysis, judgement=seen.judgement)

    def _calls(self, wish: Wish, running: Running, stage: str) -> Iterator[Seen]:
        view = self._view(running.job, wish)
        sought = self.reading.limited(wish.sought, view)
        veiled = wish.sought.text and not wish.unredacted  # how many say it would tell a number
        total = MOST if veiled else max(1, self.reading.browser.count(sought, MOST))
        done, after = 0, None
        running.advance(stage, 0.0)
        while done < MOST:
            page = self.reading.browser.ids(sought, after, min(_BATCH, MOST - done))
            for after, call in page:  # noqa: B007  (the last one is where the next page begins)
                done += 1
                running.advance(stage, 0.0 if veiled else min(1.0, done / total))
                with suppress(UnknownCall):  # deleted meanwhile
                    seen = self.reading.call(call, view)
                    if self.reading.says(seen, wish.sought, view):
                        yield seen
            if len(page) < _BATCH:
                return
            self._view(running.job, wish)

    def sweep(self, now: datetime) -> None:
        """Remove files that were kept long enough, by the clock of the machine they lie on."""
        for path in self._past(now):
            with suppress(OSError):
                if path.is_dir():
                    rmtree(path)
                else:
                    path.unlink()

    def past(self, now: datetime) -> Iterator[Path]:
        """Yield the files that were kept long enough, and those that a crash left."""
        for path in self._past(now):
            if path.is_dir():
                yield from (one for one in path.rglob("*") if one.is_file())
            else:
                yield path

    def _past(self, now: datetime) -> Iterator[Path]:
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(OSError):
                age = now.timestamp() - path.stat().st_mtime
                if age > (_LEFT if path.is_dir() else KEPT).total_seconds():
                    yield path

    def _file(self, job: Job) -> Path:
        return self.folder / f"{job.order.subject}.{job.order.payload['form']}"


def formats() -> list[str]:
    """Return the formats of one call."""
    return kinds(_PACKAGE)


def exporter_of(kind: str, language: str) -> Exporter:
    """Return the exporter of a format.

    Raises:
        InputError: there is none.
    """
    if kind not in formats():
        raise InputError("format", "not known", f"choose one of {', '.join(formats())}")
    options = {"language": language} if "language" in parameters(_PACKAGE, kind) else {}
    found: Exporter = make(_PACKAGE, kind, **options)
    return found


def _gone(job: Job) -> Gone:
    return Gone(f"export {job.id}", "its file was kept long enough", "ask for it again")


def _read(job: Job) -> Wish:
    """Return what a job was asked for.

    Raises:
        InputError: it was written by another version.
    """
    try:
        return _wish.validate_json(str(job.order.payload["wish"]))
    except (ValidationError, KeyError) as error:
        raise InputError(f"export {job.id}", "from another version", "ask for it again") from error


def _file_name(seen: Seen) -> str:
    name = cleaned(seen.call.name)
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name
