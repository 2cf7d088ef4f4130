"""Calls over HTTP: filters, order, pages, fields, and what is private."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huiting.core.judgement import Evidence, EvidenceKind, Finding, Judgement, Score, Verdict
from huiting.core.types import Role, Span
from served import NOON, Served, refund

URL = "/api/v1/calls"


def judged(served: Served, call: str, points: float, verdict: Verdict = Verdict.FAIL) -> None:
    said = Evidence(
        EvidenceKind.SAID, Span(7.5, 10), 1, Role.CUSTOMER, 3, "我的手机号是13800138000。"
    )
    finding = Finding("greeting", 1, verdict, evidence=(said,))
    score = Score("service", 1, points, 100, grade="B")
    served.parts.store.judge([Judgement(call, (finding,), (score,), "r1")], at=NOON)


@pytest.fixture
def three(served: Served) -> list[str]:
    """Three calls an hour apart, of 14, 24 and 34 seconds, with 60, 70 and 80 points."""
    calls = []
    for number, name in enumerate("abc"):
        made = refund(name, agent=f"800{number}", team="AAB"[number])
        recording = replace(
            made.call.recording,
            started_at=datetime(2025, 3, 12, 10 + number, tzinfo=UTC),
            duration=14.0 + 10 * number,
        )
        calls.append(served.save(replace(made, call=replace(made.call, recording=recording))))
        judged(served, calls[-1], 60 + 10 * number, Verdict.PASS if number else Verdict.FAIL)
    return calls


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "cba", id="all, the latest first"),
        pytest.param("order=asc", "abc", id="the earliest first"),
        pytest.param("sort=duration", "cba", id="the longest first"),
        pytest.param("sort=score&scorecard=service&order=asc", "abc", id="the worst first"),
        pytest.param("since=2025-03-12T11:00:00", "cb", id="from an hour by the server's zone"),
        pytest.param("until=2025-03-12T11:00:00Z", "a", id="before an hour"),
        pytest.param("agent=8001", "b", id="of an agent"),
        pytest.param("team=A", "ba", id="of a team"),
        pytest.param("metadata=team:B", "c", id="by any field"),
        pytest.param("language=zh", "cba", id="in a language"),
        pytest.param("language=en", "", id="in another language"),
        pytest.param("rule=greeting&verdict=fail", "a", id="that broke a rule"),
        pytest.param("rule=other", "", id="judged by no such rule"),
        pytest.param("intent=售后", "cba", id="about something, all below it"),
        pytest.param("intent=物流", "", id="about something else"),
        pytest.param("emotion=ANGRY", "cba", id="whose customer is angry"),
        pytest.param("emotion=ANGRY&role=agent", "", id="whose agent is angry"),
        pytest.param("score_min=65&score_max=75", "b", id="between scores"),
        pytest.param("scorecard=service&score_max=60", "a", id="low on a scorecard"),
        pytest.param("duration_min=20", "cb", id="that are long"),
        pytest.param("q=退货", "cba", id="in which it is said"),
        pytest.param("q=推货", "", id="in which it is not said"),
        pytest.param("q=推货&sounds_like=true", "cba", id="in which something like it is said"),
    ],
)
def test_calls_are_found_by(query: str, found: str, served: Served, three: list[str]) -> None:
    answer = served.web.get(f"{URL}?{query}").json()

    assert [call["id"] for call in answer["items"]] == [three["abc".index(name)] for name in found]


@pytest.mark.parametrize(
    "query",
    ["", "&order=asc", "&sort=duration", "&sort=score&scorecard=service", "&q=退货"],
    ids=lambda query: query or "usual",
)
def test_pages_neither_repeat_nor_hide_what_was_there(
    query: str, served: Served, three: list[str]
) -> None:
    first = served.web.get(f"{URL}?limit=1{query}").json()
    later = refund("later")
    recording = replace(later.call.recording, started_at=NOON + timedelta(days=1), duration=99.0)
    judged(served, served.save(replace(later, call=replace(later.call, recording=recording))), 99)
    seen = [call["id"] for call in first["items"]]
    while first["next"]:
        first = served.web.get(f"{URL}?limit=1{query}&cursor={first['next']}").json()
        seen += [call["id"] for call in first["items"]]

    assert len(seen) == len(set(seen))
    assert set(three) <= set(seen)


def test_only_the_fields_that_are_asked_for(served: Served, call: str) -> None:
    answer = served.web.get(f"{URL}?fields=duration,language").json()

    assert answer["items"] == [{"id": call, "duration": 14.0, "language": "zh"}]


@pytest.mark.parametrize(
    "query",
    [
        "fields=colour", "cursor=x", "cursor=WzFd", "cursor=W251bGwsMV0", "sort=score",
        "since=yesterday", "limit=0", "limit=501", "colour=red", "metadata=team", "q=%20",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_a_problem(query: str, served: Served) -> None:
    answer = served.web.get(f"{URL}?{query}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "input"


def test_nothing_private_is_shown_unless_it_is_asked_for(served: Served, call: str) -> None:
    judged(served, call, 60)
    paths = ["", f"/{call}", f"/{call}/segments", f"/{call}/findings", f"/{call}/entities"]

    for path in paths:
        assert "13800138000" not in served.web.get(URL + path).text, path
    for path in paths:
        assert "13800138000" in served.web.get(f"{URL}{path}?unredacted=true").text, path


def test_what_is_private_cannot_be_guessed(served: Served, call: str) -> None:
    assert served.web.get(f"{URL}?q=13800138000").json()["items"] == []
    assert served.web.get("/api/v1/search?q=13800138000").json()["items"] == []
    assert served.web.get(f"{URL}?metadata=phone:13800138000").status_code == 403
    assert served.web.get(f"{URL}?unredacted=true&q=13800138000").json()["items"] != []
    found = served.web.get("/api/v1/search?unredacted=true&q=13800138000").json()["items"]
    assert "13800138000" in found[0]["snippet"]


@pytest.mark.parametrize("path", ["/calls", "/search"])
def test_pages_of_one_tell_no_number_digit_by_digit(path: str, served: Served, call: str) -> None:
    served.save(refund("b"))
    url = f"/api/v1{path}?limit=1&q="

    said, never = (served.web.get(url + number).json() for number in ("1380013", "1380014"))

    assert said == never == {"items": [], "next": None}


def test_pages_of_hits_join(served: Served) -> None:
    for name in "abc":
        served.save(refund(name))
    url = "/api/v1/search?limit=2&q=请"
    first = served.web.get(url).json()
    rest = served.web.get(f"{url}&cursor={first['next']}&limit=100").json()
    whole = served.web.get("/api/v1/search?limit=100&q=请").json()

    assert [*first["items"], *rest["items"]] == whole["items"]
    assert rest["next"] is whole["next"] is None


@pytest.mark.parametrize("path", ["/calls", "/search?q=退货", "/calls/{call}", "/fields/phone"])
def test_who_may_not_see_what_is_private_is_told_so(path: str, served: Served, call: str) -> None:
    mark = "&" if "?" in path else "?"
    url = f"/api/v1{path.format(call=call)}{mark}unredacted=true"
    answer = served.web.get(url, headers=served.by("viewer"))

    assert answer.status_code == 403
    assert "calls:unredacted" in answer.json()["detail"]


def test_a_call_that_did_not_change_is_not_sent_again(served: Served, call: str) -> None:
    first = served.web.get(f"{URL}/{call}")
    same = served.web.get(f"{URL}/{call}", headers={"If-None-Match": first.headers["etag"]})
    judged(served, call, 60)
    other = served.web.get(f"{URL}/{call}", headers={"If-None-Match": first.headers["etag"]})

    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 200
    assert other.json()["judgement"]["scores"][0]["points"] == 60


def test_segments_come_in_pages(served: Served, call: str) -> None:
    first = served.web.get(f"{URL}/{call}/segments?limit=3").json()
    rest = served.web.get(f"{URL}/{call}/segments?limit=3&cursor={first['next']}").json()

    texts = [segment["text"] for segment in first["items"] + rest["items"]]
    assert len(texts) == 5
    assert texts[3] == "我的手机号是[PHONE]。"
    assert rest["next"] is None


def test_parts_of_a_call(served: Served, call: str) -> None:
    judged(served, call, 60)
    one = f"{URL}/{call[:8]}"

    assert served.web.get(f"{one}/summary").json()["call"]["id"] == call
    assert served.web.get(f"{one}/metrics").json()["duration"] == 14.0
    assert served.web.get(f"{one}/meaning").json()["intents"][0]["name"] == "售后/退货退款"
    assert served.web.get(f"{one}/scores").json()[0]["grade"] == "B"
    assert served.web.get(f"{one}/findings").json()["items"][0]["verdict"] == "fail"
    assert served.web.get(f"{one}/events").json()["items"] == []
    assert served.web.get(f"{one}/entities").json()["items"][0]["kind"] == "phone"


def test_earlier_versions_can_be_read(served: Served, call: str) -> None:
    made = refund()
    served.save(replace(made, call=replace(made.call, segments=made.call.segments[:2])))
    versions = served.web.get(f"{URL}/{call}/versions").json()
    first = served.web.get(f"{URL}/{call}?version=1").json()
    newest = served.web.get(f"{URL}/{call}").json()

    assert [version["number"] for version in versions] == [1, 2]
    assert len(first["analysis"]["call"]["segments"]) == 5
    assert len(newest["analysis"]["call"]["segments"]) == 2
    assert served.web.get(f"{URL}/{call}?version=3").status_code == 404


def test_search_tells_where_it_stands(served: Served, call: str) -> None:
    [hit] = served.web.get("/api/v1/search?q=退货&said_by=customer").json()["items"]
    start, end = hit["marks"][0]

    assert hit["snippet"][start:end] == "退货"
    assert (hit["call"], hit["segment"], hit["role"]) == (call, 1, "customer")
    assert served.web.get("/api/v1/search?q=退货&said_by=agent").json()["items"] == []


def test_hits_come_in_pages_that_stay(served: Served, three: list[str]) -> None:
    first = served.web.get("/api/v1/search?q=退货&limit=2").json()
    served.save(refund("later"))
    rest = served.web.get(f"/api/v1/search?q=退货&limit=2&cursor={first['next']}").json()

    assert {hit["call"] for hit in first["items"] + rest["items"]} == set(three)
    assert rest["next"] is None


def test_metadata_can_be_chosen_from(served: Served, three: list[str]) -> None:
    names = served.web.get("/api/v1/fields").json()
    agents = served.web.get("/api/v1/fields/agent?begins=800&limit=2").json()

    assert {"name": "team", "calls": 3} in names
    assert agents == [{"value": "8000", "calls": 1}, {"value": "8001", "calls": 1}]
