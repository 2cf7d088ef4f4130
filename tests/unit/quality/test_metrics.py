from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, SYSTEM, UNKNOWN, call, evenly, recording, says
from huiting.core.metrics import Metrics, PartyMetrics
from huiting.core.types import Call, Event, EventLabel, EventSource, Region, Role, Segment, Span
from huiting.quality.metrics import Limits, measure, units
from steps import growth


def party(metrics: Metrics, role: Role) -> PartyMetrics:
    (found,) = [p for p in metrics.parties if p.role is role]
    return found


def test_a_call_without_speech_is_one_silence_and_has_no_shares() -> None:
    metrics = measure(Call(recording(30.0)))

    assert (metrics.speech, metrics.silence, metrics.silence_ratio) == (0, 30, 1)
    assert (metrics.overlap_ratio, metrics.turns, metrics.parties) == (None, 0, ())
    assert [(s.span, s.before, s.after) for s in metrics.silences] == [(Span(0, 30), None, None)]
    assert (metrics.longest_silence, metrics.dead_air, metrics.hold) == (0, 0, 0)


def test_a_recording_without_length_has_no_silence_ratio() -> None:
    assert measure(Call(recording(0.0))).silence_ratio is None


def test_talk_time_is_the_regions_not_the_segments_around_them() -> None:
    spoken = says(AGENT, 0, 10)
    regions = [Region(0, None, Span(1, 3)), Region(0, None, Span(5, 6))]
    metrics = measure(call(spoken, regions=regions))

    assert party(metrics, AGENT).talk_time == 3
    assert metrics.speech == 3
    assert metrics.silence == 27


def test_regions_that_overlap_or_pass_the_end_are_not_counted_twice_or_beyond() -> None:
    regions = [
        Region(0, None, Span(1, 3)),
        Region(0, None, Span(2, 4)),
        Region(0, None, Span(28, 31)),
        Region(0, None, Span(30.5, 31)),
    ]
    metrics = measure(call(says(AGENT, 1, 4), regions=regions))

    assert party(metrics, AGENT).talk_time == 5


def test_talk_ratio_is_a_share_of_all_talk_time() -> None:
    metrics = measure(call(says(AGENT, 0, 6), says(CUSTOMER, 7, 9)))

    assert party(metrics, AGENT).talk_ratio == 0.75
    assert party(metrics, CUSTOMER).talk_ratio == 0.25


def test_a_party_who_never_speaks_has_zeros_and_no_averages() -> None:
    quiet = call(says(AGENT, 0, 6), says(CUSTOMER, 7, 9), regions=[])
    agent = party(measure(quiet), AGENT)

    assert (agent.talk_time, agent.turns, agent.talk_ratio, agent.rate) == (0, 0, None, None)
    assert (agent.response_median, agent.response_max) == (None, None)


def test_regions_of_nobody_known_are_an_unknown_party() -> None:
    heard = Call(recording(), regions=(Region(1, 2, Span(1, 3)),))
    (found,) = measure(heard).parties

    assert (found.role, found.channel, found.speaker, found.talk_time) == (UNKNOWN, 1, 2, 2)


def test_segments_of_nobody_listed_keep_their_role() -> None:
    heard = replace(call(says(CUSTOMER, 1, 3)), parties=())

    assert party(measure(heard), CUSTOMER).segments == 1


def test_a_silence_knows_who_spoke_before_and_after() -> None:
    metrics = measure(call(says(AGENT, 2, 4), says(CUSTOMER, 5, 7), duration=8))

    assert [(s.span, s.before, s.after) for s in metrics.silences] == [
        (Span(0, 2), None, AGENT),
        (Span(4, 5), AGENT, CUSTOMER),
        (Span(7, 8), CUSTOMER, None),
    ]
    assert metrics.longest_silence == 1


def test_pauses_within_speaking_are_silence_but_not_listed() -> None:
    metrics = measure(call(says(AGENT, 0, 4), says(AGENT, 4.125, 8), duration=8))

    assert metrics.silence == 0.125
    assert metrics.silences == ()
    assert metrics.longest_silence == 0


