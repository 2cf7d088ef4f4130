"""The table of calls: what it finds, for whom, and what it never does."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from fakes import AGENT, CUSTOMER, says
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.core.meaning import Meaning
from huiting.store import known
from served import Served, refund, serving
from unit.store.stored import NOON, heard


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with a call of team A and one of team B, for tests that only look."""
    with serving(tmp_path_factory.mktemp("looked")) as running:
        running.save(refund("a"))
        running.save(refund("b", agent="9002", team="B"))
        yield running


@pytest.fixture
def two(served: Served) -> tuple[str, str]:
    """Ids of calls of team A and of team B."""
    return served.save(refund("a")), served.save(refund("b", agent="9002", team="B"))


def shown(served: Served, path: str, by: str = "root", language: str = "en") -> str:
    headers = served.by(by) | {"accept": "text/html", "accept-language": language}
    answer = served.web.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def found(page: str) -> list[str]:
    """Return the ids of the calls that a page lists."""
    return re.findall(r'name="call" value="([0-9a-f]{64})"', page)


def links(page: str, title: str) -> list[str]:
    """Return where the links of this title lead to."""
    return re.findall(rf'href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?\s*{title}', page)


def post(served: Served, path: str, by: str = "root", **fields: str | list[str]) -> str:
    headers = served.by(by) | {"accept": "text/html", "hx-request": "true"}
    answer = served.web.post(path, data=fields, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def status(served: Served, path: str, by: str, **fields: str) -> int:
    headers = served.by(by) | {"accept": "text/html"}
    return served.web.post(path, data=fields, headers=headers).status_code


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("", 2, id="all"),
        pytest.param("agent=9002", 1, id="of an agent"),
        pytest.param("q=退货", 2, id="by words"),
        pytest.param("q=退货&said_by=agent", 0, id="that somebody else says"),
        pytest.param("q=退货&said_by=customer", 2, id="that the customer says"),
        pytest.param("q=腿货&sounds_like=true", 2, id="by sound"),
        pytest.param("metadata=team:B", 1, id="by an entry"),
        pytest.param("name_of=team&value_of=B", 1, id="by an entry of the form"),
        pytest.param("emotion=ANGRY&role=customer", 2, id="by emotion"),
        pytest.param("emotion=ANGRY&role=agent", 0, id="by the emotion of the other"),
        pytest.param("intent=售后", 2, id="by the beginning of a reason"),
        pytest.param("duration_min=13&duration_max=15", 2, id="by length"),
        pytest.param("measure=silence_ratio:0:1", 2, id="by what is measured"),
        pytest.param("number_of=silence_ratio&number_least=101", 0, id="by a share in per cent"),
        pytest.param("sound=music", 0, id="by what is heard"),
        pytest.param("fatal=true", 0, id="with a fatal item that failed"),
        pytest.param("outcome=solved", 0, id="by outcome"),
        pytest.param("from=2025-03-12&to=2025-03-12", 2, id="of a day"),
        pytest.param("from=2025-03-13", 0, id="of later days"),
        pytest.param("period=today", 2, id="of today"),
        pytest.param("period=yesterday", 0, id="of yesterday"),
        pytest.param("q=&agent=&rule=&period=", 2, id="nothing is asked by empty inputs"),
    ],
)
def test_what_is_found(looked: Served, query: str, count: int) -> None:
    assert len(found(shown(looked, f"/calls?{query}"))) == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("verdict=perhaps", "verdict"),
        ("from=tomorrow", "from"),
        ("duration_min=long", "duration_min"),
        ("number_of=hold&number_least=x", "hold"),
        ("number_of=hold&number_least=1e999", "measure"),
        ("period=never", "period"),
        ("measure=hold", "measure"),
        ("from=9999-12-31&to=9999-12-31", "to"),
    ],
)
def test_what_is_not_understood_is_left_out_and_named(
    looked: Served, query: str, names: str
) -> None:
    page = shown(looked, f"/calls?{query}")

    assert f"left out: {names}." in page


