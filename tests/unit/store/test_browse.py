"""Whichever way calls are looked for, the same are found in the same order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.core.judgement import Verdict
from huiting.core.types import EmotionLabel, Role
from huiting.store import Store, Which
from huiting.store.browse import Browser, Order, Place, Sort, Sought
from stock import LAST, Stock, identity

CALLS = 24
SCORECARD = "ecommerce-service"
NUMBERS = pytest.mark.parametrize(
    ("few", "some", "read"),
    [
        pytest.param(0, 1, -1, id="through the calls in order"),
        pytest.param(9, 3, -1, id="few by their keys"),
        pytest.param(10_000, 10_000, 10_000, id="all by their keys"),
    ],
)
ORDERS = [Order(sort, descending) for sort in Sort for descending in (True, False)]
WISHES = [
    pytest.param(Sought(), id="all"),
    pytest.param(Sought(Which(metadata={"agent": "8007"})), id="of an agent"),
    pytest.param(Sought(any_of={"team": frozenset(("T1", "T2"))}), id="of teams"),
    pytest.param(Sought(Which(allowed={"site": frozenset("1")})), id="that nobody may see"),
    pytest.param(Sought(Which(allowed={"site": frozenset(("S1",))})), id="that may be seen"),
    pytest.param(Sought(Which(language="zh")), id="in a language"),
    pytest.param(Sought(verdict=Verdict.FAIL), id="that broke a rule"),
    pytest.param(Sought(rule="agent-asks-again", verdict=Verdict.PASS), id="that kept a rule"),
    pytest.param(Sought(intent="售后"), id="about something"),
    pytest.param(Sought(emotion=EmotionLabel.ANGRY), id="with somebody angry"),
    pytest.param(Sought(duration=(None, 25.0)), id="that are short"),
    pytest.param(Sought(scorecard=SCORECARD, score=(None, 90.0)), id="by points"),
    pytest.param(
        Sought(Which(since=LAST - timedelta(hours=7), until=LAST - timedelta(hours=1))), id="of a time"
    ),
]  # fmt: skip
SAID = [
    pytest.param(Sought(text="您好"), id="a word"),
    pytest.param(Sought(text="的 了"), id="two words in one segment"),
    pytest.param(Sought(text="订但号", sounds_like=True), id="what sounds alike"),
    pytest.param(Sought(text="您好", said_by=Role.CUSTOMER), id="said by the customer"),
    pytest.param(Sought(text="没有人这么说"), id="nothing"),
]


@pytest.fixture(scope="module")
def browser(shared_store: Store) -> Browser:
    stock = Stock(segments=6, daily=48)
    for number in range(CALLS):
        stock.keep(shared_store, stock.analysis(number))
    return Browser(shared_store.database)


@pytest.fixture
def bounds(few: int, some: int, read: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.store.browse._FEW", few)
    monkeypatch.setattr("huiting.store.browse._SOME", some)
    monkeypatch.setattr("huiting.store.browse._SAYING", some)
    monkeypatch.setattr("huiting.store.search._READ", read)
    monkeypatch.setattr("huiting.store.search._AT_LEAST", 5)


def paged(browser: Browser, sought: Sought, order: Order, limit: int) -> list[str]:
    found: list[str] = []
    after: Place | None = None
    while page := browser.page(sought, order, limit, after):
        found += [listed.call.id for listed in page]
        after = page[-1].place
    return found


def whole(browser: Browser, sought: Sought, order: Order) -> list[str]:
    """Return all calls in order, and of them those that are found whatever the order."""
    found = set(paged(browser, sought, Order(), CALLS))
    everything = Sought(scorecard=SCORECARD if order.by is Sort.SCORE else None)
    return [call for call in paged(browser, everything, order, CALLS) if call in found]


@NUMBERS
@pytest.mark.usefixtures("bounds")
@pytest.mark.parametrize("wish", WISHES)
def test_pages_hold_every_call_once_in_order(browser: Browser, wish: Sought) -> None:
    for order in ORDERS:
        named = SCORECARD if order.by is Sort.SCORE else wish.scorecard
        sought = replace(wish, scorecard=named)

        assert paged(browser, sought, order, 5) == whole(browser, sought, order)
    assert browser.count(wish, CALLS) == len(browser.ids(wish, None, CALLS))
    assert [call for _, call in browser.ids(wish, None, CALLS)] == whole(browser, wish, Order())


@NUMBERS
@pytest.mark.usefixtures("bounds")
@pytest.mark.parametrize("said", SAID)
def test_calls_in_which_something_is_said_come_in_order(browser: Browser, said: Sought) -> None:
    for fields in ({}, {"agent": "8007"}):
        wish = replace(said, which=Which(metadata=fields), scorecard=SCORECARD)
        expected = saying(browser, wish)

        for order in ORDERS:
            assert paged(browser, wish, order, 4) == [
                call for call in whole(browser, replace(wish, text=None), order) if call in expected
            ]
        assert browser.count(wish, CALLS) == len(expected)
        ids = browser.ids(wish, None, 3)
        ids += browser.ids(wish, ids[-1][0], CALLS) if ids else []
        assert {call for _, call in ids} == expected


def saying(browser: Browser, wish: Sought) -> set[str]:
    """Return calls that have a hit, by going through all hits."""
    newest = browser.newest()
    hits = browser.hits(wish, wish.said_by, limit=10_000, offset=0, newest=newest)
    return {hit.recording for hit in hits}


@NUMBERS
@pytest.mark.usefixtures("bounds")
@pytest.mark.parametrize("wish", WISHES)
def test_hits_are_those_of_the_calls_that_are_found(browser: Browser, wish: Sought) -> None:
    newest = browser.newest()
    every = browser.hits(Sought(text="您"), None, limit=10_000, offset=0, newest=newest)
    calls = set(paged(browser, wish, Order(), CALLS))
    sought = replace(wish, text="您")

    found = browser.hits(sought, None, limit=10_000, offset=0, newest=newest)

    assert found == [hit for hit in every if hit.recording in calls]
    assert browser.hits(sought, None, limit=3, offset=2, newest=newest) == found[2:5]


def test_a_day_long_ago_is_found_where_its_calls_are(browser: Browser) -> None:
    since = LAST - timedelta(hours=10)
    wish = Sought(Which(since=since, until=since + timedelta(hours=1)), text="您好")

    found = paged(browser, wish, Order(), 1)

    assert set(found) <= {identity(18), identity(19), identity(20)}
