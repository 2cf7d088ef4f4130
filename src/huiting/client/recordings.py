"""Recordings: handed in, small ones as forms, large ones in pieces."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from os import PathLike
from pathlib import Path

from huiting.client.errors import Refused
from huiting.client.shapes.jobs import (
    Accepted,
    BatchProgress,
    HandedIn,
    Job,
    Rejected,
    State,
    Trouble,
)
from huiting.client.uploads import PIECE, Uploads
from huiting.client.wire import API, Ask, Wire
from huiting.core.errors import InputError
from huiting.core.types import Role

SENDING = 600.0
"""Seconds that a form may take."""


@dataclass(frozen=True, slots=True)
class Told:
    """What else is said of recordings that are handed in."""

    started_at: datetime | None = None
    roles: tuple[Role, ...] = ()
    """By channel."""
    language: str | None = None
    """ISO 639; None to have it heard."""
    hotwords: tuple[str, ...] = ()
    priority: int = 0
    """-10 to 10; greater goes first."""


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Recordings:
    """Where recordings are handed in."""

    wire: Wire
    uploads: Uploads
    large: int = PIECE
    """Bytes from which on a file is sent in pieces."""

    def hand_in(
        self,
        paths: Iterable[str | PathLike[str]] | str | PathLike[str],
        *,
        metadata: Mapping[str, str] | None = None,
        batch: str | None = None,
        told: Told = NOTHING,
    ) -> HandedIn:
        """Hand in recordings, or ZIP archives of them. The same bytes are analyzed once.

        Several become a batch, if none is named. What the server refuses of several is in
        `refused`; of a single one it is raised.

        Raises:
            InputError: a file cannot be read.
            Refused: the server refuses the only recording, or all requests.
            Unreachable: it does not answer.
        """
        files = _listed(paths)
        if batch is None and len(files) > 1:
            batch = self.wire.post(BatchProgress, "/batches", {"name": ""}, once=True).id
        fields = _fields(metadata or {}, batch, told)
        accepted: list[Accepted] = []
        refused: list[Rejected] = []
        for path in files:
            try:
                found = self._one(path, fields)
            except Refused as error:
                if len(files) == 1 or not _own_fault(error):
                    raise
                trouble = Trouble(error.code, error.reason, error.remedy)
                refused.append(Rejected(path.name, trouble))
                continue
            accepted += found.accepted
            refused += found.refused
            batch = batch or found.batch
        return HandedIn(batch, tuple(accepted), tuple(refused))

    def from_storage(
        self,
        addresses: Sequence[str],
        *,
        metadata: Mapping[str, str] | None = None,
        batch: str | None = None,
        told: Told = NOTHING,
    ) -> HandedIn:
        """Hand in what lies in storages of the server, such as `pbx:2025/a.wav`."""
        body = {
            "addresses": list(addresses),
            "metadata": dict(metadata or {}),
            "batch": batch,
            "language": told.language,
            "hotwords": list(told.hotwords),
        }
        return self.wire.post(HandedIn, "/recordings/from-storage", body, once=True)

    def resume(self, upload: str, path: str | PathLike[str]) -> Accepted:
        """Go on with an upload that was begun with `uploads.create`, perhaps by another program."""
        whole = self.uploads.go_on(upload, Path(path))
        assert whole.recording is not None
        assert whole.job is not None
        job = self.wire.get(Job, f"/jobs/{whole.job}")
        known = job.state is State.DONE
        return Accepted(Path(path).name, whole.recording, job.id, job.state, known)

    def again(
        self, call: str, *, language: str | None = None, hotwords: Sequence[str] = ()
    ) -> Accepted:
        """Have a call heard anew, with other options."""
        body = {"language": language, "hotwords": list(hotwords)}
        return self.wire.post(Accepted, f"/calls/{call}/analyze", body, once=True)

    def _one(self, path: Path, fields: Mapping[str, str]) -> HandedIn:
        try:
            length = path.stat().st_size
            # only a form is looked into for archives
            if length < self.large or zipfile.is_zipfile(path):
                form = (("files", (path.name, path.read_bytes())),)
                ask = Ask(
                    "POST", f"{API}/recordings", data=fields, files=form, once=True,
                    patience=SENDING,
                )  # fmt: skip
                return self.wire.ask(HandedIn, ask)
        except OSError as error:
            raise InputError(
                str(path), f"it cannot be read: {error.strerror}", "check its path and its rights"
            ) from error
        upload = self.uploads.create(length, {"filename": path.name, **fields})
        accepted = replace(self.resume(upload, path), name=path.name)
        return HandedIn(fields.get("batch"), (accepted,), ())


def _listed(paths: Iterable[str | PathLike[str]] | str | PathLike[str]) -> list[Path]:
    if isinstance(paths, str | PathLike):
        return [Path(paths)]
    return [Path(path) for path in paths]


def _fields(metadata: Mapping[str, str], batch: str | None, told: Told) -> dict[str, str]:
    """Return what is said of recordings as fields of a form."""
    found = {
        "metadata": json.dumps(dict(metadata), ensure_ascii=False) if metadata else "",
        "started_at": told.started_at.isoformat() if told.started_at else "",
        "roles": ",".join(told.roles),
        "language": told.language or "",
        "hotwords": "\n".join(told.hotwords),
        "batch": batch or "",
        "priority": str(told.priority) if told.priority else "",
    }
    return {name: text for name, text in found.items() if text}


def _own_fault(error: Refused) -> bool:
    """Tell whether a recording is refused, and not whoever hands it in."""
    return error.status in {413, 415, 422}
