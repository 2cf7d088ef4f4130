"""What a finding shows for its verdict."""

import pytest

from huiting.core.judgement import Evidence, EvidenceKind, Match
from huiting.core.types import Role, Span
from rulebook import finding, rule, said

SAID, SEARCHED, NEAREST, UNCLEAR, MEASURED, KNOWN = (
    EvidenceKind.SAID,
    EvidenceKind.SEARCHED,
    EvidenceKind.NEAREST,
    EvidenceKind.UNCLEAR,
    EvidenceKind.MEASURED,
    EvidenceKind.KNOWN,
)


def shown(body: str, *lines: str) -> tuple[Evidence, ...]:
    return finding(rule(body), said(*lines)).evidence


def test_what_was_said_is_quoted_with_its_time() -> None:
    (piece,) = shown("require: {said: 您好}", "agent 1-3: 喂您好啊")

    assert (piece.kind, piece.quote, piece.role, piece.channel, piece.segment) == (
        SAID,
        "您好",
        Role.AGENT,
        0,
        0,
    )
    assert piece.span == Span(1.5, 2.5)
    assert (piece.match, piece.score, piece.note) == (Match.EXACT, 1.0, "您好")


def test_what_sounded_like_it_says_so() -> None:
    (piece,) = shown("require: {said: 这不归我管}", "agent: 这不怪我管")

    assert piece.match is Match.SOUNDS_LIKE
    assert piece.score is not None
    assert 0.85 <= piece.score < 1


def test_an_absence_shows_where_was_searched_and_what_came_nearest() -> None:
    searched, nearest = shown(
        "require: {said: {any: 请您稍等, similarity: 0.95}, by: agent, first: 9}",
        "agent 1-3: 请您烧饭",
    )

    assert (searched.kind, searched.span, searched.role) == (SEARCHED, Span(0, 3.5), Role.AGENT)
    assert (nearest.kind, nearest.quote) == (NEAREST, "请您烧饭")


def test_an_absence_from_a_forbidding_rule_shows_the_search() -> None:
    assert [e.kind for e in shown("forbid: {said: 烦不烦}", "agent: 您好")] == [SEARCHED]


def test_a_doubt_shows_where_to_listen() -> None:
    pieces = shown("require: {said: 您好}", "agent 1-4: ?", "customer 5-6: 喂")

    assert (pieces[0].kind, pieces[0].span, pieces[0].role) == (UNCLEAR, Span(1, 4), Role.AGENT)
    assert [p.kind for p in pieces] == [UNCLEAR, SEARCHED]


def test_too_many_hits_are_counted() -> None:
    pieces = shown("require: {said: 您好, times: {at_most: 1}}", "agent: 您好", "agent: 您好")

    assert [p.kind for p in pieces] == [SAID, SAID, MEASURED]
    assert (pieces[-1].value, pieces[-1].limit) == (2, 1)


def test_too_few_hits_are_counted() -> None:
    pieces = shown("require: {said: 您好, times: 3}", "agent: 您好")

    assert [p.kind for p in pieces] == [SAID, MEASURED]
    assert (pieces[-1].value, pieces[-1].limit) == (1, 3)


def test_why_a_rule_applied_is_shown_last() -> None:
    pieces = shown("applies: {said: 投诉}\nrequire: {said: 抱歉}", "customer: 投诉", "agent: 喂")

    assert [p.kind for p in pieces] == [SEARCHED, SAID]
    assert pieces[-1].quote == "投诉"


def test_only_the_parts_that_decided_are_shown() -> None:
    pieces = shown("require: [{said: 您好}, {said: 再见}]", "agent: 您好")
    chosen = shown("require: {any: [{said: 您好}, {said: 再见}]}", "agent: 您好")

    assert [(p.kind, p.note) for p in pieces] == [(SEARCHED, "再见")]
    assert [p.quote for p in chosen] == ["您好"]


def test_each_shows_the_hits_that_nothing_answered() -> None:
    pieces = shown(
        "require: {said: 抱歉, by: agent, after: {hit: x, which: each, turns: 1}}\n"
        "conditions: {x: {said: 投诉}}",
        "customer 1-2: 投诉", "agent 3-4: 抱歉", "customer 5-6: 还是投诉", "agent 7-8: 喂",
    )  # fmt: skip

    assert [(p.kind, p.quote) for p in pieces][:2] == [(SAID, "投诉"), (SAID, "抱歉")]
    assert pieces[0].span == Span(5 + 0.5, 6)


def test_nothing_to_anchor_on_is_said() -> None:
    (piece,) = shown(
        "require: {said: 抱歉, after: x}\nconditions: {x: {said: 投诉}}", "agent: 抱歉"
    )

    assert piece.kind is SEARCHED
    assert piece.span is None
    assert "nowhere" in (piece.note or "")


def test_several_windows_are_shown() -> None:
    pieces = shown(
        "require: {said: 抱歉, after: {hit: x, which: any, within: 1}}\n"
        "conditions: {x: {said: 投诉}}",
        "customer 1-2: 投诉", "agent 5-6: 喂", "customer 9-10: 投诉", "agent 15-16: 喂",
    )  # fmt: skip

    assert [p.span for p in pieces] == [Span(2, 3), Span(10, 11)]


def test_a_negated_part_shows_what_made_it_false() -> None:
    assert [p.quote for p in shown("require: {not: {said: 烦}}", "agent: 很烦")] == ["烦"]


@pytest.mark.parametrize("kind", ["require", "forbid"])
def test_every_verdict_has_evidence(kind: str) -> None:
    for lines in (["agent: 您好"], ["agent: 喂"], ["agent 1-3: ?"]):
        assert shown(f"{kind}: {{said: 您好}}", *lines)


def test_the_same_piece_is_shown_once() -> None:
    (piece,) = shown("require: [{said: 您好}, {said: 您好}]", "agent: 您好")

    assert piece.quote == "您好"
