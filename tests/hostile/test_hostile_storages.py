"""Storages on servers: nobody gets out of their folder, learns where they are, or waits for long."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from huiting.app.settings import Settings
from huiting.app.storages import storages_of
from huiting.core.errors import ConfigError
from huiting.service.recordings import Recordings
from huiting.web.server import build
from s3_server import KEY, REGION, S3, SECRET, s3_server
from served import Served
from sftp_server import sftp_server

URL = "/api/v1/recordings/from-storage"


@dataclass
class Stored:
    """A service with a storage `pbx`, in whose folder lies `day/a.wav`; `secret.wav` lies above."""

    web: TestClient
    served: Served
    address: str
    """Of the storage itself."""
    away: Callable[[], None]
    """Has its server be away."""

    def fetch(self, *addresses: str) -> Any:  # noqa: ANN401  (a response of the client's own library)
        return self.web.post(URL, json={"addresses": addresses})

    def ids(self) -> list[str]:
        return [held.id for held in self.served.parts.keeping.vault.ids()]


@contextmanager
def stored(
    served: Served, options: Mapping[str, object], away: Callable[[], None], largest: int = 1000
) -> Iterator[Stored]:
    storages = storages_of(Settings(storages={"pbx": options}))
    parts = served.parts
    recordings: Recordings = replace(parts.recordings, largest=largest)
    made = build(replace(parts, storages=storages, recordings=recordings))
    with TestClient(made, headers=served.by("root")) as web:
        yield Stored(web, served, storages.named["pbx"].address, away)


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as made:
        yield made


@pytest.fixture
def on_s3(server: S3, served: Served) -> Iterator[Stored]:
    server.whole()
    bucket = server.bucket("")
    for name in ("calls/day/a.wav", "calls-private/a.wav", "secret.wav"):
        bucket.write(name, b"sound")
    bucket.write("calls/long.wav", bytes(2000))
    (served.folder / "secret").write_text(f"{SECRET}\n")
    options = {
        "kind": "s3", "bucket": bucket.bucket, "folder": "calls", "endpoint": server.url,
        "key": KEY, "secret_file": str(served.folder / "secret"), "region": REGION,
    }  # fmt: skip

    def away() -> None:
        server.line.down = True

    with stored(served, options, away) as made:
        yield made


@pytest.fixture
def on_sftp(served: Served) -> Iterator[Stored]:
    root = served.folder / "server"
    (root / "calls" / "day").mkdir(parents=True)
    (root / "calls" / "day" / "a.wav").write_bytes(b"sound")
    (root / "calls" / "long.wav").write_bytes(bytes(2000))
    (root / "secret.wav").write_bytes(b"sound")
    (root / "calls" / "link.wav").symlink_to(root / "secret.wav")
    (root / "calls" / "up").symlink_to(root)
    os.mkfifo(root / "calls" / "pipe.wav")
    (served.folder / "secret").write_text(SECRET)
    with sftp_server(root, SECRET) as server:
        (served.folder / "known_hosts").write_text(server.host_key)
        options = {
            "kind": "sftp", "host": "127.0.0.1", "port": server.port, "user": "huiting",
            "folder": "/calls", "known_hosts": str(served.folder / "known_hosts"),
            "secret_file": str(served.folder / "secret"),
        }  # fmt: skip

        def away() -> None:
            (served.folder / "known_hosts").write_text("")

        with stored(served, options, away) as made:
            yield made


@pytest.fixture(params=["on_s3", "on_sftp"])
def storage(request: pytest.FixtureRequest) -> Stored:
    made: Stored = request.getfixturevalue(request.param)
    return made


def test_a_recording_is_taken_by_name_and_by_address(storage: Stored) -> None:
    by_name = storage.fetch("pbx:day/a.wav")
    by_address = storage.fetch(f"{storage.address}day/a.wav")

    assert by_name.status_code == 202, by_name.text
    assert by_name.json()["accepted"][0]["job"] == by_address.json()["accepted"][0]["job"]
    assert len(storage.ids()) == 1


@pytest.mark.parametrize(
    "path",
    [
        *("../secret.wav", "/secret.wav", "day/../../secret.wav", "..\\secret.wav", "", "."),
        *("..%2fsecret.wav", "%2e%2e/secret.wav", "day//a.wav", "day/", "day", "day/a.wav/"),
        *("day/a.wav?versionId=null", "day/a.wav#x", "*.wav", "day/?.wav", "day/a.wav\x00"),
        *("../calls-private/a.wav", "nothing.wav", "link.wav", "up/secret.wav", "pipe.wav", "up"),
        *("day/a.wav\r\nX: y", "day/[a].wav", "~/secret.wav", "$HOME/secret.wav"),
    ],
)
def test_its_folder_is_not_left(storage: Stored, path: str) -> None:
    for address in (f"pbx:{path}", f"{storage.address}{path}"):
        answer = storage.fetch(address)
        assert answer.status_code in (404, 422), (address, answer.text)
    assert storage.ids() == []


def test_no_other_place_of_the_same_server_is_asked(storage: Stored) -> None:
    above = storage.address.removesuffix("calls/")
    for address in (
        f"{above}secret.wav", f"{above}calls-private/a.wav", f"{above}calls", above,
        "s3://other-bucket/a.wav", "sftp://127.0.0.1:22/calls/day/a.wav", "s3://pbx/a.wav",
    ):  # fmt: skip
        assert storage.fetch(address).status_code in (404, 422), address
    assert storage.ids() == []


def test_one_that_is_too_large_is_not_kept(storage: Stored) -> None:
    answer = storage.fetch("pbx:long.wav")

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert storage.ids() == []


def test_a_server_that_is_away_is_told_without_saying_where_it_is(storage: Stored) -> None:
    storage.away()
    answer = storage.fetch("pbx:day/a.wav")

    assert (answer.status_code, answer.json()["code"]) == (503, "storage-away")
    for secret in (SECRET, "127.0.0.1", "calls", "huiting", KEY + '"'):
        assert secret not in answer.json()["detail"]


def test_several_at_a_time(storage: Stored) -> None:
    told: list[int] = []

    def ask() -> None:
        told.append(storage.fetch("pbx:day/a.wav").status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [202] * 4


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        pytest.param("pbx", {"kind": "http"}, "choose s3 or sftp", id="another kind"),
        pytest.param("pbx", {}, "choose s3 or sftp", id="no kind"),
        pytest.param("pbx", {"kind": "s3"}, "bucket", id="no bucket"),
        pytest.param("pbx", {"kind": "s3", "bucket": "b", "secret": "x"}, "secret", id="unknown"),
        pytest.param("a:b", {"kind": "s3", "bucket": "b"}, "choose another name", id="name"),
        pytest.param("a/b", "/mnt", "choose another name", id="name with a slash"),
    ],
)
def test_a_storage_that_cannot_work_is_refused_at_the_start(
    name: str, given: dict[str, object] | str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=reason):
        storages_of(Settings(storages={name: given}))