def test_a_search_for_nothing_is_told(looked: Served) -> None:
    page = shown(looked, "/calls?q=" + "+a" * 21)

    assert "alert-danger" in page
    assert found(page) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chips_take_one_thing_away_each(looked: Served, language: str) -> None:
    query = (
        "q=退货&sounds_like=true&said_by=customer&agent=8001&emotion=ANGRY&period=7-days"
        "&measure=silence_ratio:0.1:0.5&duration_min=1&duration_max=90&metadata=team:A"
    )
    page = shown(looked, f"/calls?{query}", language=language)
    chips = re.findall(r'class="badge bg-primary-lt chip" href="/calls\??([^"]*)"', page)

    assert len(chips) == 9
    lost = [set(parse_qs(query)) - set(parse_qs(chip.replace("&amp;", "&"))) for chip in chips]
    assert {"q", "sounds_like", "said_by"} in lost
    assert {"duration_min", "duration_max"} in lost
    assert {"measure"} in lost
    assert {"emotion"} in lost


def test_lines_are_marked_and_lead_to_their_place(served: Served, two: tuple[str, str]) -> None:
    page = shown(served, "/calls?q=退货&agent=8001")

    assert "<mark>退货</mark>" in page
    [path] = set(re.findall(rf'href="(/calls/{two[0]}[^"]*)"', page))
    asked = parse_qs(urlsplit(path.replace("&amp;", "&")).query)
    assert asked["t"] == ["2.5"]
    assert parse_qs(asked["in"][0]) == {"q": ["退货"], "agent": ["8001"]}
    assert f"/api/v1/calls/{two[0]}/clip?start=2.500" in page


def test_personal_data_is_neither_shown_nor_found(looked: Served) -> None:
    page = shown(looked, "/calls?q=13800138000")

    assert found(page) == []
    assert "13800138000" not in shown(looked, "/calls?agent=8001")
    open_page = shown(looked, "/calls?q=13800138000&unredacted=true")
    assert len(found(open_page)) == 2
    assert "<mark>13800138000</mark>" in open_page


def test_how_often_a_number_is_said_is_not_told(looked: Served) -> None:
    assert "2" not in shown(looked, "/found/count?q=13800138000")
    assert "2 calls" in shown(looked, "/found/count?q=13800138000&unredacted=true")


def test_personal_data_is_not_filtered_by(looked: Served) -> None:
    page = shown(looked, "/calls?metadata=phone:13800138000", by="lead")

    assert found(page) == []
    assert "phone is personal data" in page


def test_each_sees_their_own(served: Served, two: tuple[str, str]) -> None:
    assert found(shown(served, "/calls", by="team-a")) == [two[0]]
    assert found(shown(served, "/calls?q=退货", by="team-b")) == [two[1]]
    assert "1 call" in shown(served, "/found/count", by="team-a")


@pytest.mark.parametrize(
    ("name", "query"),
    [
        pytest.param("x", "q=13800138000", id="as words"),
        pytest.param("x", "q=一三八零零一三八", id="spoken"),
        pytest.param("x", "q=138 0013-8000", id="in groups"),
        pytest.param("Mr Li 13800138000", "q=退货", id="as its name"),
    ],
)
def test_a_search_with_a_long_number_in_it_is_not_shared(
    name: str, query: str, looked: Served
) -> None:
    fields = {"name": name, "query": query}

    assert status(looked, "/found/searches", "other", **fields, shared="1") == 422
    assert status(looked, "/found/searches", "other", **fields) == 200


@pytest.mark.parametrize("few", [0, 2_000], ids=["among many", "among few"])
def test_who_is_limited_is_offered_what_their_own_calls_have_alone(
    few: int, served: Served, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "_FEW", few)
    for call, rule in zip(two, ("greets", "secret"), strict=True):
        judged = Judgement(call, (Finding(rule, 1, Verdict.FAIL),))
        served.parts.store.judge([judged], at=NOON)

    offered = shown(served, "/calls", by="team-a")
    assert 'value="greets"' in offered
    assert "secret" not in offered
    assert 'value="secret"' in shown(served, "/calls")


