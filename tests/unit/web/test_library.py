"""Rules written, checked, tried, published and rolled back over HTTP; verdicts reviewed."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from huiting.access.permissions import Permission
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.web.server import build
from served import NOON, Keeper, Served, person, refund

RULES = """
format: huiting-rules/1
rules:
  - id: refund
    name: 退货要道歉
    why: 客户要退货
    severity: minor
    forbid:
      said: {any: [退货]}
      by: customer
    tests:
      - name: 提到退货
        dialogue: [{customer: 我要退货}]
        expect: fail
"""
URL = "/api/v1/library/rules/shop"


def put(served: Served, body: str = RULES, **headers: str) -> int:
    answer = served.web.put(URL, json={"body": body, "note": "first"}, headers=headers)
    assert answer.status_code == 200, answer.text
    version: int = answer.json()["version"]
    return version


def test_a_document_is_written_in_versions_and_read_again(served: Served) -> None:
    assert [put(served), put(served, RULES + "\n")] == [1, 2]

    newest = served.web.get(URL)
    assert (newest.json()["version"], newest.json()["by"]) == (2, "user:root")
    assert served.web.get(URL, params={"version": 1}).json()["body"] == RULES
    listed = served.web.get(f"{URL}/versions").json()["items"]
    assert [entry["version"] for entry in listed] == [2, 1]
    again = served.web.get(URL, headers={"If-None-Match": newest.headers["etag"]})
    assert again.status_code == 304


def test_a_change_over_what_somebody_else_has_written_is_refused(served: Served) -> None:
    put(served)
    seen = served.web.get(URL).headers["etag"]
    put(served, RULES + "\n", **{"If-Match": seen})

    late = served.web.put(URL, json={"body": RULES}, headers={"If-Match": seen})
    assert late.status_code == 412


def test_every_mistake_is_told_with_its_line(served: Served) -> None:
    broken = RULES.replace("severity: minor", "severity: huge").replace(
        "by: customer", "by: nobody"
    )

    answer = served.web.put(URL, json={"body": broken})
    problem = answer.json()
    assert answer.status_code == 422
    assert [error["where"] for error in problem["errors"]] == ["line 7", "line 10"]
    checked = served.web.post("/api/v1/library/rules/check", json={"body": broken}).json()
    assert [mistake["line"] for mistake in checked["mistakes"]] == [7, 10]
    assert served.web.get(URL).status_code == 404


@pytest.mark.parametrize(
    ("kind", "body", "right"),
    [
        pytest.param("hotwords", "蓝牙耳机\n七天无理由", True, id="hotwords"),
        pytest.param("scorecards", "nonsense", False, id="scorecards"),
        pytest.param("intents", "format: no", False, id="intents"),
        pytest.param("entities", "[]", False, id="entities"),
        pytest.param("documents", "format: huiting-documents/1", False, id="documents"),
        pytest.param("rules", RULES, True, id="rules"),
        pytest.param("rules", "x" * 1_000, False, id="no YAML of ours"),
    ],
)
def test_each_kind_is_checked_as_what_it_is(
    kind: str,
    body: str,
    right: bool,  # noqa: FBT001
    served: Served,
) -> None:
    checked = served.web.post(f"/api/v1/library/{kind}/check", json={"body": body}).json()

    assert (checked["mistakes"] == []) is right


def test_a_version_is_published_rolled_back_and_withdrawn(served: Served) -> None:
    put(served)
    put(served, RULES + "\n")

    for version in (2, 1):
        answer = served.web.post(f"{URL}/publish", json={"version": version})
        assert answer.json()["published"] == version
    assert served.parts.shelf.library.force() == (("rules", "shop", 1),)
    assert served.web.post(f"{URL}/withdraw").json()["published"] is None
    assert served.parts.shelf.library.force() == ()
    [listed] = served.web.get("/api/v1/library?kind=rules").json()["items"]
    assert (listed["version"], listed["published"]) == (2, None)


def test_rules_that_clash_with_those_in_force_are_not_published(served: Served) -> None:
    put(served)
    served.web.post(f"{URL}/publish", json={"version": 1})
    served.web.put("/api/v1/library/rules/other", json={"body": RULES})

    clash = served.web.post("/api/v1/library/rules/other/publish", json={"version": 1})
    assert clash.status_code == 422
    assert "refund" in clash.json()["detail"]


def test_a_scorecard_needs_its_rules_in_force(served: Served) -> None:
    card = """
format: huiting-scorecard/1
id: shop
name: 店铺
version: 1
base: 100
language: zh
sections:
  - id: service
    name: 服务
    weight: 100
    items:
      - {id: refund, name: 退货, rules: [refund], points: 10}
