from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import AGENT, CUSTOMER, UNKNOWN, analysis, call, evenly, says
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.meaning import Meaning
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import (
    Call,
    Emotion,
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Party,
    Region,
    Rejected,
    RoleSource,
    Segment,
    Span,
    Word,
)
from huiting.quality.dialogue import character_times, dialogue_of, silent
from steps import growth


def upper(text: str) -> list[str]:
    return [char.upper() for char in text]


def of(whole: Call) -> Dialogue:
    return dialogue_of(analysis(whole), silent)


def times(segment: Segment) -> list[tuple[float, float]]:
    return [(round(t.start, 3), round(t.end, 3)) for t in character_times(segment)]


def rejected(start: float, end: float, channel: int = 1) -> Rejected:
    return Rejected(channel, Span(start, end), "low-confidence")


def heard(label: EventLabel, start: float, end: float, channel: int | None = 1) -> Event:
    return Event(label, Span(start, end), EventSource.MODEL, channel=channel)


def unclear(whole: Call) -> list[tuple[str, float]]:
    return [(u.role.value, u.span.start) for u in of(whole).unclear]


def test_what_is_known_of_the_call_is_kept() -> None:
    whole = analysis(call(says(AGENT, 1, 3), says(CUSTOMER, 4, 5)))
    whole = replace(whole, meaning=Meaning(advice=("priority-ticket",)))

    found = dialogue_of(whole, silent)

    assert found.call == whole.call.recording.id
    assert found.name == "8001.wav"
    assert found.duration == 30.0
    assert found.metrics == whole.metrics
    assert found.meaning.advice == ("priority-ticket",)
    assert found.language == "zh"
    assert found.started_at == whole.call.recording.started_at
    assert found.metadata == {"agent": "8001", "phone": "15455550101"}


def test_a_line_a_segment_in_their_order() -> None:
    emotion = Emotion(EmotionLabel.ANGRY, 0.8)
    angry = replace(says(CUSTOMER, 4, 6, "退货", speaker=1, loudness=-20), emotion=emotion)
    first, second = of(call(says(AGENT, 1, 3), angry)).lines

    assert (first.segment, second.segment) == (0, 1)
    assert (second.channel, second.speaker, second.role) == (1, 1, CUSTOMER)
    assert (second.span, second.text, second.spoken) == (Span(4, 6), "退货", "退货")
    assert (second.language, second.confidence, second.loudness) == ("zh", None, -20)
    assert second.emotion == emotion
    assert second.rate == pytest.approx(60)


def test_metrics_of_an_older_analysis_may_lack_rates() -> None:
    whole = analysis(call(says(AGENT, 1, 9)))
    older = replace(whole, metrics=replace(whole.metrics, rates=()))

    assert dialogue_of(older, silent).lines[0].rate is None


def test_sounds_are_those_of_the_written_text() -> None:
    [line] = dialogue_of(analysis(call(says(AGENT, 1, 3, "ok好"))), upper).lines

    assert line.sound == ("O", "K", "好")


def test_a_sound_too_few_is_refused() -> None:
    whole: Analysis = analysis(call(says(AGENT, 1, 3, "您好")))

    with pytest.raises(ValueError, match="1 sounds for 2 characters"):
        dialogue_of(whole, lambda _: ("nin",))


def test_each_character_has_the_time_of_its_word() -> None:
    segment = says(AGENT, 0, 4, "您好", words=evenly("您好", 1, 3))

    assert times(segment) == [(1, 2), (2, 3)]


def test_without_word_times_a_line_has_the_time_of_its_segment() -> None:
    [line] = of(call(says(AGENT, 1, 3, "您好"))).lines

    assert line.starts == line.ends == ()
    assert line.when(0, 1) == Span(1, 3)


def test_a_number_written_in_digits_shares_the_time_of_its_words() -> None:
    spoken = says(AGENT, 0, 5, "共三百元", words=evenly("共三百元", 0, 4))
    written = rewrite(spoken, [Change(1, 3, "300")], "itn")

    assert written.text == "共300元"
    assert times(written) == [(0, 1), (1, 1.667), (1.667, 2.333), (2.333, 3), (3, 4)]


def test_punctuation_takes_no_time() -> None:
    spoken = says(AGENT, 0, 5, "好的", words=evenly("好的", 1, 3))
    written = rewrite(spoken, [Change(0, 0, "“"), Change(1, 1, "，"), Change(2, 2, "。")], "p")

    assert written.text == "“好，的。"
    assert times(written) == [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3)]