@pytest.mark.parametrize(
    ("by", "can"),
    [
        ("viewer", []),
        ("lead", ["Export"]),
        (
            "root",
            [
                "Export", "Judge again", "Recognise again", "Compare engines", "Legal hold",
                "Into the bin",
            ],
        ),
    ],
)  # fmt: skip
def test_each_is_offered_what_they_may(looked: Served, by: str, can: list[str]) -> None:
    page = shown(looked, "/calls", by=by)
    offered = re.findall(
        r'<button class="btn btn-sm[^>]*data-(?:opens|needs)[^>]*>.*?</svg> ([^<]+)<', page
    )

    assert [one for one in offered if one != "Assign for review"] == can
    assert ("Play this line" in shown(looked, "/calls?q=退货", by=by)) == (by != "viewer")


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("/found/remove", "lead"), ("/found/restore", "lead"), ("/found/judge", "lead"),
        ("/found/hear", "lead"), ("/found/hold", "lead"), ("/found/export", "viewer"),
    ],
)  # fmt: skip
def test_nobody_does_what_they_may_not(looked: Served, path: str, by: str) -> None:
    assert status(looked, path, by, reason="x", ids="x") == 403


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["/calls", "/calls?agent=none", "/calls?cursor=nonsense"])
def test_empty_pages_say_what_to_do(served: Served, path: str, language: str) -> None:
    page = shown(served, path, language=language)

    assert 'class="empty' in page or 'class="alert alert-danger' in page


def test_hostile_texts_are_only_texts(served: Served) -> None:
    evil = "<script>alert(1)</script>"
    served.parts.store.save(
        heard("x", f"退货{evil}", metadata={"agent": evil, evil: evil}, path=f"/c/{evil}.wav"),
        at=NOON,
    )
    columns = {"huiting-columns": f"started.name.agent.field:{evil}"}
    served.web.cookies.update(columns)
    for query in ("", "?q=退货", f"?q={evil}", f"?agent={evil}", f"?metadata={evil}:{evil}"):
        page = shown(served, f"/calls{query}&unredacted=true" if query else "/calls")
        assert evil not in page
        assert "&lt;script&gt;" in page
    post(served, "/found/searches", name=evil, query=f"q={evil}")
    assert evil not in shown(served, "/calls")


def many(served: Served, count: int) -> list[str]:
    made = [heard(f"c{n}", "您好退货", metadata={"agent": str(n % 3)}) for n in range(count)]
    served.parts.store.save_all(made, at=NOON)
    return [one.call.recording.id for one in made]


def test_pages_forth_and_back_show_every_call_once(served: Served) -> None:
    every = many(served, 120)
    pages, path = [], "/calls"
    while path:
        page = shown(served, path)
        pages.append(found(page))
        path = next(iter(links(page, "Next page")), "").replace("&amp;", "&")

    every_page = [call for page_of in pages for call in page_of]
    assert [len(p) for p in pages] == [50, 50, 20]
    assert sorted(every_page) == sorted(every)
    back = links(page, "Previous page")[0].replace("&amp;", "&")
    before = shown(served, back)
    assert found(before) == pages[1]
    assert found(shown(served, links(before, "Previous page")[0].replace("&amp;", "&"))) == pages[0]
    first = shown(served, "/calls")
    last = found(shown(served, links(first, "Last page")[0].replace("&amp;", "&")))
    assert last == every_page[-50:]
    assert links(first, "First page") == []


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorted_by_length(served: Served, order: str) -> None:
    many(served, 3)
    served.save(refund("a"))
    page = shown(served, f"/calls?sort=duration&order={order}")
    lengths = re.findall(r'data-label="Length"[^>]*>([\d:]+)<', page)

    assert lengths == sorted(lengths, reverse=order == "desc")
    assert f'aria-sort="{order}ending"' in page