@pytest.mark.parametrize(
    ("before", "gap", "dead_air", "hold"),
    [
        pytest.param([says(AGENT, 1, 3)], 3.0, 3.0, 0, id="three seconds are dead air"),
        pytest.param([says(AGENT, 1, 3)], 2.9, 0, 0, id="less is not"),
        pytest.param([says(AGENT, 1, 3, "好的，请您稍等")], 7, 0, 7, id="announced by the agent"),
        pytest.param([says(AGENT, 1, 3, "请稍等")], 2.9, 0, 0, id="announced but short"),
        pytest.param([says(CUSTOMER, 1, 3, "请稍等")], 7, 7, 0, id="asked by the customer"),
        pytest.param(
            [says(AGENT, 1, 2, "请稍等"), says(CUSTOMER, 2.2, 3, "好的")],
            7,
            0,
            7,
            id="announced, and acknowledged by the customer",
        ),
        pytest.param(
            [says(AGENT, 0, 1, "请稍等"), says(CUSTOMER, 1, 2), says(AGENT, 2.2, 3, "查到了")],
            7,
            7,
            0,
            id="the agent's last turn says something else",
        ),
        pytest.param(
            [says(AGENT, 0, 1, "稍等一下"), says(AGENT, 1.4, 3, "我看看系统")],
            7,
            0,
            7,
            id="announced earlier in the same turn",
        ),
        pytest.param(
            [says(CUSTOMER, 0, 3, "我还想问一个问题就是"), says(AGENT, 1, 1.8, "稍等")],
            7,
            0,
            7,
            id="announced into the customer's speech",
        ),
        pytest.param([says(UNKNOWN, 1, 3, "hold on")], 7, 0, 7, id="by an unknown party"),
        pytest.param([says(SYSTEM, 1, 3, "欢迎致电")], 7, 0, 0, id="after a voice menu"),
        pytest.param(
            [says(SYSTEM, 1, 3, "请稍候，正在转接")], 7, 0, 7, id="announced by the system"
        ),
    ],
)
def test_dead_air_and_hold(before: list[Segment], gap: float, dead_air: float, hold: float) -> None:
    after = says(CUSTOMER, 3 + gap, 12)
    metrics = measure(call(*before, after))

    assert metrics.dead_air == pytest.approx(dead_air)
    assert metrics.hold == pytest.approx(hold)


def test_an_announcement_counts_once_when_the_agent_came_back_in_between() -> None:
    metrics = measure(
        call(
            says(AGENT, 0, 2, "请稍等"),
            says(AGENT, 6, 8, "让您久等了，我再看"),
            says(AGENT, 12, 14),
        )
    )

    assert [s.announced for s in metrics.silences] == [True, False, False]
    assert (metrics.hold, metrics.dead_air) == (4, 4)


def test_ring_back_before_the_first_word_and_the_tail_are_not_dead_air() -> None:
    metrics = measure(call(says(AGENT, 10, 12), says(CUSTOMER, 13, 14), duration=30))

    assert (metrics.dead_air, metrics.longest_silence) == (0, 1)
    assert metrics.silence == 27


@pytest.mark.parametrize(
    ("second", "interruption"),
    [
        pytest.param(says(AGENT, 4, 7, "先生您别激动"), True, id="takes the turn"),
        pytest.param(says(AGENT, 4.75, 7, "先生您别激动"), False, id="only at the very end"),
        pytest.param(says(AGENT, 2, 2.6, "嗯嗯"), False, id="a backchannel"),
        pytest.param(says(AGENT, 2, 3.5, "嗯好的好的"), False, id="a longer backchannel"),
        pytest.param(says(AGENT, 2, 2.75, "不是的先生"), False, id="short, the other goes on"),
        pytest.param(says(AGENT, 4.375, 5.25, "不是"), True, id="short, and the other stops"),
        pytest.param(says(AGENT, 2, 4, "我跟您说了不行"), True, id="long, over the other"),
        pytest.param(says(AGENT, 1, 5, "嘟"), False, id="both begin at once"),
        pytest.param(says(AGENT, 2, 2.75, ""), False, id="short, nothing recognized"),
        pytest.param(says(AGENT, 2, 4, ""), False, id="long, nothing recognized"),
    ],
)
def test_interruption(second: Segment, interruption: bool) -> None:  # noqa: FBT001
    metrics = measure(call(says(CUSTOMER, 1, 5, "什么叫自己看"), second))

    assert [o.interruption for o in metrics.overlaps] == [interruption]
    assert party(metrics, AGENT).interruptions == interruption
    assert party(metrics, CUSTOMER).interruptions == 0


