"""Make and change files of keys. A key is never shown."""

import base64
import os
from pathlib import Path

from huiting.core.errors import ConfigError
from huiting.core.whole_file import PRIVATE, replacing
from huiting.vault.sealed import KeyRing

_SIZE = 32


def make(file: Path) -> None:
    """Write a file with one new key; only its owner may read it.

    Raises:
        ConfigError: it is there already, or cannot be written.
    """
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError as error:
        raise ConfigError(str(file), "it is there already", "name a new file") from error
    except OSError as error:
        raise ConfigError(str(file), "the keys cannot be written", "check the folder") from error
    with os.fdopen(handle, "wb") as out:
        out.write(_new() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def rotate(file: Path) -> None:
    """Put a new key before the others, which still open what was sealed with them.

    Raises:
        ConfigError: the file holds no keys, or cannot be written.
    """
    KeyRing.read(file)
    old = file.read_bytes()
    try:
        with replacing(file, PRIVATE) as out:
            out.write(_new() + b"\n" + old)
    except OSError as error:
        raise ConfigError(str(file), "the keys cannot be written", "check the folder") from error


def _new() -> bytes:
    return base64.b64encode(os.urandom(_SIZE))