def test_columns_are_those_that_were_chosen(served: Served, two: tuple[str, str]) -> None:
    answer = served.web.post("/found/columns", data={"column": ["agent", "silence"]})

    assert answer.headers["hx-refresh"] == "true"
    assert re.findall(r'<td data-label="([^"]+)"', shown(served, "/calls?agent=8001")) == [
        "Agent", "Silence",
    ]  # fmt: skip
    served.web.post("/found/columns", data={})
    assert "Customer sounds" in shown(served, "/calls")


def test_columns_may_have_any_name(served: Served) -> None:
    name = "坐席.组 1%"
    served.parts.store.save(heard("x", "退货", metadata={name: "甲"}), at=NOON)
    answer = served.web.post("/found/columns", data={"column": [f"field:{name}"]})

    assert answer.status_code == 200
    assert re.findall(r'<td data-label="([^"]+)"', shown(served, "/calls")) == [name]


def test_columns_whose_names_no_cookie_holds_are_refused(served: Served) -> None:
    many = [f"field:{n:02}{'长' * 100}" for n in range(30)]

    assert served.web.post("/found/columns", data={"column": many}).status_code == 422


def test_the_part_that_changes_has_no_frame_and_says_its_address(served: Served) -> None:
    answer = served.web.get("/calls?agent=1&q=&sort=duration", headers={"hx-request": "true"})

    assert "<html" not in answer.text
    assert answer.headers["hx-push-url"] == "/calls?agent=1&sort=duration&order=desc"


def test_what_is_read_again_is_no_new_step_back(served: Served) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/calls?agent=1"}

    assert served.web.get("/calls?agent=1", headers=headers).headers["hx-push-url"] == "false"
    other = served.web.get("/calls?agent=2", headers=headers)
    assert other.headers["hx-push-url"] == "/calls?agent=2"


def test_searches_are_saved_opened_removed_and_brought_back(
    served: Served, two: tuple[str, str]
) -> None:
    headers = {"hx-request": "true", "accept": "text/html"}
    made = served.web.post(
        "/found/searches", data={"name": "Refunds", "query": "q=退货"}, headers=headers
    )
    assert "search=1" in made.headers["hx-redirect"]
    opened = served.web.get("/found/searches/1", follow_redirects=True)
    assert len(found(opened.text)) == 2
    assert 'aria-current="true">Refunds' in opened.text
    assert "Refunds" not in shown(served, "/calls", by="other")

    assert "Undo" in post(served, "/found/searches/1/remove")
    assert "Refunds" not in shown(served, "/calls")
    post(served, "/found/searches/1/restore")
    assert "Refunds" in shown(served, "/calls")


def test_a_search_is_shared_with_the_team_and_only_its_owner_removes_it(
    served: Served, two: tuple[str, str]
) -> None:
    post(served, "/found/searches", by="team-a", name="Ours", query="q=退货", shared="1")

    assert "Ours" in shown(served, "/calls", by="root")
    assert "Ours" not in shown(served, "/calls", by="team-b")
    assert status(served, "/found/searches/1/remove", "root") == 404


def test_a_search_by_somebody_s_number_is_not_shared(served: Served, two: tuple[str, str]) -> None:
    query = "metadata=phone:13800138000&unredacted=true"

    assert status(served, "/found/searches", "root", name="x", query=query, shared="1") == 422


def test_calls_go_into_the_bin_and_come_back(served: Served, two: tuple[str, str]) -> None:
    notice = post(served, "/found/remove", call=list(two))

    assert "2 calls are in the bin." in notice
    assert found(shown(served, "/calls")) == []
    ids = re.findall(r'name="ids" value="([^"]+)"', notice)[0]
    assert "2 calls are back." in post(served, "/found/restore", ids=ids)
    assert len(found(shown(served, "/calls"))) == 2


