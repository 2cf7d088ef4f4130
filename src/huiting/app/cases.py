"""Calls of the store as they are counted: what was heard, and what the rules last said."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from huiting.app.judging import flat
from huiting.app.settings import Settings, in_zone
from huiting.core.errors import InputError
from huiting.insights.case import Case
from huiting.store import Store, Which


def cases_of(store: Store, which: Which) -> Iterator[Case]:
    """Yield the calls that are wanted, the latest first; memory does not grow with them."""
    for batch in store.history(flat, which):
        for kept in batch:
            yield Case(kept.dialogue, kept.judgement)


def stretch(since: date | None, until: date | None, settings: Settings) -> Which:
    """Return the calls from the first day to the last, both included, by the settings' clock.

    Raises:
        InputError: the last day is before the first.
        ConfigError: the settings name no time zone that is known.
    """
    if since and until and until < since:
        raise InputError(f"{since} to {until}", "ends before it begins", "exchange the days")
    after = until + timedelta(days=1) if until else None
    return Which(_midnight(since, settings), _midnight(after, settings))


def _midnight(day: date | None, settings: Settings) -> datetime | None:
    return in_zone(datetime.combine(day, time()), settings) if day else None


def read_day(text: str | None, option: str) -> date | None:
    """Return the day that was typed, `2025-03-12`.

    Raises:
        InputError: it is no date; `option` is its subject.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {text}", "not a date", "write 2025-03-12") from error
