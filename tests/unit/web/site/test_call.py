"""The page of one call."""

from served import Served


def test_a_call_is_shown(served: Served, call: str) -> None:
    answer = served.web.get(f"/calls/{call}", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert "我要退货" in answer.text
