"""Something done of all calls that a search finds, over HTTP: as on the page, as who may."""

import pytest

from huiting.store.audit import Wanted
from served import Served, refund

URL = "/api/v1/bulk"


def full(served: Served) -> list[str]:
    """Keep three calls of team A, one of team B."""
    return [served.save(refund(name, team="B" if name == "d" else "A")) for name in "abcd"]


def listed(served: Served) -> set[str]:
    return {entry["id"] for entry in served.web.get("/api/v1/calls").json()["items"]}


def test_calls_are_counted_removed_and_brought_back(served: Served) -> None:
    *mine, other = full(served)
    which = {"filter": {"team": "A"}}
    counted = served.web.post(f"{URL}/count", json=which).json()
    late = served.save(refund("late"))
    order = {"act": "remove", "reason": "old", "newest": counted["newest"], **which}
    made = served.web.post(URL, json=order)
    assert made.status_code == 202, made.text
    served.work()
    done = served.web.get(made.headers["location"]).json()

    assert (counted["count"], counted["more"]) == (3, False)
    assert listed(served) == {other, late}
    assert (done["state"], done["done"], done["total"], done["in_bin"]) == ("done", 3, 3, 3)
    assert served.web.get(f"/api/v1/jobs/{done['job']}").json()["kind"] == "bulk"
    assert [one["id"] for one in served.web.get(URL).json()] == [done["id"]]

    back = served.web.post(f"{URL}/{done['id']}/undo")
    served.work()
    assert back.status_code == 202
    assert served.web.get(back.headers["location"]).json()["done"] == 3
    assert listed(served) == {*mine, other, late}
    assert served.web.post(f"{URL}/{done['id']}/undo").status_code == 409


def test_the_same_key_asks_once(served: Served) -> None:
    full(served)
    headers = {"Idempotency-Key": "night"}
    made = [served.web.post(URL, json={"act": "assign"}, headers=headers) for _ in range(2)]
    other = served.web.post(URL, json={"act": "remove"}, headers=headers)

    assert made[0].json()["id"] == made[1].json()["id"]
    assert made[1].headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert len(served.web.get(URL).json()) == 1


def test_work_is_cancelled_and_that_is_on_record(served: Served) -> None:
    full(served)
    made = served.web.post(URL, json={"act": "remove"}).json()
    ended = served.web.post(f"{URL}/{made['id']}/cancel").json()
    found = served.parts.reviewing.audit.entries(Wanted(subject=f"bulk:{made['id']}"))

    assert (ended["state"], ended["done"]) == ("cancelled", 0)
    assert ended["ended_at"] is not None
    assert [n.entry.detail["new"] for n in found] == ["cancelled", "cancelling", "asked"]
    assert found[1].entry.address == "testclient"
    assert len(listed(served)) == 4


def told(served: Served, key: str) -> list[tuple[str, str, str]]:
    """Return who did what of work, from where, the first first."""
    found = served.parts.reviewing.audit.entries(Wanted(subject=f"bulk:{key}"))
    return [(n.entry.who, n.entry.address, str(n.entry.detail["new"])) for n in found][::-1]


def test_who_else_ends_work_or_runs_it_again_is_on_record(served: Served) -> None:
    full(served)
    made = served.web.post(URL, json={"act": "remove"}).json()
    job, other = f"/api/v1/jobs/{made['job']}", served.by("other")
    served.web.post(f"{job}/cancel", headers=other)
    served.web.post(f"{job}/cancel", headers=other)  # it is over: nothing more is noted
    served.web.post(f"{job}/retry", headers=other)
    assert served.web.post(f"{job}/retry", headers=other).status_code == 409

    assert told(served, made["id"]) == [
        ("user:root", "testclient", "asked"), ("user:other", "testclient", "cancelling"),
        ("machine", "", "cancelled"), ("user:other", "testclient", "asked"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/batches", "/batches"], ids=["API", "page"])
def test_who_ends_the_batch_of_work_is_on_record(served: Served, path: str) -> None:
    full(served)
    made = served.web.post(URL, json={"act": "hear", "name": "again"}).json()
    answer = served.web.post(f"{path}/{made['batch']}/cancel", headers=served.by("other"))

    assert answer.status_code == 200
    assert told(served, made["id"]) == [
        ("user:root", "testclient", "asked"), ("user:other", "testclient", "cancelling"),
        ("machine", "", "cancelled"),
    ]  # fmt: skip


def test_to_count_is_a_search_and_on_record_without_what_for(served: Served) -> None:
    full(served)
    wanted = {"filter": {"metadata": ["phone:13800138000"]}}
    for unredacted in (False, True):
        served.web.post(f"{URL}/count", json={**wanted, "unredacted": unredacted})
    served.web.post(f"{URL}/count", json={"filter": {"team": "A"}})
    found = [noted.entry for noted in served.parts.reviewing.audit.entries()]

    assert [(e.who, e.action, e.subject, e.address, dict(e.detail)) for e in found] == [
        ("user:root", "searched", "bulk:count", "testclient", {}),
        ("user:root", "searched", "bulk:count", "testclient", {"kind": "unredacted"}),
    ]  # the first was refused


def test_each_act_takes_its_own_permission(served: Served) -> None:
    full(served)
    answers = {
        (who, act): served.web.post(URL, json={"act": act}, headers=served.by(who)).status_code
        for who in ("viewer", "lead")
        for act in ("remove", "judge", "hear", "assign")
    }

    assert answers.pop(("lead", "assign")) == 202
    assert set(answers.values()) == {403}


def test_who_may_see_some_calls_does_it_of_those(served: Served) -> None:
    *_, other = full(served)
    made = served.web.post(URL, json={"act": "remove"}, headers=served.by("team-a")).json()
    served.work()

    assert made["total"] == 3
    assert listed(served) == {other}
    assert served.web.get(f"{URL}/{made['id']}", headers=served.by("team-b")).status_code == 404
    answer = served.web.post(f"{URL}/{made['id']}/undo", headers=served.by("root"))
    assert answer.status_code == 404


def test_what_makes_no_sense_is_refused(served: Served) -> None:
    full(served)
    none = served.web.post(URL, json={"act": "remove", "filter": {"agent": "0"}})
    engine = served.web.post(URL, json={"act": "hear", "engine": "no-such"})
    act = served.web.post(URL, json={"act": "restore"})
    hidden = {"act": "remove", "filter": {"metadata": ["phone:1"]}}

    assert [answer.status_code for answer in (none, engine, act)] == [422, 422, 422]
    assert served.web.post(URL, json=hidden).status_code == 403


def test_calls_are_heard_again_in_a_batch_of_that_name(served: Served) -> None:
    full(served)
    made = served.web.post(URL, json={"act": "hear", "language": "en", "name": "again"}).json()
    served.work()
    done = served.web.get(f"{URL}/{made['id']}").json()

    assert done["left"] == {"silent": 4}
    assert served.web.get(f"/api/v1/batches/{done['batch']}").json()["name"] == "again"
