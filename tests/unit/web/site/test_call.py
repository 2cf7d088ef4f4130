"""The page of one call: who sees what of it, in both languages, and what can be changed there."""

import json
from dataclasses import replace

import pytest
from httpx2 import Response

from huiting.core.analysis import Analysis
from huiting.core.judgement import (
    Evidence,
    EvidenceKind,
    Finding,
    Judgement,
    Score,
    ScoredItem,
    Severity,
    Verdict,
)
from huiting.core.meaning import (
    Document,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
    Summary,
)
from huiting.core.types import (
    Condition,
    ConditionKind,
    Edit,
    Event,
    EventLabel,
    EventSource,
    Role,
    Span,
    Word,
)
from huiting.store.audit import Action
from served import NOON, Served, refund

HOSTILE = "<script>alert(1)</script>"
NUMBER = "13800138000"
HTMX = {"HX-Request": "true"}


def looked(served: Served, path: str, *, by: str = "root", language: str = "en") -> Response:
    """Return what a browser gets."""
    headers = {**served.by(by), "Accept": "text/html", "Accept-Language": language}
    return served.web.get(path, headers=headers)


def rich() -> Analysis:
    """Return a call of which everything is known, with hostile text wherever there is text."""
    made = refund("rich")
    first, second, *rest = made.call.segments
    first = replace(
        first,
        spoken=f"您号{HOSTILE}",
        text=f"您好{HOSTILE}",
        edits=(Edit(1, 2, "好", ("hotword",), 0.9),),
        words=(Word("您", Span(0.2, 0.4), 0.9), Word("号", Span(0.4, 0.6), 0.2)),
        language="en",
    )
    quote = Quote(1, Role.CUSTOMER, Span(2.5, 5), HOSTILE)
    events = (
        Event(EventLabel.LAUGHTER, Span(2.1, 2.4), EventSource.MODEL, 0, 0.9, Role.AGENT),
        Event(EventLabel.SILENCE, Span(12.5, 13.5), EventSource.DERIVED, value=1.0),
        Event(EventLabel.CROSSTALK, Span(5.0, 5.4), EventSource.DERIVED, role=Role.AGENT),
    )
    meaning = replace(
        made.meaning,
        needs=(quote,),
        outcome=Outcome(OutcomeKind.PROMISED, 0.8, (quote,)),
        churn=Sign(0.7, (quote,)),
        urgency=Sign(0.2),
        documents=(
            Document(HOSTILE, "https://wiki.example/refund", "intent"),
            Document("bad", "javascript:alert(1)", HOSTILE),
        ),
        summary=Summary(HOSTILE, HOSTILE, (HOSTILE,), (quote,), "a model"),
        advice=("priority-ticket", "also:en"),
    )
    conditions = (Condition(ConditionKind.CLIPPING, 0, 0.1),)
    call = replace(made.call, segments=(first, second, *rest), events=events, conditions=conditions)
    return replace(made, call=call, meaning=meaning)


def judged(call: str) -> Judgement:
    """Return what rules say of `rich`."""
    said = Evidence(EvidenceKind.SAID, Span(2.5, 5), 1, Role.CUSTOMER, 1, HOSTILE)
    sought = Evidence(EvidenceKind.SEARCHED, Span(0, 14), note=HOSTILE)
    findings = (
        Finding("rude", 1, Verdict.FAIL, -5, (said, said), HOSTILE, Severity.CRITICAL, HOSTILE),
        Finding("closing", 1, Verdict.UNCERTAIN, 0, (sought,), "closing"),
        Finding("greeting", 2, Verdict.PASS, 2, tuple(
            replace(said, span=Span(n, n + 0.5), quote=f"您好{n}") for n in range(8)
        ), "greeting"),
        Finding("goodbye", 1, Verdict.NOT_APPLICABLE, name="goodbye"),
    )  # fmt: skip
    items = (
        ScoredItem("a", "polite", "manners", 3, 5, Verdict.FAIL, fatal=True, why=HOSTILE,
                   advice=HOSTILE, moment=Span(2.5, 5)),
        ScoredItem("b", "absent", "manners", 0, 0, Verdict.NOT_APPLICABLE),
    )  # fmt: skip
    scores = (
        Score("service", 1, 60, 100, items, ("a",), uncertain=True, grade="C", low=50, high=70),
        Score("empty", 1, None, 0),
    )
    return Judgement(call, findings, scores, "digest", {"llm": "it did not answer"})


