"""Backups are taken while others write, are proved by restoring, and copy each recording once."""

import io
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from huiting.core.errors import ConfigError, InputError, StoreError
from huiting.jobs.job import State
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.keeping import restoring
from huiting.service.keeping.backup import Backup
from huiting.service.keeping.manifest import NAME, SHARED
from huiting.service.keeping.restoring import Place, prune, restore, verify
from huiting.store import Store, received
from huiting.store.received import Described
from huiting.vault.folder import Folder
from huiting.vault.sealed import KeyRing
from served import NOON, Served, refund
from unit.store.conftest import SERVER

ENVIRONMENT = dict(os.environ)
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@contextmanager
def database_of_its_own(kind: str, folder: Path, name: str) -> Iterator[str]:
    """Give the place of a database that is empty or not there yet."""
    if kind == "sqlite":
        yield str(folder / f"{name}.db")
        return
    if not SERVER or shutil.which("pg_dump") is None:
        pytest.skip("no PostgreSQL server, or pg_dump is not installed")
    url = make_url(SERVER).set(drivername="postgresql+psycopg")
    own = f"huiting_backup_{os.getpid()}_{name}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {own}"))
    try:
        yield url.set(database=own).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {own} WITH (FORCE)"))
        engine.dispose()


@dataclass(frozen=True, slots=True)
class House:
    """A service's store and vault, and where its backups go."""

    store: Store
    vault: Folder
    backup: Backup
    folder: Path
    empty: str
    """Where a database can be restored to."""

    def hand_in(self, name: str) -> str:
        """Keep a recording and its call; return its id."""
        kept = self.vault.take(io.BytesIO(name.encode() * 1000))
        with self.store.database.writing() as connection:
            if received.described(connection, kept.id) is None:
                told = Described(kept.id, kept.size, f"{name}.wav", {}, None, (), "user:1", NOON)
                received.add(connection, told)
        self.store.save(refund(name), at=NOON)
        return kept.id

    def place(self, name: str = "new") -> Place:
        """Return where to restore to."""
        return Place(self.empty, self.folder / name / "recordings", self.folder / name / "files")


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with (
        database_of_its_own(request.param, tmp_path, "old") as target,
        database_of_its_own(request.param, tmp_path, "new") as empty,
        Store.open(target) as store,
    ):
        vault = Folder(tmp_path / "recordings")
        backup = Backup(store, vault, "1.0", lambda: NOON, ENVIRONMENT)
        yield House(store, vault, backup, tmp_path, empty)


@pytest.fixture
def file_house(tmp_path: Path) -> Iterator[House]:
    """On SQLite alone: what is looked at does not depend on the database."""
    with Store.open(str(tmp_path / "old.db")) as store:
        vault = Folder(tmp_path / "recordings")
        backup = Backup(store, vault, "1.0", lambda: NOON, ENVIRONMENT)
        yield House(store, vault, backup, tmp_path, str(tmp_path / "new.db"))


