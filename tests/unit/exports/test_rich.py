from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.core.meaning import Entity, EntitySource, Meaning
from huiting.core.tags import Mark, Sounding
from huiting.core.types import (
    Emotion,
    EmotionLabel,
    Event,
    EventLabel,
    EventSource,
    Role,
    Segment,
    Span,
)
from huiting.exports import reader, rich
from huiting.exports._rich_lines import SOUNDING, RichSegment, line_of, read_line
from huiting.exports.reader import EMOJI, SIGNS
from steps import growth

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "rich-transcript.md"


def event(label: EventLabel, start: float, end: float, **rest: object) -> Event:
    return Event(label, Span(start, end), rest.pop("source", EventSource.MODEL), **rest)  # type: ignore[arg-type]


def felt(segment: Segment, label: EmotionLabel) -> Segment:
    return replace(segment, emotion=Emotion(label, 0.8))


def whole(
    *segments: Segment, events: tuple[Event, ...] = (), meaning: Meaning | None = None
) -> Analysis:
    found = analysis(replace(call(*segments), events=events))
    return replace(found, meaning=meaning or Meaning())


def lines(of: Analysis) -> list[str]:
    return rich.build().write(of).decode().splitlines()


def entity(kind: str, start: int, end: int) -> Entity:
    return Entity(kind, 0, start, end, "", "", Span(0, 1), EntitySource.PATTERN)


def test_a_segment_is_a_line_with_time_role_and_tags() -> None:
    angry = felt(says(CUSTOMER, 3, 5.25, "你们怎么回事？", speaker=1), EmotionLabel.ANGRY)

    assert lines(whole(angry)) == [
        "# huiting rich 1",
        "[3.000-5.250 customer@1.1] <|zh|><|ANGRY|><|Speech|><|withitn|>你们怎么回事？",
    ]


def test_an_event_is_a_line_with_what_is_known_of_it() -> None:
    keys = event(
        EventLabel.DTMF, 1, 2.5, source=EventSource.SIGNAL, channel=1, score=0.98, text="12#"
    )
    silence = event(
        EventLabel.SILENCE, 4, 10.2, source=EventSource.DERIVED, role=Role.AGENT, value=6.2
    )

    assert lines(whole(events=(keys, silence)))[1:] == [
        "[1.000-2.500 -@1] <|DTMF|>12#<|/DTMF|><|source=signal|><|score=0.98|>",
        "[4.000-10.200 agent@-] <|SILENCE|><|/SILENCE|><|source=derived|><|value=6.2|>",
    ]


@pytest.mark.parametrize(
    ("label", "channel", "sounding"),
    [
        pytest.param(EventLabel.LAUGHTER, 0, Sounding.LAUGHTER, id="on its channel"),
        pytest.param(EventLabel.LAUGHTER, None, Sounding.LAUGHTER, id="channel unknown"),
        pytest.param(EventLabel.LAUGHTER, 1, Sounding.SPEECH, id="on another channel"),
        pytest.param(EventLabel.RINGBACK, 0, Sounding.SPEECH, id="not in the vocabulary"),
    ],
)
def test_a_segment_holds_the_sound_heard_in_it(
    label: EventLabel, channel: int | None, sounding: Sounding
) -> None:
    of = whole(says(AGENT, 1, 3), events=(event(label, 2, 2.5, channel=channel),))
    [segment] = [item for item in rich.items(of) if isinstance(item, RichSegment)]

    assert segment.tagged.event is sounding


def test_entities_are_marked_and_the_longest_wins() -> None:
    meaning = Meaning(
        entities=(entity("Order_No", 2, 8), entity("money", 2, 5), entity("a b", 0, 1))
    )
    of = whole(says(AGENT, 1, 3, "订单202503的"), meaning=meaning)
    [segment] = [item for item in rich.items(of) if isinstance(item, RichSegment)]

    assert segment.tagged.marks == (Mark("order_no", 2, 8),)
    assert "订单<|ORDER_NO|>202503<|/ORDER_NO|>的" in lines(of)[1]


def test_a_language_without_a_code_is_undetermined() -> None:
    assert "<|und|>" in lines(whole(says(AGENT, 1, 3, language="Mandarin")))[1]


text = st.text(max_size=12) | st.text(alphabet="<|>\n\r a", max_size=12)
times = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(
    lambda pair: Span(min(pair) / 1000, max(pair) / 1000)
)
share = st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000)
happened = st.builds(
    Event,
    st.sampled_from(EventLabel),
    times,
    st.sampled_from(EventSource),
    channel=st.none() | st.integers(0, 3),
    score=share,
    role=st.none() | st.sampled_from(Role),
    value=share,
    text=st.none() | text.filter(bool),
)


@given(happened)
def test_an_event_is_read_back_as_it_was(one: Event) -> None:
    assert read_line(line_of(one)) == one