def test_all_that_is_found_is_meant_and_nothing_else(served: Served, two: tuple[str, str]) -> None:
    told = post(served, "/found/chosen", all="1", query="agent=8001")
    [newest] = re.findall(r'name="newest" value="(\d+)"', told)
    assert "1 call is found and chosen." in told
    served.save(refund("later"))
    notice = post(served, "/found/remove", all="1", query="agent=8001", newest=newest)
    [path] = re.findall(r'hx-get="(/found/works/\w+)"', notice)
    assert "0 of 1 calls" in notice
    assert path in shown(served, "/found/works")
    served.work()
    done = shown(served, path)

    assert "1 call was put into the bin." in done
    assert "hx-trigger" not in done
    assert path not in shown(served, "/found/works")
    assert two[0] not in found(shown(served, "/calls"))
    assert len(found(shown(served, "/calls"))) == 2  # that of another agent, and the later one
    assert served.web.get(path, headers=served.by("other")).status_code == 404
    assert "1 call, put here together" in shown(served, "/history/bin")
    [undo] = re.findall(r'hx-post="(/found/works/\w+/undo)"', done)
    again = post(served, undo)
    [path] = re.findall(r'hx-get="(/found/works/\w+)"', again)
    served.work()
    assert "1 call is back." in shown(served, path)
    assert two[0] in found(shown(served, "/calls"))


def test_work_on_all_calls_is_cancelled(served: Served, two: tuple[str, str]) -> None:
    notice = post(served, "/found/judge", all="1")
    [path] = re.findall(r'hx-post="(/found/works/\w+/cancel)"', notice)
    ended = post(served, path)

    assert "cancelled" in ended
    assert "hx-trigger" not in ended
    assert "已取消" in shown(served, path.removesuffix("/cancel"), language="zh")
    assert len(found(shown(served, "/calls"))) == 2


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/found/hear", {"language": "en"}, "The audio of 2 is not kept here."),
        ("/review/assign", {}, "2 were there before, or are not judged."),
        ("/found/remove", {}, "2 calls were put into the bin."),
    ],
    ids=["heard", "assigned", "removed"],
)
def test_what_came_of_all_calls_is_told(
    served: Served, two: tuple[str, str], path: str, fields: dict[str, str], said: str
) -> None:
    [follow] = re.findall(r'hx-get="(/found/works/\w+)"', post(served, path, all="1", **fields))
    served.work()

    assert said in shown(served, follow)


def test_more_than_can_be_taken_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    many(served, 5)
    monkeypatch.setattr("huiting.service.bulk.desk.MOST", 3)

    assert "More than 3 calls are found" in post(served, "/found/chosen", all="1")
    assert status(served, "/found/remove", "root", all="1") == 422
    assert len(found(shown(served, "/calls"))) == 5


def test_the_latest_are_held_where_many_are_found(served: Served) -> None:
    many(served, 5)
    notice = post(served, "/found/hold", all="1", reason="a case")

    assert "5 calls are on legal hold." in notice


def test_of_hidden_numbers_none_are_chosen(served: Served, two: tuple[str, str]) -> None:
    query = "q=13800138000"

    assert "All 0 calls that" in post(served, "/found/chosen", all="1", query=query)
    query += "&unredacted=true"
    assert "All 2 calls that" in post(served, "/found/chosen", all="1", query=query)
    assert "All 2 calls that" in post(served, "/found/chosen", all="1", query="q=退货")


def test_who_says_a_hidden_number_is_not_told(served: Served) -> None:
    said = [says(AGENT, 0, 1, "尾号8000对吗"), says(CUSTOMER, 1, 3, "手机号是13800138000")]
    made = refund("a")
    served.save(replace(made, call=replace(made.call, segments=tuple(said)), meaning=Meaning()))

    assert len(found(shown(served, "/calls?q=8000&unredacted=true&said_by=customer"))) == 1
    assert found(shown(served, "/calls?q=8000&said_by=customer")) == []


