"""Hits come in the same order however far back each look for them goes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from huiting.core.types import Role
from huiting.store import Store, Which, _stretches, search
from huiting.store._narrow import Among, Kind, narrowest
from huiting.store._stretches import Stretch, Walk
from huiting.store.browse import Browser, Order, Sought
from huiting.store.schema import FieldRow, RecordingRow
from unit.store.stored import NOON, heard, identity

SAID = ("我要退货", "好的", "再见", "推货", "退货好的", "您好", "退货退货", "好")
CALLS = 18
COSTS = {"the index is asked": 0.0, "all is read": 1e9, "some of both": 20.0}
"""Of what the index gives, by which way is quicker."""


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with calls of which every third says 退货, some only something that sounds so."""
    for number in range(CALLS):
        at = NOON + timedelta(minutes=number)
        lines = [SAID[number % len(SAID)], SAID[number * 5 % len(SAID)], "请稍等"]
        agent = {"agent": str(number // 3 % 2)}
        store.save(heard(f"call {number}", *lines, started_at=at, metadata=agent), at=at)
    return store


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at one call first, and at few together."""
    monkeypatch.setattr(_stretches, "PROBE", 1)
    monkeypatch.setattr(search, "_READ", 0)


def ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Go each way in turn."""
    for name, cost in COSTS.items():
        monkeypatch.setattr(_stretches, "_ENTRY", cost)
        monkeypatch.setattr(_stretches, "_ALONE", cost)
        yield name


WHICH = [
    pytest.param(Which(), id="of all"),
    pytest.param(Which(metadata={"agent": "0"}), id="of some"),
    pytest.param(
        Which(since=NOON + timedelta(minutes=3), until=NOON + timedelta(minutes=16)), id="of a time"
    ),
    pytest.param(
        Which(since=NOON + timedelta(minutes=2), metadata={"agent": "0"}), id="of some since a time"
    ),
]


def listed(store: Store, sought: Sought, *, descending: bool, limit: int) -> list[str]:
    """Return the ids of calls, page by page."""
    browser, after = Browser(store.database), None
    found: list[str] = []
    while page := browser.page(sought, Order(descending=descending), limit, after):
        found += [entry.call.id for entry in page]
        after = page[-1].place
    return found


def hits(store: Store, sought: Sought) -> list[tuple[str, int]]:
    """Return call and place of each hit, a few at a time."""
    browser = Browser(store.database)
    newest = browser.newest()
    found: list[tuple[str, int]] = []
    while page := browser.hits(sought, None, limit=4, offset=len(found), newest=newest):
        found += [(hit.recording, hit.ordinal) for hit in page]
    return found


def matching(store: Store, which: Which) -> set[str]:
    page = Browser(store.database).page(Sought(which), Order(), CALLS)
    return {entry.call.id for entry in page}


def said_in(number: int, word: str) -> bool:
    return word in SAID[number % len(SAID)] or word in SAID[number * 5 % len(SAID)]


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("descending", [True, False], ids=["newest first", "oldest first"])
@pytest.mark.usefixtures("short")
def test_calls_come_in_order(
    filled: Store, which: Which, *, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = matching(filled, which)
    numbers = range(CALLS - 1, -1, -1) if descending else range(CALLS)
    expected = [
        identity(f"call {n}")
        for n in numbers
        if said_in(n, "退货") and identity(f"call {n}") in own
    ]

    sought = Sought(which, text="退货")
    for way in ways(monkeypatch):
        assert listed(filled, sought, descending=descending, limit=2) == expected, way
    assert len(expected) > 2


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("sounds_like", [False, True], ids=["as written", "as it sounds"])
def test_hits_come_in_the_same_order(
    filled: Store, which: Which, *, sounds_like: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought = Sought(which, text="退货", sounds_like=sounds_like)
    expected = hits(filled, sought)

    monkeypatch.setattr(_stretches, "PROBE", 1)
    monkeypatch.setattr(search, "_READ", 0)
    for way in ways(monkeypatch):
        assert hits(filled, sought) == expected, way
    assert len(expected) > 4


@pytest.mark.usefixtures("short")
def test_several_words_said_by_one_role(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sought = Sought(text="退货 好", said_by=Role.AGENT)  # who says the first and the third line

    own = [identity(f"call {n}") for n in reversed(range(CALLS)) if n % len(SAID) == 4]
    for way in ways(monkeypatch):
        assert listed(filled, sought, descending=True, limit=1) == own, way


@pytest.mark.parametrize("calls", ["all", "some"])
def test_a_walk_looks_further_the_less_it_finds(filled: Store, calls: str) -> None:
    looked: list[Stretch] = []

    def look(stretch: Stretch, most: int) -> list[object]:
        looked.append(stretch)
        return []

    with filled.database.reading() as connection:
        among: Among | None = None
        if calls == "some":
            own = Kind(FieldRow.recording, (FieldRow.name == "agent", FieldRow.value == "1"))
            among = narrowest(connection, [own], CALLS)
        walk = Walk(connection, among=among)
        assert walk.gather(10, look) == []  # type: ignore[arg-type]  # it finds no rows

    assert len(looked) == 1
    assert looked[0].first is looked[0].last is None
    assert (looked[0].calls is None) == (calls == "all")


@pytest.fixture
def statements(filled: Store) -> Iterator[list[tuple[str, object]]]:
    """What is asked of the database from now on."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _k: object, statement: str, given: object, *_: object) -> None:
        asked.append((statement, given))

    event.listen(filled.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(filled.database.engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("short")
def test_what_the_index_gives_is_sorted_and_all_of_it_is_not_gone_through(
    filled: Store, statements: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if filled.database.dialect == "sqlite":
        pytest.skip("its index gives segments in order")
    monkeypatch.setattr(_stretches, "_ENTRY", 0.0)
    Browser(filled.database).page(Sought(text="要退货"), Order(), 5)
    filed = next((s, given) for s, given in statements if "keys @>" in s)

    with filled.database.reading() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        explained = connection.exec_driver_sql(f"EXPLAIN {filed[0]}", filed[1])  # type: ignore[arg-type]
        plan = "\n".join(row[0] for row in explained)

    assert "Backward" not in plan
    assert "Sort Key: ((segment.id" in plan


@pytest.mark.usefixtures("filled")
def test_the_stretch_of_a_segment_has_an_index(filled: Store) -> None:
    if filled.database.dialect == "sqlite":
        pytest.skip("rows are in the order of their ids")
    with filled.database.reading() as connection:
        made = connection.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_segment_ids'"
                 " AND schemaname = current_schema()")
        )  # fmt: skip

    assert "USING brin (id)" in str(made)


def test_clocks_bound_a_walk_from_both_ends(filled: Store) -> None:
    with filled.database.reading() as connection:
        clocks = sorted(connection.scalars(select(RecordingRow.clock)).all())

        def ends(walk: Walk) -> tuple[int | None, int | None]:
            return walk.first, walk.last

        back, forth = Walk(connection), Walk(connection, descending=False)
        assert ends(back.from_(clocks[5])) == (None, clocks[5])
        assert ends(back.from_(clocks[5]).from_(clocks[9])) == (None, clocks[5])
        assert ends(forth.from_(clocks[5])) == (clocks[5], None)
        assert ends(forth.from_(clocks[5]).from_(clocks[2])) == (clocks[5], None)