@pytest.fixture
def whole(served: Served) -> str:
    """The id of a call of which everything is known."""
    call = served.save(rich())
    served.parts.store.judge([judged(call)], at=NOON)
    return call


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["raw", "written", "rich"])
def test_what_was_said_runs_nowhere(served: Served, whole: str, language: str, form: str) -> None:
    answer = looked(served, f"/calls/{whole}?form={form}&unredacted=true", language=language)

    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    assert "javascript:" not in answer.text.replace("bad (javascript:", "")
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("zh", ["未通过", "需复听", "质检结果", "致命项未通过", "优先工单", "削波失真"], id="zh"),
        pytest.param("en", ["uncertain: listen", "Verdicts", "fatal item failed", "clipping"], id="en"),
    ],
)  # fmt: skip
def test_all_that_is_known_is_told(
    served: Served, whole: str, language: str, words: list[str]
) -> None:
    text = looked(served, f"/calls/{whole}", language=language).text

    for word in words:
        assert word in text
    for code in ("EventLabel", "priority-ticket", "NOT_APPLICABLE", "not-applicable"):
        assert code not in text


def test_the_worst_comes_first_and_much_evidence_is_folded(served: Served, whole: str) -> None:
    text = looked(served, f"/calls/{whole}").text

    places = [text.index(f'data-verdict="{v}"') for v in ("fail", "uncertain", "pass", "n/a")]
    assert places == sorted(places)
    assert "More evidence (4)" in text
    assert text.count('data-kind="critical"') == 1


def test_forms_of_the_text_differ(served: Served, whole: str) -> None:
    def form(name: str) -> str:
        return looked(served, f"/calls/{whole}/lines?form={name}").text

    assert "您</span>" in form("raw")
    assert "号</span>" in form("raw")
    assert "heard: 号" in form("written")
    assert 'class="word low"' in form("written")
    assert "laughter" in form("rich")
    assert "laughter" not in form("written")


def test_personal_data_is_shown_to_who_may_and_asks(served: Served, call: str) -> None:
    covered = looked(served, f"/calls/{call}").text
    assert NUMBER not in covered
    assert "[PHONE]" in covered

    assert NUMBER in looked(served, f"/calls/{call}?unredacted=true").text
    assert looked(served, f"/calls/{call}?unredacted=true", by="viewer").status_code == 403
    for part in ("lines", "timeline"):
        assert NUMBER not in looked(served, f"/calls/{call}/{part}").text


PARTS = ["", "/lines", "/timeline", "/rates", "/lines/0", "/lines/0/edit", "/outline"]


@pytest.mark.parametrize("part", PARTS)
def test_a_call_of_others_is_not_there(served: Served, call: str, part: str) -> None:
    assert looked(served, f"/calls/{call}{part}", by="team-b").status_code == 404


def test_what_is_seen_is_noted(served: Served, call: str) -> None:
    looked(served, f"/calls/{call}")

    noted = list(served.parts.noting.audit.entries())  # type: ignore[union-attr]
    assert [(e.entry.action, e.entry.subject) for e in noted] == [(Action.SAW, f"call:{call}")]


@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        pytest.param("root", ["/judge", "/remove", "Show personal data", "/edit", "/review/assign"], [], id="all"),
        pytest.param("lead", ["export?format=srt"], ["/judge", "/remove", "/edit"], id="lead"),
        pytest.param("viewer", ["may download nothing"], ["/judge", "/clip?", "Actions"], id="viewer"),
    ],
)  # fmt: skip
def test_only_what_somebody_may_do_is_offered(
    served: Served, call: str, name: str, shown: list[str], hidden: list[str]
) -> None:
    text = looked(served, f"/calls/{call}", by=name).text

    assert [word for word in shown if word not in text] == []
    assert [word for word in hidden if word in text] == []


