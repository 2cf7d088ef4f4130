"""What happens in a live call, for who may not see personal data."""

from dataclasses import replace

import pytest

from fakes import CUSTOMER, says
from huiting.core.types import Emotion, EmotionLabel, Recording, Span
from huiting.live.updates import Cue, CueKind, Evidence, Final, Partial, Pulse
from huiting.service.live.happening import Event
from huiting.service.live.veil import Veil
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of
from huiting.text.redaction.policy import Policy

FIND = entities_stage((), None, sounds_of)


def veil(**metadata: str) -> Veil:
    recording = Recording("live", "", 0, 0.0, 0, "", (), metadata=metadata)
    return Veil(recording, Policy(), FIND)


def final(number: int, text: str, at: float = 1.0) -> Event:
    return Event(number, Final(number, (says(CUSTOMER, at, at + 1, text),)))


def text_of(event: Event) -> str:
    assert isinstance(event.what, Final)
    [segment] = event.what.segments
    assert segment.spoken == segment.text
    assert segment.words == ()
    assert segment.edits == ()
    return segment.text


def test_what_is_private_in_what_was_said_is_covered() -> None:
    shown = text_of(veil().shown(final(1, "我的手机号是13800138000。")))

    assert "138" not in shown
    assert shown.startswith("我的手机号是")


def test_a_number_said_in_pieces_shows_no_piece() -> None:
    covering = veil()
    said = ["我的号码是138", "0013", "8000，记一下"]
    shown = [text_of(covering.shown(final(n, text, n))) for n, text in enumerate(said, 1)]

    assert not any(char.isdigit() for text in shown for char in text)


def test_a_number_in_words_shows_no_piece() -> None:
    shown = text_of(veil().shown(final(1, "一三八零零一三八零零零")))

    assert not set(shown) & set("一三八零")


@pytest.mark.parametrize("text", ["我的手机号是1", "我的手机号是138", "一三八"])
def test_nothing_of_a_number_is_shown_while_it_is_said(text: str) -> None:
    partial = Partial(0, 1, Span(0, 1), stable=text[:-1], text=text)
    shown = veil().shown(Event(1, partial)).what

    assert isinstance(shown, Partial)
    assert not set(shown.text) & set("138一三八")
    assert shown.text.startswith(shown.stable)


def test_of_a_call_that_is_over_no_piece_of_a_number_is_shown() -> None:
    said = ["我叫小王，手机号是13", "80", "01", "38", "00", "0", "我要退货"]
    told = [final(n, text, n) for n, text in enumerate(said, 1)]
    shown = [text_of(event) for event in veil().over([*told[4:], *told[:4]])]

    assert not any(char.isdigit() for text in shown for char in text)
    assert "我要退货" in shown


def test_of_a_call_that_is_over_cues_say_nothing_private() -> None:
    said = "我的手机号是13800138000。"
    cue = Cue(
        "rule:x", CueKind.RULE, 0.5, {"zh": "对方说了13800138000"},
        evidence=(Evidence(1, Span(1, 2), said),),
    )  # fmt: skip
    first, _, last = veil().over([Event(1, cue), final(2, said), Event(3, Pulse(1.0))])

    assert isinstance(first.what, Cue)
    assert "138" not in first.what.text["zh"] + first.what.evidence[0].text
    assert last.what == Pulse(1.0)


def test_words_that_are_no_numbers_stay() -> None:
    event = final(1, "我想退货，麻烦您看一下。")

    assert text_of(veil().shown(event)) == "我想退货，麻烦您看一下。"


def test_what_was_private_once_stays_so_in_cues_and_in_what_counted_for_an_emotion() -> None:
    covering = veil()
    covering.shown(final(1, "我的手机号是13800138000。"))
    angry = Emotion(EmotionLabel.ANGRY, 0.9, words=("13800138000",))
    felt = Final(2, (replace(says(CUSTOMER, 3, 4, "烦死了"), emotion=angry),))
    shown = covering.shown(Event(2, felt)).what
    cue = Cue(
        "rule:x",
        CueKind.RULE,
        5.0,
        {"zh": "对方说了13800138000"},
        evidence=(Evidence(1, Span(1, 2), "我的手机号是13800138000。"),),
    )
    told = covering.shown(Event(3, cue)).what

    assert isinstance(shown, Final)
    assert shown.segments[0].emotion is not None
    assert "138" not in shown.segments[0].emotion.words[0]
    assert isinstance(told, Cue)
    assert "138" not in told.text["zh"]
    assert "138" not in told.evidence[0].text


def test_an_event_is_covered_once_and_what_says_nothing_is_left_as_it_is() -> None:
    covering, pulse = veil(), Event(2, Pulse(1.0))
    event = final(1, "我的手机号是13800138000。")

    assert covering.shown(event) is covering.shown(event)
    assert covering.shown(pulse) is pulse


def test_fields_that_name_a_person_are_covered() -> None:
    assert veil(phone="13800138000", team="A").metadata["team"] == "A"
    assert "138" not in veil(phone="13800138000").metadata["phone"]
