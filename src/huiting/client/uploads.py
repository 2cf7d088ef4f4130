"""A large file in pieces; after a break of the line it goes on where the server stands.

Source:
    The tus resumable upload protocol 1.0.0, https://tus.io/protocols/resumable-upload.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

import httpx

from huiting.client.errors import LATER, Unreadable
from huiting.client.shapes.jobs import Upload
from huiting.client.wire import API, Ask, Wire, problem, unreachable
from huiting.core.errors import InputError

PIECE = 8 << 20
"""Bytes sent at once."""
_SPEAKS = {"Tus-Resumable": "1.0.0"}
_DAMAGED = 460
_BEHIND = frozenset({*LATER, HTTPStatus.CONFLICT, HTTPStatus.LOCKED, _DAMAGED})
"""Answers after which the server is asked where it stands."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """Sends files in pieces."""

    wire: Wire
    piece: int = PIECE

    def create(self, length: int, fields: Mapping[str, str]) -> str:
        """Announce a file; return the id of its upload, with which it may be gone on with."""
        told = ",".join(
            f"{name} {b64encode(text.encode()).decode()}" for name, text in fields.items()
        )
        headers = _SPEAKS | {"Upload-Length": str(length), "Upload-Metadata": told}
        # sent twice it makes two, of which one is never filled and expires
        answer = self.wire.send(Ask("POST", f"{API}/uploads", headers=headers, once=True))
        name = str(answer.headers.get("Location", "")).rstrip("/").rpartition("/")[2]
        if not name:
            raise Unreadable(f"{API}/uploads", "it names no upload", "check the address")
        return name

    def find(self, upload: str) -> Upload:
        """Read how far an upload is."""
        return self.wire.get(Upload, f"/uploads/{upload}")

    def go_on(self, upload: str, path: Path) -> Upload:
        """Send what the server has not yet; return the upload once it is whole.

        Raises:
            InputError: the file has another length than was announced, or cannot be read.
            Unreachable: the line broke again and again; the upload may be gone on with.
            Refused: the server refuses the recording.
        """
        left = self.wire.tries
        now = self.find(upload)
        try:
            with path.open("rb") as file:
                self._fits(file, now, path)
                while now.recording is None:
                    before = now.offset
                    left = self._sent(file, now, left)
                    now = self.find(upload)
                    left = self.wire.tries if now.offset > before else left
        except OSError as error:
            raise InputError(
                str(path), f"it cannot be read: {error.strerror}", "check its path and its rights"
            ) from error
        return now

    def remove(self, upload: str) -> None:
        """Forget an upload."""
        self.wire.send(Ask("DELETE", f"{API}/uploads/{upload}", headers=_SPEAKS))

    def _fits(self, file: BinaryIO, upload: Upload, path: Path) -> None:
        if file.seek(0, 2) != upload.length:
            raise InputError(str(path), "it is not the file that was announced", "hand it in anew")

    def _sent(self, file: BinaryIO, now: Upload, left: int) -> int:
        """Send a piece; return how many failures are still borne."""
        file.seek(now.offset)
        piece = file.read(self.piece)
        headers = _SPEAKS | {
            "Upload-Offset": str(now.offset),
            "Content-Type": "application/offset+octet-stream",
            "Upload-Checksum": f"sha256 {b64encode(sha256(piece).digest()).decode()}",
        }
        try:
            answer = self.wire.web.patch(f"{API}/uploads/{now.id}", content=piece, headers=headers)
        except httpx.TransportError as error:
            if left <= 1:
                raise unreachable(self.wire.web, error) from error
        else:
            if answer.is_success:
                return left
            if answer.status_code not in _BEHIND or left <= 1:
                raise problem(answer)
        self.wire.pause(0.5 * 2.0 ** (self.wire.tries - left))
        return left - 1
