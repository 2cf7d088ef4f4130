"""A real SFTP server on loopback that serves a folder, for tests."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_OK


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    host_key: str
    """Line of a known_hosts file."""


class _Door(paramiko.ServerInterface):
    def __init__(self, password: str) -> None:
        self._password = password

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("huiting", self._password)
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def get_allowed_auths(self, _username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, _number: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


def _folder(root: Path) -> type[SFTPServerInterface]:
    class Folder(SFTPServerInterface):
        def _path(self, path: str) -> Path:
            return root / self.canonicalize(path).lstrip("/")

        def list_folder(self, path: str) -> list[SFTPAttributes] | int:
            try:
                return [
                    SFTPAttributes.from_stat(os.lstat(entry), entry.name)
                    for entry in self._path(path).iterdir()
                ]
            except OSError as error:
                return SFTPServer.convert_errno(error.errno or 0)

        def stat(self, path: str) -> SFTPAttributes | int:
            try:
                return SFTPAttributes.from_stat(self._path(path).stat())
            except OSError as error:
                return SFTPServer.convert_errno(error.errno or 0)

        def lstat(self, path: str) -> SFTPAttributes | int:
            try:
                return SFTPAttributes.from_stat(self._path(path).lstat())
            except OSError as error:
                return SFTPServer.convert_errno(error.errno or 0)

        def open(self, path: str, flags: int, _attributes: SFTPAttributes) -> SFTPHandle | int:
            try:
                mode = "wb" if flags & os.O_WRONLY else "rb"
                file = self._path(path).open(mode)
            except OSError as error:
                return SFTPServer.convert_errno(error.errno or 0)
            handle = SFTPHandle(flags)
            handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
            return handle

        def posix_rename(self, old: str, new: str) -> int:
            return _tried(lambda: self._path(old).replace(self._path(new)))

        def remove(self, path: str) -> int:
            return _tried(self._path(path).unlink)

        def mkdir(self, path: str, _attributes: SFTPAttributes) -> int:
            return _tried(self._path(path).mkdir)

    return Folder


def _tried(do: object) -> int:
    assert callable(do)
    try:
        do()
    except OSError as error:
        return SFTPServer.convert_errno(error.errno or 0)
    return SFTP_OK


@contextmanager
def sftp_server(root: Path, password: str) -> Iterator[Served]:
    """Serve a folder while inside; the user is `huiting`."""
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", SFTPServer, _folder(root))
            transports.append(transport)
            try:
                transport.start_server(server=_Door(password))
            except (paramiko.SSHException, EOFError, OSError):
                continue

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield Served(port, f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join(60)  # it may just have taken up one more
        for transport in transports:
            transport.close()
