"""A live call: what follows from its audio, and what is told of what was heard."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from huiting.core.errors import Conflict
from huiting.core.ports import Going
from huiting.core.types import (
    Call,
    Channel,
    Emotion,
    EmotionLabel,
    Party,
    Role,
    RoleSource,
    Span,
)
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.scene import Scene
from huiting.live.session import Session, most_spoken
from huiting.live.updates import (
    Cue,
    CueKind,
    Final,
    Lost,
    Partial,
    Pulse,
    Speech,
    Strain,
    Update,
)
from live_calls import CHANNELS, RATE, detector, fed, padded, said, session, track

TALK = padded(
    track((0.5, False), (1.5, True), (0.3, False), (0.8, True), (2, False), (1, True), (1, False)),
    track((3.2, False), (1.2, True), (3.0, False), (0.6, True)),
)
PARTS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9, 1.4, 3.0]), st.booleans()), max_size=7
)


def approx(seconds: float) -> Any:  # noqa: ANN401  (stands for a number)
    """Stand for a time within a frame and a half."""
    return pytest.approx(seconds, abs=0.05)


def finals(asks: list[Ask]) -> list[Ask]:
    return [ask for ask in asks if ask.final]


def same_sound(one: Ask, other: Ask) -> bool:
    return one.spans == other.spans and np.array_equal(one.audio.samples, other.audio.samples)


@settings(max_examples=25, deadline=None)
@given(PARTS, PARTS, st.lists(st.integers(0, 9_000), max_size=20))
def test_how_audio_is_cut_shows_neither_in_updates_nor_in_finals(
    left: list[tuple[float, bool]], right: list[tuple[float, bool]], sizes: list[int]
) -> None:
    tracks = padded(track((0.2, False), *left), track((0.4, False), *right))
    told, asked = fed(session(), tracks)
    told_in_pieces, asked_in_pieces = fed(session(), tracks, sizes)

    assert told == told_in_pieces
    assert all(map(same_sound, finals(asked), finals(asked_in_pieces)))
    assert [a.number for a in finals(asked)] == [a.number for a in finals(asked_in_pieces)]


@settings(max_examples=25, deadline=None)
@given(PARTS, st.sampled_from([0.0, 0.3, 0.7, 1.5]))
def test_segments_are_the_regions_between_pauses(
    parts: list[tuple[float, bool]], pause: float
) -> None:
    live = session(Plan(pause=pause), CHANNELS[:1])
    _, asks = fed(live, [track((0.2, False), *parts)], [1_000] * 50)
    regions = [region.span for region in live.call().regions]
    found = [span for ask in finals(asks) for span in ask.own]

    assert found == regions
    for before, after in pairwise(finals(asks)):
        assert after.own[0].start - before.own[-1].end >= pause
    for ask in asks:
        assert all(b.start - a.end < pause for a, b in pairwise(ask.own))


@settings(max_examples=25, deadline=None)
@given(PARTS, PARTS, st.randoms(use_true_random=False))
def test_numbers_and_times_are_in_order(
    left: list[tuple[float, bool]], right: list[tuple[float, bool]], chance: Random
) -> None:
    tracks = padded(track((0.2, False), *left), track((0.4, False), *right))
    live, told, waiting = session(), list[Update](), list[Ask]()
    for at in range(0, len(tracks[0]), 3_000):
        told += live.feed([samples[at : at + 3_000] for samples in tracks])
        waiting += live.asks()
        chance.shuffle(waiting)
        while waiting and chance.random() < 0.6:
            ask = waiting.pop()
            told += live.heard(ask, said(ask))
    told += live.finish()
    waiting += live.asks()
    chance.shuffle(waiting)
    for ask in waiting:
        told += live.failed(ask, "lost") if chance.random() < 0.2 else live.heard(ask, said(ask))

    assert live.over
    for channel in (0, 1):
        speech = [u for u in told if isinstance(u, Speech) and u.channel == channel]
        assert [u.speaking for u in speech] == [True, False] * (len(speech) // 2)
        assert [u.at for u in speech] == sorted(u.at for u in speech)
        ended = [
            u.segments[0].span.start if isinstance(u, Final) else u.span.start
            for u in told
            if (isinstance(u, Lost) and u.channel == channel)
            or (isinstance(u, Final) and u.segments and u.segments[0].channel == channel)
        ]
        assert ended == sorted(ended)
    numbers = [u.number for u in told if isinstance(u, Final | Lost)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    pulses = [u.at for u in told if isinstance(u, Pulse)]
    assert pulses == sorted(set(pulses))
    check_partials(told)


def check_partials(told: list[Update]) -> None:
    """Nothing of a segment is told after its final; its stable words only grow."""
    stable: dict[int, str] = {}
    reached: dict[int, float] = {}
    over = set()
    for update in told:
        if isinstance(update, Final | Lost):
            assert update.number not in over
            over.add(update.number)
        elif isinstance(update, Partial):
            assert update.number not in over
            assert update.stable.startswith(stable.get(update.number, ""))
            assert update.text.startswith(update.stable)
            assert update.span.end >= reached.get(update.number, 0.0)
            stable[update.number] = update.stable
            reached[update.number] = update.span.end


def test_somebody_speaks_and_is_asked_for_until_they_are_done() -> None:
    live = session(channels=CHANNELS[:1])
    samples = track((0.5, False), (2.0, True), (1.5, False))
    told, asks = [], []
    for at in range(0, len(samples), 1_536):
        told += live.feed([samples[at : at + 1_536]])
        asks += live.asks()

    speech = [u for u in told if isinstance(u, Speech)]
    assert [u.at for u in speech] == [approx(0.47), approx(2.53)]
    assert [(a.final, a.complete) for a in asks] == [(False, False)] * 3 + [
        (False, True),
        (True, True),
    ]
    assert [a.revision for a in asks] == [1, 2, 3, 4, 5]
    assert {a.number for a in asks} == {1}
    assert same_sound(asks[3], asks[4])
    assert asks[4].start == pytest.approx(0.5 - 0.4 - 0.03, abs=0.04)
    assert asks[4].audio.duration == pytest.approx(2.0 + 2 * 0.43, abs=0.08)


def test_what_was_heard_when_it_seemed_over_is_the_final_when_it_is() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1.0, True), (0.6, False))])
    [draft] = live.asks()
    assert draft.complete
    [partial] = [u for u in live.heard(draft, said(draft, "您好")) if isinstance(u, Partial)]
    told = live.feed([track((0.5, False))])

    assert partial.text == "您好"
    assert live.asks() == []
    [final] = [u for u in told if isinstance(u, Final)]
    assert [s.text for s in final.segments] == ["您好"]
    assert [s.role for s in final.segments] == [Role.AGENT]


def test_a_draft_on_its_way_answers_the_final() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1.0, True), (0.6, False))])
    [draft] = live.asks()
    live.feed([track((0.4, False))])
    [final] = live.asks()
    assert live.wanted(final)
    told = live.heard(draft, said(draft, "您好"))

    assert [u.number for u in told if isinstance(u, Final)] == [1]
    assert not live.wanted(final)
    assert live.heard(final, said(final, "他好")) == []


def test_a_draft_of_somebody_who_goes_on_is_no_final() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1.0, True), (0.6, False))])
    [draft] = live.asks()
    live.heard(draft, said(draft, "您好"))
    told = live.feed([track((1.0, True), (1.0, False))])
    [final] = finals(live.asks())

    assert not any(isinstance(u, Final) for u in told)
    assert len(final.own) == 2


def test_a_late_partial_is_not_told() -> None:
    live = session(channels=CHANNELS[:1])
    asks: list[Ask] = []
    for _ in range(2):
        live.feed([track((0.5, False), (1.0, True)) if not asks else track((0.7, True))])
        asks += live.asks()
    first, second = asks
    told = live.heard(second, said(second))

    assert [type(u) for u in told] == [Partial]
    assert not live.wanted(first)
    assert live.heard(first, said(first)) == []


def test_of_partials_only_the_newest_is_asked_for() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (5.0, True))])

    [ask] = live.asks()
    assert ask.revision > 1


def test_no_partials_where_they_are_not_wanted() -> None:
    _, asks = fed(session(Plan(interim=False)), TALK, [3_000] * 60)

    assert all(ask.final for ask in asks)
    assert len(asks) == 4


def test_a_segment_is_heard_with_what_was_said_before() -> None:
    samples = track(
        (0.5, False), (2, True), (1, False), (2, True), (1, False), (2, True), (1, False)
    )
    _, asks = fed(session(Plan(context=4.5), CHANNELS[:1]), [samples])
    first, second, third = finals(asks)

    assert (len(first.spans), len(second.spans), len(third.spans)) == (1, 2, 3)
    assert second.spans[0] == first.own[0]
    assert second.own == second.spans[1:]
    assert third.clip.offsets[0] == pytest.approx(0.4, abs=0.01)
    _, asks = fed(session(Plan(context=0), CHANNELS[:1]), [samples])
    assert all(ask.spans == ask.own for ask in asks)


def test_what_was_said_long_ago_is_no_context() -> None:
    samples = track((0.5, False), (2, True), (40, False), (2, True), (1, False))
    _, asks = fed(session(channels=CHANNELS[:1]), [samples])

    assert [len(ask.spans) for ask in finals(asks)] == [1, 1]


def test_who_speaks_without_a_pause_is_cut_where_it_is_quietest() -> None:
    samples = track((0.5, False), (7.0, True), (0.1, False), (4.0, True), (1.0, False))
    _, asks = fed(session(Plan(longest=10), CHANNELS[:1]), [samples], [3_000] * 70)
    first, second = finals(asks)

    assert first.own[-1].end == pytest.approx(7.55, abs=0.05)
    assert second.own[0].start == first.own[-1].end
    assert second.start >= first.own[-1].end
    assert second.spans == second.own
    assert second.own[-1].end == pytest.approx(11.6, abs=0.05)


def test_who_pauses_too_shortly_is_cut_in_the_longest_pause() -> None:
    parts = [(2.0, True), (0.25, False), (4.0, True), (0.5, False), (1.5, True), (0.3, False)]
    samples = track((0.5, False), *parts, (5.0, True), (1.0, False))
    live = session(Plan(longest=10), CHANNELS[:1])
    _, asks = fed(live, [samples], [3_000] * 70)
    first, second = finals(asks)

    assert first.own[-1].end == pytest.approx(6.75, abs=0.05)
    assert second.own[0].start == pytest.approx(7.25, abs=0.05)
    assert len(second.own) == 2


def test_a_long_pause_between_cut_speech_needs_no_more_cuts() -> None:
    samples = track((0.5, False), (45.0, True), (1.0, False))
    live = session(Plan(longest=10), CHANNELS[:1])
    _, asks = fed(live, [samples], [3_000] * 260)

    assert all(ask.own[-1].end - ask.own[0].start <= 10.1 for ask in asks)
    assert sum(span.duration for ask in finals(asks) for span in ask.own) == pytest.approx(
        45, abs=0.1
    )


def test_too_little_speech_is_not_asked_for() -> None:
    samples = track((0.5, False), (0.3, True), (1.0, False))
    told, asks = fed(session(Plan(shortest=1.0), CHANNELS[:1]), [samples])

    assert asks == []
    assert Final(1, ()) in told


def test_tones_taken_for_speech_are_withdrawn() -> None:
    t = np.arange(RATE * 2) / RATE
    tone = (0.1 * np.sin(2 * np.pi * 440 * t) + 0.1 * np.sin(2 * np.pi * 480 * t)).astype(
        np.float32
    )
    live = session(channels=CHANNELS[:1])
    told = live.feed([track((0.5, False))])
    for at in range(0, len(tone), 1_536):
        told += live.feed([tone[at : at + 1_536]])

    assert [type(u) for u in told if not isinstance(u, Pulse)] == [Speech, Speech, Final]
    assert told[-1].at > 1 if isinstance(told[-1], Pulse) else True
    assert live.finish()
    assert live.over


def test_what_cannot_be_decoded_is_said_to_be_lost_in_its_place() -> None:
    live = session(channels=CHANNELS[:1])
    samples = track((0.5, False), (1, True), (1, False), (1, True), (1, False))
    _, asks = fed(live, [samples])
    first, second = finals(asks)
    later = live.heard(second, said(second, "再见"))
    told = live.failed(first, "the model failed")

    assert later == []
    lost, final = told
    assert isinstance(lost, Lost)
    assert (lost.number, lost.reason) == (1, "the model failed")
    assert isinstance(final, Final)
    assert live.over
    assert live.failed(first, "again") == []
    assert [s.text for s in live.call().segments] == ["再见"]


def test_a_partial_that_fails_is_no_loss() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1.0, True))])
    [ask] = live.asks()

    assert live.failed(ask, "busy") == []


def test_the_end_of_the_call_ends_what_is_said() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1.0, True))])
    told = live.finish()
    [ask] = live.asks()

    assert ask.final
    assert not live.over
    assert [u.speaking for u in told if isinstance(u, Speech)] == [False]
    assert isinstance(told[-1], Pulse)
    live.heard(ask, [])
    assert live.over
    assert live.finish() == []
    with pytest.raises(Conflict):
        live.feed([track((1, True))])


def test_rows_that_do_not_fit_are_refused() -> None:
    live = session()
    with pytest.raises(ValueError, match="2 rows"):
        live.feed([track((0.1, True))])
    with pytest.raises(ValueError, match="one length"):
        live.feed([track((0.1, True)), track((0.2, True))])


def test_a_pulse_says_who_spoke_and_how_fast() -> None:
    live = session()
    both = padded(track((0.5, False), (6.0, True), (1, False)), track((5.5, False), (2.0, True)))
    told, asks = fed(live, both)
    for ask in finals(asks):
        live.heard(ask, said(ask))
    live_again = session()
    again, asks = fed(live_again, [*both])
    pulse = [u for u in again if isinstance(u, Pulse)][-1]

    assert told[0] == Speech(0, approx(0.47), speaking=True)
    assert pulse.talk == {0: pytest.approx(6, abs=0.1), 1: pytest.approx(2, abs=0.1)}
    assert pulse.overlap == pytest.approx(1.0, abs=0.1)
    assert pulse.silence == pytest.approx(0.0, abs=0.1)
    assert pulse.roles == {0: Role.AGENT, 1: Role.CUSTOMER}
    for ask in finals(asks):
        live_again.heard(ask, said(ask))
    live_more = session()
    live_more.feed(both)
    for ask in live_more.asks():
        live_more.heard(ask, said(ask))
    told = live_more.feed([row[: 2 * RATE] * 0 for row in both])
    assert [u for u in told if isinstance(u, Pulse)][-1].rate[0] == pytest.approx(600, abs=20)


def test_silence_is_counted_from_when_anybody_spoke_last() -> None:
    live = session()
    told = live.feed(padded(track((1, False), (1, True), (3, False)), track((0.1, False))))
    pulses = [u for u in told if isinstance(u, Pulse)]

    assert pulses[0].silence == approx(pulses[0].at)
    assert pulses[1].silence == 0
    assert pulses[-1].silence == approx(pulses[-1].at - 2.03)


def test_moods_are_of_the_latest_segment_and_go_into_the_call() -> None:
    live = session()
    live.feed(padded(track((0.5, False), (1, True), (1, False)), track((0.1, False))))
    [ask] = live.asks()
    impression = np.ones(3, np.float32)
    live.heard(ask, said(ask), [impression])
    segments, impressions = live.voice(0)
    angry = Emotion(EmotionLabel.ANGRY, 0.8, odds={EmotionLabel.ANGRY: 0.8})
    assert live.felt(0, [angry, angry]) == []
    told = live.feed(padded(track((1.2, False)), track((0.1, False))))
    [pulse] = [u for u in told if isinstance(u, Pulse)]

    assert len(segments) == 1
    assert impressions == (impression,)
    assert pulse.moods[0].label is EmotionLabel.ANGRY
    assert pulse.moods[0].anger == 0.8
    assert 1 not in pulse.moods
    assert live.call().segments[0].emotion is angry


def test_strain_is_told_when_it_changes() -> None:
    live = session()

    assert live.strained(on=False, behind=0.0) == []
    assert live.strained(on=True, behind=3.0) == [Strain(0.0, on=True, behind=3.0)]
    assert live.strained(on=True, behind=4.0) == []
    assert live.strained(on=False, behind=0.0) == [Strain(0.0, on=False, behind=0.0)]


def test_roles_are_decided_where_they_are_not_known() -> None:
    def decide(call: Call) -> list[Party]:
        return [Party(p.channel, None, Role.CUSTOMER, RoleSource.HEARD, 0.9) for p in call.parties]

    live = Session([Channel(0)], {0: detector()}, decide=decide)
    live.feed([track((0.5, False), (1, True), (1, False))])
    [ask] = live.asks()
    told = live.heard(ask, said(ask))

    assert [s.role for u in told if isinstance(u, Final) for s in u.segments] == [Role.UNKNOWN]
    assert live.call().segments[0].role is Role.CUSTOMER
    assert live.call().parties[0].source is RoleSource.HEARD


def test_the_call_is_in_the_language_most_spoken() -> None:
    live = session()
    _, asks = fed(live, TALK)
    for ask in finals(asks):
        live.heard(ask, said(ask))
    call = live.call()

    assert call.language == "zh"
    assert call.recording.duration == live.at == pytest.approx(len(TALK[0]) / RATE)
    assert [s.span.start for s in call.segments] == sorted(s.span.start for s in call.segments)
    assert most_spoken([]) is None
    assert most_spoken([replace(call.segments[0], language=None)]) is None


def test_a_call_without_sound_is_over_at_once() -> None:
    live = session()
    told = live.finish()

    assert live.over
    assert told == [Pulse(0.0, {0: 0.0, 1: 0.0}, roles={0: Role.AGENT, 1: Role.CUSTOMER})]


def test_memory_does_not_grow_with_silence() -> None:
    live = session(channels=CHANNELS[:1])
    live.feed([track((0.5, False), (1, True), (60, False))])
    kept = live._voices[0]._tail  # that nothing is kept shows nowhere else

    assert kept.cut(Span(0, 30)).duration < 1


class Noting:
    """A `Watcher` that remembers what it saw, and cues what is told to."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def look(self, scene: Scene) -> list[Cue]:
        self.scenes.append(scene)
        said = [s.text for s in scene.call.segments]
        return [Cue("said", CueKind.RULE, 0.0, {"en": said[-1]})] if said else []


