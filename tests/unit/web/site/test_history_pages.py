"""The history, the bin, retention and legal holds: what they show, to whom, and what they change."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from huiting.access.permissions import Permission
from huiting.core.errors import Forbidden
from huiting.service.keeping.retention import Policy, Rule
from huiting.service.views import View
from huiting.store.handed import Wanted
from huiting.store.keeping import Group
from huiting.web.site.history.asking import People, people
from served import PEOPLE, Served, refund

NAME = "8001_20250312101523_13800138000_in.wav"


def shown(served: Served, path: str, by: str = "root", language: str = "en") -> str:
    headers = served.by(by) | {"accept": "text/html", "accept-language": language}
    answer = served.web.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def post(served: Served, path: str, **fields: str) -> str:
    headers = {"accept": "text/html", "hx-request": "true"}
    answer = served.web.post(path, data=fields, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(served: Served, name: str = NAME, content: bytes = b"RIFF") -> Mapping[str, str]:
    files = {"files": (name, content, "audio/wav")}
    answer = served.web.post("/api/v1/recordings", files=files).json()
    found: Mapping[str, str] = answer["accepted"][0]
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path", ["/history", "/history/bin", "/history/retention", "/history/holds"]
)
def test_empty_pages_say_so(served: Served, path: str, language: str) -> None:
    page = shown(served, path, language=language)

    assert 'class="empty' in page or path.endswith("retention")
    assert page.count('aria-current="page"') == 2  # in the menu, and of the tabs


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/history"), ("get", "/history/list.csv"), ("get", "/history/bin"),
        ("get", "/history/retention"), ("get", "/history/holds"), ("post", "/history/holds"),
        ("get", "/history/retention/preview"), ("post", "/history/retention/run"),
        ("post", "/history/bin/empty"), ("post", "/history/holds/1/release"),
        ("post", f"/history/bin/{'a' * 64}/purge"), ("post", f"/history/again/{'a' * 64}"),
    ],
)  # fmt: skip
def test_who_may_not_delete_sees_none_of_it(served: Served, method: str, path: str) -> None:
    by = served.by("viewer") | {"accept": "text/html"}

    assert served.web.request(method, path, headers=by, data={"reason": "x"}).status_code == 403


def test_what_was_handed_in_is_listed_with_its_state(served: Served) -> None:
    send(served)
    page = shown(served, "/history")

    assert "waiting" in page
    assert "user:root" in page
    assert "13800138000" not in page
    assert "13800138000" in shown(served, "/history?unredacted=true")


def test_what_failed_says_why_and_is_tried_again(served: Served) -> None:
    sent = send(served)
    served.parts.queue.cancel(int(sent["job"]))
    page = shown(served, "/history?standing=cancelled")
    assert "Try again" in page
    answer = post(served, f"/history/again/{sent['recording']}")

    assert "is heard again." in answer
    assert "13800138000" not in answer
    assert "waiting" in shown(served, "/history")


def test_what_was_refused_says_why_in_the_reader_s_language(served: Served) -> None:
    files = {"files": (NAME, b"", "audio/wav")}
    served.web.post("/api/v1/recordings", files=[("files", f) for f in files.values()] * 2)

    assert "the file is empty" in shown(served, "/history?standing=refused")
    assert "the file is empty" not in shown(served, "/history?standing=refused", language="zh")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("name=8001_", 1), ("name=IN.WAV", 1), ("name=none", 0), ("standing=waiting", 1),
        ("standing=done", 0), ("standing=nonsense", 1), ("since=2025-03-12", 1),
        ("until=2025-03-11", 0), ("name=&standing=&since=&until=", 1),
    ],
)  # fmt: skip
def test_it_is_searched(served: Served, query: str, count: int) -> None:
    send(served)

    assert shown(served, f"/history?{query}").count("user:root") == count


def test_long_lists_go_on(served: Served) -> None:
    for number in range(51):
        send(served, f"{number}.wav", str(number).encode())
    page = shown(served, "/history?standing=waiting")
    [following] = re.findall(r'href="(/history\?[^"]*before=\d+)"', page)
    rest = shown(served, following.replace("&amp;", "&"))

    assert page.count("user:root") == 50
    assert rest.count("user:root") == 1
    assert "First page" in rest


def test_the_list_is_taken_along_and_runs_nothing(served: Served) -> None:
    send(served, "=cmd|' /C calc'!A0.wav")
    answer = served.web.get("/history/list.csv", headers={"accept-language": "zh"})
    lines = answer.text.lstrip("\ufeff").splitlines()

    assert answer.headers["content-type"].startswith("text/csv")
    assert lines[0].startswith("提交时间,")
    assert "'=cmd" in lines[1] or ",cmd" in lines[1] or "=cmd" not in lines[1]
    assert not re.search(r"(^|,)\"?=", lines[1])


def test_hostile_names_are_only_texts(served: Served) -> None:
    evil = "<script>alert(1)</script>.wav"
    send(served, evil)
    call = served.save(refund("a"))
    post(served, "/found/remove", call=call, reason=evil)

    for path in (f"/history?unredacted=true&name={evil}", "/history/bin"):
        page = shown(served, path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_a_call_in_the_bin_is_listed_and_restored(served: Served) -> None:
    call = served.save(refund("a"))
    post(served, "/found/remove", call=call, reason="twice")
    page = shown(served, "/history/bin")

    assert "twice" in page
    assert "Apr 11, 2025" in page  # 30 days after it was put there
    assert "13800138000" not in page
    post(served, "/found/restore", ids=call)
    assert "The bin is empty" in shown(served, "/history/bin")


def test_the_bin_goes_on_on_other_pages(served: Served) -> None:
    for number in range(51):
        post(served, "/found/remove", call=served.save(refund(str(number))))
    page = shown(served, "/history/bin")
    [following] = re.findall(r'href="(/history/bin\?cursor=[^"]+)"', page)

    assert shown(served, following).count("Restore") == 1


def test_a_call_is_removed_for_good(served: Served) -> None:
    call = served.save(refund("a"))
    post(served, "/found/remove", call=call)

    assert "1 call was removed for good." in post(served, f"/history/bin/{call}/purge")
    assert "The bin is empty" in shown(served, "/history/bin")


def test_the_bin_is_emptied_but_for_what_is_held(served: Served) -> None:
    kept, gone = served.save(refund("a")), served.save(refund("b"))
    for call in (kept, gone):
        post(served, "/found/remove", call=call)
    served.web.post("/api/v1/holds", json={"reason": "a case", "call": kept})
    told = post(served, "/history/bin/empty")

    assert "1 call was removed for good." in told
    assert "1 is on legal hold and stays." in told
    assert "on legal hold" in shown(served, "/history/bin")


def test_the_rules_in_force_are_shown(served: Served) -> None:
    keeping = served.parts.keeping
    rules = (Rule("short", Group({"team": "A"}, "zh"), 30, 365), Rule("rest", Group(), None, None))
    retention = replace(keeping.retention, policy=Policy(rules, bin=7))
    served.web.app.state.parts = replace(  # type: ignore[attr-defined]
        served.parts, keeping=replace(keeping, retention=retention)
    )
    page = shown(served, "/history/retention")

    for text in ("team: A", "30 days", "365 days", "as long as the call", "for ever", "7 days"):
        assert text in page
    assert "the bin" in shown(served, "/history/retention/preview")
    assert "being applied" in post(served, "/history/retention/run")


def test_calls_are_held_by_what_they_have_and_released(served: Served) -> None:
    served.save(refund("a"))
    post(served, "/history/holds", reason="a case", name="team", value="A", since="2025-01-01")
    page = shown(served, "/history/holds")
    assert "a case" in page
    assert "team: A" in page
    [path] = re.findall(r'hx-post="(/history/holds/\d+/release)"', page)
    post(served, path)

    assert "a case" not in shown(served, "/history/holds")
    assert "released" in shown(served, "/history/holds?released=1")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="of all calls"),
        pytest.param({"name": "team"}, id="half an entry"),
        pytest.param({"since": "soon"}, id="no day"),
    ],
)
def test_a_hold_that_cannot_be_meant_is_refused(served: Served, fields: dict[str, str]) -> None:
    headers = {"accept": "text/html"}
    answer = served.web.post("/history/holds", data={"reason": "x", **fields}, headers=headers)

    assert answer.status_code == 422
    assert "a case" not in shown(served, "/history/holds")


def test_people_are_called_by_their_names() -> None:
    assert People({"user:1": "Ann"}).name("user:1") == "Ann"
    assert People({"user:1": "Ann"}).name("system:retention") == "system:retention"


def test_nobody_is_known_where_nobody_signs_in(served: Served) -> None:
    assert people(served.parts).known == {}


def test_what_others_handed_in_is_not_tried_again_by_who_may_not_see_it(served: Served) -> None:
    sent = send(served)
    path, headers = f"/history/again/{sent['recording']}", {"hx-request": "true"}
    theirs = served.web.post(path, headers=served.by("team-b") | headers)
    unknown = served.web.post(f"/history/again/{'0' * 64}", headers=served.by("team-b") | headers)

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.text == unknown.text


def test_trying_again_takes_no_call_out_of_the_bin(served: Served) -> None:
    call = send(served)["recording"]
    made = refund()
    recording = replace(made.call.recording, id=call)
    served.save(replace(made, call=replace(made.call, recording=recording)))
    post(served, "/found/remove", call=call)
    answer = served.web.post(f"/history/again/{call}", headers={"hx-request": "true"})

    assert answer.status_code == 404
    assert "The bin is empty" not in shown(served, "/history/bin")


def test_each_sees_what_they_handed_in(served: Served) -> None:
    send(served)

    assert "user:root" not in shown(served, "/history", by="team-a")


def test_a_long_list_is_taken_along_whole(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.service.handed._AT_ONCE", 2)
    monkeypatch.setattr("huiting.service.handed.MOST", 4)
    for number in range(5):
        send(served, f"{number}.wav", str(number).encode())

    lines = served.web.get("/history/list.csv?unredacted=true").text.splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["4.wav", "3.wav", "2.wav", "1.wav"]


def test_names_are_looked_for_only_by_who_may_see_them(served: Served) -> None:
    program = replace(PEOPLE["root"], permissions=frozenset({Permission.CALLS_DELETE}))

    with pytest.raises(Forbidden, match="file names hold personal data"):
        served.parts.history.page(Wanted(name="138"), None, 10, View(program))
    assert served.parts.history.page(Wanted(), None, 10, View(program)).entries == []