def test_noise_that_passes_for_speech_is_not_interrupted() -> None:
    regions = [Region(1, None, Span(1, 5)), Region(0, None, Span(4, 7))]
    metrics = measure(call(says(AGENT, 4, 7, "先生您别激动"), regions=regions))

    assert [(o.span, o.interruption) for o in metrics.overlaps] == [(Span(4, 5), False)]


@pytest.mark.parametrize(("end", "interruption"), [(7.0, True), (4.875, False)])
def test_without_any_text_only_length_tells(end: float, interruption: bool) -> None:  # noqa: FBT001
    regions = (Region(1, None, Span(1, 5)), Region(0, None, Span(4, end)))
    (overlap,) = measure(Call(recording(), regions=regions)).overlaps

    assert overlap.interruption is interruption


def test_an_overlap_names_who_was_speaking_and_who_began() -> None:
    (overlap,) = measure(call(says(CUSTOMER, 1, 5), says(AGENT, 4, 7, "听我说完"))).overlaps

    assert (overlap.span, overlap.first, overlap.second) == (Span(4, 5), CUSTOMER, AGENT)


def test_overlap_is_counted_for_both_and_once_for_the_call() -> None:
    metrics = measure(call(says(CUSTOMER, 1, 5), says(AGENT, 4, 9)))

    assert [p.overlap for p in metrics.parties] == [1, 1]
    assert (metrics.overlap, metrics.speech, metrics.overlap_ratio) == (1, 8, 0.125)


def test_an_interruption_is_marked_once_when_the_first_hesitates_under_it() -> None:
    regions = [
        Region(1, None, Span(1, 5)),
        Region(1, None, Span(5.25, 6)),
        Region(0, None, Span(4, 9)),
    ]
    metrics = measure(call(says(CUSTOMER, 1, 6), says(AGENT, 4, 9), regions=regions))

    assert [(o.span, o.interruption) for o in metrics.overlaps] == [
        (Span(4, 5), True),
        (Span(5.25, 6), False),
    ]


def test_who_begins_in_a_pause_of_the_other_does_not_interrupt() -> None:
    regions = [
        Region(1, None, Span(1, 4)),
        Region(1, None, Span(4.25, 6)),
        Region(0, None, Span(4.125, 9)),
    ]
    metrics = measure(call(says(CUSTOMER, 1, 6), says(AGENT, 4.125, 9), regions=regions))

    assert [(o.first, o.second, o.interruption) for o in metrics.overlaps] == [
        (CUSTOMER, AGENT, False)
    ]


def test_a_backchannel_is_known_by_the_words_said_in_its_own_time() -> None:
    """One segment may hold a 嗯 and, after a pause, an answer."""
    customer = says(CUSTOMER, 0, 6, "我想问一下")
    words = [*evenly("嗯", 2, 3.25), *evenly("我知道了先生", 6.5, 8)]
    regions = [
        Region(1, None, Span(0, 6)),
        Region(0, None, Span(2, 3.25)),
        Region(0, None, Span(6.5, 8)),
    ]
    timed = says(AGENT, 2, 8, "嗯我知道了先生", words=words)
    untimed = says(AGENT, 2, 8, "嗯我知道了先生")  # too long to be the words of the first region

    assert not measure(call(customer, timed, regions=regions)).overlaps[0].interruption
    assert measure(call(customer, untimed, regions=regions)).overlaps[0].interruption


def test_three_voices_at_once_are_counted_once_in_the_call() -> None:
    regions = [Region(0, n, Span(n, 10 - n)) for n in range(3)]
    metrics = measure(Call(recording(), regions=tuple(regions)))

    assert metrics.overlap == 8
    assert sum(o.span.duration for o in metrics.overlaps) == 8
    assert metrics.speech == 10