"""
    made = served.web.put("/api/v1/library/scorecards/shop", json={"body": card})
    assert made.status_code == 200, made.text
    publish = "/api/v1/library/scorecards/shop/publish"
    assert served.web.post(publish, json={"version": 1}).status_code == 422

    put(served)
    served.web.post(f"{URL}/publish", json={"version": 1})
    assert served.web.post(publish, json={"version": 1}).status_code == 200
    assert served.web.post(f"{URL}/withdraw").status_code == 422


def test_rules_are_tried_on_calls_before_anybody_publishes_them(served: Served, call: str) -> None:
    tried = served.web.post("/api/v1/trials", json={"body": RULES}).json()

    [rule] = tried["rules"]
    assert (tried["calls"], rule["counts"], rule["changed"]) == (1, {"fail": 1}, 1)
    assert rule["samples"] == [{"call": call, "before": None, "after": "fail", "at": 2.5}]
    nobody = served.web.post(
        "/api/v1/trials", json={"body": RULES}, headers=served.by("team-b")
    ).json()
    assert nobody["calls"] == 0


def test_judging_again_is_a_job(served: Served) -> None:
    first = served.web.post("/api/v1/rejudge", json={"since": "2025-03-01T00:00:00Z"})
    again = served.web.post("/api/v1/rejudge", json={"since": "2025-03-01T00:00:00Z"})

    assert first.status_code == 202
    assert first.json()["kind"] == "rejudge"
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", URL),
        ("POST", f"{URL}/publish"),
        ("POST", f"{URL}/withdraw"),
        ("POST", "/api/v1/trials"),
        ("POST", "/api/v1/rejudge"),
    ],
)
def test_who_may_only_read_changes_nothing(method: str, path: str, served: Served) -> None:
    answer = served.web.request(method, path, json={}, headers=served.by("lead"))

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/trials", "/library/rules/try"])
def test_rules_are_tried_only_by_who_may_read_calls(path: str, served: Served) -> None:
    token = replace(
        person("token"), permissions=frozenset({Permission.RULES_WRITE, Permission.RULES_READ})
    )
    parts = replace(served.parts, doorkeeper=Keeper({"token": token}))
    with TestClient(build(parts)) as web:
        answer = web.post(path, json={"body": RULES}, headers=served.by("token"))

    assert answer.status_code == 403


def judged(served: Served, call: str, verdict: Verdict = Verdict.FAIL) -> None:
    served.parts.store.judge([Judgement(call, (Finding("refund", 3, verdict),))], at=NOON)


def test_decisions_measure_a_rule(served: Served) -> None:
    for name, decision, drawn in (
        ("a", "confirmed", True), ("b", "confirmed", False), ("c", "wrong", False),
        ("d", "missed", True),
    ):  # fmt: skip
        call = served.save(refund(name))
        judged(served, call, Verdict.PASS if decision == "missed" else Verdict.FAIL)
        body = {"rule": "refund", "decision": decision, "drawn": drawn, "seconds": 6.5}
        answer = served.web.post(f"/api/v1/calls/{call}/reviews", json=body)
        assert answer.status_code == 201, answer.text

    [measured] = served.web.get("/api/v1/reviews/rules").json()
    assert (measured["rule"], measured["version"]) == ("refund", 3)
    assert measured["precision"]["share"] == pytest.approx(2 / 3)
    assert measured["precision"]["of"] == 3
    assert (measured["recall"]["share"], measured["recall"]["of"]) == (0.5, 2)
    assert measured["recall"]["low"] < 0.5 < measured["recall"]["high"]
    pages = served.web.get("/api/v1/reviews?limit=3").json()
    assert len(pages["items"]) == 3
    rest = served.web.get(f"/api/v1/reviews?limit=3&cursor={pages['next']}").json()
    assert len(rest["items"]) == 1


def test_a_call_tells_what_was_decided_about_it(served: Served, call: str) -> None:
    judged(served, call)
    body = {"rule": "refund", "decision": "wrong", "comment": "他没有生气"}
    served.web.post(f"/api/v1/calls/{call}/reviews", json=body)

    [review] = served.web.get(f"/api/v1/calls/{call}/reviews").json()
    assert (review["by"], review["verdict"], review["comment"]) == (
        "user:root",
        "fail",
        "他没有生气",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"rule": "none", "decision": "wrong"}, 422, id="no such verdict"),
        pytest.param({"rule": "refund", "decision": "missed"}, 422, id="it was not missed"),
        pytest.param({"rule": "refund", "decision": "maybe"}, 422, id="no such decision"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    body: dict[str, str], status: int, served: Served, call: str
) -> None:
    judged(served, call)

    assert served.web.post(f"/api/v1/calls/{call}/reviews", json=body).status_code == status


def test_calls_of_others_cannot_be_reviewed_and_do_not_count(served: Served, call: str) -> None:
    judged(served, call)
    body = {"rule": "refund", "decision": "wrong"}
    served.web.post(f"/api/v1/calls/{call}/reviews", json=body)
    others = served.by("team-b")

    url = f"/api/v1/calls/{call}/reviews"
    assert served.web.post(url, json=body, headers=others).status_code == 404
    assert served.web.get("/api/v1/reviews", headers=others).json()["items"] == []
    assert served.web.get("/api/v1/reviews/rules", headers=others).json() == []
