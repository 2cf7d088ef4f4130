"""Calls are found by what is measured and heard of them."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from fakes import AGENT, CUSTOMER
from huiting.core.analysis import Analysis
from huiting.core.meaning import Outcome, OutcomeKind
from huiting.core.metrics import PartyMetrics
from huiting.core.types import Event, EventLabel, EventSource, Role, Span
from huiting.store import Store, Which
from huiting.store.browse import Browser, Order, Sought
from huiting.store.features import Features, Measure, numbers
from huiting.store.schema import MeasureRow, SoundRow
from unit.store.stored import NOON, heard, identity


def party(role: Role, talk: float, *, rate: float = 200.0, interruptions: int = 0) -> PartyMetrics:
    return PartyMetrics(
        role, 0, None, talk, 0.5, 3, 3, 50, rate, None, 1.5, None, interruptions, 0.0, None, None
    )


def measured(name: str, silence: float | None, *, outcome: OutcomeKind | None = None) -> Analysis:
    made = heard(name, "我要退货", "好的")
    parties = (
        party(AGENT, 20, rate=250, interruptions=2),
        party(AGENT, 5, rate=100, interruptions=1),
        party(CUSTOMER, 10),
    )
    told = None if outcome is None else Outcome(outcome)
    music = Event(EventLabel.MUSIC, Span(1, 2), EventSource.MODEL)
    return replace(
        made,
        call=replace(made.call, events=(music, music)),
        metrics=replace(made.metrics, silence_ratio=silence, parties=parties),
        meaning=replace(made.meaning, outcome=told),
    )


def found(store: Store, features: Features) -> set[str]:
    page = Browser(store.database).page(Sought(features=features), Order(), 10)
    return {listed.call.id for listed in page}


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with a silent call that was not solved, a lively one that was, and one of neither."""
    store.save(measured("silent", 0.6, outcome=OutcomeKind.UNSOLVED), at=NOON)
    store.save(measured("lively", 0.1, outcome=OutcomeKind.SOLVED), at=NOON)
    plain = heard("plain", "您好")
    without = replace(plain.metrics, silence_ratio=None, parties=())
    store.save(replace(plain, metrics=without), at=NOON)
    return store


@pytest.mark.parametrize(
    ("features", "names"),
    [
        pytest.param(Features(), ["silent", "lively", "plain"], id="nothing asked"),
        pytest.param(Features(measured={Measure.SILENCE: (0.5, None)}), ["silent"], id="at least"),
        pytest.param(
            Features(measured={Measure.AGENT_RATE: (None, 260)}), ["silent", "lively"], id="at most"
        ),
        pytest.param(
            Features(measured={Measure.INTERRUPTIONS: (3, 3)}), ["silent", "lively"], id="added up"
        ),
        pytest.param(
            Features(measured={Measure.AGENT_RATE: (None, None)}), ["silent", "lively"], id="known"
        ),
        pytest.param(Features(measured={Measure.SILENCE: (0.7, 0.9)}), [], id="none"),
        pytest.param(Features(outcome=OutcomeKind.SOLVED), ["lively"], id="by outcome"),
        pytest.param(Features(sound=EventLabel.MUSIC), ["silent", "lively"], id="by sound"),
        pytest.param(Features(sound=EventLabel.CRY), [], id="a sound nobody hears"),
        pytest.param(
            Features(outcome=OutcomeKind.SOLVED, measured={Measure.SILENCE: (0.5, None)}),
            [],
            id="all must hold",
        ),
    ],
)
def test_calls_by_their_features(filled: Store, features: Features, names: list[str]) -> None:
    assert found(filled, features) == {identity(name) for name in names}


@pytest.mark.parametrize("names", [[], ["plain"], ["lively", "plain"]], ids=["none", "one", "two"])
def test_calls_by_their_ids(filled: Store, names: list[str]) -> None:
    wanted = Which(among=tuple(map(identity, names)))

    page = Browser(filled.database).page(Sought(which=wanted), Order(), 10)
    assert {listed.call.id for listed in page} == set(wanted.among or ())


def test_text_said_by_one_role(filled: Store) -> None:
    browser = Browser(filled.database)

    def by(role: Role | None) -> int:
        return len(browser.page(Sought(text="退货", said_by=role), Order(), 10))

    assert by(None) == 2
    assert by(AGENT) == 2
    assert by(CUSTOMER) == 0


def test_numbers_to_show(filled: Store) -> None:
    with filled.database.reading() as connection:
        shown = numbers(connection, [identity("silent"), "none"])

    assert list(shown) == [identity("silent")]
    assert shown[identity("silent")].outcome is OutcomeKind.UNSOLVED
    assert shown[identity("silent")].measured[Measure.AGENT_RATE] == 250


def test_numbers_follow_the_newest_analysis(filled: Store) -> None:
    filled.save(measured("silent", 0.2), at=NOON)

    assert found(filled, Features(measured={Measure.SILENCE: (0.5, None)})) == set()
    assert found(filled, Features(outcome=OutcomeKind.UNSOLVED)) == set()


def test_nothing_is_left_of_a_call_that_is_removed(filled: Store) -> None:
    for name in ("silent", "lively", "plain"):
        filled.delete(identity(name))

    with filled.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(MeasureRow)) == 0
        assert connection.scalar(select(func.count()).select_from(SoundRow)) == 0


SINCE = (
    "kept_search", "measure", "sound", "speech_file", "speech", "live_call", "report_schedule",
    "comparison_call", "comparison", "bulk",
)  # fmt: skip
"""Tables that came after the store of before."""


def test_a_store_of_before_is_filled_from_its_analyses(target: str) -> None:
    with Store.open(target) as store:
        store.save(measured("silent", 0.6, outcome=OutcomeKind.UNSOLVED), at=NOON)
        with store.database.reading() as connection:
            before = numbers(connection, [identity("silent")])
        with store.database.writing() as connection:
            for table in SINCE:
                connection.execute(text(f"DROP TABLE {table}"))
            connection.execute(text("DROP INDEX ix_bin_bulk"))
            connection.execute(text("ALTER TABLE bin DROP COLUMN bulk"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))

    with Store.open(target) as store, store.database.reading() as connection:
        assert numbers(connection, [identity("silent")]) == before
        assert connection.scalar(select(SoundRow.times)) == 2
