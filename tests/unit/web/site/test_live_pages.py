"""Pages of live calls: who sees what, in which language, and that nothing said runs as a script."""

from dataclasses import replace
from typing import cast

import pytest

from fakes import CUSTOMER, says
from huiting.access.permissions import UserRole
from huiting.core.types import EmotionLabel, Role, Span
from huiting.live.updates import Cue, CueKind, Final, Lost, Mood, Pulse
from huiting.service.live.happening import Event, Happening
from huiting.service.live.opening import Opening
from huiting.service.live.showing import Past
from huiting.store.live import LiveCall
from served import NOON, PEOPLE, Served, person, refund
from speaking import RECORDING, STEP, ScriptedLine, ScriptedLive

HOSTILE = "<script>alert(1)</script>"


def live_of(served: Served) -> ScriptedLive:
    return cast("ScriptedLive", served.parts.live)


def speak(served: Served, **metadata: str) -> ScriptedLine:
    opening = Opening(roles=(Role.AGENT, Role.CUSTOMER), metadata=metadata)
    return live_of(served).open(opening, PEOPLE["root"])


def page(served: Served, path: str, *, name: str = "root", language: str = "en") -> str:
    answer = served.web.get(path, headers=served.by(name) | {"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("name", "speaks", "watches"),
    [("root", True, True), ("lead", False, True), ("agent", True, False)],
)
def test_each_sees_what_they_may_do(
    name: str, served: Served, *, speaks: bool, watches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "agent", person("agent", role=UserRole.AGENT, agent="8001"))

    text = page(served, "/live", name=name)

    assert ("Start a call from this device" in text) is speaks
    assert ('hx-get="/live/wall"' in text) is watches
    assert ('value="8001" readonly' in text) is (name == "agent")


@pytest.mark.parametrize(
    ("path", "name"),
    [("/live", "viewer"), ("/live/wall", "viewer"), ("/live/live1", "viewer"),
     ("/live/done/" + RECORDING, "viewer")],
)  # fmt: skip
def test_others_are_refused(path: str, name: str, served: Served) -> None:
    speak(served)

    assert served.web.get(path, headers=served.by(name)).status_code == 403


@pytest.mark.parametrize(
    ("language", "word"), [("en", "No call runs"), ("zh", "当前没有通话")], ids=["en", "zh"]
)
def test_a_wall_without_calls_says_so(language: str, word: str, served: Served) -> None:
    assert word in page(served, "/live/wall", language=language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["8001 · A", "Apologise first", "agent: angry", "我要退货。", "live"]),
        ("zh", ["8001 · A", "请先致歉", "客服: 生气", "我要退货。", "进行中"]),
    ],
    ids=["en", "zh"],
)
def test_a_card_shows_what_counts(language: str, words: list[str], served: Served) -> None:
    speak(served, agent="8001", team="A").feed(bytes(5 * STEP))

    text = page(served, "/live/wall", language=language)

    assert [word for word in words if word not in text] == []


def test_states_of_a_call_are_told(served: Served) -> None:
    speak(served, agent="1").gone()
    speak(served, agent="2").finish()

    text = page(served, "/live/wall")

    assert "line cut" in text
    assert "over" in text
    assert "Nothing has been said yet." not in text.split("over")[0].split("line cut")[0]


def test_a_team_sees_its_own(served: Served) -> None:
    speak(served, agent="8001", team="A")

    assert "8001" in page(served, "/live/wall", name="team-a")
    assert "8001" not in page(served, "/live/wall", name="team-b")
    assert served.web.get("/live/live1", headers=served.by("team-b")).status_code == 404


def test_what_was_said_and_who_said_it_cannot_run(served: Served) -> None:
    live_of(served).script = (
        Final(1, (says(CUSTOMER, 0, 1, HOSTILE, channel=0),)),
        Cue(f"rule:{HOSTILE}", CueKind.RULE, 1.0, {"en": HOSTILE}, "fatal"),
        Pulse(1.0, moods={0: Mood(1.0, EmotionLabel.NEUTRAL)}),
    )
    speak(served, agent=HOSTILE).feed(bytes(3 * STEP))

    for path in ("/live/wall", "/live/live1", "/live"):
        assert HOSTILE not in page(served, path)
    assert "&lt;script&gt;" in page(served, "/live/wall")


def test_many_cues_are_counted_and_what_is_still_to_do_is_none(served: Served) -> None:
    cues = [Cue(f"rule:{i}", CueKind.RULE, 1.0, {"en": f"Cue {i}"}, "warning") for i in range(5)]
    due = Cue("required:close", CueKind.REQUIRED, 0.0, {"en": "Still to do: close"})
    live_of(served).script = (*cues, due)
    speak(served).feed(bytes(6 * STEP))

    text = page(served, "/live/wall")

    assert "and 2 more" in text
    assert "Still to do" not in text