def test_turns_change_with_the_speaker_and_not_with_backchannels() -> None:
    metrics = measure(
        call(
            says(AGENT, 0, 2),
            says(AGENT, 3, 4),
            says(CUSTOMER, 5, 9),
            says(AGENT, 6, 6.5, "嗯"),
            says(CUSTOMER, 10, 11),
            says(AGENT, 12, 13),
        )
    )

    assert metrics.turns == 3
    assert party(metrics, AGENT).turns == 2
    assert party(metrics, CUSTOMER).turns == 1


def test_response_time_is_from_the_others_end_and_negative_in_overlap() -> None:
    metrics = measure(
        call(
            says(CUSTOMER, 0, 2),
            says(AGENT, 3, 5),
            says(CUSTOMER, 5.5, 7),
            says(AGENT, 6.5, 9),
            says(CUSTOMER, 9.25, 10),
            says(AGENT, 14, 15),
        )
    )

    assert party(metrics, AGENT).response_median == 1
    assert party(metrics, AGENT).response_max == 4
    assert party(metrics, CUSTOMER).response_median == pytest.approx(0.375)


def test_a_voice_menu_is_not_answered_and_does_not_answer() -> None:
    metrics = measure(call(says(SYSTEM, 0, 2), says(CUSTOMER, 5, 6), says(SYSTEM, 8, 9)))

    assert [p.response_max for p in metrics.parties] == [None, None]


@pytest.mark.parametrize(
    ("spoken", "count"),
    [
        pytest.param("您好，请问。", 4, id="Chinese characters without punctuation"),
        pytest.param("我的iPhone坏了", 5, id="a Latin word in Chinese is one"),
        pytest.param("一共399元", 6, id="each digit is said"),
        pytest.param("Hello, I'm Ann.", 3, id="English words"),
        pytest.param("もしもし、ラーメン", 8, id="kana, and the long mark"),
        pytest.param("여보세요 안녕하세요", 2, id="Korean words"),
        pytest.param("……", 0, id="punctuation alone"),
        pytest.param("𠮷野家", 3, id="characters outside the basic plane"),
        pytest.param("人々〇", 3, id="iteration mark and zero"),
    ],
)
def test_units(spoken: str, count: int) -> None:
    assert units(spoken) == count


def test_speaking_rate_is_over_the_time_really_spoken() -> None:
    regions = [Region(0, None, Span(0, 2)), Region(0, None, Span(8, 10))]
    metrics = measure(call(says(AGENT, 0, 10, "一二三四五六七八"), regions=regions))

    assert party(metrics, AGENT).rate == 120
    assert metrics.rates == (120,)


def test_the_fastest_segment_is_one_long_enough_to_measure() -> None:
    metrics = measure(
        call(
            says(AGENT, 0, 1, "一二三四五六七八九"),
            says(AGENT, 2, 4, "一二三四"),
            says(AGENT, 5, 8, "一二三"),
            says(AGENT, 9, 12, ""),
        )
    )

    assert metrics.rates == (None, 120, 60, None)
    assert party(metrics, AGENT).rate_max == 120
    assert party(metrics, AGENT).rate == pytest.approx(16 / 6 * 60)
    assert party(metrics, AGENT).units == 16


def test_rates_follow_the_order_of_the_segments_in_the_call() -> None:
    metrics = measure(call(says(CUSTOMER, 3, 5, "一二三"), says(AGENT, 0, 2, "一二")))

    assert metrics.rates == (60, 90)


def test_loudness_is_the_mean_power_weighted_by_length() -> None:
    metrics = measure(
        call(
            says(AGENT, 0, 3, loudness=-20.0),
            says(AGENT, 4, 5, loudness=-10.0),
            says(AGENT, 6, 7),
        )
    )

    # (3 * 0.01 + 1 * 0.1) / 4 = 0.0325
    assert party(metrics, AGENT).loudness == pytest.approx(-14.88, abs=0.01)


