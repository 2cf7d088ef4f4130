"""Reviewing over HTTP: plans, the queue, appeals, agreement."""

from dataclasses import replace

import pytest

from huiting.access.permissions import UserRole
from huiting.core.judgement import Finding, Judgement, Score, Verdict
from served import NOON, PEOPLE, Keeper, Served, person, refund

PLAN = {"name": "每周", "fatal": True, "each": 1}


def judged(served: Served, name: str = "a") -> str:
    call = served.save(refund(name))
    findings = (Finding("greeting", 3, Verdict.FAIL), Finding("promise", 1, Verdict.PASS))
    score = Score("card", 1, 0.0, 100.0, fatal=("i",))
    served.parts.store.judge([Judgement(call, findings, (score,), rules="r")], at=NOON)
    return call


def test_a_plan_is_made_drawn_and_worked_off(served: Served) -> None:
    call = judged(served)
    made = served.web.post("/api/v1/reviews/plans", json=PLAN).json()

    drawn = served.web.post(f"/api/v1/reviews/plans/{made['id']}/draw").json()
    item = served.web.post("/api/v1/reviews/queue/next").json()
    marks = [
        {"rule": "greeting", "decision": "wrong"},
        {"rule": "promise", "decision": "missed", "moment": 3.5},
    ]
    body = {"marks": marks, "comment": "听", "seconds": 4}
    done = served.web.post(f"/api/v1/reviews/items/{item['id']}/decide", json=body)
    listed = served.web.get("/api/v1/reviews/plans").json()["items"]

    assert (drawn["items"], item["call"], item["why"]) == (1, call, "fatal")
    assert [finding["rule"] for finding in item["asked"]] == ["greeting"]
    assert done.status_code == 204
    assert [(plan["items"], plan["done"]) for plan in listed] == [(1, 1)]
    assert served.web.get("/api/v1/reviews/queue").json()["done"] == 1
    assert served.web.post("/api/v1/reviews/queue/next").json() is None
    again = served.web.post("/api/v1/reviews/queue/undo").json()
    assert again["id"] == item["id"]
    assert served.web.post(f"/api/v1/reviews/items/{item['id']}/skip").status_code == 204
    for what, paused in (("pause", True), ("resume", False), ("release", False)):
        told = served.web.post(f"/api/v1/reviews/plans/{made['id']}/{what}").json()
        assert told["paused"] is paused
    assert served.web.get("/api/v1/reviews/agreement").json() == {
        "pairs": [], "alpha": None, "shared": 0,
    }  # fmt: skip


def test_plans_have_pages(served: Served) -> None:
    for _ in range(3):
        served.web.post("/api/v1/reviews/plans", json=PLAN)

    first = served.web.get("/api/v1/reviews/plans?limit=2").json()
    rest = served.web.get(f"/api/v1/reviews/plans?limit=2&cursor={first['next']}").json()

    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def test_appeals_go_their_way(served: Served) -> None:
    known = dict(PEOPLE) | {"agent": person("agent", role=UserRole.AGENT, agent="8001")}
    calls = [judged(served, name) for name in "ab"]
    parts = replace(served.parts, doorkeeper=Keeper(known))
    served.web.app.state.parts = parts  # type: ignore[attr-defined]
    agent = served.by("agent")
    body = {"rule": "greeting", "reason": "我说了 13800138000"}

    made = [
        served.web.post(f"/api/v1/calls/{call}/appeals", json=body, headers=agent) for call in calls
    ]
    refused = served.web.post(f"/api/v1/calls/{calls[0]}/appeals", json=body)
    first = served.web.get("/api/v1/reviews/appeals?limit=1").json()
    rest = served.web.get(f"/api/v1/reviews/appeals?limit=1&cursor={first['next']}").json()
    answer = {"upheld": False, "answer": "没有"}
    decided = served.web.post(
        f"/api/v1/reviews/appeals/{first['items'][0]['id']}/decide", json=answer
    )

    assert [one.status_code for one in made] == [201, 201]
    assert refused.status_code == 403
    assert "13800138000" not in made[0].text
    assert rest["next"] is None
    assert decided.json()["state"] == "rejected"
    assert len(served.web.get("/api/v1/reviews/appeals?state=open").json()["items"]) == 1


@pytest.mark.parametrize("name", ["viewer", "lead"])
def test_who_may_not_makes_no_plans(served: Served, name: str) -> None:
    answer = served.web.post("/api/v1/reviews/plans", json=PLAN, headers=served.by(name))

    assert answer.status_code == 403


def test_agreement_is_told_with_its_interval(served: Served) -> None:
    people = [person("ann", role=UserRole.REVIEWER), person("ben", role=UserRole.REVIEWER)]
    served.web.app.state.parts = replace(  # type: ignore[attr-defined]
        served.parts, doorkeeper=Keeper(dict(PEOPLE) | {one.name: one for one in people})
    )
    for n in range(10):
        judged(served, f"call {n}")
    plan = served.web.post("/api/v1/reviews/plans", json={**PLAN, "each": 0, "second": 1}).json()
    served.web.post(f"/api/v1/reviews/plans/{plan['id']}/draw")
    for name in ("ann", "ben"):
        for n in range(10):
            item = served.web.post("/api/v1/reviews/queue/next", headers=served.by(name)).json()
            odd = int(item["call"][:8], 16) % 2 if name == "ann" or n else 1
            mark = {"rule": "greeting", "decision": "wrong" if odd else "confirmed"}
            served.web.post(
                f"/api/v1/reviews/items/{item['id']}/decide", json={"marks": [mark]},
                headers=served.by(name),
            )  # fmt: skip

    told = served.web.get("/api/v1/reviews/agreement").json()

    assert told["pairs"][0]["of"] == 10
    assert told["pairs"][0]["kappa"]["low"] <= told["pairs"][0]["kappa"]["value"]
