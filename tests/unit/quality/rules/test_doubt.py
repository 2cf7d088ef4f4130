"""When an absence is doubtful: in proportion, and never for a little noise."""

from dataclasses import replace

import pytest

from huiting.core.dialogue import Unclear
from huiting.core.types import Role, Span
from huiting.quality.rules.doubt import DOUBTFUL, UNSURE, hidden
from huiting.quality.rules.rule import Place
from huiting.quality.rules.scopes import Stage, scope_of
from rulebook import said

AGENT = Place(roles=frozenset({Role.AGENT}))


def doubted(*lines: str, place: Place = AGENT) -> list[str]:
    dialogue = said(*lines)
    return [hit.note or "" for hit in hidden(dialogue, scope_of(place, Stage(dialogue)))]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["agent 0-10: 您好"], id="all was understood"),
        pytest.param(["agent 0-600: 您好", "agent 601-604: ?"], id="a little noise in ten minutes"),
        pytest.param(["agent 0-1: 您好", "agent 2-2.5: ?"], id="too short to hold a phrase"),
        pytest.param(["agent 0-3: 您好", "customer 4-9: ?"], id="somebody else"),
        pytest.param(["agent 0-9: 您好", "agent 9-11: 喂 {confidence: 0.2}"], id="one short line"),
        pytest.param(["agent 0-9: 您好 {confidence: 0.9}"], id="confident"),
    ],
)
def test_such_an_absence_is_believed(lines: list[str]) -> None:
    assert doubted(*lines) == []


@pytest.mark.parametrize(
    ("lines", "notes"),
    [
        pytest.param(["agent 0-3: ?"], ["not understood"], id="nothing was understood"),
        pytest.param(["agent 0-3: 您 {confidence: 0.2}"], ["low confidence"], id="hardly"),
        pytest.param(
            ["agent 0-3: 喂", "unknown 3-9: 您好"], ["whose voice is not known"], id="who"
        ),
        pytest.param(
            ["agent 0-3: 喂", "agent 4-6: ?", "agent 6-7: 嗯 {confidence: 0.1}"],
            ["not understood", "low confidence"],
            id="two together",
        ),
    ],
)
def test_such_an_absence_is_doubtful(lines: list[str], notes: list[str]) -> None:
    assert doubted(*lines) == notes


def test_only_the_windows_count() -> None:
    lines = ("agent 0-3: ?", "agent 4-60: 您好")
    opening = replace(AGENT, between=(0.0, 5.0))

    assert doubted(*lines) == []
    assert doubted(*lines, place=opening) == ["not understood"]


def test_an_unknown_voice_may_be_anybodys() -> None:
    dialogue = replace(
        said("agent 0-3: 您好"), unclear=(Unclear(Role.UNKNOWN, 0, Span(4, 9)),), duration=9.0
    )

    assert hidden(dialogue, scope_of(AGENT, Stage(dialogue)))
    assert hidden(dialogue, scope_of(Place(), Stage(dialogue)))


def test_the_constants_are_shares() -> None:
    assert 0 < DOUBTFUL < 1
    assert 0 < UNSURE < 1
