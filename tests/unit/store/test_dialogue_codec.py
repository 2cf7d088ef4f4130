import zlib
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, evenly, says
from huiting.core.dialogue import Dialogue
from huiting.core.meaning import Entity, EntitySource, Intent, IntentSource, Meaning
from huiting.core.types import (
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Span,
)
from huiting.quality.dialogue import dialogue_of
from huiting.store._dialogue_codec import decode, encode


def full() -> Dialogue:
    """Return a dialogue in which nothing is absent that may be there."""
    made = analysis(
        call(
            says(AGENT, 0, 2, "您好", words=evenly("您好", 0, 2), loudness=-20.5),
            says(CUSTOMER, 3, 5, "我要退货"),
        )
    )
    dialogue = dialogue_of(made, tuple)
    emotion = Emotion(
        EmotionLabel.ANGRY,
        0.8,
        0.5,
        -0.5,
        {EmotionLabel.ANGRY: 0.8},
        (EmotionSource.VOICE,),
        ("烦",),
    )
    first, second = dialogue.lines
    entity = Entity("money", 1, 0, 2, "三百", "300.00", Span(3, 4), EntitySource.PATTERN)
    return replace(
        dialogue,
        lines=(first, replace(second, emotion=emotion, rate=240.0)),
        events=(Event(EventLabel.MUSIC, Span(6, 9), EventSource.MODEL, 0, 0.9),),
        meaning=Meaning((entity,), (Intent("售后", 0.7, IntentSource.WORDS),)),
    )


def test_a_dialogue_comes_back_as_it_was() -> None:
    assert decode(encode(full())) == full()


def test_a_call_keeps_its_own_clock() -> None:
    china = timezone(timedelta(hours=8))
    began = datetime(2025, 3, 12, 20, 30, tzinfo=china)
    found = decode(encode(replace(full(), started_at=began)))

    assert found is not None
    assert found.started_at is not None
    assert found.started_at.isoformat() == "2025-03-12T20:30:00+08:00"


def test_a_call_of_unknown_time_stays_so() -> None:
    timeless = replace(full(), started_at=None)

    assert decode(encode(timeless)) == timeless


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"",
        b"\x00" + encode(full())[1:],
        encode(full())[:-9],
        b"\x01" + zlib.compress(b"\x80"),
        b"\x01" + zlib.compress(encode(full())),
    ],
    ids=["none", "empty", "another version", "cut off", "without its fields", "other bytes"],
)
def test_what_cannot_be_read_is_no_dialogue(data: bytes | None) -> None:
    assert decode(data) is None


def test_a_name_that_utf8_cannot_hold_is_kept_as_far_as_it_can_be() -> None:
    odd = replace(full(), name="call-\udcff.wav", metadata={"agent": "\ud800"})
    kept = decode(encode(odd))

    assert kept is not None
    assert (kept.name, kept.metadata) == ("call-\ufffd.wav", {"agent": "\ufffd"})
    assert replace(kept, name=odd.name, metadata=odd.metadata) == odd
