"""A folder of a bucket, on AWS or any server that speaks S3 (MinIO, Ceph, OSS).

Knows objects and no recordings. An object is there whole or not at all: one request writes it, or
parts that nobody sees until the last request joins them. What is relied on: a listing shows what
was written before, and no more what was removed before.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from huiting.core.errors import ConfigError
from huiting.vault.errors import Away

PART = 16 << 20
"""Bytes of a part, of which one upload has at most 10,000."""
CONNECT, ANSWER = 5, 60
"""Seconds to connect, and between two pieces of an answer."""
QUICK = 5.0
"""Seconds for a look whether the server answers."""
_REMEDY = "check the server, the bucket, and the key and its rights"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a bucket is and how to get in. All that is empty is as the machine has it."""

    endpoint: str = ""
    """Its address; empty for AWS."""
    region: str = ""
    profile: str = ""
    """Of `~/.aws`."""
    key: str = ""
    secret: str = field(default="", repr=False)
    authority: Path | None = None
    """Certificates of whoever vouches for the server."""
    addressing: Literal["auto", "path", "virtual"] = "auto"
    """Whether the bucket is part of the path or of the host's name."""


@dataclass(frozen=True, slots=True)
class Object:
    """What a listing says of an object."""

    name: str
    """Within the folder."""
    size: int
    """Bytes."""
    mark: str
    """Changes when the object is written anew."""
    modified: datetime
    """By the server's clock."""


