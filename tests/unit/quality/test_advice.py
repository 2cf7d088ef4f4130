"""What should happen next, and tickets for other languages."""

from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, call, says
from huiting.core.errors import EngineError
from huiting.core.meaning import Intent, IntentSource, Meaning, Outcome, OutcomeKind, Quote, Sign
from huiting.core.types import Call, Emotion, EmotionLabel, Segment, Span
from huiting.quality.advice import Ticket, advice_stage, ticket_of

QUOTE = Quote(0, CUSTOMER, Span(0, 1), "Where is my parcel?")
COMPLAINS = Meaning(intents=(Intent("投诉", 0.8, IntentSource.WORDS, (QUOTE,)),), needs=(QUOTE,))


def said(language: str | None, *, angry: float | None = None, start: float = 0) -> Segment:
    segment = replace(says(CUSTOMER, start, start + 4, "一些话"), language=language)
    felt = None if angry is None else Emotion(EmotionLabel.ANGRY, angry)
    return replace(segment, emotion=felt)


def advice(
    of: Call, meaning: Meaning | None = None, home: tuple[str, ...] = ("zh", "yue")
) -> tuple[str, ...]:
    return advice_stage(home)(of, meaning or Meaning()).advice


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([said("zh")], (), id="our language"),
        pytest.param([said("yue")], (), id="our other language"),
        pytest.param([said("en")], ("route:en",), id="another language"),
        pytest.param([said("en", angry=0.8)], ("route:en", "priority-ticket"), id="and angry"),
        pytest.param([said("en", angry=0.3)], ("route:en",), id="hardly angry"),
        pytest.param([said("zh", angry=0.8)], (), id="angry in our language"),
        pytest.param([said("zh"), said("en", start=9)], (), id="a single turn may be misheard"),
        pytest.param(
            [said("zh"), said("en", start=9), said("en", start=19), said("zh", start=29)],
            ("also:en",),
            id="both",
        ),
        pytest.param(
            [said("zh"), said("yue", start=9), said("yue", start=19), said("zh", start=29)],
            (),
            id="Cantonese beside Mandarin",
        ),
    ],
)
def test_languages(segments: list[Segment], expected: tuple[str, ...]) -> None:
    assert advice(call(*segments)) == expected


def test_the_agents_language_does_not_count() -> None:
    of = call(replace(says(AGENT, 0, 9, "Hello there"), language="en"), said("zh", start=10))

    assert advice(of) == ()


def test_a_call_without_a_customer_goes_by_its_own_language() -> None:
    assert advice(call(language="en")) == ("route:en",)
    assert advice(call(language=None)) == ()


def test_home_is_what_the_team_says() -> None:
    assert advice(call(said("en")), home=("en",)) == ()
    assert advice(call(said("zh")), home=("en",)) == ("route:zh",)


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        pytest.param(Meaning(outcome=Outcome(OutcomeKind.PROMISED)), ("call-back",), id="promised"),
        pytest.param(Meaning(outcome=Outcome(OutcomeKind.UNSOLVED)), (), id="unsolved, calm"),
        pytest.param(
            replace(COMPLAINS, outcome=Outcome(OutcomeKind.UNSOLVED)), ("escalate",), id="complains"
        ),
        pytest.param(
            Meaning(outcome=Outcome(OutcomeKind.UNSOLVED), churn=Sign(0.9)),
            ("escalate", "retain"),
            id="may leave",
        ),
        pytest.param(Meaning(churn=Sign(0.3)), (), id="hardly"),
        pytest.param(Meaning(urgency=Sign(0.9)), ("urgent",), id="urgent"),
        pytest.param(
            Meaning(urgency=Sign(0.9), outcome=Outcome(OutcomeKind.SOLVED)), (), id="urgent, solved"
        ),
    ],
)
def test_what_to_do(meaning: Meaning, expected: tuple[str, ...]) -> None:
    assert advice(call(said("zh")), meaning) == expected


def test_a_complaint_in_another_language_is_a_priority() -> None:
    assert advice(call(said("en")), COMPLAINS) == ("route:en", "priority-ticket")


def ticket(translate: object = None) -> Ticket:
    of = call(said("en", angry=0.9))
    found = ticket_of(
        of,
        advice_stage()(of, COMPLAINS),
        translate=translate,  # type: ignore[arg-type]
    )
    assert found is not None
    return found


def test_a_ticket_says_what_is_wanted_and_that_nobody_translated_it() -> None:
    found = ticket()

    assert (found.language, found.quotes, found.translations) == ("en", (QUOTE,), None)
    assert found.note == "no translation: no language model is set"
    assert found.advice == ("route:en", "priority-ticket")


def test_a_ticket_is_translated_where_something_can() -> None:
    found = ticket(lambda text, into: f"{into}: {text}")

    assert found.translations == ("zh: Where is my parcel?",)
    assert found.note == ""


def test_a_server_that_does_not_answer_leaves_the_ticket_as_it_is() -> None:
    def fails(_text: str, _into: str) -> str:
        raise EngineError("server", "no answer", "look at it")

    found = ticket(fails)

    assert found.translations is None
    assert "no answer" in found.note


def test_a_ticket_shows_how_the_matter_stands_and_no_word_of_the_agent() -> None:
    agent = Quote(1, AGENT, Span(1, 2), "Nothing I can do")
    customer = Quote(2, CUSTOMER, Span(2, 3), "Forget it")
    meaning = Meaning(
        outcome=Outcome(OutcomeKind.UNSOLVED, 0.9, (agent, customer)), advice=("priority-ticket",)
    )

    found = ticket_of(call(says(CUSTOMER, 0, 1), language="en"), meaning)

    assert found is not None
    assert (found.language, found.quotes) == ("en", (customer,))


def test_other_calls_have_no_ticket() -> None:
    assert ticket_of(call(said("zh")), Meaning(advice=("urgent",))) is None
