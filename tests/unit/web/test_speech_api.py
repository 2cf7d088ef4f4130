"""Where somebody speaks, over HTTP: handed in, measured by a job, decided by options; for whom."""

import gzip
import io
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from httpx2 import Response

from huiting.core.speech import Speech
from huiting.jobs.job import Trouble
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.speech.job import KIND
from huiting.store import keeping
from huiting.store.speech import keep
from served import Served, refund
from speeches import speech

SOUND = b"RIFF something that stands for a recording"
ID = sha256(SOUND).hexdigest()
URL = f"/api/v1/speech/{ID}"
TUS = {"Tus-Resumable": "1.0.0"}
USE = "filename YS53YXY=,use c3BlZWNo"
"""a.wav, speech"""


def hand_in(served: Served, by: str = "root", name: str = "a.wav") -> Response:
    answer: Response = served.web.post(
        "/api/v1/speech", files={"file": (name, SOUND)}, headers=served.by(by)
    )
    return answer


def work(served: Served, found: Speech | None = None) -> int:
    """Do the jobs, as a worker does; return how many there were."""
    claims = Claims(served.parts.queue.ledger)
    leases = claims.claim("tester", [KIND], 10)
    for lease in leases:
        payload = lease.job.order.payload
        recording, digest = str(payload["recording"]), str(payload["digest"])
        with served.parts.store.database.writing() as connection:
            keep(connection, recording, digest, found or speech(), served.clock())
            Running(lease, claims).finish(connection)
    return len(leases)


def fail(served: Served) -> None:
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", [KIND], 1)
    trouble = Trouble("undecodable-audio", "the file is empty", "send a recording")
    claims.fail(lease, trouble, retryable=False)


def test_a_file_is_measured_and_becomes_no_call(served: Served) -> None:
    first = hand_in(served)
    waiting = served.web.get(URL).json()
    assert work(served) == 1
    done = served.web.get(URL).json()

    assert (first.status_code, first.json()["recording"]) == (202, ID)
    assert (waiting["state"], waiting["tracks"], waiting["name"]) == ("waiting", [], "a.wav")
    assert waiting["job"] == first.json()["job"]
    assert (done["state"], done["job"], done["channels"], done["hop"]) == ("done", None, 2, 0.032)
    assert [t["frames"] for t in done["tracks"]] == [250, 250]
    assert done["options"]["threshold"] == 0.4
    assert served.parts.store.count() == 0


def test_the_same_bytes_are_answered_at_once_whoever_sends_them(served: Served) -> None:
    hand_in(served)
    work(served)
    again = hand_in(served, "other", "b.wav").json()

    assert (again["state"], again["job"], again["name"]) == ("done", None, "b.wav")
    assert work(served) == 0
    assert served.web.get(URL).json()["name"] == "a.wav"


def test_frames_come_compressed_and_once(served: Served) -> None:
    hand_in(served)
    work(served)
    answer = served.web.get(f"{URL}/frames")
    again = served.web.get(f"{URL}/frames", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.content == speech().frames()
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(
        gzip.compress(speech().frames(), 6, mtime=0)
    )
    assert again.status_code == 304


def test_regions_follow_the_options(served: Served) -> None:
    hand_in(served)
    work(served)
    usual = served.web.get(f"{URL}/regions").json()
    strict = served.web.get(f"{URL}/regions", params={"threshold": 0.85, "release": 0.5}).json()
    lower = served.web.get(f"{URL}/regions", params={"threshold": 0.2}).json()

    assert [(r["channel"], round(r["start"], 2)) for r in usual["regions"]] == [
        (0, 0.29), (0, 6.37), (1, 3.17),
    ]  # fmt: skip
    assert [r["channel"] for r in strict["regions"]] == [0, 1]
    assert lower["options"]["release"] == 0.2  # never above the threshold


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"threshold": 0.3, "release": 0.4}, id="ends above where it begins"),
        pytest.param({"threshold": 2}, id="more than certain"),
        pytest.param({"pad": -1}, id="a length below nothing"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    served: Served, wrong: dict[str, float]
) -> None:  # fmt: skip
    hand_in(served)
    work(served)

    for part in ("regions", "export"):
        assert served.web.get(f"{URL}/{part}", params=wrong).status_code == 422


