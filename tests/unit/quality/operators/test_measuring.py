from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, says
from huiting.core.errors import ConfigError
from huiting.core.judgement import EvidenceKind
from huiting.core.types import Event, EventLabel, EventSource, Role, Span
from huiting.quality.operators import (
    duration,
    interruption,
    loudness,
    overlap,
    rate,
    response,
    silence,
    sound,
    talk_ratio,
    turns,
)
from huiting.quality.operators._measured import lies
from huiting.quality.rules.asked import Operator, Scope
from unit.quality.operators.asking import dialogue, find, scope


def test_a_window_holds_what_begins_in_it_or_lies_mostly_in_it() -> None:
    window = Scope((Span(10, 20),))

    assert lies(window, Span(19, 30))
    assert lies(window, Span(9.9, 15))
    assert not lies(window, Span(5, 14))


def test_duration_of_the_call() -> None:
    call = dialogue(says(AGENT, 1, 2), duration=60)
    found = find(duration.build(above=30), call)

    assert [(h.span, h.value, h.limit, h.note) for h in found.hits] == [
        (Span(0, 60), 60, 30, "duration")
    ]
    assert found.nearest is None


def test_duration_that_misses_is_the_nearest() -> None:
    found = find(duration.build(below=30), dialogue(says(AGENT, 1, 2), duration=60))

    assert found.hits == ()
    assert found.nearest is not None
    assert (found.nearest.value, found.nearest.limit) == (60, 30)


TALK = dialogue(
    says(AGENT, 0, 4, "您好"),
    says(CUSTOMER, 5, 6, "你好"),
    says(AGENT, 9, 12, "请讲"),
    says(CUSTOMER, 12.5, 20, "我要退货"),
    says(AGENT, 30, 31, "好的"),
)


@pytest.mark.parametrize(
    ("windows", "by", "count"),
    [
        pytest.param((), (), 5, id="whole call"),
        pytest.param((), (AGENT,), 3, id="of one party"),
        pytest.param(((0, 10),), (), 3, id="in a window"),
        pytest.param(((0, 10),), (AGENT,), 2, id="of one party in a window"),
    ],
)
def test_turns_are_counted(
    windows: tuple[tuple[float, float], ...], by: tuple[Role, ...], count: int
) -> None:
    assert [h.value for h in find(turns.build(equals=count), TALK, *windows, by=by).hits] == [count]


@pytest.mark.parametrize(
    ("windows", "ratio"),
    [
        pytest.param((), 8 / 16.5, id="whole call"),
        pytest.param(((0, 10),), 5 / 6, id="in a window"),
    ],
)
def test_talk_ratio(windows: tuple[tuple[float, float], ...], ratio: float) -> None:
    found = find(talk_ratio.build(above=0), TALK, *windows, by=(AGENT,))

    assert [h.role for h in found.hits] == [AGENT]
    assert [h.value for h in found.hits] == [pytest.approx(ratio)]


def test_talk_ratio_of_a_silent_call_is_neither_above_nor_below() -> None:
    silent = dialogue()

    assert find(talk_ratio.build(above=0), silent, by=(AGENT,)).hits == ()
    assert find(talk_ratio.build(below=1), silent, by=(AGENT,)).hits == ()


def test_talk_ratio_needs_somebody() -> None:
    with pytest.raises(ConfigError, match="by: agent"):
        find(talk_ratio.build(above=0.5), TALK)


@pytest.mark.parametrize(
    ("operator", "windows", "value", "span"),
    [
        pytest.param(response.build(above=2), (), 10, Span(20, 30), id="longest"),
        pytest.param(response.build(above=2, of="median"), (), 6.5, Span(0, 60), id="median"),
        pytest.param(response.build(above=2), ((0, 12),), 3, Span(6, 9), id="in a window"),
        pytest.param(response.build(above=2, of="median"), ((0, 31),), 6.5, Span(0, 60), id="both"),
    ],
)
def test_response_time(
    operator: Operator, windows: tuple[tuple[float, float], ...], value: float, span: Span
) -> None:
    hits = find(operator, TALK, *windows, by=(AGENT,)).hits

    assert [(h.role, h.span) for h in hits] == [(AGENT, span)]
    assert [h.value for h in hits] == [pytest.approx(value)]