@pytest.mark.parametrize(("name", "shown"), [("root", True), ("lead", False)])
def test_personal_data_can_be_shown_by_who_may_see_it(
    name: str, served: Served, *, shown: bool
) -> None:
    speak(served)

    assert ("Show personal data" in page(served, "/live/live1", name=name)) is shown
    answer = served.web.get("/live/live1?unredacted=true", headers=served.by(name))
    assert (answer.status_code == 200) is shown


def test_a_call_that_is_not_there_is_told(served: Served) -> None:
    assert served.web.get("/live/nothing").status_code == 404


def test_the_way_to_the_call_opens_once_it_is_analyzed(served: Served) -> None:
    before = page(served, f"/live/done/{RECORDING}")
    call = served.save(refund())
    after = page(served, f"/live/done/{call}")

    assert 'hx-trigger="every 2s"' in before
    assert f'href="/calls/{call}"' in after


def over(recording: str | None = RECORDING) -> Past:
    """Return a call that is over."""
    told: tuple[Happening, ...] = (
        Final(1, (says(CUSTOMER, 1, 2, HOSTILE, channel=0),)),
        Final(2, ()),
        Lost(3, 0, Span(3.0, 4.0), "memory"),
        Cue("rule:a", CueKind.RULE, 2.5, {"en": "Apologise first"}, "warning"),
        Cue("rule:b", CueKind.RULE, 2.6, {"en": "It is over"}, on=False),
    )
    events = tuple(Event(number, what) for number, what in enumerate(told, 1))
    return Past(
        LiveCall("past", "user:root", {"agent": "8001"}, None, NOON, recording=recording), events
    )


@pytest.mark.parametrize("name", ["root", "agent"], ids=["who watches", "who speaks"])
def test_what_was_seen_of_a_call_stays(
    name: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "agent", person("agent", role=UserRole.AGENT))
    live_of(served).gone_by["past"] = over()

    text = page(served, "/live/past", name=name)

    places = [text.index(word) for word in ("&lt;script&gt;", "Apologise first", "not recognised")]
    assert places == sorted(places)
    assert "It is over" not in text
    assert HOSTILE not in text
    assert f'href="/calls/{RECORDING}"' in text


def test_of_a_call_without_a_recording_that_is_said(served: Served) -> None:
    live_of(served).gone_by["past"] = over(None)

    assert "No recording was kept" in page(served, "/live/past")


def test_a_call_leads_to_what_was_seen_of_it(served: Served) -> None:
    made = refund()
    recording = made.call.recording
    metadata = {**recording.metadata, "live": "cf191f5234ec7d4d"}
    call = replace(made.call, recording=replace(recording, metadata=metadata))
    served.save(replace(made, call=call))

    assert 'href="/live/cf191f5234ec7d4d"' in page(served, f"/calls/{recording.id}")
    assert "/live/cf19" not in page(served, f"/calls/{recording.id}", name="viewer")


def past_of(served: Served, recording: str | None = None) -> LiveCall:
    row = LiveCall("gone1", "user:root", {}, None, NOON, NOON, "finished", 9.0, recording)
    said = Event(1, Final(1, (says(CUSTOMER, 0, 1, "不要录音。"),)))
    live_of(served).gone_by["gone1"] = Past(row, (said,))
    return row


@pytest.mark.parametrize(
    ("name", "recording", "offered"),
    [("root", None, True), ("lead", None, False), ("root", RECORDING, False)],
    ids=["who may remove", "who may not", "what goes with its recording"],
)
def test_what_was_seen_of_a_call_without_a_recording_can_be_removed(
    served: Served, name: str, recording: str | None, *, offered: bool
) -> None:
    past_of(served, recording)

    assert ("/live/gone1/remove" in page(served, "/live/gone1", name=name)) is offered
    assert ("彻底清除" in page(served, "/live/gone1", name=name, language="zh")) is offered


def test_removing_leads_to_the_calls_that_run(served: Served) -> None:
    past_of(served)
    refused = served.web.post("/live/gone1/remove", headers=served.by("lead"))
    answer = served.web.post("/live/gone1/remove", follow_redirects=False)

    assert refused.status_code == 403
    assert (answer.status_code, answer.headers["location"]) == (303, "/live")
    assert live_of(served).removed == [("gone1", "testclient")]
    assert served.web.get("/live/gone1").status_code == 404


def test_models_are_loaded_for_who_may_speak_when_they_look_at_the_page(served: Served) -> None:
    page(served, "/live", name="lead")
    assert live_of(served).prepared == 0
    page(served, "/live")

    assert live_of(served).prepared == 1
