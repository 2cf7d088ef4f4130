"""Where recordings are kept, as the settings have it: folders, buckets, and what is refused."""

import io
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiting.app import doctor
from huiting.app import recordings as module
from huiting.app.cli import app
from huiting.app.keeping import vault_of
from huiting.app.recordings import Described, described, recordings_of, tidied, tidy
from huiting.app.settings import Settings, resolve
from huiting.core.errors import ConfigError
from huiting.vault.errors import Away
from huiting.vault.folder import Folder
from huiting.vault.remote import Remote
from s3_server import KEY, REGION, S3, SECRET, s3_server

PLACE = {"place": "s3://recordings/calls"}


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as made:
        yield made


@pytest.fixture
def config(server: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a machine whose recordings are in a bucket."""
    server.whole()
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    file = tmp_path / "huiting.toml"
    file.write_text(
        f'store = "sqlite:///{tmp_path}/data/calls.db"\n[recordings]\n'
        f'place = "s3://{server.bucket().bucket}/calls"\nendpoint = "{server.url}"\n'
        f'region = "{REGION}"\nkey = "{KEY}"\nsecret_file = "{tmp_path}/secret"\n'
        f'cache = "{tmp_path}/cache"\ncache_gb = 0.5\n'
    )
    monkeypatch.setenv("HUITING_CONFIG", str(file))
    monkeypatch.setenv("HUITING_LANG", "en")
    return file


def test_a_bucket_is_named_in_a_table_or_by_its_address_alone() -> None:
    inline = '{place = "s3://recordings/calls", region = "eu-west-1"}'
    settings = resolve({}, environment={"HUITING_RECORDINGS": inline}).settings
    assert settings.recordings == {**PLACE, "region": "eu-west-1"}

    settings = resolve({}, environment={"HUITING_RECORDINGS": "s3://recordings/calls"}).settings
    assert settings.recordings == PLACE

    settings = resolve({}, environment={"HUITING_RECORDINGS": "/srv/recordings"}).settings
    assert settings.recordings == Path("/srv/recordings")


@pytest.mark.parametrize(
    ("more", "data"),
    [
        pytest.param({}, "/srv", id="beside the database"),
        pytest.param({"data": "/mnt/huiting"}, "/mnt/huiting", id="as set"),
    ],
)
def test_what_else_is_kept_stays_in_a_folder(more: dict[str, str], data: str) -> None:
    settings = Settings(store="sqlite:////srv/calls.db", recordings={**PLACE, **more})

    assert recordings_of(settings).parent == Path(data)


def test_a_vault_is_made_as_the_table_has_it(config: Path, tmp_path: Path) -> None:
    vault = vault_of(resolve({}).settings, largest=10)

    assert isinstance(vault, Remote)
    assert (vault.largest, vault.copies.room) == (10, 1 << 29)
    assert vault.copies.folder == tmp_path / "cache"
    assert SECRET not in repr(vault)
    assert isinstance(vault_of(Settings(store="sqlite:////tmp/none/x.db")), Folder)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        pytest.param({}, "recordings.place: Field required", id="no place"),
        pytest.param({**PLACE, "secret": SECRET}, "recordings.secret: Extra", id="unknown"),
        pytest.param({**PLACE, "cache_gb": -1}, "recordings.cache_gb", id="size"),
        pytest.param({**PLACE, "key": "k"}, "key and secret_file is missing", id="key alone"),
        pytest.param(
            {**PLACE, "key": "k", "secret_file": "/none"}, "cannot be read", id="no secret"
        ),
        pytest.param({"place": "s3://"}, "no bucket", id="no bucket"),
        pytest.param({"place": "http://b/c"}, "no bucket", id="another protocol"),
        pytest.param({"place": "s3://[b"}, "no address", id="no address"),
        pytest.param({"place": f"s3://k:{SECRET}@b/c"}, "more than a bucket", id="secret in it"),
        pytest.param({"place": f"s3://b/c?key={SECRET}"}, "more than a bucket", id="query"),
        pytest.param({"place": "s3://b/a/../c"}, "no plain name", id="dots"),
        pytest.param({"place": "s3://b/a//c"}, "no plain name", id="empty part"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_and_no_secret_told(
    table: dict[str, object], reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        vault_of(Settings(recordings=table))

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "server", "rights"),
    [
        pytest.param({}, "AWS", "environment, ~/.aws or the machine's role", id="nothing"),
        pytest.param({"region": "eu-west-1", "profile": "qa"}, "AWS eu-west-1", "profile qa", id="p"),
        pytest.param(
            {"endpoint": "https://user:pw@minio:9000", "key": KEY, "secret_file": "/run/s"},
            "minio", "secret in /run/s", id="file",
        ),
    ],
)  # fmt: skip
def test_the_doctor_says_where_recordings_go_without_secrets(
    more: dict[str, str], server: str, rights: str, tmp_path: Path
) -> None:
    found = described(Settings(recordings={**PLACE, **more}))
    assert found == Described("s3://recordings/calls", server, rights)

    report = doctor.examine(tmp_path, "sqlite:///x.db", lambda: "fine", [], bucket=found)
    [row] = [row for row in report.rows if row.topic == "recordings"]
    assert (row.subject, row.state, row.fault) == (found.place, f"on {server}, {rights}", None)
    assert report.outgoing == (f"recordings go to {found.place} on {server}, as set",)
    assert described(Settings()) is None


def test_the_doctor_misses_what_a_bucket_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda _name: None)
    near = Described("s3://b", "127.0.0.1", "profile x")
    report = doctor.examine(tmp_path, "sqlite:///x.db", lambda: "fine", [], bucket=near)

    assert [fault.subject for fault in report.faults] == ["package s3fs"]
    assert report.outgoing == ()


def test_copies_that_nobody_reads_go_while_the_service_runs(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = vault_of(resolve({}).settings)
    assert isinstance(vault, Remote)
    kept = vault.take(io.BytesIO(b"sound"))
    copy = vault.copies.folder / kept.id
    monkeypatch.setattr(module, "EVERY", 0.01)
    with tidied(vault):
        assert threading.active_count() > 1
        tidy(vault)
        assert copy.exists()
        os.utime(copy, (0, 0))
        until = time.monotonic() + 60
        while copy.exists() and time.monotonic() < until:
            time.sleep(0.01)
    assert not copy.exists()
    with tidied(Folder(vault.copies.folder)):
        pass


def test_a_disk_that_cannot_be_read_does_not_end_it(config: Path, tmp_path: Path) -> None:
    vault = vault_of(resolve({}).settings)
    assert isinstance(vault, Remote)
    (vault.copies.folder / "incoming").mkdir(parents=True, exist_ok=True)
    broken = Broken()
    tidy(broken)  # type: ignore[arg-type]

    assert broken.asked == 1


class Broken:
    """A vault whose disk cannot be read."""

    asked = 0

    def tidy(self, unused: float, begun: float) -> int:
        self.asked += 1
        raise Away("copies", "Input/output error", "check the disk")


@pytest.mark.usefixtures("config")
def test_the_command_tries_the_place_and_leaves_nothing(server: S3) -> None:
    told = CliRunner().invoke(app, ["recordings", "check"])

    assert told.exit_code == 0, told.output
    assert "can be written, read and removed from; 0 kept" in told.output
    server.line.down = True
    told = CliRunner().invoke(app, ["recordings", "check"])
    assert isinstance(told.exception, Away)


@pytest.mark.usefixtures("config")
def test_the_command_copies_a_folder_into_the_bucket_and_out_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "recordings")
    kept = [folder.take(io.BytesIO(bytes([n]))).id for n in range(3)]
    folder.path(kept[0]).write_bytes(b"changed")
    told = CliRunner().invoke(app, ["recordings", "copy", "--from", str(folder.root)])
    assert told.exit_code == 1
    assert f"{kept[0]}: cannot be read" in told.output
    assert "2 copied (0.00 GB), 0 were there" in told.output

    told = CliRunner().invoke(app, ["recordings", "copy", "--to", str(tmp_path / "back")])
    assert told.exit_code == 0, told.output
    assert {held.id for held in Folder(tmp_path / "back").ids()} == set(kept[1:])


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "give --from or --to"),
        (["--from", "a", "--to", "b"], "give --from or --to"),
        (["--from", "/nowhere"], "there is no such folder"),
    ],
    ids=["none", "both", "not there"],
)
def test_copying_needs_one_folder(options: list[str], reason: str) -> None:
    told = CliRunner().invoke(app, ["recordings", "copy", *options])

    assert isinstance(told.exception, ConfigError)
    assert reason in str(told.exception)


@pytest.mark.usefixtures("config")
def test_a_backup_is_restored_into_a_folder_first(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["restore", str(tmp_path / "x.tar")])

    assert "huiting recordings copy" in str(told.exception)
