"""Every update comes back from JSON as it was."""

import json
from typing import get_args

import pytest

from fakes import CUSTOMER, says
from huiting.core.errors import InputError
from huiting.core.types import EmotionLabel, Role, Span
from huiting.live.codec import from_json, to_json, type_of
from huiting.live.updates import (
    Cue,
    CueKind,
    Evidence,
    Final,
    Lost,
    Mood,
    Partial,
    Pulse,
    Speech,
    Strain,
    Update,
)

UPDATES: tuple[Update, ...] = (
    Speech(1, 2.5, speaking=True),
    Partial(0, 3, Span(1.0, 2.5), "我要", "我要退货"),
    Final(3, (says(CUSTOMER, 1.0, 3.0, "我要退货。"),)),
    Final(4, ()),
    Cue(
        "rule:banned",
        CueKind.RULE,
        4.0,
        {"zh": "违禁用语", "en": "Banned words"},
        "fatal",
        (Evidence(0, Span(3.0, 4.0), "滚"),),
        link="https://wiki.example/refund",
    ),
    Pulse(
        10.0,
        {0: 3.0, 1: 4.0},
        1.5,
        0.2,
        {0: 240.0},
        {1: Mood(9.0, EmotionLabel.ANGRY, 0.8)},
        {0: Role.AGENT, 1: Role.CUSTOMER},
    ),
    Strain(11.0, on=True, behind=4.0),
    Lost(5, 1, Span(12.0, 14.0), "out of memory"),
)


@pytest.mark.parametrize("update", UPDATES, ids=type_of)
def test_an_update_comes_back_as_it_was(update: Update) -> None:
    text = json.dumps(to_json(update), ensure_ascii=False)

    assert from_json(json.loads(text)) == update


def test_every_kind_of_update_was_tried() -> None:
    assert {type(update) for update in UPDATES} == set(get_args(Update))


@pytest.mark.parametrize(
    "body",
    [{}, {"type": "song"}, {"type": "speech"}, {"type": "partial", "channel": "left"}],
    ids=["nothing", "an unknown type", "without its fields", "with wrong fields"],
)
def test_what_is_no_update_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(InputError, match="update"):
        from_json(body)