def test_a_call_without_verdicts_words_or_sound_is_shown(served: Served) -> None:
    made = refund("bare")
    call = replace(made.call, segments=(), events=())
    bare = served.save(
        replace(made, call=call, meaning=replace(made.meaning, entities=(), intents=()))
    )

    text = looked(served, f"/calls/{bare}").text
    assert "Nobody speaks in this call" in text
    assert "No rules have judged this call yet" in text
    assert "The recording is not kept" in text
    assert "Nothing was told from the text" in text


def test_lanes_tell_what_is_drawn_and_by_what_the_player_jumps(served: Served, whole: str) -> None:
    told = json.loads(looked(served, f"/calls/{whole}/timeline").text)

    assert told["lines"]["start"][:2] == [0.2, 2.5]
    assert told["emotion"] == [[2.5, 5.0, "angry", "customer: angry"]]
    assert [item[2] for item in told["sounds"]] == ["laughter"]
    assert [item[2] for item in told["silence"]] == ["silence"]
    assert [item[2] for item in told["overlap"]] == ["crosstalk"]
    assert [item[2] for item in told["rules"]] == ["fail", "fail"]
    assert {curve["role"] for curve in told["curves"]} == {"customer"}


def test_what_is_drawn_is_not_sent_again_to_who_has_it(served: Served, whole: str) -> None:
    first = looked(served, f"/calls/{whole}/timeline")
    headers = {**served.by("root"), "If-None-Match": first.headers["etag"]}

    assert served.web.get(f"/calls/{whole}/timeline", headers=headers).status_code == 304


def test_a_link_to_a_moment_brings_its_lines(served: Served) -> None:
    made = refund("long")
    some = made.call.segments[0]
    segments = tuple(replace(some, span=Span(n, n + 0.9)) for n in range(100))
    recording = replace(made.call.recording, duration=100.0)
    longer = replace(made.call, segments=segments, recording=recording)
    call = served.save(replace(made, call=longer, meaning=Meaning()))

    text = looked(served, f"/calls/{call}?t=83.2").text
    assert 'id="line-83"' in text
    assert 'id="line-0"' not in text
    assert 'data-moment="83.2"' in text
    assert 'id="line-0"' in looked(served, f"/calls/{call}/lines").text


def test_something_said_is_found_in_what_is_shown(served: Served, call: str) -> None:
    post(served, f"/calls/{call}/lines/4", text="好的，马上退货。", what="said")

    def found(text: str, more: str = "") -> object:
        return looked(served, f"/calls/{call}/find?q={text}{more}").json()

    assert found("退货") == [1, 4]
    assert found("手机") == [2, 3]
    assert found(NUMBER) == []
    assert found(NUMBER, "&unredacted=true") == [3]
    assert looked(served, f"/calls/{call}/find?q=x", by="team-b").status_code == 404


def test_an_earlier_version_has_its_own_words_and_no_verdicts(served: Served, whole: str) -> None:
    made = rich()
    segments = (replace(made.call.segments[0], text="新的", spoken="新的", edits=(), words=()),)
    served.save(replace(made, call=replace(made.call, segments=segments), meaning=refund().meaning))

    text = looked(served, f"/calls/{whole}?version=1").text
    assert "an earlier analysis" in text
    assert "Of earlier analyses no verdicts are kept" in text
    assert "您" in text
    assert looked(served, f"/calls/{whole}?version=9").status_code == 404


def post(served: Served, path: str, *, by: str = "root", **form: str) -> Response:
    """Send a form as htmx does."""
    return served.web.post(path, data=form, headers={**served.by(by), **HTMX})


def test_a_line_is_corrected_beside_the_machine(served: Served, call: str) -> None:
    url = f"/calls/{call}/lines/1"
    assert "我要退货" in looked(served, f"{url}/edit").text

    made = post(served, f"{url}?version=1", text=f"我要退火{HOSTILE}", what="said").text
    assert "corrected" in made
    assert "我要退火&lt;script&gt;" in made
    assert "我要退货" in made
    assert "checked" in post(served, url, what="right").text
    assert "Nobody speaks here" in post(served, url, text="", what="said").text
    back = post(served, url, what="back").text
    assert "corrected" not in back
    assert "Nobody speaks here" not in back


