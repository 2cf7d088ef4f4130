"""The service with its recordings in a bucket: all ways in, what is heard, and what goes for good."""

import base64
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from huiting.app.keeping import Kept, keeping_of
from huiting.app.settings import Settings
from huiting.core.errors import StoreError
from huiting.service.keeping.restoring import Place, restore, verify
from huiting.service.keeping.sealing import Sealing
from huiting.store import Store
from huiting.vault.copies import Copies
from huiting.vault.folder import Folder
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing
from huiting.web.parts import Parts
from huiting.web.server import build
from s3_server import S3, s3_server
from served import Served, refund, serving
from unit.web.test_audio_api import tone

URL = "/api/v1/recordings"
TUS = {"Tus-Resumable": "1.0.0"}
RING = KeyRing((b"k" * 32,))


@dataclass
class OnBucket:
    """A service whose recordings are in a bucket."""

    web: TestClient
    parts: Parts
    remote: Remote
    served: Served
    s3: S3

    def hand_in(self, content: bytes, name: str = "8001_a.wav") -> str:
        sent = self.web.post(URL, files={"files": (name, content)})
        assert sent.status_code == 202, sent.text
        return str(sent.json()["accepted"][0]["recording"])

    def call(self, content: bytes) -> str:
        """Hand in a recording, and have it be a call."""
        recording = self.hand_in(content)
        made = refund("sound")
        told = replace(made.call.recording, id=recording, size=len(content))
        return self.served.save(replace(made, call=replace(made.call, recording=told)))

    def names(self) -> list[str]:
        return [found.name for found in self.remote.bucket.listed()]


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with s3_server() as made:
        yield made


@pytest.fixture(params=[None, RING], ids=["plain", "sealed"])
def on(request: pytest.FixtureRequest, server: S3, tmp_path: Path) -> Iterator[OnBucket]:
    server.whole()
    remote = Remote(server.bucket(), Copies(tmp_path / "copies", 1 << 30), ring=request.param)
    with serving(tmp_path) as served:
        parts = served.parts
        recordings = replace(parts.recordings, vault=remote)
        desk = replace(parts.desk, recordings=recordings)
        hearing = replace(parts.hearing, vault=remote, ring=remote.ring)
        kept = Kept(
            parts.store, parts.queue, parts.keeping.audit, hearing, parts.exports,
            tmp_path / "answers", served.clock,
        )  # fmt: skip
        parts = replace(
            parts,
            recordings=recordings,
            desk=desk,
            uploads=replace(parts.uploads, accept=desk.arrived),
            hearing=hearing,
            transcriber=replace(parts.transcriber, vault=remote),
            keeping=keeping_of(Settings(backups=tmp_path / "backups"), kept),
        )
        with TestClient(build(parts), headers=served.by("root")) as web:
            yield OnBucket(web, parts, remote, served, server)


def test_what_comes_by_a_form_or_in_pieces_is_one_recording(on: OnBucket) -> None:
    content = tone()
    recording = on.hand_in(content)
    name = base64.b64encode(b"8001_b.wav").decode()
    given = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
    made = on.web.post("/api/v1/uploads", headers={**TUS, **given})
    half = len(content) // 2
    piece = {**TUS, "Content-Type": "application/offset+octet-stream"}
    for start, end in ((0, half), (half, len(content))):
        sent = on.web.patch(
            made.headers["location"],
            headers={**piece, "Upload-Offset": str(start)},
            content=content[start:end],
        )

    assert sent.headers["huiting-recording"] == recording
    assert len(on.names()) == 1


def test_a_file_in_pieces_waits_for_a_bucket_that_is_away(on: OnBucket) -> None:
    made = on.web.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "5"})
    piece = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    on.s3.line.down = True
    refused = on.web.patch(made.headers["location"], headers=piece, content=b"sound")
    on.s3.whole()
    again = on.web.head(made.headers["location"], headers=TUS)

    assert (refused.status_code, refused.json()["code"]) == (503, "vault-away")
    assert again.headers["upload-offset"] == "5"
    assert len(on.names()) == 1


