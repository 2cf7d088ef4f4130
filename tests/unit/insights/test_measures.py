"""What can be asked of a call."""

from dataclasses import replace

import pytest

from cases import AGENT, ANGRY, CUSTOMER, NEUTRAL, case, line, party, scored
from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.core.meaning import Meaning, OutcomeKind, Sign
from huiting.insights.case import Case
from huiting.insights.measures import Kind, measure

CALL = case(
    "c",
    line(AGENT, 0, 2),
    line(CUSTOMER, 2, 4, "我要投诉", ANGRY),
    parties=[party(rate=240, response=1.5, interruptions=2, ratio=0.6)],
    verdicts={"greeting": Verdict.FAIL, "closing": Verdict.PASS, "hold": Verdict.UNCERTAIN},
    scores=[scored(55, "banned"), scored(80, card="other")],
    intent="投诉/服务态度",
    outcome=OutcomeKind.UNSOLVED,
)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("angry", Kind.SHARE, 1),
        ("sad", Kind.SHARE, 0),
        ("fatal", Kind.SHARE, 1),
        ("unsolved", Kind.SHARE, 1),
        ("churn", Kind.SHARE, 0),
        ("rule:greeting", Kind.SHARE, 1),
        ("rule:closing", Kind.SHARE, 0),
        ("rule:hold", Kind.SHARE, None),
        ("rule:other", Kind.SHARE, None),
        ("intent:投诉", Kind.SHARE, 1),
        ("intent:售后", Kind.SHARE, 0),
        ("said:投诉", Kind.SHARE, 1),
        ("said:感谢", Kind.SHARE, 0),
        ("score<60", Kind.SHARE, 1),
        ("score:other<60", Kind.SHARE, 0),
        ("score:none<60", Kind.SHARE, None),
        ("score", Kind.NUMBER, 55),
        ("score:other", Kind.NUMBER, 80),
        ("duration", Kind.NUMBER, 60),
        ("silence-ratio", Kind.NUMBER, 0),
        ("longest-silence", Kind.NUMBER, 0),
        ("dead-air", Kind.NUMBER, 0),
        ("hold", Kind.NUMBER, 0),
        ("overlap-ratio", Kind.NUMBER, 0),
        ("turns", Kind.NUMBER, 2),
        ("talk-ratio", Kind.NUMBER, 0.6),
        ("rate", Kind.NUMBER, 240),
        ("response", Kind.NUMBER, 1.5),
        ("interruptions", Kind.NUMBER, 2),
    ],
)
def test_measures_of_a_call(name: str, kind: Kind, value: float | None) -> None:
    found = measure(name)

    assert (found.name, found.kind, found.value(CALL)) == (name, kind, value)


@pytest.mark.parametrize(
    "name", ["angry", "fatal", "unsolved", "churn", "intent:投诉", "score", "score<60", "rate"]
)
def test_a_call_of_which_nothing_is_known_is_left_out(name: str) -> None:
    assert measure(name).value(case("c", line(CUSTOMER, 0, 1))) is None


@pytest.mark.parametrize(("score", "angry"), [(0.4, 0), (0.5, 1), (None, 1)])
def test_an_emotion_counts_when_it_is_sure(score: float | None, angry: float) -> None:
    calm, loud = line(CUSTOMER, 0, 1, emotion=NEUTRAL), line(CUSTOMER, 2, 3, "你们", ANGRY, score)

    assert measure("angry").value(case("c", calm, loud)) == angry


def test_an_outcome_that_is_not_known_is_no_failure() -> None:
    assert measure("unsolved").value(case(outcome=OutcomeKind.UNKNOWN)) is None


def test_a_likely_sign_counts() -> None:
    meaning = replace(CALL.dialogue.meaning, churn=Sign(0.7), urgency=Sign(0.2))
    told = Case(replace(CALL.dialogue, meaning=meaning))

    assert measure("churn").value(told) == 1
    assert measure("urgent").value(told) == 0
    assert measure("urgent").value(Case(replace(CALL.dialogue, meaning=Meaning()))) is None


@pytest.mark.parametrize("name", ["", "anger", "rule:", "score<", "score:x<y", "colour:red"])
def test_what_cannot_be_asked_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="angry"):
        measure(name)