def test_what_watches_sees_the_call_and_its_cues_are_told_once() -> None:
    noting = Noting()
    live = Session(CHANNELS, {0: detector(), 1: detector()}, watchers=[noting], language="en")
    told = live.feed(padded(track((0.5, False), (1, True), (1.5, False)), track((0.1, False))))
    [ask] = live.asks()
    assert not any(isinstance(u, Cue) for u in told)
    told = live.heard(ask, said(ask, "您好"))
    [cue] = [u for u in told if isinstance(u, Cue)]
    told = [*live.feed(padded(track((3, False)), track((0.1, False)))), *live.finish()]

    assert (cue.text["en"], cue.at) == ("您好", live_at(noting, -5))
    assert not any(isinstance(u, Cue) for u in told)
    assert noting.scenes[-1].over
    assert noting.scenes[-1].settled == noting.scenes[-1].at == live.at
    assert noting.scenes[0].call.language == "en"


def live_at(noting: Noting, place: int) -> float:
    return noting.scenes[place].at


def test_what_is_settled_is_before_all_that_is_not_heard_yet() -> None:
    noting = Noting()
    live = Session(CHANNELS, {0: detector(), 1: detector()}, watchers=[noting])
    live.feed(
        padded(
            track((0.5, False), (1, True), (3, False)),
            track((2.5, False), (3.5, True), (0.1, False)),
        )
    )
    [final] = finals(live.asks())
    assert noting.scenes[-1].settled == approx(0.47)
    live.heard(final, said(final))
    assert noting.scenes[-1].settled == approx(2.5)
    live.feed(padded(track((2, False)), track((0.1, False))))
    [final] = finals(live.asks())
    live.heard(final, [])

    assert noting.scenes[-1].settled > 7
    assert [(r.channel, r.gate) for r in live.call().rejected] == [(1, "unheard")]