def test_regions_are_taken_along_as_files(served: Served) -> None:
    hand_in(served)
    work(served)
    ways = {"csv": ".csv", "json": ".json", "audacity": ".labels.txt", "rttm": ".rttm"}
    for form, suffix in {**ways, "textgrid": ".TextGrid"}.items():
        answer = served.web.get(f"{URL}/export", params={"format": form, "threshold": 0.4})

        assert answer.status_code == 200
        assert f'filename="speech-{ID[:16]}{suffix}"' in answer.headers["content-disposition"]
    assert len(json.loads(served.web.get(f"{URL}/export?format=json").content)["regions"]) == 3
    assert served.web.get(f"{URL}/export?format=docx").status_code == 422


def test_what_was_not_measured_has_no_regions(served: Served) -> None:
    hand_in(served)

    for part in ("frames", "regions", "export"):
        assert served.web.get(f"{URL}/{part}").status_code == 404
    assert served.web.get(f"/api/v1/speech/{'0' * 64}").status_code == 404
    assert served.web.get("/api/v1/speech/nonsense").status_code == 422


def test_why_it_could_not_be_measured_is_told_and_it_may_be_tried_again(served: Served) -> None:
    hand_in(served)
    fail(served)
    told = served.web.get(URL).json()
    again = served.web.post(URL).json()

    assert told["state"] == "failed"
    assert told["trouble"]["reason"] == "the file is empty"
    assert again["state"] == "waiting"


def test_a_call_is_measured_for_who_may_see_it(served: Served) -> None:
    call = served.save(refund())
    without = served.web.post(f"/api/v1/speech/{call}")
    assert "its audio is not kept here" in without.json()["detail"]

    served.parts.listening.vault.take(io.BytesIO(SOUND))
    made = refund()
    recording = replace(made.call.recording, id=ID)
    served.save(replace(made, call=replace(made.call, recording=recording)))
    for name, status in (("team-b", 404), ("viewer", 403), ("team-a", 202), ("root", 202)):
        answer = served.web.post(URL, headers=served.by(name))
        assert (name, answer.status_code) == (name, status)
    assert work(served) == 1
    assert served.web.get(URL, headers=served.by("team-b")).status_code == 404
    assert served.web.get(URL, headers=served.by("team-a")).json()["name"] is None


def test_who_sees_only_some_calls_sees_no_files_of_others(served: Served) -> None:
    hand_in(served)
    work(served)

    assert served.web.get(URL, headers=served.by("other")).json()["name"] is None
    assert served.web.get(URL, headers=served.by("team-a")).status_code == 404
    hand_in(served, "team-a")
    assert served.web.get(URL, headers=served.by("team-a")).status_code == 200


def test_large_files_come_in_pieces(served: Served) -> None:
    for known in (False, True):
        head = {**TUS, "Upload-Length": str(len(SOUND)), "Upload-Metadata": USE}
        place = served.web.post("/api/v1/uploads", headers=head).headers["location"]
        sent = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        answer = served.web.patch(place, headers=sent, content=SOUND)

        assert answer.headers["huiting-recording"] == ID, known
        job = served.parts.queue.get(int(answer.headers["huiting-job"]))
        assert job.order.kind == KIND
        work(served)
    assert served.web.get(URL).json()["name"] == "a.wav"


def test_another_use_of_an_upload_is_refused(served: Served) -> None:
    head = {**TUS, "Upload-Length": "5", "Upload-Metadata": "use Zm9v"}

    answer = served.web.post("/api/v1/uploads", headers=head)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("use: not known")


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 422), (b"x" * 40, 413)], ids=["empty", "too large"]
)
def test_what_cannot_be_used_is_refused(served: Served, content: bytes, status: int) -> None:
    object.__setattr__(served.parts.listening, "largest", 30)

    answer = served.web.post("/api/v1/speech", files={"file": ("a.wav", content)})
    assert answer.status_code == status


def test_who_looked_is_noted(served: Served) -> None:
    hand_in(served)
    work(served)
    served.web.get(URL)
    served.web.get(f"{URL}/export")
    assert served.parts.noting is not None
    noted = [(n.entry.action, n.entry.subject) for n in served.parts.noting.audit.read()]

    assert noted == [
        ("added", "speech"), ("saw", f"recording:{ID}"), ("exported", f"recording:{ID}"),
    ]  # fmt: skip


def test_the_bytes_of_a_file_of_which_nothing_else_is_known_may_go(served: Served) -> None:
    hand_in(served)
    work(served)

    with served.parts.store.database.reading() as connection:
        assert keeping.wanted(connection, [ID]) == set()
