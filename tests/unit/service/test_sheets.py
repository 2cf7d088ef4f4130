"""Calls opened piece by piece: read once, as they are now; and the calls beside them in a list."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.service.sheets import Sheets, Way
from huiting.service.views import View
from huiting.store.browse import Order, Sort, Sought
from served import NOON, PEOPLE, Served, refund, serving

ROOT = View(PEOPLE["root"])
WHOLE = View(PEOPLE["root"], unredacted=True)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def sheets(served: Served) -> Sheets:
    return served.parts.sheets


def save(served: Served, name: str, hour: int, number: str = "13800138000") -> str:
    made = refund(name, number=number)
    recording = replace(
        made.call.recording, started_at=NOON.replace(hour=hour), duration=14.0 + hour
    )
    return served.save(replace(made, call=replace(made.call, recording=recording)))


def test_a_call_is_read_once_and_again_when_something_changed(
    served: Served, sheets: Sheets
) -> None:
    call = save(served, "a", 1)
    first = sheets.open(call, ROOT)
    assert sheets.open(call[:12], ROOT) is first

    finding = Finding("greeting", 1, Verdict.FAIL)
    served.parts.store.judge([Judgement(call, (finding,), rules="digest")], at=NOON)
    judged = sheets.open(call, ROOT)
    assert judged.judgement is not None
    assert sheets.open(call, ROOT) is judged
    assert sheets.open(call, WHOLE) is not judged
    assert sheets.open(call, ROOT, 1) is judged


@pytest.mark.parametrize(
    ("order", "before", "after"),
    [
        pytest.param(Order(), 2, 0, id="the newest first"),
        pytest.param(Order(descending=False), 0, 2, id="the oldest first"),
        pytest.param(Order(Sort.DURATION), 2, 0, id="the longest first"),
        pytest.param(Order(Sort.SCORE), None, None, id="by a score that it has not"),
    ],
)
def test_neighbours_stand_where_the_list_has_them(
    served: Served, sheets: Sheets, order: Order, before: int | None, after: int | None
) -> None:
    calls = [save(served, name, hour) for hour, name in enumerate("abc")]

    def beside(way: Way) -> int | None:
        found = sheets.neighbour(calls[1], Sought(scorecard=None), order, way, ROOT)
        return None if found is None else calls.index(found)

    assert (beside(Way.BEFORE), beside(Way.AFTER)) == (before, after)
    assert sheets.neighbour(calls[2], Sought(), Order(), Way.BEFORE, ROOT) is None


def test_a_neighbour_that_only_says_it_in_what_is_hidden_is_passed_over(
    served: Served, sheets: Sheets
) -> None:
    calls = [save(served, "a", 1)]
    calls += [save(served, name, hour) for hour, name in ((2, "b"), (3, "c"))]
    sought = Sought(text="13800138000")

    assert sheets.neighbour(calls[2], sought, Order(), Way.AFTER, WHOLE) == calls[1]
    assert sheets.neighbour(calls[2], sought, Order(), Way.AFTER, ROOT) is None


def test_the_search_for_a_neighbour_ends(served: Served, sheets: Sheets) -> None:
    calls = [save(served, str(hour), hour) for hour in range(9)]

    found = sheets.neighbour(calls[8], Sought(text="13800138000"), Order(), Way.AFTER, ROOT)
    assert found is None