def test_a_voice_menu_is_not_answered() -> None:
    menu = dialogue(says(SYSTEM, 0, 2, channel=0), says(CUSTOMER, 12, 13))

    assert find(response.build(above=1), menu, (0, 50)).hits == ()


def test_a_wait_that_is_no_silence_is_of_the_whole_call() -> None:
    early = dialogue(says(AGENT, 0, 4), says(CUSTOMER, 3, 8, "我要退货"))

    assert [h.span for h in find(response.build(below=0), early).hits] == [Span(0, 60)]


WAITING = dialogue(
    says(CUSTOMER, 10, 12, "帮我查一下"),
    says(AGENT, 13, 15, "请稍等"),
    says(AGENT, 25, 27, "查到了"),
    says(CUSTOMER, 27.5, 30, "喂"),
    says(CUSTOMER, 37, 38, "喂，你在吗"),
    says(AGENT, 39, 40, "在的"),
    duration=60,
)


@pytest.mark.parametrize(
    ("operator", "spans"),
    [
        pytest.param(silence.build(longer_than=5), [(15, 25), (30, 37)], id="all but both ends"),
        pytest.param(silence.build(longer_than=5, announced=True), [(15, 25)], id="announced"),
        pytest.param(silence.build(longer_than=5, announced=False), [(30, 37)], id="unannounced"),
        pytest.param(silence.build(longer_than=5, after="customer"), [(30, 37)], id="after whom"),
        pytest.param(
            silence.build(longer_than=5, expected="agent"),
            [(15, 25), (30, 37)],
            id="a customer who goes on was waiting for the agent",
        ),
        pytest.param(
            silence.build(longer_than=0.6, shorter_than=5), [(12, 13), (38, 39)], id="short ones"
        ),
    ],
)
def test_silences(operator: Operator, spans: list[tuple[float, float]]) -> None:
    assert [(h.span.start, h.span.end) for h in find(operator, WAITING).hits] == spans


def test_a_silence_says_what_it_was() -> None:
    hit, _ = find(silence.build(longer_than=5), WAITING).hits

    assert (hit.kind, hit.role, hit.value, hit.limit, hit.note) == (
        EvidenceKind.MEASURED, AGENT, 10, 5, "announced silence",
    )  # fmt: skip


def test_the_longest_of_the_silences_that_are_too_short_is_the_nearest() -> None:
    found = find(silence.build(longer_than=20), WAITING, by=(AGENT,))

    assert found.hits == ()
    assert found.nearest is not None
    assert found.nearest.value == 10


def test_silences_are_those_of_the_scope() -> None:
    operator = silence.build(longer_than=5)

    assert find(operator, WAITING, by=(CUSTOMER,)).hits == ()
    assert [h.span for h in find(operator, WAITING, (26, 60)).hits] == [Span(30, 37)]


def test_who_was_expected_is_what_the_events_say() -> None:
    said = Event(EventLabel.SILENCE, Span(30, 37), EventSource.DERIVED, role=CUSTOMER)
    told = replace(WAITING, events=(said,))

    assert [h.span for h in find(silence.build(longer_than=5), told, by=(CUSTOMER,)).hits] == [
        Span(30, 37)
    ]


@pytest.mark.parametrize("announced", [True, False])
def test_words_that_were_not_heard_may_have_announced_it(*, announced: bool) -> None:
    unsure = [replace(x, confidence=0.3) if x.role is AGENT else x for x in WAITING.lines]
    call = replace(WAITING, lines=tuple(unsure))
    found = find(silence.build(longer_than=5, announced=announced), call)

    assert [h.span for h in found.doubts] == [Span(30, 37)]
    assert [h.span for h in found.hits] == ([Span(15, 25)] if announced else [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({}, "give longer-than or shorter-than", id="no bound"),
        pytest.param({"longer_than": 5, "announced": "yes"}, "give true or false", id="yes"),
        pytest.param({"longer_than": 5, "music": "speaks"}, "give counts", id="music"),
        pytest.param(
            {"longer_than": 5, "after": "agnet"}, "did you mean agent", id="a misspelling"
        ),
    ],
)
def test_silences_that_make_no_sense_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        silence.build(**options)  # type: ignore[arg-type]  # as a file may have it