def test_a_line_that_is_not_there_leads_back_to_the_call(served: Served, call: str) -> None:
    answer = served.web.get(f"/calls/{call}/lines/99", headers=HTMX)

    assert answer.headers["HX-Redirect"] == f"/calls/{call}"


def test_rates_are_told_once_somebody_has_checked_a_line(served: Served, call: str) -> None:
    assert "Nobody has checked a line yet" in looked(served, f"/calls/{call}/rates").text

    post(served, f"/calls/{call}/lines/1", text="我要退火，你们太慢了！", what="said")
    text = looked(served, f"/calls/{call}/rates").text
    assert "In this call:" in text
    assert "In all calls that you see:" in text
    post(served, f"/calls/{served.save(refund('b'))}/lines/1", text="我要退火，你们太慢了！")
    assert "worth a hotword" in looked(served, f"/calls/{call}/rates").text
    assert "worth a hotword" not in looked(served, f"/calls/{call}/rates", by="viewer").text


def test_remarks_come_and_go(served: Served, call: str) -> None:
    made = post(served, f"/calls/{call}/remarks", text=HOSTILE, moment="3.5").text
    assert "&lt;script&gt;" in made
    assert 'data-seek="3.50"' in made
    [remark] = served.web.get(f"/api/v1/calls/{call}/remarks").json()
    gone = post(served, f"/calls/{call}/remarks/{remark['id']}/remove").text
    assert "Nobody has said anything" in gone
    assert post(served, f"/calls/{call}/remarks", text=" ").status_code == 422


def test_a_call_goes_into_the_bin_and_comes_back(served: Served, call: str) -> None:
    gone = post(served, f"/calls/{call}/remove?in=sort%3Dduration")
    assert "Undo" in gone.text
    assert looked(served, f"/calls/{call}").status_code == 404

    back = post(served, f"/calls/{call}/restore?in=sort%3Dduration")
    assert back.headers["HX-Redirect"] == f"/calls/{call}?in=sort%3Dduration"
    assert looked(served, f"/calls/{call}").status_code == 200


def test_a_call_is_judged_again(served: Served, call: str) -> None:
    answer = post(served, f"/calls/{call}/judge")

    assert "The call is judged again" in answer.text
    [job] = served.web.get("/api/v1/jobs?kind=rejudge").json()["items"]
    seen = looked(served, f"/calls/{call}/progress/{job['id']}").text
    assert "waiting" in seen
    assert looked(served, f"/calls/{call}/progress/{job['id']}", by="viewer").status_code == 404


def hand_in(served: Served) -> tuple[str, int]:
    """Hand in a recording; return its id and its job."""
    files = {"files": ("8001_a.wav", b"RIFF", "audio/wav")}
    [taken] = served.web.post("/api/v1/recordings", files=files).json()["accepted"]
    return str(taken["recording"]), int(taken["job"])


def test_a_recording_that_is_still_being_analyzed_says_so(served: Served) -> None:
    recording, job = hand_in(served)

    text = looked(served, f"/calls/{recording}").text
    assert "Still being analyzed" in text
    assert f"/calls/{recording}/progress/{job}" in text
    assert looked(served, f"/calls/{recording}/progress/{job}", by="viewer").status_code == 200
    assert looked(served, f"/calls/{recording}/progress/{job}", by="team-b").status_code == 404
    assert looked(served, f"/calls/{recording}", by="team-b").status_code == 404
    served.done(job)
    done = served.web.get(f"/calls/{recording}/progress/{job}", headers=HTMX)
    assert done.headers["HX-Redirect"] == f"/calls/{recording}"


