"""Plans by which calls are chosen to be looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from huiting.core.errors import Unknown
from huiting.store._fold import storable
from huiting.store.schema import ReviewItemRow, ReviewPlanRow


@dataclass(frozen=True, slots=True)
class Terms:
    """Which calls a plan chooses."""

    name: str
    rule: str | None = None
    """The only one that it is about; None for all."""
    fatal: bool = True
    """All calls with a fatal item that failed; of a plan about all rules."""
    failed: bool = False
    """All calls that the one rule failed."""
    uncertain: bool = False
    """All verdicts that are uncertain."""
    each: int = 0
    """Calls drawn by chance of each agent and week."""
    second: float = 0.0
    """Share of items that a second person looks at too."""
    weeks: int = 4
    """How many that are over it reaches back."""
    most: int = 500
    """Items that one draw adds."""
    seed: int = 1
    reviewers: tuple[str, ...] = ()
    """`Principal.person` of each; nobody for whoever comes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was made."""

    key: int
    terms: Terms
    allowed: Mapping[str, frozenset[str]]
    """Metadata entries that its calls must have."""
    paused: bool
    by: str
    at: datetime
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the items of a plan are."""

    items: int = 0
    done: int = 0
    drawn: int = 0
    """Of the items, those drawn by chance."""
    by_why: Mapping[str, int] = field(default_factory=dict)


def add(connection: Connection, terms: Terms, made: Plan) -> Plan:
    """Keep a plan; return it with its key. The key and the terms of `made` are not read."""
    row: dict[str, Any] = {
        "name": storable(terms.name), "rule": terms.rule, "fatal": terms.fatal,
        "failed": terms.failed, "uncertain": terms.uncertain, "each": terms.each,
        "second": terms.second, "weeks": terms.weeks, "most": terms.most, "seed": terms.seed,
        "reviewers": list(terms.reviewers),
        "allowed": {name: sorted(values) for name, values in made.allowed.items()},
        "paused": made.paused, "by": made.by, "at": made.at, "drawn_at": None,
    }  # fmt: skip
    key = connection.execute(insert(ReviewPlanRow).values(row).returning(ReviewPlanRow.key))
    return Plan(
        key.scalar_one(), terms, made.allowed, made.paused, made.by, made.at, None
    )  # fmt: skip


def find(connection: Connection, key: int) -> Plan:
    """Return a plan.

    Raises:
        Unknown: there is none with this key.
    """
    found = connection.execute(_chosen().where(ReviewPlanRow.key == key)).first()
    if found is None:
        raise Unknown("plan", "there is none with this number", "list the plans")
    return _plan(*found)


def page(connection: Connection, before: int | None, limit: int) -> list[Plan]:
    """Return plans, the latest first."""
    chosen = _chosen().order_by(ReviewPlanRow.key.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(ReviewPlanRow.key < before)
    return [_plan(*row) for row in connection.execute(chosen)]


def pause(connection: Connection, key: int, *, paused: bool) -> None:
    """Offer the items of a plan to nobody for now, or to all again."""
    connection.execute(
        update(ReviewPlanRow).where(ReviewPlanRow.key == key).values(paused=paused)
    )  # fmt: skip


def drawn(connection: Connection, key: int, at: datetime) -> None:
    """Note that a plan was drawn."""
    connection.execute(update(ReviewPlanRow).where(ReviewPlanRow.key == key).values(drawn_at=at))


def progress(connection: Connection, keys: Sequence[int]) -> dict[int, Progress]:
    """Return how far plans are, by their keys."""
    row = ReviewItemRow
    counts = (
        func.count(), func.count(row.decided), func.sum(case((row.drawn, 1), else_=0)),
    )  # fmt: skip
    chosen = (
        select(row.plan, row.why, *counts).where(row.plan.in_(keys)).group_by(row.plan, row.why)
    )
    found = {key: Progress() for key in keys}
    for key, why, items, done, by_chance in connection.execute(chosen):
        known = found[key]
        found[key] = Progress(
            known.items + items, known.done + done, known.drawn + by_chance,
            {**known.by_why, why: items},
        )  # fmt: skip
    return found


def _chosen() -> Any:  # noqa: ANN401  (a select of many columns)
    row = ReviewPlanRow
    return select(
        row.key, row.name, row.rule, row.fatal, row.failed, row.uncertain, row.each, row.second,
        row.weeks, row.most, row.seed, row.reviewers, row.allowed, row.paused, row.by, row.at,
        row.drawn_at,
    )  # fmt: skip


def _plan(key: int, *values: Any) -> Plan:  # noqa: ANN401  (columns of several types)
    *plain, allowed, paused, by, at, drawn_at = values
    terms = replace(Terms(*plain), reviewers=tuple(plain[-1]))  # JSON knows no tuples
    limits = {name: frozenset(those) for name, those in allowed.items()}
    return Plan(key, terms, limits, paused, by, at, drawn_at)
