"""History is judged by the rules that are current; cut short, it goes on where it was."""

from datetime import timedelta

import pytest

from huiting.core.errors import ConfigError
from huiting.core.judgement import Verdict
from huiting.jobs.errors import Cancelled
from huiting.service.rejudging import Rejudging, order_of
from unit.service.working import NOON, FakeJudges, Place, flat
from unit.store.stored import heard, identity

NAMES = [f"call-{i}" for i in range(7)]


@pytest.fixture
def full(place: Place) -> Place:
    for i, name in enumerate(NAMES):
        place.store.save(heard(name, "您好", started_at=NOON + timedelta(minutes=i)), at=NOON)
    return place


def handler(place: Place, judges: FakeJudges | None, stretch: int = 3) -> Rejudging:
    return Rejudging(place.store, flat, lambda: judges, lambda: NOON, stretch)


def verdicts(place: Place) -> list[Verdict | None]:
    found = [place.store.judgement(identity(name)) for name in NAMES]
    return [None if judgement is None else judgement.findings[0].verdict for judgement in found]


def test_every_call_gets_the_verdicts_of_the_current_rules(full: Place) -> None:
    handler(full, FakeJudges("old", Verdict.FAIL))(full.begin(order_of("old")))
    handler(full, FakeJudges("new"))(full.begin(order_of("new")))

    assert verdicts(full) == [Verdict.PASS] * 7


def test_cut_short_it_does_not_judge_again_what_was_judged(full: Place) -> None:
    running = full.begin(order_of("rules-1"))
    judges = FakeJudges()
    seen = judges.judged

    class Stopping(FakeJudges):
        def judge(self, dialogue, /):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if len(seen) == 4:
                running.cancel()
            return judges.judge(dialogue)

    with pytest.raises(Cancelled):
        handler(full, Stopping())(running)
    assert [v is None for v in verdicts(full)] == [True] * 4 + [False] * 3  # the latest first
    again = FakeJudges()
    handler(full, again)(full.begin(order_of("other-job")))

    assert verdicts(full) == [Verdict.PASS] * 7
    assert len(again.judged) == 4


def test_only_the_calls_that_are_asked_for_are_judged(full: Place) -> None:
    since, until = NOON + timedelta(minutes=2), NOON + timedelta(minutes=4)
    handler(full, FakeJudges())(full.begin(order_of("r", since=since, until=until, language="zh")))

    assert [v is not None for v in verdicts(full)] == [False] * 2 + [True] * 2 + [False] * 3


def test_progress_counts_stretches(full: Place) -> None:
    running = full.begin(order_of("rules-1"))
    told: list[float] = []

    class Telling(FakeJudges):
        def judge(self, dialogue, /):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            told.append(full.queue.get(running.job.id).done)
            return super().judge(dialogue)

    running._clock = lambda: 10.0 * len(told)  # time goes on with each call
    handler(full, Telling())(running)

    assert told == [0, 0, 0, *[pytest.approx(1 / 3)] * 3, pytest.approx(2 / 3)]


def test_without_rules_there_is_nothing_to_judge_by(full: Place) -> None:
    with pytest.raises(ConfigError, match="rules: there are none"):
        handler(full, None)(full.begin(order_of("none")))


def test_other_rules_and_other_calls_are_other_jobs() -> None:
    subjects = {
        order_of("a").subject,
        order_of("b").subject,
        order_of("a", since=NOON).subject,
        order_of("a", until=NOON).subject,
        order_of("a", language="zh").subject,
    }

    assert len(subjects) == 5