def test_spaces_stand_where_the_word_before_ends() -> None:
    words = [Word("hi", Span(0, 1), None), Word("you", Span(2, 3.5), None)]

    assert times(says(AGENT, 0, 4, "hi you ", words=words)) == [
        (0, 0.5),
        (0.5, 1),
        (1, 1),
        (2, 2.5),
        (2.5, 3),
        (3, 3.5),
        (3.5, 3.5),
    ]


def test_a_word_of_signs_alone_keeps_its_time() -> None:
    assert times(says(AGENT, 0, 4, "%", words=[Word("%", Span(1, 2), None)])) == [(1, 2)]


@given(st.lists(st.sampled_from(["您", "好", "ok", "3", "，", "%"]), min_size=1, max_size=8))
def test_every_character_of_a_timed_text_has_a_time(pieces: list[str]) -> None:
    words = [Word(p, Span(i, i + 1), None) for i, p in enumerate(pieces)]
    segment = says(AGENT, 0, len(pieces), " ".join(pieces), words=words)
    found = character_times(segment)

    assert len(found) == len(segment.text)
    assert all(a.start <= b.start for a, b in pairwise(found))


def test_rejected_speech_is_unclear() -> None:
    whole = replace(call(says(CUSTOMER, 1, 2)), rejected=(rejected(8, 9), rejected(4, 5)))

    assert unclear(whole) == [("customer", 4), ("customer", 8)]


def parties(*roles: str) -> Iterable[Party]:
    named = {"agent": AGENT, "customer": CUSTOMER}
    return [Party(0, i, named[role], RoleSource.HEARD) for i, role in enumerate(roles)]


@pytest.mark.parametrize(
    ("speaker", "role"),
    [
        pytest.param(0, "agent", id="first voice"),
        pytest.param(1, "customer", id="second voice"),
        pytest.param(None, "unknown", id="nobody's"),
    ],
)
def test_on_a_shared_channel_it_is_whose_voice_it_is(speaker: int | None, role: str) -> None:
    regions = () if speaker is None else (Region(0, speaker, Span(4, 5)),)
    whole = replace(
        call(),
        parties=tuple(parties("agent", "customer")),
        regions=regions,
        rejected=(rejected(4, 5, channel=0),),
    )

    assert unclear(whole) == [(role, 4)]


def test_a_channel_without_a_party_is_of_nobody_known() -> None:
    whole = replace(call(says(AGENT, 1, 2)), rejected=(rejected(4, 5, channel=1),))

    assert unclear(whole) == [(UNKNOWN.value, 4)]


@pytest.mark.parametrize(
    ("event", "left"),
    [
        pytest.param(heard(EventLabel.MUSIC, 3, 6), 0, id="music on hold"),
        pytest.param(heard(EventLabel.RINGBACK, 3, 6, None), 0, id="ring-back, channel unknown"),
        pytest.param(heard(EventLabel.MUSIC, 3, 4.3), 1, id="music for a third of it"),
        pytest.param(heard(EventLabel.MUSIC, 3, 6, 0), 1, id="music on the other channel"),
        pytest.param(heard(EventLabel.LAUGHTER, 3, 6), 1, id="laughter"),
    ],
)
def test_a_sound_explains_why_nothing_was_understood(event: Event, left: int) -> None:
    whole = replace(call(says(CUSTOMER, 1, 2)), rejected=(rejected(4, 5),), events=(event,))

    assert len(unclear(whole)) == left


def test_the_work_grows_with_what_was_not_understood() -> None:
    def work(size: int) -> Callable[[], object]:
        starts = [4.0 * n for n in range(size)]
        whole = replace(
            call(duration=4.0 * size),
            parties=tuple(parties("agent", "customer")),
            regions=tuple(Region(0, n % 2, Span(t, t + 1)) for n, t in enumerate(starts)),
            rejected=tuple(rejected(t, t + 1, channel=0) for t in starts),
            events=tuple(heard(EventLabel.MUSIC, t, t + 0.2, 0) for t in starts),
        )
        given = analysis(whole)
        return lambda: dialogue_of(given, silent)

    assert growth(work) < 2.3


def test_events_are_taken_as_they_are() -> None:
    event = heard(EventLabel.LAUGHTER, 1, 2)

    assert of(replace(call(), events=(event,))).events == (event,)