class Scripted:
    """A detector whose regions come at once, without having been going on."""

    def __init__(self, *regions: Span) -> None:
        self._regions = list(regions)
        self.going: Going | None = None
        self.settled = 0.0

    def feed(self, samples: NDArray[np.float32], /) -> list[Span]:
        self.settled += len(samples) / RATE
        over = [region for region in self._regions if region.end <= self.settled]
        self._regions = self._regions[len(over) :]
        return over

    def finish(self) -> list[Span]:
        return self._regions


def test_regions_that_come_at_once_are_parted_by_their_pauses() -> None:
    regions = [Span(0.1, 0.2), Span(1.0, 1.1), Span(1.3, 1.4)]
    slow = Scripted(*regions)
    live = Session(CHANNELS[:1], {0: slow})
    slow.settled = -9.0
    live.feed([track((2.0, False))])
    live.finish()

    assert [ask.own for ask in live.asks()] == [(regions[0],), (regions[1], regions[2])]


def test_a_region_inside_what_was_cut_off_is_told_but_not_asked_for_again() -> None:
    detects = Scripted(Span(0.0, 0.6), Span(9.0, 9.5), Span(13.0, 13.5))
    live = Session(CHANNELS[:1], {0: detects}, Plan(longest=5))
    detects.going = Going(Span(0.0, 12.0), sure=True)
    live.feed([track((12.0, True))])
    first = finals(live.asks())
    detects.going = Going(Span(0.0, 0.6), sure=True)
    live.feed([track((0.2, False))])
    detects.going = None
    live.feed([track((3.0, False))])
    live.finish()

    assert first
    assert [r.span.start for r in live.call().regions] == [0.0, 9.0, 13.0]


def test_what_went_on_and_was_no_speech_is_forgotten() -> None:
    detects = Scripted()
    live = Session(CHANNELS[:1], {0: detects}, Plan(longest=5))
    detects.going = Going(Span(0.0, 4.0), sure=True)
    live.feed([track((6.0, True))])
    detects.going = Going(Span(0.0, 4.0), sure=False)
    told = live.feed([track((0.2, True))])

    assert Final(1, ()) in told