CROSSED = dialogue(
    says(CUSTOMER, 0, 5, "我的快递一直没有到"),
    says(AGENT, 4, 8, "您先听我说"),
    says(CUSTOMER, 7.7, 12, "你让我说完"),
    says(AGENT, 9, 9.6, "嗯"),
)


@pytest.mark.parametrize(
    ("operator", "by", "starts"),
    [
        pytest.param(overlap.build(), (), [4, 7.7, 9], id="all"),
        pytest.param(overlap.build(longer_than=0.5), (), [4, 9], id="long ones"),
        pytest.param(overlap.build(longer_than=0.5, by="agent"), (), [4, 9], id="by an option"),
        pytest.param(overlap.build(), (CUSTOMER,), [7.7], id="by the scope"),
        pytest.param(interruption.build(), (), [4], id="an interruption is more than listening"),
        pytest.param(interruption.build(by="agent"), (), [4], id="of the agent"),
        pytest.param(interruption.build(by="customer"), (), [], id="none of the customer"),
        pytest.param(interruption.build(longer_than=2), (), [], id="none that is long"),
        pytest.param(interruption.build(), (CUSTOMER,), [], id="none in the customer's scope"),
    ],
)
def test_overlaps_and_interruptions(
    operator: Operator, by: tuple[Role, ...], starts: list[float]
) -> None:
    assert [h.span.start for h in find(operator, CROSSED, by=by).hits] == starts


def test_an_interruption_quotes_who_cut_in() -> None:
    hit, = find(interruption.build(), CROSSED).hits  # fmt: skip

    assert (hit.role, hit.quote, hit.note) == (AGENT, "您先听我说", "interruption")
    assert hit.value == pytest.approx(1)


def test_an_interruption_without_words_has_no_quote() -> None:
    call = replace(CROSSED, lines=())
    hit, = find(interruption.build(), call).hits  # fmt: skip

    assert hit.quote is None


FAST = dialogue(
    says(AGENT, 0, 4, "一" * 10, loudness=-30),
    says(CUSTOMER, 5, 7, "二" * 6, loudness=-20),
    says(AGENT, 8, 12, "三" * 30, loudness=-18),
    says(AGENT, 15, 16, "四", loudness=-25),
    says(CUSTOMER, 17, 19, "五" * 8),
)


@pytest.mark.parametrize(
    ("operator", "by", "values"),
    [
        pytest.param(rate.build(above=0), (AGENT,), [150, 450], id="of segments"),
        pytest.param(rate.build(above=300), (), [450], id="above"),
        pytest.param(rate.build(above=0, shortest=7), (CUSTOMER,), [240], id="of enough units"),
        pytest.param(rate.build(above=0, of="peak"), (), [450, 240], id="peaks"),
        pytest.param(
            rate.build(above=0, of="average"), (AGENT,), [pytest.approx(41 / 9 * 60)], id="average"
        ),
        pytest.param(
            rate.build(above=0, of="average", shortest=7), (AGENT,), [300], id="of long segments"
        ),
    ],
)
def test_speaking_rate(operator: Operator, by: tuple[Role, ...], values: list[float]) -> None:
    found = sorted(find(operator, FAST, by=by).hits, key=lambda hit: hit.role or "")

    assert [h.value for h in found] == values


def test_the_average_rate_of_a_window_is_that_of_its_lines() -> None:
    hits = find(rate.build(above=0, of="average"), FAST, (7, 30), by=(AGENT,)).hits

    assert [h.value for h in hits] == [450]


def test_loudness_jumps_from_one_segment_of_a_voice_to_the_next() -> None:
    hits = find(loudness.build(jump_above=6), FAST).hits

    assert [(h.segment, h.value, h.limit) for h in hits] == [(2, 12, 6)]


def test_a_jump_counts_from_what_was_said_before_the_window() -> None:
    assert [h.value for h in find(loudness.build(jump_above=6), FAST, (7, 13)).hits] == [12]