@given(text, times, st.sampled_from(Role), st.none() | st.integers(0, 3))
def test_a_transcript_is_read_back_as_it_was(
    words: str, span: Span, role: Role, speaker: int | None
) -> None:
    segment = says(role, span.start, span.end, words, speaker=speaker)
    of = whole(segment, events=(event(EventLabel.MUSIC, 1, 2, channel=0),))

    assert rich.read(rich.build().write(of)) == rich.items(of)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "does not begin with", id="empty"),
        pytest.param(b"# huiting rich 1\nhello\n", "line 2: no time", id="no time"),
        pytest.param(
            b"# huiting rich 1\n\n[2.000-1.000 agent@0] x\n", "line 3: need 0 <=", id="back"
        ),
        pytest.param(b"# huiting rich 1\n[1.000-2.000 boss@0] x\n", "line 2: 'boss'", id="role"),
        pytest.param(
            b"# huiting rich 1\n[1.000-2.000 agent@0] <|zh|>a<|zh|>b\n",
            "line 2: too many",
            id="two",
        ),
        pytest.param(
            b"# huiting rich 1\n[1.000-2.000 -@0] <|DTMF|>1<|/DTMF|>\n",
            "line 2: 'source'",
            id="source",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rich.read(data, "call.rich.txt")


def test_an_example_of_the_reference_can_be_read() -> None:
    example = DOCS.read_text("utf-8").split("```text\n")[1].split("```")[0]

    assert len(rich.read(example.encode())) == 5


def read(of: Analysis, language: str | None = None) -> list[str]:
    return reader.build(language=language).write(of).decode().split("\n\n")


def test_a_reader_sees_who_speaks_and_how() -> None:
    of = whole(
        felt(says(AGENT, 1, 3, "您好"), EmotionLabel.NEUTRAL),
        felt(says(CUSTOMER, 4, 5, "退货！"), EmotionLabel.ANGRY),
        says(AGENT, 6, 7, "好"),
    )

    assert read(of) == [
        "# 8001.wav",
        "**0:01 客服**  您好",
        "**0:04 客户**  退货！ 😡",
        "**0:06 客服**  好\n",
    ]


@pytest.mark.parametrize(
    ("happened", "chinese", "english"),
    [
        pytest.param(
            event(EventLabel.SILENCE, 9, 15.2, source=EventSource.DERIVED, role=AGENT, value=6.2),
            "0:09 ⏸ *静默 6.2 秒（客服）*",
            "0:09 ⏸ *silence 6.2 s (agent)*",
            id="derived",
        ),
        pytest.param(
            event(EventLabel.MUSIC, 14, 21),
            "0:14 🎼 音乐 7.0 秒",
            "0:14 🎼 music 7.0 s",
            id="music",
        ),
        pytest.param(
            event(EventLabel.DTMF, 1, 2, text="12#"),
            r"0:01 🔢 按键 12\#",
            r"0:01 🔢 dtmf 12\#",
            id="keys",
        ),
        pytest.param(
            event(EventLabel.NOISE, 0, 9, value=9.8),
            "0:00 📢 背景噪声 信噪比 10 分贝",
            "0:00 📢 noise 10 dB below the speech",
            id="noise",
        ),
        pytest.param(
            event(EventLabel.RATE_SPIKE, 0, 9),
            "0:00 ⏩ 语速突增",
            "0:00 ⏩ rate spike",
            id="unmeasured",
        ),
        pytest.param(
            event(EventLabel.LAUGHTER, 0, 1, role=Role.UNKNOWN),
            "0:00 😀 笑声 1.0 秒",
            "0:00 😀 laughter 1.0 s",
            id="nobody's",
        ),
    ],
)
def test_a_reader_sees_what_happens(happened: Event, chinese: str, english: str) -> None:
    of = whole(events=(happened,))

    assert read(of)[1].strip() == chinese
    assert read(of, "en")[1].strip() == english


def test_every_label_has_its_sign_and_its_words() -> None:
    assert set(SIGNS) == set(EventLabel)
    assert set(EMOJI) == set(EmotionLabel) - {EmotionLabel.NEUTRAL, EmotionLabel.UNKNOWN}
    assert set(SOUNDING) < set(EventLabel)
    for label in EventLabel:
        assert reader.line_of(event(label, 0, 1), chinese=True)


def test_the_work_grows_with_the_length_of_a_call() -> None:
    def work(size: int) -> Callable[[], object]:
        said = [says(AGENT, 4 * n, 4 * n + 2) for n in range(size)]
        coughs = tuple(event(EventLabel.COUGH, 4 * n + 1, 4 * n + 1.5) for n in range(size))
        found = whole(*said, events=coughs)
        return lambda: rich.build().write(found)

    assert growth(work) < 2.3
