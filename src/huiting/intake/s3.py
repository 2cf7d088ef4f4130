"""A folder of a bucket, on AWS or any server that speaks S3 (MinIO, Ceph, OSS, COS)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, cast

from huiting.core.errors import ConfigError
from huiting.intake.place import Found, PlaceError


def build(
    *,
    bucket: str,
    folder: str = "",
    endpoint: str = "",
    key: str = "",
    secret_file: Path | None = None,
    region: str = "",
) -> "S3":
    """Return the place; nothing is asked of the server yet.

    Args:
        bucket: its name.
        folder: prefix of the keys, without a slash at its ends.
        endpoint: address of the server; empty for AWS.
        key: access key; empty for what the machine's role or environment gives.
        secret_file: holds the secret key.
        region: where the server wants one.

    Raises:
        ConfigError: s3fs is not installed, or the secret cannot be read.
    """
    try:
        import s3fs
    except ImportError as error:
        raise ConfigError("inbox s3", "s3fs is missing", "install huiting[s3]") from error
    secret = None
    if secret_file is not None:
        try:
            secret = Path(secret_file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConfigError(
                str(secret_file), "the secret cannot be read", "check the file"
            ) from error
    files = s3fs.S3FileSystem(
        key=key or None,
        secret=secret,
        endpoint_url=endpoint or None,
        client_kwargs={"region_name": region} if region else {},
        config_kwargs={"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}},
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    root = "/".join(part for part in (bucket.strip("/"), folder.strip("/")) if part)
    return S3(files, root, f"s3://{root}")


@dataclass(frozen=True, slots=True)
class S3:
    """A `Place`."""

    system: Any
    """An `s3fs.S3FileSystem`, which ships no types."""
    root: str
    shown: str

    def files(self) -> Iterator[Found]:
        """Yield every object, a listing of 1,000 at a time."""
        with self._explained(self.shown):
            for _folder, _folders, files in self.system.walk(self.root, detail=True):
                for about in files.values():
                    name = about["name"].removeprefix(self.root).strip("/")
                    if name and not about["name"].endswith("/"):
                        yield Found(name, int(about["size"]), str(about["ETag"]))

    @contextmanager
    def open(self, name: str, /) -> Iterator[BinaryIO]:
        """Open an object; it is read in pieces."""
        with self._explained(f"{self.shown}/{name}"):
            file = self.system.open(f"{self.root}/{name}", "rb", cache_type="readahead")
            if file.details["type"] != "file":  # a folder, which would read as empty
                raise FileNotFoundError(name)
        with file:
            yield cast("BinaryIO", _Reading(file, self._explained, f"{self.shown}/{name}"))

    def move(self, name: str, to: str, /) -> None:
        """Copy an object, then remove it: S3 knows no renaming.

        `mv` of s3fs would take a name such as `*.wav` for a pattern, and move all others too.
        """
        with self._explained(f"{self.shown}/{name}"):
            self.system.cp_file(f"{self.root}/{name}", f"{self.root}/{to}")
            self.system.rm_file(f"{self.root}/{name}")

    def remove(self, name: str, /) -> None:
        """Remove an object."""
        with self._explained(f"{self.shown}/{name}"):
            self.system.rm_file(f"{self.root}/{name}")

    def write(self, name: str, content: bytes, /) -> None:
        """Write a small object."""
        with self._explained(f"{self.shown}/{name}"):
            self.system.pipe_file(f"{self.root}/{name}", content)

    def wait(self, seconds: float, stop: Event, /) -> None:
        """Wait: the server does not tell when something comes."""
        stop.wait(seconds)

    @contextmanager
    def _explained(self, subject: str) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (OSError, BotoCoreError, ClientError) as error:
            reason = f"cannot be used ({type(error).__name__})"
            raise PlaceError(subject, reason, "check the server, the bucket and the key") from error


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file whose faults are those of its place."""

    file: Any
    explained: Any
    subject: str

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        with self.explained(self.subject):
            return bytes(self.file.read(size))