def test_a_backup_taken_while_others_write_is_one_state_and_whole(house: House) -> None:
    for number in range(5):
        house.hand_in(str(number))
    target, ended = house.folder / "backups" / "a.tar", threading.Event()

    def write() -> None:
        number = 100
        while not ended.is_set():
            house.hand_in(str(number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = house.backup.make(target)
    finally:
        ended.set()
        writer.join()
    found = verify(target, ENVIRONMENT)
    restored = restore(target, house.place(), ENVIRONMENT)

    assert found.problems == ()
    assert (restored.missing, made.manifest.missing) == (0, [])
    assert 5 <= restored.calls <= house.store.count()
    with Store.open(house.empty) as store:
        assert len(list(store.calls())) == restored.calls
        assert len(store.search("退货", limit=100)) == min(100, restored.calls)
        vault = Folder(house.place().recordings)
        for held in vault.ids():
            assert b"".join(vault.open(held.id)) == b"".join(house.vault.open(held.id))


def test_what_was_restored_is_what_was_there(house: House) -> None:
    recording = house.hand_in("a")
    house.store.judge([], at=NOON)
    target = house.folder / "a.tar"
    house.backup.make(target, whole=True)
    restore(target, house.place(), ENVIRONMENT)

    with Store.open(house.empty) as store:
        before, after = (s.analysis(refund("a").call.recording.id) for s in (house.store, store))
        assert before == after
    vault = Folder(house.place().recordings)
    assert b"".join(vault.open(recording)) == b"".join(house.vault.open(recording))
    with pytest.raises(ConfigError, match="already"):
        restore(target, house.place(), ENVIRONMENT)
    with pytest.raises(ConfigError, match="database already"):
        restore(target, Place(house.empty, house.folder / "third"), ENVIRONMENT)


def test_a_second_backup_copies_only_what_is_new(file_house: House) -> None:
    house = file_house
    house.hand_in("a")
    first = house.backup.make(house.folder / "backups" / "1.tar")
    house.hand_in("b")
    second = house.backup.make(house.folder / "backups" / "2.tar")

    assert (first.copied, len(first.manifest.recordings)) == (1, 1)
    assert (second.copied, second.bytes_copied) == (1, 1000)
    assert len(second.manifest.recordings) == 2
    assert restore(second.path, house.place(), ENVIRONMENT).missing == 0


def test_old_backups_go_with_what_only_they_held(file_house: House) -> None:
    house = file_house
    gone = house.hand_in("a")
    folder = house.folder / "backups"
    house.backup.make(folder / "1.tar")
    house.vault.remove(gone)
    house.hand_in("b")
    later = Backup(house.store, house.vault, "1.0", lambda: NOON.replace(hour=13), ENVIRONMENT)
    made = later.make(folder / "2.tar")

    assert made.manifest.missing == [gone]
    assert prune(folder, 2) == (0, 0)
    assert prune(folder, 1) == (1, 1)
    assert [path.name for path in folder.glob("*.tar")] == ["2.tar"]
    assert verify(folder / "2.tar", ENVIRONMENT).problems == ()
    assert restore(folder / "2.tar", house.place(), ENVIRONMENT).missing == 1
    assert prune(house.folder / "none", 1) == (0, 0)


def test_sealed_recordings_stay_sealed_and_are_copied_again_only_with_another_key(
    file_house: House,
) -> None:
    house = file_house
    old, new = KeyRing((b"o" * 32,)), KeyRing((b"n" * 32, b"o" * 32))
    plain = house.hand_in("a")
    folder = house.folder / "backups"

    def backed_up(ring: KeyRing, name: str) -> int:
        vault = Folder(house.vault.root, ring=ring)
        vault.reseal(plain)
        return Backup(house.store, vault, "1", lambda: NOON, ENVIRONMENT).make(folder / name).copied

    assert [backed_up(old, "1.tar"), backed_up(old, "2.tar"), backed_up(new, "3.tar")] == [1, 0, 1]
    assert all(b"aaaa" not in path.read_bytes() for path in (folder / SHARED).rglob("*.sealed"))
    restore(folder / "3.tar", house.place(), ENVIRONMENT)
    vault = Folder(house.place().recordings, ring=new)
    assert b"".join(vault.open(plain)) == b"a" * 1000


def test_settings_and_keys_are_in_it_only_when_asked_for(file_house: House) -> None:
    house = file_house
    keys = house.folder / "vault.keys"
    keys.write_text("secret")
    plain = house.backup.make(house.folder / "1.tar")
    asked = house.backup.make(house.folder / "2.tar", more={"vault.keys": keys})
    restore(asked.path, house.place(), ENVIRONMENT)

    assert b"secret" not in plain.path.read_bytes()
    assert (house.folder / "new" / "files" / "vault.keys").read_text() == "secret"
    assert plain.path.stat().st_mode & 0o077 == 0


def test_what_was_changed_is_found(file_house: House) -> None:
    house = file_house
    recording, other = house.hand_in("a"), house.hand_in("b")
    target = house.folder / "backups" / "1.tar"
    house.backup.make(target)
    shared = house.folder / "backups" / SHARED
    (shared / recording[:2] / recording).write_bytes(b"other")
    (shared / other[:2] / other).unlink()

    problems = sorted(verify(target, ENVIRONMENT).problems)
    assert problems == sorted([
        f"{recording[:2]}/{recording}: changed", f"{other[:2]}/{other}: missing",
    ])  # fmt: skip
    with pytest.raises(StoreError, match="damaged"):
        restore(target, house.place(), ENVIRONMENT)


def test_a_damaged_database_is_found(file_house: House) -> None:
    house = file_house
    house.hand_in("a")
    target = house.folder / "1.tar"
    house.backup.make(target)
    content = bytearray(target.read_bytes())
    content[20_000:20_400] = b"\xff" * 400
    target.write_bytes(content)

    assert any("database.sqlite" in problem for problem in verify(target, ENVIRONMENT).problems)


@pytest.mark.parametrize(
    "content", [b"", b"no archive at all" * 100], ids=["an empty file", "some other file"]
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(content)

    with pytest.raises(InputError, match="no backup"):
        verify(path, ENVIRONMENT)
    with pytest.raises(InputError):
        verify(tmp_path / "missing.tar", ENVIRONMENT)
    assert restoring.backups(tmp_path) == []


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        pytest.param({"format": 99}, "later version", id="of a later version"),
        pytest.param({"format": "x"}, "no backup", id="not ours"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(
    file_house: House, manifest: dict[str, object], reason: str
) -> None:
    made = file_house.backup.make(file_house.folder / "1.tar")
    with tarfile.open(made.path) as archive:
        source = archive.extractfile(NAME)
        assert source is not None
        told = json.loads(source.read()) | manifest
    path = file_house.folder / "2.tar"
    with tarfile.open(path, "w") as archive:
        content = json.dumps(told).encode()
        entry = tarfile.TarInfo(NAME)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))

    with pytest.raises(InputError, match=reason):
        verify(path, ENVIRONMENT)


def test_nothing_is_written_over(file_house: House) -> None:
    target = file_house.folder / "1.tar"
    file_house.backup.make(target)

    with pytest.raises(InputError, match="already"):
        file_house.backup.make(target)
    with pytest.raises(StoreError, match="choose another folder"):
        file_house.backup.make(target / "2.tar")


def test_a_backup_of_another_kind_of_database_is_refused(file_house: House) -> None:
    target = file_house.folder / "1.tar"
    file_house.backup.make(target)
    elsewhere = Place("postgresql://nobody@/none", file_house.folder / "r")

    with pytest.raises(InputError, match="another kind"):
        restore(target, elsewhere, ENVIRONMENT)


def test_a_job_makes_backups_that_are_listed(served: Served) -> None:
    served.web.post("/api/v1/recordings", files={"files": ("a.wav", b"sound")})
    job = served.web.post("/api/v1/backups").json()
    handlers = served.parts.keeping.handlers()
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", list(handlers), 1)
    running = Running(lease, claims)
    handlers[lease.job.order.kind](running)
    with served.parts.store.database.writing() as connection:
        running.finish(connection)

    [made] = served.web.get("/api/v1/backups").json()
    assert served.parts.queue.get(job["id"]).state is State.DONE
    assert (made["recordings"], made["missing"]) == (1, 0)
    assert verify(served.folder / "backups" / made["name"], ENVIRONMENT).problems == ()


def test_moving_is_copying_one_folder(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "elsewhere" / "new"
    old.mkdir()
    with Store.open(str(old / "huiting.db")) as store:
        recording = Folder(old / "recordings").take(io.BytesIO(b"sound")).id
        store.save(refund(), at=NOON)
    shutil.copytree(old, new)
    shutil.rmtree(old)

    with Store.open(str(new / "huiting.db")) as store:
        assert store.count() == 1
        assert len(store.search("退货")) == 1
    assert b"".join(Folder(new / "recordings").open(recording)) == b"sound"
