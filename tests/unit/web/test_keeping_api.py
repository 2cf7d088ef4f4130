"""The bin, holds, retention, seals and backups over HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from served import NOON, Served, refund

URL = "/api/v1"


def test_a_call_goes_into_the_bin_and_comes_back(served: Served, call: str) -> None:
    answer = served.web.delete(f"{URL}/calls/{call}", params={"reason": "asked for"})
    [entry] = served.web.get(f"{URL}/bin").json()["items"]

    assert answer.status_code == 204
    assert (entry["call"], entry["by"], entry["reason"]) == (call, "user:root", "asked for")
    assert "13800138000" not in served.web.get(f"{URL}/bin").text
    assert served.web.get(f"{URL}/calls/{call}").status_code == 404
    assert served.web.get(f"{URL}/calls").json()["items"] == []
    assert served.web.get(f"{URL}/search?q=退货").json()["items"] == []
    assert served.web.delete(f"{URL}/calls/{call}").status_code == 404

    assert served.web.post(f"{URL}/bin/{call}/restore").status_code == 204
    assert served.web.get(f"{URL}/calls/{call}").status_code == 200
    assert served.web.get(f"{URL}/bin").json()["items"] == []


def test_nobody_removes_what_they_may_not_see(served: Served, call: str) -> None:
    other = served.by("team-b")
    assert served.web.delete(f"{URL}/calls/{call}", headers=other).status_code == 404
    served.web.delete(f"{URL}/calls/{call}")

    assert served.web.get(f"{URL}/bin", headers=other).json()["items"] == []
    assert served.web.post(f"{URL}/bin/{call}/restore", headers=other).status_code == 404
    assert served.web.delete(f"{URL}/bin/{call}", headers=other).status_code == 404
    assert served.web.delete(f"{URL}/bin", headers=other).json() == {"removed": 0, "held": 0}


@pytest.mark.parametrize("who", ["viewer", "lead"])
def test_who_may_not_remove_removes_nothing(who: str, served: Served, call: str) -> None:
    answer = served.web.delete(f"{URL}/calls/{call}", headers=served.by(who))

    assert answer.status_code == 403
    assert served.web.get(f"{URL}/holds", headers=served.by(who)).status_code == 403


def test_the_bin_comes_in_pages(served: Served) -> None:
    ids = [served.save(refund(name)) for name in "abc"]
    for one in ids:
        served.web.delete(f"{URL}/calls/{one}")
    seen: list[str] = []
    page = served.web.get(f"{URL}/bin?limit=2").json()
    while True:
        seen += [entry["call"] for entry in page["items"]]
        if page["next"] is None:
            break
        page = served.web.get(f"{URL}/bin?limit=2&cursor={page['next']}").json()

    assert seen == ids[::-1]


def test_emptying_removes_all_but_what_is_held(served: Served) -> None:
    held, gone = served.save(refund("a")), served.save(refund("b", team="B"))
    for one in (held, gone):
        served.web.delete(f"{URL}/calls/{one}")
    served.web.post(f"{URL}/holds", json={"reason": "a case", "metadata": {"team": "A"}})

    assert served.web.delete(f"{URL}/bin").json() == {"removed": 1, "held": 1}
    assert [e["call"] for e in served.web.get(f"{URL}/bin").json()["items"]] == [held]
    assert served.web.delete(f"{URL}/bin/{held}").status_code == 409


def test_a_hold_is_put_told_and_let_go(served: Served, call: str) -> None:
    new = {"reason": "a case", "call": call, "since": NOON.isoformat()}
    made = served.web.post(f"{URL}/holds", json={**new, "since": None})
    hold = made.json()

    assert made.status_code == 201
    assert (hold["calls"], hold["by"], hold["reason"]) == (1, "user:root", "a case")
    assert served.web.delete(f"{URL}/calls/{call}").json()["code"] == "conflict"
    assert served.web.get(f"{URL}/holds").json()["items"] == [hold]

    over = served.web.post(f"{URL}/holds/{hold['id']}/release").json()
    assert over["released_by"] == "user:root"
    assert served.web.get(f"{URL}/holds").json()["items"] == []
    assert len(served.web.get(f"{URL}/holds?released=true").json()["items"]) == 1
    assert served.web.delete(f"{URL}/calls/{call}").status_code == 204
    assert served.web.post(f"{URL}/holds/99/release").status_code == 404


def test_holds_come_in_pages(served: Served) -> None:
    for number in range(3):
        served.web.post(f"{URL}/holds", json={"reason": str(number)})
    first = served.web.get(f"{URL}/holds?limit=2").json()
    second = served.web.get(f"{URL}/holds?limit=2&cursor={first['next']}").json()

    assert [hold["reason"] for hold in first["items"] + second["items"]] == ["2", "1", "0"]
    assert second["next"] is None


def test_a_hold_without_a_reason_is_none(served: Served) -> None:
    assert served.web.post(f"{URL}/holds", json={"reason": "  "}).status_code == 422


def test_the_policy_is_told_and_what_it_would_remove(served: Served, call: str) -> None:
    served.web.delete(f"{URL}/calls/{call}")
    served.clock.at = NOON + timedelta(days=31)

    assert served.web.get(f"{URL}/retention").json() == {
        "rules": [], "bin": 30, "transcriptions": 30,
    }  # fmt: skip
    counts = served.web.get(f"{URL}/retention/preview").json()
    assert [(c["what"], c["count"]) for c in counts] == [("bin", 1), ("orphans", 0)]


def test_long_work_is_a_job_of_which_there_is_one(served: Served) -> None:
    first = served.web.post(f"{URL}/retention/run")
    second = served.web.post(f"{URL}/retention/run")
    backup = served.web.post(f"{URL}/backups")

    assert (first.status_code, backup.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["kind"], backup.json()["kind"]) == ("retention", "backup")
    assert served.web.get(f"{URL}/backups").json() == []


def test_without_keys_nothing_can_be_sealed(served: Served) -> None:
    assert served.web.post(f"{URL}/seals").json()["code"] == "conflict"
    served.web.post(f"{URL}/recordings", files={"files": ("a.wav", b"sound")})

    assert served.web.get(f"{URL}/seals").json() == {
        "keys": 0, "current": 0, "older": 0, "unknown": 0, "plain": 1,
    }  # fmt: skip


def test_a_recording_handed_in_again_comes_back_from_the_bin(served: Served) -> None:
    content = {"files": ("8001_a.wav", b"sound")}
    recording = served.web.post(f"{URL}/recordings", files=content).json()["accepted"][0]
    made = refund("a")
    made_id = recording["recording"]
    source = replace(made.call.recording, id=made_id)
    served.save(replace(made, call=replace(made.call, recording=source)))
    served.web.delete(f"{URL}/calls/{made_id}")
    served.web.post(f"{URL}/recordings", files=content)

    assert served.web.get(f"{URL}/calls/{made_id}").status_code == 200
