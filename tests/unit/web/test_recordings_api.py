"""Recordings over HTTP: forms, archives, storages; the same twice; batches and jobs."""

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from huiting.store import received
from huiting.web.parts import Limits
from served import Served, refund, serving

URL = "/api/v1/recordings"


def archive(**files: bytes) -> bytes:
    """Return a ZIP archive; `__` in a name stands for its dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name.replace("__", "."), content)
    return packed.getvalue()


def known(served: Served, recording: str) -> received.Described:
    with served.parts.store.database.reading() as connection:
        found = received.described(connection, recording)
    assert found is not None
    return found


def test_a_recording_is_kept_and_its_analysis_asked_for(served: Served) -> None:
    given = {
        "metadata": '{"team": "A"}', "started_at": "2025-03-12T10:00:00", "roles": "agent,customer",
        "language": "zh", "hotwords": "慧听\n\n退货", "priority": "5",
    }  # fmt: skip
    answer = served.web.post(URL, files={"files": ("8001_x.wav", b"sound")}, data=given)
    [accepted] = answer.json()["accepted"]
    job = served.parts.queue.get(accepted["job"])
    found = known(served, accepted["recording"])

    assert answer.status_code == 202
    assert accepted["recording"] == sha256(b"sound").hexdigest()
    assert (accepted["state"], accepted["known"]) == ("waiting", False)
    assert job.order.payload["recording"] == accepted["recording"]
    assert json.loads(str(job.order.payload["options"])) == {
        "language": "zh", "hotwords": ["慧听", "退货"],
    }  # fmt: skip
    assert (job.order.priority, job.order.owner) == (5, "user:root")
    assert found.metadata == {"agent": "8001", "team": "A"}
    assert found.started_at is not None
    assert found.started_at.isoformat() == "2025-03-12T10:00:00+00:00"
    assert [role.value for role in found.roles] == ["agent", "customer"]
    with served.parts.recordings.vault.plain(found.id) as path:
        assert path.read_bytes() == b"sound"


def test_the_same_bytes_are_one_recording_and_one_job(served: Served) -> None:
    first = served.web.post(URL, files={"files": ("a.wav", b"sound")}).json()["accepted"][0]
    second = served.web.post(URL, files={"files": ("b.wav", b"sound")}).json()["accepted"][0]
    other = served.web.post(
        URL, files={"files": ("b.wav", b"sound")}, data={"language": "en"}
    ).json()["accepted"][0]

    assert (second["recording"], second["job"]) == (first["recording"], first["job"])
    assert other["recording"] == first["recording"]
    assert other["job"] != first["job"]
    assert known(served, first["recording"]).name == "a.wav"


def test_what_was_analyzed_just_so_is_answered_from_what_is_kept(served: Served) -> None:
    first = served.web.post(URL, files={"files": ("a.wav", b"a")}).json()["accepted"][0]
    served.done(first["job"])
    before = served.web.post(URL, files={"files": ("a.wav", b"a")}).json()["accepted"][0]
    served.done(before["job"])
    served.save(refund("a"))  # of the same bytes
    after = served.web.post(URL, files={"files": ("a.wav", b"a")}).json()["accepted"][0]

    assert not before["known"]  # the job is over, but its result is not there
    assert after["known"]
    assert (after["job"], after["state"]) == (before["job"], "done")


def test_several_become_a_batch(served: Served) -> None:
    files = [("files", ("a.wav", b"a")), ("files", ("b.wav", b"")), ("files", ("c.wav", b"c"))]
    answer = served.web.post(URL, files=files).json()
    batch = served.web.get(f"/api/v1/batches/{answer['batch']}").json()
    items = served.web.get(f"/api/v1/batches/{answer['batch']}/recordings").json()["items"]

    assert [entry["name"] for entry in answer["accepted"]] == ["a.wav", "c.wav"]
    assert [entry["trouble"]["code"] for entry in answer["refused"]] == ["undecodable-audio"]
    assert (batch["recordings"], batch["refused"], batch["waiting"]) == (2, 1, 2)
    assert [item["trouble"] is None for item in items] == [True, False, True]


def test_an_archive_is_unpacked(served: Served) -> None:
    packed = archive(a__wav=b"a", notes__txt=b"x", inside__mp3=b"b")
    answer = served.web.post(URL, files={"files": ("day.zip", packed)}).json()

    assert [entry["name"] for entry in answer["accepted"]] == ["a.wav", "inside.mp3"]
    assert [entry["name"] for entry in answer["refused"]] == ["notes.txt"]
    assert answer["batch"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"metadata": "{"}, 422), ({"metadata": "[1]"}, 422), ({"metadata": '{"a": 1}'}, 422),
        ({"metadata": '{"a": "x\\ny"}'}, 422), ({"metadata": '{" ": "x"}'}, 422),
        ({"metadata": json.dumps({"a": "x" * 2001})}, 422),
        ({"metadata": json.dumps({str(n): "x" for n in range(101)})}, 422),
        ({"started_at": "noon"}, 422), ({"roles": "boss"}, 422), ({"language": "Chinese"}, 422),
        ({"priority": "high"}, 422), ({"priority": "11"}, 422), ({"hotwords": "x" * 201}, 422),
        ({"batch": "0" * 16}, 404),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_fields_that_cannot_be_understood(given: dict[str, str], code: int, served: Served) -> None:
    answer = served.web.post(URL, files={"files": ("a.wav", b"a")}, data=given)

    assert answer.status_code == code
    assert served.web.get("/api/v1/jobs").json()["items"] == []


def test_one_alone_that_cannot_be_used_is_a_problem(served: Served) -> None:
    empty = served.web.post(URL, files={"files": ("a.wav", b"")})
    nothing = served.web.post(URL, files={"other": ("a.wav", b"a")})
    no_form = served.web.post(URL, content=b"a", headers={"Content-Type": "audio/wav"})
    broken = served.web.post(
        URL, content=b"a", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )

    assert (empty.status_code, empty.json()["code"]) == (422, "undecodable-audio")
    assert nothing.status_code == 422
    assert no_form.status_code == 415
    assert broken.status_code in {400, 422}


def test_no_more_is_read_than_is_taken(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(upload=1000)) as served:
        announced = served.web.post(URL, files={"files": ("a.wav", b"a" * 2000)})
        unsaid = served.web.post(
            URL,
            content=(b"a" * 100 for _ in range(20)),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )

        assert announced.status_code == 413
        assert unsaid.status_code in {400, 413}
        assert served.web.get("/api/v1/jobs").json()["items"] == []


def test_names_are_shown_and_never_paths(served: Served) -> None:
    name = "../../etc/\x01passwd"
    [accepted] = served.web.post(URL, files={"files": (name, b"a")}).json()["accepted"]

    assert "/" not in accepted["name"]
    assert not (served.folder.parent / "etc").exists()


def test_the_same_key_gives_the_same_answer(served: Served) -> None:
    key = {"Idempotency-Key": "day-1"}
    first = served.web.post(URL, files={"files": ("a.wav", b"a")}, headers=key)
    again = served.web.post(URL, files={"files": ("a.wav", b"a")}, headers=key)
    other = served.web.post(URL, files={"files": ("a.wav", b"b")}, headers=key)
    someone = served.web.post(
        URL, files={"files": ("a.wav", b"b")}, headers=key | served.by("other")
    )

    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (other.status_code, other.json()["code"]) == (422, "input")
    assert someone.status_code == 202


def test_recordings_come_from_configured_storages_only(served: Served) -> None:
    folder = served.folder / "pbx"
    (folder / "day").mkdir()
    (folder / "day" / "8001_a.wav").write_bytes(b"a")
    (folder / "out.wav").symlink_to(served.folder / "calls.db")
    url = f"{URL}/from-storage"
    given = {"metadata": {"team": "A"}, "language": "zh"}
    by_name = served.web.post(url, json={"addresses": ["pbx:day/8001_a.wav"], **given})
    address = f"{folder.resolve().as_uri()}/day/8001_a.wav"
    by_address = served.web.post(url, json={"addresses": [address], **given})
    refused = {
        address: served.web.post(url, json={"addresses": [address]}).status_code
        for address in (
            "http://169.254.169.254/latest", "file:///etc/passwd", "pbx:../calls.db", "pbx:out.wav",
            "pbx:day", "pbx:nothing.wav", f"{folder.resolve().as_uri()}/%2e%2e/calls.db", "pbx:/etc",
        )
    }  # fmt: skip
    both = served.web.post(url, json={"addresses": ["pbx:day/8001_a.wav", "pbx:no.wav"]}).json()

    [accepted] = by_name.json()["accepted"]
    assert accepted["recording"] == sha256(b"a").hexdigest()
    assert known(served, accepted["recording"]).metadata == {"agent": "8001", "team": "A"}
    assert by_address.json()["accepted"][0]["job"] == accepted["job"]
    assert set(refused.values()) <= {404, 422}
    assert (len(both["accepted"]), len(both["refused"])) == (1, 1)


def test_a_call_is_analyzed_again(served: Served) -> None:
    first = served.web.post(URL, files={"files": ("a.wav", b"a")}).json()["accepted"][0]
    served.done(first["job"])
    call = served.save(refund("a"))
    same = served.web.post(f"/api/v1/calls/{call}/analyze", json={}).json()
    again = served.web.post(f"/api/v1/calls/{call}/analyze", json={"language": "en"}).json()
    back = served.web.post(f"/api/v1/calls/{call}/analyze", json={}).json()
    foreign = served.web.post(f"/api/v1/calls/{call}/analyze", json={}, headers=served.by("team-b"))
    never = served.web.post(f"/api/v1/calls/{served.save(refund('z'))}/analyze", json={})

    assert (same["known"], same["job"]) == (True, first["job"])
    assert (again["known"], again["job"] != first["job"]) == (False, True)
    assert not back["known"]  # what stands is the one in English
    assert foreign.status_code == 404
    assert (never.status_code, never.json()["code"]) == (404, "unknown")


def test_a_recording_is_heard_by_the_engine_that_is_asked_for(served: Served) -> None:
    sent = {"files": ("a.wav", b"a")}
    usual = served.web.post(URL, files=sent).json()["accepted"][0]
    second = served.web.post(URL, files=sent, data={"engine": "second"}).json()["accepted"][0]
    call = served.save(refund("a"))
    again = served.web.post(f"/api/v1/calls/{call}/analyze", json={"engine": "second"})
    none = served.web.post(URL, files=sent, data={"engine": "third"})

    assert second["job"] != usual["job"]
    options = served.parts.queue.get(second["job"]).order.payload["options"]
    assert options == '{"engine": "second"}'
    assert again.status_code == 202
    assert none.status_code == 422
    assert "choose whisper, second" in none.text


def test_a_batch_is_paused_and_goes_on(served: Served) -> None:
    url = "/api/v1/batches"
    made = served.web.post(url, json={"name": "day"})
    batch = made.json()["id"]
    one = f"{url}/{batch}"
    sent = served.web.post(URL, files={"files": ("a.wav", b"a")}, data={"batch": batch}).json()
    etag = served.web.get(one).headers["etag"]
    paused = served.web.patch(one, json={"paused": True}, headers={"If-Match": etag})
    late = served.web.patch(one, json={"name": "x"}, headers={"If-Match": etag})
    more = served.web.post(URL, files={"files": ("b.wav", b"b")}, data={"batch": batch}).json()
    held = [served.parts.queue.get(s["accepted"][0]["job"]).held for s in (sent, more)]
    on = served.web.patch(one, json={"paused": False, "name": "night"}).json()

    assert made.headers["location"] == one
    assert paused.json()["paused"]
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert held == [True, True]
    assert (on["paused"], on["name"], on["waiting"]) == (False, "night", 2)
    assert not served.parts.queue.get(sent["accepted"][0]["job"]).held


def test_a_batch_is_ended_and_tried_again(served: Served) -> None:
    batch = served.web.post("/api/v1/batches", json={}).json()["id"]
    served.web.post(URL, files={"files": ("a.wav", b"a")}, data={"batch": batch})
    ended = served.web.post(f"/api/v1/batches/{batch}/cancel").json()
    over = served.web.get(f"/api/v1/batches/{batch}").json()
    retried = served.web.post(f"/api/v1/batches/{batch}/retry").json()
    listed = served.web.get("/api/v1/batches?limit=1").json()

    assert (ended, over["cancelled"], over["over"]) == ({"jobs": 1}, 1, True)
    assert retried == {"jobs": 1}
    assert listed["items"][0]["id"] == batch
    assert listed["next"] is None


def test_jobs_are_watched_ended_and_tried_again(served: Served) -> None:
    sent = [served.web.post(URL, files={"files": ("a.wav", b)}).json() for b in (b"a", b"b", b"c")]
    first = sent[0]["accepted"][0]["job"]
    url = f"/api/v1/jobs/{first}"
    page = served.web.get("/api/v1/jobs?limit=2&state=waiting&kind=analyze").json()
    rest = served.web.get(f"/api/v1/jobs?limit=2&cursor={page['next']}").json()
    waiting = served.web.get(url).json()
    too_early = served.web.post(f"{url}/retry")
    ended = served.web.post(f"{url}/cancel").json()
    told = served.web.get(f"{url}/events").text
    again = served.web.post(f"{url}/retry").json()

    assert [job["id"] for job in page["items"] + rest["items"]] == [first + 2, first + 1, first]
    assert waiting["recording"] == sent[0]["accepted"][0]["recording"]
    assert too_early.status_code == 409
    assert ended["state"] == "cancelled"
    assert 'event: end\ndata: {"id": ' in told
    assert again["state"] == "waiting"
    assert served.web.get("/api/v1/jobs/999").status_code == 404


def test_a_stream_ends_after_its_time(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(stream=0.5)) as served:
        job = served.web.post(URL, files={"files": ("a.wav", b"a")}).json()["accepted"][0]["job"]
        batch = served.web.post("/api/v1/batches", json={}).json()["id"]
        told = served.web.get(f"/api/v1/jobs/{job}/events").text
        over = served.web.get(f"/api/v1/batches/{batch}/events").text

        assert told.startswith("retry: 500\n\nevent: progress\n")
        assert "event: end" not in told
        assert "event: end" in over