@pytest.mark.parametrize(
    ("levels", "jump"),
    [
        pytest.param([-30.0, -18.0, -25.0], 12.0, id="the greatest rise"),
        pytest.param([-18.0, -30.0], 0.0, id="only falls"),
        pytest.param([-18.0], None, id="one segment"),
        pytest.param([None, None], None, id="no levels"),
        pytest.param([-30.0, None, -20.0], 10.0, id="a level is missing in between"),
        pytest.param([float("-inf"), -30.0, -20.0], 10.0, id="no signal at first"),
    ],
)
def test_loudness_jump(levels: list[float | None], jump: float | None) -> None:
    said = [says(AGENT, i, i + 0.5, loudness=level) for i, level in enumerate(levels)]

    assert party(measure(call(*said)), AGENT).loudness_jump == jump


def test_a_call_of_twice_the_length_takes_twice_the_work() -> None:
    def measuring(turns: int) -> Callable[[], object]:
        said = [
            says(role, at, at + 4.0, "您好请问有什么可以帮您的吗")
            for n in range(turns)
            for role, at in ((AGENT, n * 4.32), (CUSTOMER, n * 4.32 + 3.0))
        ]
        long = call(*said, duration=turns * 4.32 + 100)
        return lambda: measure(long)

    assert growth(measuring) < 2.2


def test_the_work_grows_with_the_tones_and_the_noises_among_them() -> None:
    def measuring(tones: int) -> Callable[[], object]:
        said = [says(AGENT, 0, 1)]
        noises = [Region(0, None, Span(3 * n + 2, 3 * n + 3)) for n in range(tones)]
        events = [
            Event(EventLabel.DTMF, Span(3 * n + 2, 3 * n + 2.8), EventSource.DERIVED)
            for n in range(tones)
        ]
        heard = call(*said, duration=3.0 * tones + 5)
        long = replace(heard, regions=(*heard.regions, *noises), events=tuple(events))
        assert measure(long).speech == 1
        return lambda: measure(long)

    assert growth(measuring) < 2.2


@pytest.mark.parametrize("level", [None, float("-inf")], ids=["unknown", "no signal"])
def test_loudness_that_cannot_be_told_is_none(level: float | None) -> None:
    assert party(measure(call(says(AGENT, 0, 3, loudness=level))), AGENT).loudness is None


def test_the_limits_can_be_changed() -> None:
    heard = call(says(AGENT, 0, 2), says(CUSTOMER, 4, 5), duration=5)

    assert measure(heard).dead_air == 0
    assert measure(heard, Limits(dead_air_from=2.0)).dead_air == 2


def test_noise_before_the_words_is_not_interrupted() -> None:
    late = says(CUSTOMER, 0, 9, "我想问一下", words=evenly("我想问一下", 6, 8.5))
    agent = says(AGENT, 1, 5, "您好请问", words=evenly("您好请问", 1, 4.5))

    assert party(measure(call(late, agent)), AGENT).interruptions == 0


def test_words_at_the_time_are_interrupted() -> None:
    early = says(CUSTOMER, 0, 9, "我想问一下", words=evenly("我想问一下", 0.5, 8.5))
    agent = says(AGENT, 3, 6, "您好请问", words=evenly("您好请问", 3, 5.8))

    assert party(measure(call(early, agent)), AGENT).interruptions == 1


def test_music_and_clicks_that_passed_for_speech_leave_a_silence_whole() -> None:
    said = [says(AGENT, 0, 3, "请稍等"), says(AGENT, 20, 22, "查到了"), says(CUSTOMER, 23, 25)]
    spoken = [Region(s.channel, None, s.span) for s in said]
    music = Region(0, None, Span(5, 12))
    click = Region(1, None, Span(15, 15.25))
    unheard = Region(1, None, Span(26, 27))
    event = Event(EventLabel.MUSIC, Span(4, 13), EventSource.MODEL, channel=0)
    heard = call(*said, regions=[*spoken, music, click, unheard])

    metrics = measure(replace(heard, events=(event,)))

    assert [s.span for s in metrics.silences if s.announced] == [Span(3, 20)]
    assert party(metrics, CUSTOMER).talk_time == 3
    assert measure(replace(heard, events=(replace(event, channel=1),))).hold < 10


def test_without_any_words_everything_the_detector_found_is_speech() -> None:
    regions = [Region(0, None, Span(0, 2)), Region(1, None, Span(3, 3.2))]

    assert measure(call(regions=regions)).speech == pytest.approx(2.2)