def test_loudness_of_segments() -> None:
    hits = find(loudness.build(above=-20, below=-5), FAST).hits

    assert [(h.segment, h.value) for h in hits] == [(2, -18)]


def test_a_jump_and_a_level_are_two_questions() -> None:
    with pytest.raises(ConfigError, match="ask for each by itself"):
        loudness.build(jump_above=5, above=-20)


def heard(
    label: EventLabel,
    start: float,
    end: float,
    *,
    channel: int | None = 0,
    score: float | None = 0.8,
    role: Role | None = None,
) -> Event:
    return Event(label, Span(start, end), EventSource.MODEL, channel, score, role)


NOISY = dialogue(
    says(AGENT, 0, 2),
    says(CUSTOMER, 3, 5),
    events=[
        heard(EventLabel.MUSIC, 6, 16, channel=0),
        heard(EventLabel.LAUGHTER, 17, 18, channel=1, score=0.6),
        heard(EventLabel.CROSSTALK, 20, 21, channel=None, score=None, role=AGENT),
        heard(EventLabel.DTMF, 22, 22, channel=1),
    ],
)


@pytest.mark.parametrize(
    ("operator", "windows", "by", "starts"),
    [
        pytest.param(sound.build(["music", "LAUGHTER"]), (), (), [6, 17], id="labels"),
        pytest.param(sound.build("music", longer_than=5), (), (), [6], id="long enough"),
        pytest.param(sound.build("laughter", longer_than=5), (), (), [], id="too short"),
        pytest.param(sound.build("laughter", at_least=0.7), (), (), [], id="too unsure"),
        pytest.param(sound.build("laughter"), (), (CUSTOMER,), [17], id="on whose channel"),
        pytest.param(sound.build("laughter"), (), (AGENT,), [], id="not on the other"),
        pytest.param(sound.build("music"), (), (SYSTEM,), [6], id="music is the system's too"),
        pytest.param(sound.build("crosstalk"), (), (AGENT,), [20], id="whom the event names"),
        pytest.param(sound.build("music"), ((10, 12),), (), [6], id="reaching into a window"),
        pytest.param(sound.build("music"), ((17, 30),), (), [], id="outside it"),
        pytest.param(sound.build("dtmf"), ((22, 23),), (), [22], id="a mere moment"),
    ],
)
def test_sounds(
    operator: Operator,
    windows: tuple[tuple[float, float], ...],
    by: tuple[Role, ...],
    starts: list[float],
) -> None:
    assert [h.span.start for h in find(operator, NOISY, *windows, by=by).hits] == starts


def test_a_sound_without_a_score_is_a_doubt_where_one_is_asked_for() -> None:
    found = find(sound.build("crosstalk", at_least=0.5), NOISY)

    assert found.hits == ()
    assert [h.span.start for h in found.doubts] == [20]


def test_the_nearest_sound_is_that_which_misses_by_least() -> None:
    found = find(sound.build("laughter", at_least=0.7), NOISY)

    assert found.nearest is not None
    assert (found.nearest.note, found.nearest.score) == ("laughter", 0.6)


def test_a_sound_on_a_channel_of_several_voices_is_nobodys() -> None:
    mono = dialogue(
        says(AGENT, 0, 2, channel=0, speaker=0),
        says(CUSTOMER, 3, 5, channel=0, speaker=1),
        events=[heard(EventLabel.COUGH, 6, 7)],
    )

    assert find(sound.build("cough"), mono, by=(AGENT,)).hits == ()
    assert len(find(sound.build("cough"), mono).hits) == 1


@pytest.mark.parametrize(
    "operator",
    [
        duration.build(above=1), turns.build(above=1), talk_ratio.build(above=0.1),
        response.build(above=1), silence.build(longer_than=1), overlap.build(),
        interruption.build(), rate.build(above=1), loudness.build(above=-20), sound.build("cry"),
    ],
    ids=lambda operator: type(operator).__name__,
)  # fmt: skip
def test_what_measures_hears_no_words(operator: Operator) -> None:
    assert not operator.hears
    assert operator.phrases() == ()


def test_speech_outside_the_windows_is_not_in_the_scope() -> None:
    assert scope(TALK, (0, 10)).lines == TALK.lines[:3]