def test_a_call_is_heard_in_parts_although_no_copy_is_here(on: OnBucket) -> None:
    one = f"/api/v1/calls/{on.call(tone())}"
    on.remote.copies.forget("")
    part = on.web.get(f"{one}/audio", headers={"Range": "bytes=0-3"})
    clip = on.web.get(f"{one}/clip", params={"start": 1, "end": 2, "unredacted": True})
    outline = on.web.get(f"{one}/peaks")

    assert (part.status_code, part.content) == (206, b"RIFF")
    assert (clip.status_code, clip.content[:4]) == (200, b"RIFF")
    assert max(outline.json()["high"][0]) > 50


def test_a_call_whose_bucket_is_away_is_not_said_to_be_gone(on: OnBucket) -> None:
    one = f"/api/v1/calls/{on.call(tone())}"
    on.remote.copies.forget("")
    on.s3.line.down = True
    heard = on.web.get(f"{one}/audio")
    on.s3.whole()

    assert (heard.status_code, heard.json()["code"]) == (503, "vault-away")
    assert on.web.get(f"{one}/audio").status_code == 200


def test_what_is_removed_is_nowhere(on: OnBucket) -> None:
    content = tone()
    on.remote.bucket._call("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    call = on.call(content)
    on.web.get(f"/api/v1/calls/{call}/audio?unredacted=true")
    on.web.delete(f"/api/v1/calls/{call}")
    assert on.names()
    assert on.web.delete(f"/api/v1/bin/{call}").status_code < 300

    pages = list(on.remote.bucket._pages("list_object_versions", ""))
    assert not any(page.get("Versions") or page.get("DeleteMarkers") for page in pages)
    for path in on.served.folder.rglob("*"):
        assert not path.is_file() or content[1000:1100] not in path.read_bytes(), path


def test_a_call_stays_when_its_bucket_is_away_while_it_is_removed(on: OnBucket) -> None:
    call = on.call(tone())
    on.web.delete(f"/api/v1/calls/{call}")
    on.s3.line.down = True
    refused = on.web.delete(f"/api/v1/bin/{call}")
    on.s3.whole()

    assert refused.status_code == 503
    assert on.web.get("/api/v1/bin").json()["items"]
    assert on.web.delete(f"/api/v1/bin/{call}").status_code < 300
    assert on.names() == []


def test_retention_finds_what_belongs_to_no_call(on: OnBucket) -> None:
    known = on.hand_in(tone())
    on.remote.take(io.BytesIO(b"only transcribed"))
    on.served.clock.at = datetime.now(UTC) + timedelta(days=2)
    [count] = [c for c in on.parts.keeping.retention.preview() if c.what == "orphans"]
    on.parts.keeping.retention.apply(lambda _stage, _share: None)

    assert count.count == 1
    assert [held.id for held in on.remote.ids()] == [known]


def test_a_backup_holds_the_recordings_and_is_restored_into_a_folder(
    on: OnBucket, tmp_path: Path
) -> None:
    call = on.call(tone())
    for name, whole in (("a", True), ("b", False), ("c", False)):
        made = on.parts.keeping.backup.make(tmp_path / "backups" / f"{name}.tar", whole=whole)
        on.remote.copies.forget("")
        place = Place(str(tmp_path / f"{name}.db"), tmp_path / name / "recordings")
        restored = restore(made.path, place, dict(os.environ))
        folder = Folder(place.recordings, ring=on.remote.ring)

        assert verify(made.path, dict(os.environ)).problems == ()
        assert (restored.missing, made.copied) == (0, 0 if name == "c" else 1)
        assert b"".join(folder.open(call)) == tone()
    with Store.open(str(tmp_path / "a.db")) as store:
        assert [found.id for found in store.calls()] == [call]


def test_a_backup_is_not_made_of_what_cannot_be_read_now(on: OnBucket, tmp_path: Path) -> None:
    on.hand_in(tone())
    on.remote.copies.forget("")
    on.s3.line.down = True
    with pytest.raises(Exception, match="does not answer") as caught:
        on.parts.keeping.backup.make(tmp_path / "backups" / "a.tar")

    assert not isinstance(caught.value, StoreError)
    assert list((tmp_path / "backups").glob("*.tar")) == []


def test_how_recordings_are_sealed_is_seen_and_changed(on: OnBucket) -> None:
    on.hand_in(tone())
    new = replace(on.remote, ring=KeyRing((b"n" * 32, b"k" * 32)))
    keeping = replace(on.parts.keeping, vault=new)
    before = keeping.seals()
    Sealing(new).seal_all(lambda _stage, _share: None)

    assert (before.older + before.plain, keeping.seals().current) == (1, 1)
