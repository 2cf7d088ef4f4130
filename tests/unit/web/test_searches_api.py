"""Kept searches over HTTP."""

from served import Served

NEW = {"name": "Refunds", "query": "q=%E9%80%80%E8%B4%A7", "columns": ["agent"], "shared": True}


def test_a_search_is_kept_listed_read_removed_and_restored(served: Served) -> None:
    web = served.web
    made = web.post("/api/v1/searches", json=NEW)
    assert made.status_code == 201
    one = f"/api/v1/searches/{made.json()['id']}"

    assert web.get("/api/v1/searches").json() == [made.json()]
    assert web.get(one).json() == made.json()
    assert made.json()["mine"] is True
    assert web.delete(one).status_code == 204
    assert web.get(one).status_code == 404
    assert web.post(f"{one}/restore").json() == made.json()


def test_others_read_what_is_shared_and_change_nothing(served: Served) -> None:
    made = served.web.post("/api/v1/searches", json=NEW).json()
    one, theirs = f"/api/v1/searches/{made['id']}", served.by("team-b")

    assert served.web.get(one, headers=theirs).json()["mine"] is False
    assert served.web.delete(one, headers=theirs).status_code == 404
    assert served.web.post(f"{one}/restore", headers=theirs).status_code == 404


def test_a_search_without_a_name_is_refused(served: Served) -> None:
    assert served.web.post("/api/v1/searches", json=NEW | {"name": " "}).status_code == 422
