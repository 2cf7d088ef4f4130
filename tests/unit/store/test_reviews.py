"""Decisions about verdicts: kept, counted once a call, and only of calls that may be seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes import analysis, call, says
from huiting.core.errors import UnknownCall
from huiting.core.judgement import Verdict
from huiting.core.types import Role
from huiting.store import Store
from huiting.store.reviews import Decision, Review, Reviews

NOW = datetime(2025, 3, 12, tzinfo=UTC)


@pytest.fixture
def reviews(store: Store) -> Reviews:
    for number in range(3):
        made = analysis(call(says(Role.AGENT, 0, 1)))
        recording = replace(
            made.call.recording, id=f"{number:064x}", metadata={"team": "AB"[number % 2]}
        )
        store.save(replace(made, call=replace(made.call, recording=recording)), at=NOW)
    return Reviews(store.database)


def decide(
    reviews: Reviews,
    number: int,
    decision: Decision = Decision.CONFIRMED,
    *,
    by: str = "user:1",
    verdict: Verdict = Verdict.FAIL,
    drawn: bool = False,
) -> Review:
    review = Review(
        f"{number:064x}", "greeting", 2, verdict, decision, by, NOW + timedelta(number), drawn,
        "清楚", 4.5,
    )  # fmt: skip
    with reviews.database.writing() as connection:
        return reviews.add(connection, review)


def test_a_decision_is_kept_as_it_was(reviews: Reviews) -> None:
    made = decide(reviews, 1, Decision.WRONG)

    assert reviews.page() == [made]
    assert (made.comment, made.seconds, made.verdict) == ("清楚", 4.5, Verdict.FAIL)


def test_decisions_are_listed_the_latest_first_in_pages(reviews: Reviews) -> None:
    made = [decide(reviews, number) for number in (0, 1, 2)]

    first = reviews.page(limit=2)
    assert first == [made[2], made[1]]
    assert reviews.page(after=first[-1].key) == [made[0]]


def test_they_are_found_by_call_rule_and_person(reviews: Reviews) -> None:
    decide(reviews, 0)
    mine = decide(reviews, 1, by="user:7")

    assert reviews.page(by="user:7") == [mine]
    assert reviews.page(call=mine.call) == [mine]
    assert len(reviews.page(rule="greeting")) == 2
    assert reviews.page(rule="closing") == []


def test_of_a_call_the_latest_decision_counts(reviews: Reviews) -> None:
    decide(reviews, 0, Decision.WRONG)
    decide(reviews, 0, Decision.CONFIRMED, by="user:2")
    decide(reviews, 1, Decision.CONFIRMED)
    decide(reviews, 2, Decision.MISSED, verdict=Verdict.PASS, drawn=True)

    counts = {(t.verdict, t.decision, t.drawn): t.count for t in reviews.tallies("greeting")}
    assert counts == {
        (Verdict.FAIL, Decision.CONFIRMED, False): 2,
        (Verdict.PASS, Decision.MISSED, True): 1,
    }


def test_only_calls_that_may_be_seen_count(reviews: Reviews) -> None:
    for number in range(3):
        decide(reviews, number)

    only = {"team": frozenset({"B"})}
    assert [review.call for review in reviews.page(allowed=only)] == [f"{1:064x}"]
    assert sum(tally.count for tally in reviews.tallies(allowed=only)) == 1


def test_a_call_that_is_not_there_cannot_be_reviewed(reviews: Reviews) -> None:
    with pytest.raises(UnknownCall):
        decide(reviews, 99)


def test_decisions_go_with_their_call(reviews: Reviews, store: Store) -> None:
    decide(reviews, 0)
    store.delete(f"{0:064x}")

    assert reviews.page() == []
