"""Where recordings are kept, as the settings have it: a folder, or S3 with copies on this machine."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from huiting.app.settings import Settings
from huiting.app.tongue import say
from huiting.core.errors import ConfigError, HuitingError
from huiting.vault.bucket import Server, connect
from huiting.vault.copies import Copies
from huiting.vault.folder import Folder
from huiting.vault.place import Vault
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing

SQLITE = "sqlite:///"
UNUSED = 3600.0
"""Seconds after which a copy that nobody reads is removed: so long a removed recording may lie on
a machine that is not told of its removal."""
EVERY = 300.0
_BEGUN = 86_400.0
"""Seconds after which a file that is not whole was left by a crash."""


class Table(BaseModel):
    """The table of the setting `recordings`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    place: str
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    key: str = ""
    secret_file: Path | None = None
    authority_file: Path | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    data: Path | None = None
    cache: Path | None = None
    cache_gb: float = Field(20.0, ge=0)


def table_of(settings: Settings) -> Table | None:
    """Return how recordings are kept on S3; None where they are in a folder.

    Raises:
        ConfigError: the table makes no sense.
    """
    if not isinstance(settings.recordings, Mapping):
        return None
    try:
        return Table.model_validate(dict(settings.recordings))
    except ValidationError as error:
        wrong = error.errors(include_input=False)[0]
        name = ".".join(map(str, ("recordings", *wrong["loc"])))
        raise ConfigError(
            f"setting {name}", wrong["msg"], "see the guide on keeping recordings"
        ) from None


def recordings_of(settings: Settings) -> Path:
    """Return where recordings are: as set, else beside an SQLite file, else with the user's data.

    Of recordings on S3, the folder that they would be in: what else the service keeps lies beside.
    """
    table = table_of(settings)
    if table is not None and table.data is not None:
        return table.data / "recordings"
    if isinstance(settings.recordings, Path):
        return settings.recordings
    if "://" in settings.store and not settings.store.startswith(SQLITE):
        return user_data_path("huiting") / "recordings"
    return Path(settings.store.removeprefix(SQLITE)).parent / "recordings"


def kept_in(settings: Settings, largest: int, ring: KeyRing | None) -> Vault:
    """Return where recordings are kept; what a crash left clear there is removed.

    Args:
        settings: of the service.
        largest: bytes of a recording.
        ring: what they are sealed with; None to keep them plain.

    Raises:
        ConfigError: the settings make no sense.
        VaultError: the folder cannot be read.
    """
    table = table_of(settings)
    if table is None:
        vault = Folder(recordings_of(settings), largest, ring)
        vault.sweep(before=0.0)
        return vault
    bucket, prefix = _address(table)
    remote = Remote(
        connect(bucket, prefix, _server(table)),
        Copies(
            table.cache or user_cache_path("huiting") / "recordings",
            int(table.cache_gb * (1 << 30)),
        ),
        largest,
        ring,
    )
    remote.tidy(0.0, 0.0)
    return remote


@contextmanager
def tidied(vault: Vault) -> Iterator[None]:
    """Remove copies that nobody reads any more, again and again while inside."""
    if not isinstance(vault, Remote):
        yield
        return
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(EVERY):
            tidy(vault)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def tidy(vault: Remote) -> None:
    """Remove copies that nobody reads any more, once; a disk that cannot be read is left."""
    now = time.time()
    try:
        vault.tidy(now - UNUSED, now - _BEGUN)
    except HuitingError:  # told when a recording is next fetched
        return


def _address(table: Table) -> tuple[str, str]:
    """Return the bucket and the folder in it."""
    subject, remedy = "setting recordings.place", "write s3://BUCKET/FOLDER"
    try:
        parts = urlsplit(table.place)
    except ValueError as error:
        raise ConfigError(subject, "no address", remedy) from error
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigError(subject, "more than a bucket and a folder", remedy)
    folder = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigError(subject, "no bucket", remedy)
    if any(part in {"", ".", ".."} for part in folder.split("/")) and folder:
        raise ConfigError(subject, "no plain name of a folder", remedy)
    return parts.netloc, folder


def _server(table: Table) -> Server:
    if bool(table.key) != (table.secret_file is not None):
        raise ConfigError(
            "setting recordings", "one of key and secret_file is missing",
            "give both, or neither to use the environment, a profile or the machine's role",
        )  # fmt: skip
    return Server(
        endpoint=table.endpoint,
        region=table.region,
        profile=table.profile,
        key=table.key,
        secret="" if table.secret_file is None else secret_in(table.secret_file),
        authority=table.authority_file,
        addressing=table.addressing,
    )


def secret_in(file: Path) -> str:
    """Read a secret.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(str(file), "the secret cannot be read", "check the file") from error


@dataclass(frozen=True, slots=True)
class Described:
    """Where recordings go, and by what rights; says no secret."""

    place: str
    server: str
    rights: str


def described(settings: Settings) -> Described | None:
    """Return where recordings go, without secrets; None where they stay in a folder.

    Raises:
        ConfigError: the settings make no sense.
    """
    table = table_of(settings)
    if table is None:
        return None
    bucket, prefix = _address(table)
    rights = say("environment, ~/.aws or the machine's role", "环境变量、~/.aws 或机器角色")
    if table.profile:
        rights = say(f"profile {table.profile}", f"配置 {table.profile}")
    if table.secret_file is not None:
        rights = say(f"secret in {table.secret_file}", f"密钥文件 {table.secret_file}")
    server = urlsplit(table.endpoint).hostname or f"AWS {table.region}".rstrip()
    return Described(f"s3://{bucket}/{prefix}".rstrip("/"), server, rights)
