"""Recordings from storages that the operator has configured, and from nowhere else.

Who hands in a recording names a storage and a path in it, or an address that begins with a
storage's own. No other host is ever asked, no redirect followed, no folder left: a request
cannot make this server look around in its network.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote

from huiting.core.errors import InputError, Unknown
from huiting.intake.place import Place, PlaceError
from huiting.service.names import inside
from huiting.service.troubles import StorageAway


class Storage(Protocol):
    """A place that the operator lets recordings be taken from."""

    @property
    def address(self) -> str:
        """What addresses in it begin with, such as `file:///mnt/calls/`; ends with `/`."""
        ...

    def open(self, path: str, /) -> AbstractContextManager[BinaryIO]:
        """Open the file at a path that `names.inside` has passed."""
        ...


@dataclass(frozen=True, slots=True)
class Storages:
    """The storages, by name."""

    named: Mapping[str, Storage]

    def find(self, address: str) -> tuple[Storage, str]:
        """Return the storage of an address and the path in it.

        Args:
            address: `NAME:folder/file.wav`, or the storage's own address with the path.

        Raises:
            Unknown: it is in none of the storages.
            InputError: its path leaves the storage.
        """
        for name, storage in self.named.items():
            if address.startswith(storage.address):
                return storage, inside(unquote(address.removeprefix(storage.address)))
            if address.startswith(f"{name}:") and not address.startswith(f"{name}://"):
                return storage, inside(address.removeprefix(f"{name}:"))
        known = ", ".join(self.named) or "none is configured"
        raise Unknown(
            "storage",
            "the address is in no storage that is configured",
            f"use one of these: {known}",
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """A `Storage`: a folder of this machine, or a share that is mounted."""

    root: Path

    @property
    def address(self) -> str:
        """`file:///` and the folder."""
        return f"{self.root.resolve().as_uri()}/"

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open a file; one to which a link leads out of the folder is none.

        Raises:
            Unknown: there is no such file.
            InputError: it cannot be read.
        """
        root = self.root.resolve()
        target = (root / path).resolve()
        if not target.is_relative_to(root):
            raise InputError("path", "it leads out of the storage", "name a file inside it")
        try:
            if not stat.S_ISREG(target.stat().st_mode):
                raise InputError("path", "it is no ordinary file", "name a recording")
            handle = os.open(target, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            file = os.fdopen(handle, "rb")
        except FileNotFoundError as error:
            raise Unknown("path", "no such file in the storage", "check the name") from error
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
            raise InputError("path", reason, "check the rights on it") from error
        with file:
            yield file


@dataclass(frozen=True, slots=True)
class Server:
    """A `Storage`: a folder on an S3 or SFTP server that the operator named."""

    name: str
    """What errors call it: nobody learns from one where the server is."""
    shown: str
    """Its address."""
    place: Callable[[], AbstractContextManager[Place]]
    """Gives the folder while inside; may be called from several threads."""

    @property
    def address(self) -> str:
        """Such as `s3://bucket/folder/`."""
        return f"{self.shown}/"

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open a file; errors while it is read are these too.

        Raises:
            Unknown: there is no such file.
            InputError: the path is none.
            StorageAway: the server does not answer, or does not let us in.
        """
        if "?" in path:  # would name an earlier version of an object
            raise InputError("path", "not a path inside the storage", "write folder/file.wav")
        try:
            with self.place() as place, place.open(path) as file:
                yield file
        except PlaceError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise Unknown("path", "no such file in the storage", "check the name") from error
            raise StorageAway(
                f"storage {self.name}", "cannot be used now", "try again, or tell the operator"
            ) from error