def test_a_call_is_recognized_again_with_other_words(served: Served) -> None:
    recording, job = hand_in(served)
    made = refund("again")
    served.done(job)
    served.save(replace(made, call=replace(made.call, recording=replace(
        made.call.recording, id=recording
    ))))  # fmt: skip

    answer = post(served, f"/calls/{recording}/hear", language="en", hotwords="AirPods\n\nHuiting")
    assert "being recognised" in answer.text
    assert "being recognised" in looked(served, f"/calls/{recording}").text
    assert post(served, f"/calls/{recording}/hear", language="EN").status_code == 422
    assert post(served, f"/calls/{recording}/hear", engine="second").status_code == 200
    assert post(served, f"/calls/{recording}/hear", engine="third").status_code == 422


def neighbours(text: str) -> tuple[bool, bool]:
    return "data-before" in text, "data-after" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", (True, True), id="all, the newest first"),
        pytest.param("sort=duration&order=asc", (True, True), id="by length"),
        pytest.param("metadata=agent:8002", (False, False), id="the only one"),
        pytest.param("q=退货", (True, True), id="that say it"),
        pytest.param("sort=score", (False, False), id="by no score"),
        pytest.param("metadata=phone:13800138000", (False, False), id="by personal data"),
        pytest.param("since=never", (True, True), id="in error"),
    ],
)
def test_neighbours_are_those_of_the_list(
    served: Served, query: str, expected: tuple[bool, bool]
) -> None:
    ids = []
    for number, name in enumerate("abc"):
        made = refund(name, agent=f"800{number + 1}")
        recording = replace(
            made.call.recording, duration=14.0 + number, started_at=NOON.replace(hour=number)
        )
        ids.append(served.save(replace(made, call=replace(made.call, recording=recording))))

    answer = served.web.get(
        f"/calls/{ids[1]}", params={"in": query}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 200
    assert neighbours(answer.text) == expected


def test_a_score_sorts_neighbours_too(served: Served, whole: str) -> None:
    answer = served.web.get(
        f"/calls/{whole}", params={"in": "sort=score&scorecard=service"},
        headers={"Accept": "text/html"},
    )  # fmt: skip

    assert neighbours(answer.text) == (False, False)


@pytest.mark.parametrize(
    "path", ["lines/0", "remarks", "remarks/1/remove", "judge", "hear", "remove", "restore"]
)
def test_who_only_looks_changes_nothing(served: Served, call: str, path: str) -> None:
    assert post(served, f"/calls/{call}/{path}", by="viewer", text="x").status_code == 403


def test_corrections_go_on_with_lines_that_a_new_version_hears_at_the_same_time(
    served: Served, call: str
) -> None:
    post(served, f"/calls/{call}/lines/1", text="我要退火。", what="said")
    post(served, f"/calls/{call}/lines/0", text="喂，您好。", what="said")
    made = refund()
    first, second, *rest = made.call.segments
    later = replace(first, span=Span(0.9, 2.0))
    served.save(replace(made, call=replace(made.call, segments=(later, second, *rest))))

    text = looked(served, f"/calls/{call}/lines").text
    assert "我要退火。" in text
    assert "喂，您好。" not in text
    gone = post(served, f"/calls/{call}/lines/1?version=1", text="x", what="said")
    assert gone.status_code == 409


def test_who_sees_some_calls_sees_what_is_done_with_those_and_with_their_own(
    served: Served,
) -> None:
    files = {"files": ("8001_a.wav", b"RIFF", "audio/wav")}
    given = {"metadata": '{"team": "A"}'}
    taken = served.web.post(
        "/api/v1/recordings", data=given, files=files, headers=served.by("team-a")
    ).json()["accepted"][0]
    path = f"/calls/{taken['recording']}"

    assert "Still being analyzed" in looked(served, path, by="team-a").text
    assert looked(served, path, by="team-b").status_code == 404
    made = refund()
    recording = replace(made.call.recording, id=taken["recording"])
    served.save(replace(made, call=replace(made.call, recording=recording)))
    post(served, f"{path}/hear", language="en")
    assert "being recognised" in looked(served, path, by="team-a").text


def test_a_call_is_put_into_the_queue_of_who_reviews(served: Served, whole: str) -> None:
    answer = post(served, "/review/assign", call=whole)

    assert "1 call is in the queue" in answer.text
