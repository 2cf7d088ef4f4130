"""What should happen next, and tickets for other languages."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from fakes import AGENT, CUSTOMER, analysis, call, says
from huiting.core.analysis import Analysis
from huiting.core.errors import EngineError
from huiting.core.judgement import Judgement, Score, ScoredItem, Verdict
from huiting.core.meaning import Intent, IntentSource, Meaning, Outcome, OutcomeKind, Quote, Sign
from huiting.core.ticket import Because, Ticket
from huiting.core.types import Call, Emotion, EmotionLabel, Segment, Span
from huiting.quality.advice import MOST_LINES, Translate, Translator, advice_stage, ticket_of

Hide = Callable[[Call, Meaning], Mapping[int, str]]

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


def made(of: Call, meaning: Meaning) -> Analysis:
    return replace(analysis(of), meaning=meaning)


FOREIGN = call(
    said("en", angry=0.9),
    says(AGENT, 4, 8, "Nothing I can do", language="en"),
    replace(says(CUSTOMER, 8, 12, "Where is my parcel?", language="en")),
)
FATAL = Judgement(
    "ab",
    scores=(
        Score(
            "card", 1, 0.0, 100.0,
            items=(ScoredItem("rude", "服务禁语", "红线", 0, 0, Verdict.FAIL, fatal=True),),
            fatal=("rude",),
        ),
    ),
)  # fmt: skip
ASKS = Meaning(
    intents=(Intent("投诉", 0.8, IntentSource.WORDS),),
    needs=(Quote(2, CUSTOMER, Span(8, 12), "my parcel"),),
)


def ticket(translate: Translate | None = None, hide: Hide | None = None) -> Ticket:
    by = None if translate is None else Translator("qwen", translate, hide)
    found = ticket_of(made(FOREIGN, advice_stage()(FOREIGN, ASKS)), translator=by)
    assert found is not None
    return found


def test_a_ticket_says_who_is_angry_what_is_wanted_and_whom_to_give_it_to() -> None:
    found = ticket()

    assert (found.language, found.into, found.name) == ("en", "zh", "8001.wav")
    assert found.because == (Because.ANGRY, Because.COMPLAINT)
    assert found.advice == ("route:en", "priority-ticket")
    assert [(line.text, line.emotion) for line in found.lines] == [
        ("一些话", EmotionLabel.ANGRY),
        ("Where is my parcel?", None),
    ]
    assert (found.by, found.trouble) == (None, "")


def test_a_ticket_is_translated_where_something_can() -> None:
    found = ticket(lambda text, into: f"{into}: {text}")

    assert [line.translation for line in found.lines] == ["zh: 一些话", "zh: Where is my parcel?"]
    assert (found.by, found.trouble) == ("qwen", "")


def test_only_what_may_be_shown_is_translated() -> None:
    found = ticket(lambda text, _into: text.upper(), lambda *_: {2: "where is [it]?"})

    assert [line.translation for line in found.lines] == ["一些话", "WHERE IS [IT]?"]
    assert found.lines[1].text == "Where is my parcel?"


def test_a_server_that_does_not_answer_leaves_the_ticket_as_it_is() -> None:
    def fails(_text: str, _into: str) -> str:
        raise EngineError("server", "no answer", "look at it")

    found = ticket(fails)

    assert [line.translation for line in found.lines] == [None, None]
    assert (found.by, found.trouble) == (None, "server: no answer; look at it")


def test_a_fatal_fault_in_another_language_is_a_ticket() -> None:
    calm = call(said("en"))
    found = ticket_of(made(calm, advice_stage()(calm, Meaning())), FATAL)

    assert found is not None
    assert (found.because, found.fatal) == ((Because.FATAL,), ("服务禁语",))
    assert found.advice == ("route:en", "priority-ticket")
    assert [line.text for line in found.lines] == ["一些话"]


def test_a_ticket_shows_how_the_matter_stands_and_no_word_of_the_agent() -> None:
    outcome = Outcome(
        OutcomeKind.UNSOLVED,
        0.9,
        (Quote(1, AGENT, Span(4, 8), "a"), Quote(2, CUSTOMER, Span(8, 12), "b")),
    )
    meaning = Meaning(outcome=outcome, advice=("priority-ticket",))
    quiet = replace(FOREIGN, segments=FOREIGN.segments[1:], language="en")

    found = ticket_of(made(quiet, replace(meaning, outcome=None)))

    assert found is not None
    assert (found.language, [line.text for line in found.lines]) == ("en", ["Where is my parcel?"])


def test_a_ticket_is_short() -> None:
    many = call(*[replace(said("en", angry=0.6, start=5.0 * n)) for n in range(20)], duration=200)

    found = ticket_of(made(many, advice_stage()(many, Meaning())))

    assert found is not None
    assert len(found.lines) == MOST_LINES


def test_other_calls_have_no_ticket() -> None:
    assert ticket_of(made(call(said("zh")), Meaning(advice=("urgent",)))) is None
    assert ticket_of(made(call(said("zh")), Meaning()), FATAL) is None
