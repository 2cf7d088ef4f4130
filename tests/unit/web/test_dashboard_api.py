"""Today at a glance, over HTTP."""

import pytest

from served import Served, refund


def test_today_at_a_glance(served: Served, call: str) -> None:
    answer = served.web.get("/api/v1/dashboard?since=2025-03-12&until=2025-03-12")

    found = answer.json()
    assert answer.status_code == 200, answer.text
    assert (found["since"], found["until"], found["days_before"]) == (
        "2025-03-12",
        "2025-03-12",
        28,
    )
    assert found["volume"]["calls"] + found["uncounted"] == 1
    assert [need["need"] for need in found["needs"]] == ["angry", "fatal", "uncertain"]
    assert len(found["series"]) == 1


def test_what_was_counted_is_shown(served: Served, call: str) -> None:
    served.save(refund("b", agent="9002", team="B"))
    served.parts.reporting.days.catch_up(lambda: True)
    url = "/api/v1/dashboard?since=2025-03-01&until=2025-03-30"

    assert served.web.get(url).json()["volume"]["calls"] == 2
    assert served.web.get(f"{url}&team=B").json()["volume"]["calls"] == 1
    assert served.web.get(f"{url}&team=B&team=A").json()["volume"]["calls"] == 2
    assert served.web.get(f"{url}&where=agent=9002").json()["volume"]["calls"] == 1
    assert served.web.get(url, headers=served.by("team-b")).json()["volume"]["calls"] == 1


def test_the_calls_of_a_tile_are_listed_by_its_query(served: Served, call: str) -> None:
    served.save(refund("b", agent="9002", team="B"))
    served.parts.reporting.days.catch_up(lambda: True)
    url = "/api/v1/dashboard?since=2025-03-01&until=2025-03-30&team=A"

    for need in served.web.get(url).json()["needs"]:
        listed = served.web.get(f"/api/v1/calls?{need['query']}").json()["items"]
        assert len(listed) == need["calls"]
        assert [c["id"] for c in listed[:5]] == [c["id"] for c in need["first"]]


@pytest.mark.parametrize(
    "query", ["since=2025-03-12&until=2025-03-01", "where=nonsense", "until=soon", "x=1", "team="]
)
def test_questions_that_cannot_be_understood(query: str, served: Served) -> None:
    assert served.web.get(f"/api/v1/dashboard?{query}").status_code == 422
