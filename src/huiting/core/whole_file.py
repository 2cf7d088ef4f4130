"""Files that are written whole or not at all: a reader, or a crash, meets the old one or the new.

Who may read a new file is the umask's to say. Knows nothing of what is written.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

PUBLIC = 0o666
"""Rights that the umask takes from."""
PRIVATE = 0o600


@contextmanager
def replacing(target: Path, rights: int = PUBLIC) -> Iterator[BinaryIO]:
    """Give a new file that takes the target's place at the end; after a failure nothing is left.

    Args:
        target: in a folder that is there; its folder takes a hidden file until then.
        rights: of the new file, less what the umask takes.

    Raises:
        OSError: it cannot be written; the old file stays as it was.
    """
    part = target.with_name(f".{token_hex(8)}.part")  # two runs may write here
    handle = os.open(
        part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), rights
    )
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