def connect(bucket: str, folder: str, server: Server) -> "Bucket":
    """Return a folder of a bucket; nothing is asked of the server yet.

    Args:
        bucket: its name.
        folder: what names of objects begin with, without a slash at its ends; empty for all.
        server: where it is.

    Raises:
        ConfigError: s3fs is not installed.
    """
    try:
        import s3fs
    except ImportError as error:
        raise ConfigError("recordings", "s3fs is missing", "install huiting[s3]") from error
    client = {"region_name": server.region} if server.region else {}
    if server.authority is not None:
        client["verify"] = str(server.authority)
    system = s3fs.S3FileSystem(
        key=server.key or None,
        secret=server.secret or None,
        profile=server.profile or None,
        endpoint_url=server.endpoint or None,
        client_kwargs=client,
        config_kwargs={
            "connect_timeout": CONNECT,
            "read_timeout": ANSWER,
            "retries": {"mode": "standard", "max_attempts": 2},
            "s3": {"addressing_style": server.addressing},
            # Other servers than AWS know none of the newer checksums; we send MD5.
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        },
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    system.retries = 2  # beyond those, of connections that broke
    return Bucket(system, bucket, f"{folder}/" if folder else "")


@dataclass(frozen=True, slots=True)
class Bucket:
    """May be used from several threads and processes. Every method may raise `Away`."""

    system: Any
    """An `s3fs.S3FileSystem`, which ships no types."""
    bucket: str
    prefix: str

    @property
    def shown(self) -> str:
        """Its address, without secrets."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def check(self) -> None:
        """See that the server answers, soon."""
        with self._explained():
            self._call("list_objects_v2", Prefix=self.prefix, MaxKeys=1, timeout=QUICK)

    def listed(self, begins: str = "") -> Iterator[Object]:
        """Yield what has a name that begins so, by name."""
        with self._explained():
            for page in self._pages("list_objects_v2", begins):
                for one in page.get("Contents", ()):
                    yield Object(
                        one["Key"].removeprefix(self.prefix),
                        int(one["Size"]),
                        one["ETag"],
                        one["LastModified"],
                    )

    def read(self, found: Object, start: int, length: int) -> bytes:
        """Return bytes of an object as it was listed; fewer where it ends.

        Raises:
            FileNotFoundError: it is gone, or was written anew since.
            Away: the server does not answer.
        """
        from fsspec.asyn import sync

        end = min(found.size, start + length)
        if start >= end:
            return b""
        with self._explained():
            for last in (False, False, True):  # a connection may break amid an answer
                try:
                    return bytes(sync(self.system.loop, self._fetch, found, start, end))
                except _broken():
                    if last:
                        raise
        raise AssertionError

    async def _fetch(self, found: Object, start: int, end: int) -> bytes:
        try:
            answer = await self.system._call_s3(  # noqa: SLF001  (fsspec's name for a coroutine)
                "get_object",
                Bucket=self.bucket,
                Key=self.prefix + found.name,
                Range=f"bytes={start}-{end - 1}",
                IfMatch=found.mark,
            )
        except OSError as error:
            if _code(error) in {"NoSuchKey", "PreconditionFailed", "412"}:
                raise _Gone(found.name) from error
            raise
        async with answer["Body"] as body:
            content = bytes(await body.read())
        if len(content) != end - start:
            raise ConnectionError("cut off")
        return content

    def put(self, name: str, file: Path) -> None:
        """Write an object: all of the file, or nothing.

        Raises:
            OSError: the file cannot be read.
            Away: it could not be written; parts that are there already are of no upload.
        """
        size = file.stat().st_size
        with file.open("rb") as source:
            if size <= PART:
                self.write(name, source.read())
                return
            pieces = iter(lambda: source.read(PART), b"")
            with self._explained():
                self._join(name, pieces)

    def write(self, name: str, content: bytes) -> None:
        """Write a small object."""
        with self._explained():
            self._call("put_object", Key=self.prefix + name, Body=content, ContentMD5=_md5(content))

    def _join(self, name: str, pieces: Iterator[bytes]) -> None:
        key = self.prefix + name
        upload = self._call("create_multipart_upload", Key=key)["UploadId"]
        try:
            parts = []
            for number, piece in enumerate(pieces, 1):
                sent = self._call(
                    "upload_part", Key=key, UploadId=upload, PartNumber=number, Body=piece,
                    ContentMD5=_md5(piece),
                )  # fmt: skip
                parts.append({"PartNumber": number, "ETag": sent["ETag"]})
            with suppress(FileNotFoundError):  # joined before, when the answer was lost
                self._call(
                    "complete_multipart_upload", Key=key, UploadId=upload,
                    MultipartUpload={"Parts": parts},
                )  # fmt: skip
        except BaseException:
            with suppress(Exception):  # else a sweep does it
                self._call("abort_multipart_upload", Key=key, UploadId=upload)
            raise

    def renew(self, name: str) -> bool:
        """Give an object the time of now; tell whether the server could."""
        key = self.prefix + name
        with self._explained():
            try:
                self._call(
                    "copy_object", Key=key, CopySource={"Bucket": self.bucket, "Key": key},
                    MetadataDirective="REPLACE",
                )  # fmt: skip
            except OSError as error:
                if _code(error) is None:  # no answer
                    raise
                return False
        return True

    def remove(self, name: str) -> None:
        """Remove an object, and where the bucket keeps earlier versions those too."""
        key = self.prefix + name
        with self._explained():
            answer = self._call("delete_object", Key=key)
            if not (answer.get("DeleteMarker") or answer.get("VersionId")):
                return
            for page in self._pages("list_object_versions", name):
                for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                    if one["Key"] == key:
                        self._call("delete_object", Key=key, VersionId=one["VersionId"])

    def abort(self, before: datetime, ours: Callable[[str], bool]) -> int:
        """Drop uploads that were begun before then and never ended; return how many.

        Args:
            before: what was begun later may still go on.
            ours: tells by the name of an object whether it is one of ours: other programs may
                keep theirs in the same bucket.
        """
        with self._explained():
            begun = [
                one
                for page in self._pages("list_multipart_uploads", "")
                for one in page.get("Uploads", ())
                if one["Initiated"] < before and ours(one["Key"].removeprefix(self.prefix))
            ]
            for one in begun:
                with suppress(FileNotFoundError):  # ended meanwhile
                    self._call(
                        "abort_multipart_upload", Key=one["Key"], UploadId=one["UploadId"]
                    )  # fmt: skip
        return len(begun)

    def _pages(self, method: str, begins: str) -> Iterator[dict[str, Any]]:
        more: dict[str, Any] = {}
        while True:
            page = self._call(method, Prefix=self.prefix + begins, **more)
            yield page
            if not page.get("IsTruncated"):
                return
            more = {ask: page[told] for ask, told in _NEXT[method].items() if told in page}

    def _call(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401  (what botocore takes)
        return self.system.call_s3(method, Bucket=self.bucket, **arguments)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except _Gone as error:
            raise FileNotFoundError(str(error)) from error
        except (OSError, BotoCoreError, ClientError, *_broken()) as error:
            raise Away(f"recordings in {self.shown}", _reason(error), _REMEDY) from error


_NEXT = {
    "list_objects_v2": {"ContinuationToken": "NextContinuationToken"},
    "list_object_versions": {
        "KeyMarker": "NextKeyMarker",
        "VersionIdMarker": "NextVersionIdMarker",
    },
    "list_multipart_uploads": {
        "KeyMarker": "NextKeyMarker",
        "UploadIdMarker": "NextUploadIdMarker",
    },
}
"""What is asked for next, and where the answer before says it."""


class _Gone(Exception):
    """An object is not there any more, or is another."""


def _broken() -> tuple[type[Exception], ...]:
    """Return what a connection that breaks is told by."""
    from aiohttp import ClientError
    from botocore.exceptions import HTTPClientError, IncompleteReadError
    from fsspec.exceptions import FSTimeoutError

    ours = ClientError, HTTPClientError, IncompleteReadError, FSTimeoutError
    return (*ours, ConnectionError, TimeoutError)


def _code(error: BaseException) -> str | None:
    """Return what the server says is wrong; None when it said nothing."""
    from botocore.exceptions import ClientError

    found = error if isinstance(error, ClientError) else error.__cause__
    if not isinstance(found, ClientError):
        return None
    return str(found.response.get("Error", {}).get("Code") or "unknown")


def _reason(error: Exception) -> str:
    """Say what went wrong, without what was sent."""
    code, kind = _code(error), type(error).__name__
    if code is not None:
        return f"the server refuses ({code})"
    if "Credential" in kind or "Profile" in kind:
        return f"there is nothing to sign in with ({kind})"
    return f"the server does not answer ({kind})"


def _md5(content: bytes) -> str:
    """Return what the server sees by that it got what was sent."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
