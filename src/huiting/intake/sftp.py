"""A folder on an SFTP server. The server must be known: its key is checked, never just taken."""

import errno
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Event
from typing import TYPE_CHECKING, BinaryIO, cast

from huiting.core.errors import ConfigError
from huiting.intake.place import Found, PlaceError

if TYPE_CHECKING:
    import paramiko

TIMEOUT = 30.0
"""Seconds to connect, and for each answer."""
DEEPEST = 16
"""Folders within folders that are looked into."""


def build(
    *,
    host: str,
    user: str,
    known_hosts: Path,
    folder: str = ".",
    port: int = 22,
    key_file: Path | None = None,
    secret_file: Path | None = None,
) -> "Sftp":
    """Return the place; nothing is asked of the server yet.

    Args:
        host: its name or address.
        user: on the server.
        known_hosts: file with the server's key, as OpenSSH keeps it (`ssh-keyscan`).
        folder: on the server.
        port: 22 as a rule.
        key_file: private key; preferred over a password.
        secret_file: holds the password, or that of the key.

    Raises:
        ConfigError: paramiko is not installed, there is nothing to sign in with, or a file
            is missing.
    """
    try:
        import paramiko  # noqa: F401  (said now rather than at the first sweep)
    except ImportError as error:
        raise ConfigError("inbox sftp", "paramiko is missing", "install huiting[sftp]") from error
    if key_file is None and secret_file is None:
        raise ConfigError(
            f"inbox {host}", "nothing to sign in with", "give key_file or secret_file"
        )
    if not Path(known_hosts).is_file():
        raise ConfigError(
            str(known_hosts), "no such file", f"make it: ssh-keyscan -p {port} {host}"
        )
    secret = None
    if secret_file is not None:
        try:
            secret = Path(secret_file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConfigError(
                str(secret_file), "the secret cannot be read", "check the file"
            ) from error
    door = Door(host, port, user, Path(known_hosts), key_file, secret)
    return Sftp(door, folder.rstrip("/") or "/")


@dataclass(frozen=True, slots=True)
class Door:
    """How to get in."""

    host: str
    port: int
    user: str
    known_hosts: Path
    key_file: Path | None
    secret: str | None = field(repr=False)


@dataclass(slots=True)
class Sftp:
    """A `Place`; one connection, opened when it is needed and again after it broke."""

    door: Door
    root: str
    _open: "tuple[paramiko.SSHClient, paramiko.SFTPClient] | None" = None

    @property
    def shown(self) -> str:
        """Its address."""
        return f"sftp://{self.door.host}:{self.door.port}/{self.root.lstrip('/')}"

    def files(self) -> Iterator[Found]:
        """Yield every regular file, following no link."""
        with self._connected(self.shown) as server:
            yield from self._below(server, "", DEEPEST)

    def _below(self, server: "paramiko.SFTPClient", folder: str, deeper: int) -> Iterator[Found]:
        for entry in server.listdir_attr(f"{self.root}/{folder}".rstrip("/")):
            name = f"{folder}/{entry.filename}".lstrip("/")
            mode = entry.st_mode or 0
            if stat.S_ISDIR(mode) and deeper:
                yield from self._below(server, name, deeper - 1)
            elif stat.S_ISREG(mode):
                yield Found(name, entry.st_size or 0, str(entry.st_mtime))

    @contextmanager
    def open(self, name: str, /) -> Iterator[BinaryIO]:
        """Open a file, following no link; what comes next is asked for ahead."""
        with self._connected(f"{self.shown}/{name}") as server:
            size = self._size(server, name)
            with server.open(self._path(name), "rb") as file:
                file.prefetch(size)
                yield cast("BinaryIO", file)

    def move(self, name: str, to: str, /) -> None:
        """Rename a file."""
        with self._connected(f"{self.shown}/{name}") as server:
            self._folders(server, to)
            server.posix_rename(self._path(name), self._path(to))

    def remove(self, name: str, /) -> None:
        """Remove a file."""
        with self._connected(f"{self.shown}/{name}") as server:
            try:
                server.remove(self._path(name))
            except FileNotFoundError:
                return

    def write(self, name: str, content: bytes, /) -> None:
        """Write a small file."""
        with self._connected(f"{self.shown}/{name}") as server:
            self._folders(server, name)
            with server.open(self._path(name), "wb") as file:
                file.write(content)

    def wait(self, seconds: float, stop: Event, /) -> None:
        """Wait: the server does not tell when something comes."""
        stop.wait(seconds)

    def close(self) -> None:
        """Leave the server."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _size(self, server: "paramiko.SFTPClient", name: str) -> int:
        """Return the bytes of a regular file that no link leads to."""
        for part in [*reversed(PurePosixPath(name).parents), PurePosixPath(name)][1:]:
            found = server.lstat(self._path(str(part)))
            if stat.S_ISLNK(found.st_mode or 0):
                raise FileNotFoundError(errno.ENOENT, "a link")
        if not stat.S_ISREG(found.st_mode or 0):
            raise FileNotFoundError(errno.ENOENT, "no ordinary file")
        return found.st_size or 0

    def _path(self, name: str) -> str:
        assert ".." not in PurePosixPath(name).parts
        return f"{self.root}/{name}"

    def _folders(self, server: "paramiko.SFTPClient", name: str) -> None:
        for folder in list(PurePosixPath(name).parents)[-2::-1]:  # from the top; without "."
            try:
                server.stat(self._path(str(folder)))
            except FileNotFoundError:
                server.mkdir(self._path(str(folder)))

    @contextmanager
    def _connected(self, subject: str) -> "Iterator[paramiko.SFTPClient]":
        import paramiko

        try:
            if self._open is None:
                self._open = self._sign_in()
            yield self._open[1]
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.close()
            reason = f"cannot be used ({type(error).__name__})"
            remedy = "check the server, its key in known_hosts, the name and the password"
            raise PlaceError(subject, reason, remedy) from error

    def _sign_in(self) -> "tuple[paramiko.SSHClient, paramiko.SFTPClient]":
        import paramiko

        client = paramiko.SSHClient()
        client.load_host_keys(str(self.door.known_hosts))
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            client.connect(
                self.door.host,
                self.door.port,
                self.door.user,
                password=self.door.secret,
                key_filename=None if self.door.key_file is None else str(self.door.key_file),
                passphrase=self.door.secret,
                allow_agent=False,
                look_for_keys=False,
                timeout=TIMEOUT,
                banner_timeout=TIMEOUT,
                auth_timeout=TIMEOUT,
            )
            server = client.open_sftp()
            channel = server.get_channel()
            assert channel is not None
            channel.settimeout(TIMEOUT)
        except BaseException:
            client.close()
            raise
        return client, server
