import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.tags import (
    Mark,
    Sounding,
    Tagged,
    escaped,
    from_tags,
    is_kind,
    join_tags,
    marked,
    to_tags,
    unescaped,
    unmarked,
)
from huiting.core.types import EmotionLabel

ANGRY, HAPPY, NEUTRAL = EmotionLabel.ANGRY, EmotionLabel.HAPPY, EmotionLabel.NEUTRAL

texts = st.text() | st.text(alphabet="<|>/ZHzhAa\n\r ", max_size=20)
kinds = st.sampled_from(["order_no", "coupon", "优惠券", "phone", "x1"])


@st.composite
def segments(draw: st.DrawFn) -> Tagged:
    text = draw(texts)
    places = sorted(
        draw(st.lists(st.integers(0, len(text)), max_size=6).filter(lambda p: len(p) % 2 == 0))
    )
    marks = tuple(Mark(draw(kinds), a, b) for a, b in zip(places[::2], places[1::2], strict=True))
    speech = draw(st.booleans())
    return Tagged(
        text,
        draw(st.none() | st.sampled_from(["zh", "yue", "en", "de"])) if speech else None,
        draw(st.sampled_from(EmotionLabel)),
        draw(st.sampled_from(Sounding)),
        draw(st.booleans()),
        speech,
        marks,
    )


@given(segments())
def test_a_segment_is_read_back_as_it_was(segment: Tagged) -> None:
    assert from_tags(to_tags(segment)) == (segment,)


@given(st.lists(segments(), max_size=5))
def test_several_segments_are_read_back_as_they_were(several: list[Tagged]) -> None:
    assert list(from_tags(join_tags(several))) == several


@given(segments())
def test_a_segment_is_one_line(segment: Tagged) -> None:
    written = to_tags(segment)

    assert "\n" not in written
    assert "\r" not in written


@given(texts)
def test_any_text_survives_its_escape(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(st.text(alphabet=string.ascii_letters + "<|>/_ \n") | st.text())
def test_no_string_is_too_sloppy_to_read(text: str) -> None:
    found = from_tags(text)

    assert from_tags(join_tags(found)) == found


def test_a_header_then_the_text() -> None:
    segment = Tagged("你们怎么回事?", "zh", ANGRY)

    assert to_tags(segment) == "<|zh|><|ANGRY|><|Speech|><|withitn|>你们怎么回事?"


def test_an_entity_stands_between_tags_of_its_kind() -> None:
    segment = Tagged("订单2025031088好的", "zh", NEUTRAL, marks=(Mark("order_no", 2, 12),))

    assert to_tags(segment).endswith("订单<|ORDER_NO|>2025031088<|/ORDER_NO|>好的")


def test_tags_in_the_text_are_escaped() -> None:
    assert escaped("a<|zh|>\nb") == "a<|<|>zh|><|LF|>b"


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("你好", [Tagged("你好")], id="no header"),
        pytest.param("<|zh|>你好", [Tagged("你好", "zh")], id="language alone"),
        pytest.param(
            "<|nospeech|><|EMO_UNKNOWN|><|Event_UNK|><|woitn|>",
            [Tagged("", None, event=Sounding.UNKNOWN, itn=False, speech=False)],
            id="nobody speaks",
        ),
        pytest.param(
            "<|zh|><|ANGRY|><|Speech|><|withitn|>你们。 <|zh|><|NEUTRAL|><|Laughter|><|withitn|>好的。",
            [Tagged("你们。", "zh", ANGRY), Tagged("好的。", "zh", NEUTRAL, Sounding.LAUGHTER)],
            id="several headers in one string",
        ),
        pytest.param(
            "<|zh|><|HAPPY|>好<|en|><|NEUTRAL|>ok",
            [Tagged("好", "zh", HAPPY), Tagged("ok", "en", NEUTRAL)],
            id="no space between",
        ),
        pytest.param(
            "<|zh|> <|withitn|> <|Cough|><|HAPPY|>好",
            [Tagged("好", "zh", HAPPY, Sounding.COUGH)],
            id="spaces and another order",
        ),
        pytest.param(
            "喂 <|zh|><|HAPPY|>好", [Tagged("喂"), Tagged("好", "zh", HAPPY)], id="text before it"
        ),
        pytest.param(
            "<|zh|><|zh|>好", [Tagged("", "zh"), Tagged("好", "zh")], id="a header without text"
        ),
        pytest.param("<|und|>嗯", [Tagged("嗯")], id="language unknown"),
        pytest.param("<|zh|>好<|SIGH|>的", [Tagged("好<|SIGH|>的", "zh")], id="a tag nobody knows"),
        pytest.param("<|zh|>好<|/X|>的", [Tagged("好<|/X|>的", "zh")], id="closed, never opened"),
        pytest.param("<|zh|>好<|", [Tagged("好<|", "zh")], id="cut short"),
    ],
)
def test_what_other_programs_write_is_read(raw: str, segments: list[Tagged]) -> None:
    assert list(from_tags(raw)) == segments


def test_entities_do_not_nest() -> None:
    text, marks = unmarked("<|A1|>x<|B1|>y<|/B1|><|/A1|>")

    assert text == "<|A1|>xy<|/A1|>"
    assert marks == (Mark("b1", 7, 8),)


def test_an_entity_may_be_empty_and_hold_escapes() -> None:
    assert unmarked(marked("a<|b", (Mark("x", 1, 3), Mark("y", 3, 3)))) == (
        "a<|b",
        (Mark("x", 1, 3), Mark("y", 3, 3)),
    )


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        ("order_no", True),
        ("优惠券", True),
        ("Order", False),
        ("angry", False),
        ("lf", False),
        ("bgm", False),
        ("1st", False),
        ("a b", False),
        ("", False),
        ("a|b", False),
        ("ß", False),
    ],
)
def test_what_can_be_a_kind(kind: str, right: bool) -> None:  # noqa: FBT001
    assert is_kind(kind) is right


@pytest.mark.parametrize(
    ("made", "message"),
    [
        pytest.param(lambda: Tagged("ab", marks=(Mark("x", 1, 3),)), "inside the text", id="long"),
        pytest.param(
            lambda: Tagged("ab", marks=(Mark("x", 1, 2), Mark("x", 0, 1))), "in order", id="mixed"
        ),
        pytest.param(lambda: Tagged("ab", marks=(Mark("A", 0, 1),)), "kind 'A'", id="kind"),
        pytest.param(lambda: Tagged("ab", "Chinese"), "ISO 639", id="language"),
        pytest.param(lambda: Tagged("ab", "und"), "ISO 639", id="undetermined"),
        pytest.param(lambda: Tagged("ab", "zh", speech=False), "nobody speaks", id="no speech"),
    ],
)
def test_what_could_not_be_read_back_is_refused(made: object, message: str) -> None:
    assert callable(made)
    with pytest.raises(ValueError, match=message):
        made()
