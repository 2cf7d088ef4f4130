"""What is removed is gone from every file: searched for, byte by byte."""

import io
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import LargeBinary, select, text
from starlette.testclient import TestClient

from huiting.access.principal import Actor
from huiting.core.analysis import Analysis
from huiting.core.errors import Conflict, InputError, Unknown
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.core.speech import Speech, SpeechTrack
from huiting.jobs.errors import LeaseLost
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.store import Store, keeping, speech
from huiting.store.arrivals import Arrivals
from huiting.store.audit import Audit
from huiting.store.keeping import Hold
from huiting.store.schema import Base
from huiting.store.speech import Speeches
from huiting.store.transcriptions import keep
from huiting.web.server import build
from served import NOON, PEOPLE, Clock, Served, flat, parts_in, refund
from unit.store.conftest import schema_of_its_own

WORDS, NUMBER = "紫水晶长颈鹿", "15455550188"
NAME = f"8001_20250312_{NUMBER}_in.wav"
BY = Actor("user:root", "root")
RATE = 8000


def noise() -> bytes:
    """Return a WAV file whose samples are like no other."""
    chance = np.random.default_rng(7)
    samples = chance.integers(-9000, 9000, (RATE * 14, 2)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    return file.getvalue()


SOUND = noise()
LEFT = np.frombuffer(SOUND[44:], "<i2").reshape(-1, 2)[:, 0].tobytes()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A service on each kind of database."""
    if request.param == "sqlite":
        yield from serving(tmp_path, str(tmp_path / "calls.db"))
    else:
        with schema_of_its_own() as url:
            yield from serving(tmp_path, url)


def serving(folder: Path, target: str) -> Iterator[Served]:
    clock = Clock()
    with Store.open(target) as store:
        parts = parts_in(folder, store, clock)
        with TestClient(build(parts), headers={"Authorization": "Bearer root"}) as web:
            yield Served(parts, web, clock, folder)


def analyzed(recording: str) -> Analysis:
    made = refund("x", number=NUMBER)
    *first, last = made.call.segments
    segments = (*first, replace(last, text=f"{WORDS}到了吗", spoken=f"{WORDS}到了吗"))
    source = replace(made.call.recording, id=recording, size=len(SOUND), path=NAME)
    return replace(made, call=replace(made.call, recording=source, segments=segments))


def hand_in(house: Served) -> str:
    """Hand a recording in, so that it is found in as many places as can be; return its id."""
    service = house.parts
    key = {"Idempotency-Key": "one"}
    files = {"files": (NAME, SOUND)}
    answer = house.web.post(
        "/api/v1/recordings", files=files, headers=key, data={"metadata": f'{{"phone":"{NUMBER}"}}'}
    )
    recording: str = answer.json()["accepted"][0]["recording"]
    made = analyzed(recording)
    service.store.fail(f"{NAME} again", InputError(NAME, NUMBER, "b"), at=NOON, recording=recording)
    older = replace(made, made_by=replace(made.made_by, settings="older"))
    service.store.save(older, at=NOON)
    service.store.save(made, at=NOON, dialogue=flat(made))
    finding = Finding("greeting", 1, Verdict.FAIL)
    service.store.judge([Judgement(recording, (finding,), rules="r")], at=NOON)
    service.store.fail(f"{NAME} again", InputError(NAME, NUMBER, "b"), at=NOON, recording=recording)
    with service.store.database.writing() as connection:
        keep(connection, recording, "digest", made, NOON)
        speech.hand_in(connection, recording, "user:other", NAME, NOON)
        speech.keep(connection, recording, "digest", measured(), NOON)
    Arrivals(service.store.database, house.clock).note("pbx", _Listed(NAME), "")
    service.hearing.outline(made)
    for wish in ({"form": "csv"}, {"form": "zip", "formats": ["json", "txt"]}):
        house.web.post("/api/v1/exports", json={**wish, "unredacted": True})
    house.work()
    (house.folder / "answers").mkdir()
    (house.folder / "answers" / "a.txt").write_text(WORDS, encoding="utf-8")
    return recording


def measured() -> Speech:
    """Return a measurement that is like no other."""
    likely = np.random.default_rng(3).integers(0, 200, 500, np.uint8).tobytes()
    return Speech(0.032, 16.0, 2, (SpeechTrack(0, 16.0, likely, likely),))


class _Listed:
    """A file of an inbox."""

    mark = "1"

    def __init__(self, name: str) -> None:
        self.name = name


def bodies(store: Store) -> list[bytes]:
    """Return every compressed text in the database."""
    found = []
    with store.database.reading() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, LargeBinary):
                    found += [body for body in connection.scalars(select(column)) if body]
    return [body[10:50] for body in found]


def files(house: Served) -> list[Path]:
    """Return every file that may hold anything."""
    found = [path for path in house.folder.rglob("*") if path.is_file()]
    database = house.parts.store.database
    if database.dialect == "postgresql":
        found += server_files(house)
    return found


def server_files(house: Served) -> list[Path]:
    """Return the files of our tables and indexes on the server, written down."""
    engine = house.parts.store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    question = (
        "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relkind IN ('r','i','t') AND "
        "(c.relnamespace = current_schema()::regnamespace OR c.oid IN (SELECT reltoastrelid FROM "
        "pg_class t WHERE t.relnamespace = current_schema()::regnamespace))"
    )
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        root = Path(str(connection.scalar(text("SHOW data_directory"))))
        if not root.is_dir():
            pytest.skip("the files of the PostgreSQL server cannot be read here")
        return [root / path for path in connection.scalars(text(question)) if path]


def holding(house: Served, needles: list[bytes]) -> set[str]:
    found = set()
    for path in files(house):
        content = path.read_bytes()
        found |= {path.name for needle in needles if needle in content}
    return found


def needles(house: Served) -> list[bytes]:
    words = [*(w.encode() for w in (WORDS, NUMBER)), WORDS.encode("utf-16-le")]
    return [*words, SOUND[90_000:90_064], LEFT[60_000:60_064], *bodies(house.parts.store)]


def test_nothing_is_left_of_what_was_removed(house: Served) -> None:
    recording = hand_in(house)
    sought = needles(house)
    before = holding(house, sought)
    old = files(house)
    assert len(before) >= 4  # the vault, exports, answers, the database
    assert house.web.delete(f"/api/v1/calls/{recording}").status_code == 204

    assert house.web.delete(f"/api/v1/bin/{recording}").status_code == 204
    assert holding(house, sought) == set()
    assert all(
        needle not in path.read_bytes() for path in old if path.exists() for needle in sought
    )


def test_the_audit_log_keeps_the_id_alone(house: Served) -> None:
    recording = hand_in(house)
    house.web.delete(f"/api/v1/calls/{recording}?reason=asked")
    house.web.delete(f"/api/v1/bin/{recording}")
    audit = Audit(house.parts.store.database, house.clock)

    done = [(n.entry.action, n.entry.subject) for n in audit.read()]
    assert done[-2:] == [("deleted", f"call:{recording}"), ("purged", f"call:{recording}")]
    assert audit.verify().broken is None


def test_everything_else_stays(house: Served) -> None:
    house.parts.store.save(refund("other"), at=NOON)
    removal = house.parts.keeping.bin.removal
    recording = hand_in(house)
    removal.remove(recording, BY)
    removal.finish()

    assert [call.id for call in house.parts.store.calls()] == [refund("other").call.recording.id]
    assert len(house.parts.store.search("退货")) == 1
    assert not removal.remove(recording, BY)


def test_what_is_handed_in_again_is_new(house: Served) -> None:
    recording = hand_in(house)
    house.parts.keeping.bin.removal.remove(recording, BY)

    again = house.web.post("/api/v1/recordings", files={"files": (NAME, SOUND)}).json()
    assert again["accepted"][0]["recording"] == recording
    assert not again["accepted"][0]["known"]


def test_a_job_that_runs_meanwhile_keeps_nothing(house: Served) -> None:
    answer = house.web.post("/api/v1/recordings", files={"files": (NAME, SOUND)}).json()
    recording = answer["accepted"][0]["recording"]
    claims = Claims(house.parts.queue.ledger)
    [lease] = claims.claim("tester", ["analyze"], 1)
    house.parts.keeping.bin.removal.remove(recording, BY)
    running = Running(lease, claims)
    made = analyzed(recording)

    with pytest.raises(LeaseLost):
        house.parts.store.save(made, at=NOON, also=running.finish)
    assert house.parts.store.count() == 0
    with pytest.raises(Unknown):
        house.parts.queue.get(lease.job.id)


def test_what_is_held_is_not_removed(house: Served) -> None:
    recording = hand_in(house)
    with house.parts.store.database.writing() as connection:
        keeping.add_hold(connection, Hold("a case", "user:1", NOON, metadata={"team": "A"}))
    removal = house.parts.keeping.bin.removal

    for remove in (removal.remove, removal.remove_audio):
        with pytest.raises(Conflict, match="legal hold"):
            remove(recording, BY)
    assert house.parts.hearing.vault.has(recording)
    assert house.parts.store.count() == 1


def test_audio_goes_and_its_call_stays(house: Served) -> None:
    recording = hand_in(house)
    house.parts.keeping.bin.removal.remove_audio(recording, BY)

    assert house.parts.store.count() == 1
    assert Speeches(house.parts.store.database).find(recording, "digest") is None
    audio = [SOUND[90_000:90_064], LEFT[60_000:60_064]]
    assert holding(house, audio) == set()
    assert list((house.folder / "exports").glob("*.csv"))


def test_an_export_of_a_call_that_goes_meanwhile_is_made_again(house: Served) -> None:
    recording = hand_in(house)
    service = house.parts
    for path in (house.folder / "exports").iterdir():
        path.unlink()
    house.web.post("/api/v1/exports", json={"form": "csv"})
    claims = Claims(service.queue.ledger)
    [lease] = claims.claim("tester", ["export"], 1)
    running = Running(lease, claims)

    class Removing(type(running)):  # type: ignore[misc]  # a class that is known at run time only
        def advance(self, stage: str, share: float) -> None:
            if stage == "tables" and service.store.visible(recording, {}):
                root = PEOPLE["root"]
                service.keeping.bin.put(recording, "", root, root.at(""))

    with pytest.raises(Exception, match="removed"):
        service.exports.run(Removing(lease, claims))
    assert list((house.folder / "exports").iterdir()) == []


def test_what_it_was_sent_as_goes_too(house: Served) -> None:
    """A crash may leave the file of an upload behind that is whole and handed in."""
    head = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(SOUND))}
    made = house.web.post("/api/v1/uploads", headers=head)
    upload = made.headers["location"]
    sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    house.web.patch(upload, headers={"Tus-Resumable": "1.0.0", **sent}, content=SOUND)
    left = house.folder / "uploads" / upload.rpartition("/")[2]
    left.write_bytes(SOUND)
    [recording] = [held.id for held in house.parts.keeping.vault.ids()]

    house.parts.keeping.bin.removal.remove(recording, BY)
    assert not left.exists()
    assert house.web.head(upload, headers={"Tus-Resumable": "1.0.0"}).status_code == 404