def test_rules_are_offered_by_their_names(served: Served, two: tuple[str, str]) -> None:
    finding = Finding("greets", 1, Verdict.FAIL, name="Greets the customer")
    served.parts.store.judge([Judgement(two[0], (finding,), rules="r")], at=NOON)
    page = shown(served, "/calls?rule=greets&verdict=fail")

    assert '<option value="greets" selected>Greets the customer</option>' in page
    assert ">Rule: Greets the customer<" in page
    assert found(page) == [two[0]]


def test_times_of_day_and_open_ranges_are_said(looked: Served) -> None:
    page = shown(
        looked,
        "/calls?since=2025-03-12T00:00:00&until=2025-03-12T23:30:00&duration_max=90"
        "&measure=hold::30&measure=hold:1:2",
    )

    for text in ("from 2025-03-12", "before 2025-03-12 23:30", "≤ 90", "≤ 30", "1–2"):
        assert text in page


def test_what_is_held_stays(served: Served, two: tuple[str, str]) -> None:
    assert "1 call is on legal hold." in post(served, "/found/hold", call=[two[0]], reason="a case")
    notice = post(served, "/found/remove", call=list(two))

    assert "1 call is in the bin." in notice
    assert "1 is on legal hold and stays." in notice


def test_calls_of_others_are_not_touched(served: Served, two: tuple[str, str]) -> None:
    headers = served.by("team-b") | {"hx-request": "true", "accept": "text/html"}
    answer = served.web.post("/found/remove", data={"call": two[0]}, headers=headers)

    assert answer.status_code == 422  # none is chosen of those that they see
    assert len(found(shown(served, "/calls"))) == 2


def test_calls_are_judged_again_as_work_that_can_be_followed(
    served: Served, two: tuple[str, str]
) -> None:
    notice = post(served, "/found/judge", call=[two[0]])
    [path] = re.findall(r'hx-get="(/found/progress/\d+)"', notice)

    assert "waiting" in shown(served, path)
    assert served.web.get(path, headers=served.by("other")).status_code == 404
    job = served.parts.queue.get(int(path.rpartition("/")[2]))
    assert job.order.payload["among"] == two[0]


def test_calls_are_recognised_again_as_a_batch(served: Served) -> None:
    given = {"files": ("8001_a.wav", b"RIFF", "audio/wav")}
    recording = served.web.post("/api/v1/recordings", files=given).json()["accepted"][0]
    made = refund("a")
    call = made.call.recording.id
    served.save(made)
    notice = post(served, "/found/hear", call=[call], language="en", hotwords="慧听\n")

    assert "0 calls are to be recognised again." in notice
    assert "1 is gone, or its audio is." in notice
    assert recording["recording"] != call
    assert status(served, "/found/hear", "root", call=call, language="Elvish") == 422


@pytest.mark.parametrize(
    ("fields", "rows"),
    [({"all": "1", "query": "agent=8001"}, 1), ({}, 2), ({"one": "1"}, 1)],
    ids=["all that are found", "nothing is ticked", "one is ticked"],
)
def test_calls_are_written_to_a_file(
    served: Served, two: tuple[str, str], fields: dict[str, str], rows: int
) -> None:
    ticked = [two[1]] if fields.get("one") else []
    notice = post(served, "/found/export", form="csv", call=ticked, **fields)
    [path] = re.findall(r'hx-get="(/found/progress/\d+)"', notice)
    served.work()
    done = shown(served, path)

    assert "hx-trigger" not in done
    [file] = re.findall(r'href="(/api/v1/exports/\d+/file)"', done)
    lines = served.web.get(file).text.strip().splitlines()
    assert len(lines) == 1 + rows


def test_values_of_an_entry_are_suggested(looked: Served) -> None:
    assert shown(looked, "/found/values?name=agent&begins=9").count("<option") == 1
    answer = looked.web.get("/found/values?name=phone", headers=looked.by("lead"))
    assert answer.status_code == 403


def test_what_is_looked_for_is_noted(looked: Served) -> None:
    shown(looked, "/calls?q=退货")

    noted = looked.parts.noting
    assert noted is not None
    assert noted.audit.entries(limit=1)[0].entry.action == "searched"
