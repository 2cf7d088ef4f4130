"""What is noticed while a call runs, and when it is over."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, UNKNOWN, call, says
from huiting.core.dialogue import Dialogue
from huiting.core.meaning import Document
from huiting.core.types import (
    Call,
    Emotion,
    EmotionLabel,
    Party,
    Rejected,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.live.scene import Board, Scene, Watcher
from huiting.live.updates import Cue, CueKind, Evidence
from huiting.live.watching.anger import AngerWatch
from huiting.live.watching.crosstalk import CrosstalkWatch
from huiting.live.watching.knowledge import KnowledgeWatch
from huiting.live.watching.rules import RuleWatch
from huiting.live.watching.silence import SilenceWatch
from huiting.text.pronunciation import sounds_of
from rulebook import CONTEXT, rule


def of(*segments: Segment, given: bool = True) -> Call:
    """Return a call whose parties are those who speak."""
    found = call(*segments)
    source = RoleSource.GIVEN if given else RoleSource.HEARD
    channels = {s.channel: s.role for s in segments}
    parties = [Party(c, None, r, source, None if given else 0.6) for c, r in channels.items()]
    return replace(found, parties=tuple(parties))


def scene(
    heard: Call,
    at: float = 30.0,
    *,
    settled: float | None = None,
    silent_since: float | None = None,
    overlaps: Sequence[Span] = (),
    over: bool = False,
) -> Scene:
    now = replace(heard, recording=replace(heard.recording, duration=at))
    return Scene(
        at=at,
        settled=at if settled is None else settled,
        over=over,
        silent_since=at if silent_since is None else silent_since,
        overlaps=overlaps,
        make=lambda: now,
    )


TALK = of(says(AGENT, 0, 2, "您好"), says(CUSTOMER, 3, 5, "我要退货"), says(AGENT, 6, 8, "随便你"))


def cue(key: str, at: float = 0.0, text: str = "a") -> Cue:
    return Cue(key=key, kind=CueKind.RULE, at=at, text={"en": text})


def test_a_board_tells_what_is_new_what_changed_and_what_is_over() -> None:
    board = Board()

    assert board.now([cue("x"), cue("y")], 1.0) == [cue("x", 1.0), cue("y", 1.0)]
    assert board.now([cue("x"), cue("y")], 2.0) == []
    assert board.now([cue("x", text="b")], 3.0) == [
        cue("x", 1.0, "b"),
        replace(cue("y", 3.0), on=False),
    ]
    assert list(board.on) == ["x"]
    assert board.now([], 4.0) == [replace(cue("x", 4.0, "b"), on=False)]
    assert board.now([], 5.0) == []


@pytest.mark.parametrize(
    ("at", "since", "noticed"),
    [
        pytest.param(12.9, 5.0, False, id="a pause"),
        pytest.param(13.0, 5.0, True, id="too long a pause"),
        pytest.param(99.0, 0.0, False, id="nobody has spoken yet"),
    ],
)
def test_silence_is_noticed_when_it_is_too_long(at: float, since: float, *, noticed: bool) -> None:
    watcher: Watcher = SilenceWatch()
    found = list(watcher.look(scene(TALK, at, silent_since=since)))

    assert bool(found) is noticed
    for one in found:
        assert one.kind is CueKind.SILENCE
        assert one.evidence == (Evidence(0, Span(5.0, 13.0)),)
        assert {"zh", "en"} == one.text.keys()


def test_silence_stays_the_same_cue_while_it_lasts() -> None:
    watcher, board = SilenceWatch(4.0), Board()

    assert board.now(watcher.look(scene(TALK, 9, silent_since=5)), 9)
    assert board.now(watcher.look(scene(TALK, 19, silent_since=5)), 19) == []
    [over] = board.now(watcher.look(scene(TALK, 20)), 20)
    assert not over.on


def test_the_end_of_a_call_is_no_silence() -> None:
    assert not list(SilenceWatch().look(scene(of(), 30, silent_since=5, over=True)))
    assert list(SilenceWatch().look(scene(of(), 30, silent_since=5)))


@pytest.mark.parametrize(
    ("overlaps", "noticed"),
    [
        pytest.param([(1, 2), (20, 21), (40, 41)], True, id="three times in a minute"),
        pytest.param([(1, 2), (20, 21)], False, id="twice"),
        pytest.param([(1, 2), (20, 20.4), (40, 41)], False, id="one was short"),
    ],
)
def test_crosstalk_is_noticed_when_it_happens_again_and_again(
    overlaps: list[tuple[float, float]], *, noticed: bool
) -> None:
    spans = [Span(*pair) for pair in overlaps]
    watcher: Watcher = CrosstalkWatch()

    assert bool(list(watcher.look(scene(TALK, 50, overlaps=spans)))) is noticed
    assert not list(watcher.look(scene(TALK, 70, overlaps=spans)))


def feels(anger: float | None, place: int, role: Role = CUSTOMER) -> Segment:
    segment = says(role, place * 5, place * 5 + 2)
    if anger is None:
        return segment
    odds = {EmotionLabel.ANGRY: anger, EmotionLabel.NEUTRAL: 1 - anger}
    return replace(segment, emotion=Emotion(EmotionLabel.UNKNOWN, odds=odds))


def angry(watcher: Watcher, *anger: float | None, role: Role = CUSTOMER) -> bool:
    segments = [feels(one, place, role) for place, one in enumerate(anger)]
    return bool(list(watcher.look(scene(of(*segments), 60))))


@pytest.mark.parametrize(
    ("anger", "noticed"),
    [
        pytest.param([0.1, 0.1, 0.6, 0.7], True, id="it grew"),
        pytest.param([0.6, 0.7], True, id="from the beginning"),
        pytest.param([0.1, 0.1, 0.1, 0.9], True, id="an outburst"),
        pytest.param([0.1, 0.1, 0.1, 0.7], False, id="once, a little"),
        pytest.param([0.6, 0.6, 0.6, 0.6], False, id="no more than before"),
        pytest.param([0.9], False, id="one segment"),
        pytest.param([None, None, 0.9], False, id="nobody listens"),
        pytest.param([], False, id="nothing said"),
    ],
)
def test_anger_is_noticed_when_it_grows(anger: list[float | None], *, noticed: bool) -> None:
    assert angry(AngerWatch(), *anger) is noticed


def test_an_agent_who_grows_angry_is_no_customer() -> None:
    assert not angry(AngerWatch(), 0.1, 0.8, 0.9, role=AGENT)


def test_anger_lasts_until_they_are_calm() -> None:
    watcher = AngerWatch()

    assert angry(watcher, 0.1, 0.6, 0.6)
    assert angry(watcher, 0.1, 0.6, 0.6, 0.4, 0.4)
    assert not angry(watcher, 0.1, 0.6, 0.6, 0.4, 0.4, 0.1, 0.1)


def test_a_document_that_fitted_stays() -> None:
    def fitting(dialogue: Dialogue) -> list[Document]:
        last = dialogue.lines[-1].text if dialogue.lines else ""
        return [Document("退货", "https://x/returns", "客户要退货")] if "退货" in last else []

    watcher: Watcher = KnowledgeWatch(fitting, sounds_of)
    assert not list(watcher.look(scene(TALK, 30, settled=2.5)))
    [found] = watcher.look(scene(TALK, 30, settled=5.5))
    [again] = watcher.look(scene(TALK, 31, settled=5.5))
    assert again == found
    [again] = watcher.look(scene(TALK, 31))

    assert (found.kind, found.link, found.key) == (
        CueKind.KNOWLEDGE,
        "https://x/returns",
        "knowledge:https://x/returns",
    )
    assert again == found


BANNED = rule("forbid: {said: 随便你, by: agent}\nseverity: critical\nadvice: 说请您放心")
GREETING = rule("require: {said: 工号, by: agent, first: 15}")


def test_a_banned_phrase_is_cued_with_what_was_said() -> None:
    watcher: Watcher = RuleWatch(BANNED, CONTEXT)
    assert not list(watcher.look(scene(TALK, 9, settled=6)))
    [found] = watcher.look(scene(TALK, 9))

    assert (found.key, found.kind, found.severity) == ("rule:r", CueKind.RULE, "fatal")
    assert found.evidence == (Evidence(0, Span(6, 8), "随便你"),)
    assert found.text == {"zh": "未通过：r。说请您放心", "en": "Failed: r. 说请您放心"}


def test_what_failed_stays_failed() -> None:
    watcher = RuleWatch(BANNED, CONTEXT)
    first = list(watcher.look(scene(TALK, 9)))

    assert list(watcher.look(scene(TALK, 10))) == first


def test_a_greeting_must_be_said_and_then_it_is_too_late() -> None:
    watcher, board = RuleWatch(GREETING, CONTEXT), Board()
    [required] = board.now(watcher.look(scene(TALK, 3)), 3)
    nothing = board.now(watcher.look(scene(TALK, 16, settled=14.9)), 16)
    failed, over = board.now(watcher.look(scene(TALK, 17)), 17)

    assert (required.key, required.kind, required.severity) == (
        "required:r",
        CueKind.REQUIRED,
        "notice",
    )
    assert nothing == []
    assert (failed.key, failed.at, failed.severity) == ("rule:r", 17, "notice")
    assert failed.evidence[0].span == Span(0, 15)
    assert failed.evidence[0].channel == 0
    assert (over.key, over.on) == ("required:r", False)


def test_what_was_said_is_not_required_any_more() -> None:
    watcher, board = RuleWatch(GREETING, CONTEXT), Board()
    board.now(watcher.look(scene(TALK, 3)), 3)
    greeted = of(says(AGENT, 0, 2, "您好工号八零零一"))
    [over] = board.now(watcher.look(scene(greeted, 4)), 4)

    assert (over.key, over.on) == ("required:r", False)


def test_nothing_is_cued_while_it_is_not_known_who_is_who() -> None:
    unsure = of(*TALK.segments, given=False)
    unknown = of(says(UNKNOWN, 0, 2, "随便你"))

    assert not list(RuleWatch(BANNED, CONTEXT).look(scene(unsure, 9)))
    assert not list(RuleWatch(BANNED, CONTEXT).look(scene(unknown, 9)))


def test_speech_that_was_not_understood_may_be_a_greeting() -> None:
    murky = replace(TALK, rejected=(Rejected(0, Span(9, 14), "unheard"),))

    assert not list(RuleWatch(GREETING, CONTEXT).look(scene(murky, 20)))


def test_evidence_of_the_customer_is_on_their_channel() -> None:
    forbids = rule("forbid: {all: [{said: 退货, by: customer}, {said: 随便你, by: agent}]}")
    [found] = RuleWatch(forbids, CONTEXT).look(scene(TALK, 9))

    assert {e.channel for e in found.evidence} == {0, 1}


def test_evidence_without_a_place_is_not_shown() -> None:
    forbids = rule("forbid: {metadata: {field: queue, exists: false}}")
    [found] = RuleWatch(forbids, CONTEXT).look(scene(TALK, 9))

    assert all(e.span.end <= 9 for e in found.evidence)
