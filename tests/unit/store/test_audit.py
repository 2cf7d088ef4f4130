"""The audit log on both databases: only added to, and whoever changes it is found out."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from huiting.core.errors import InputError, StoreError
from huiting.store import Store
from huiting.store._chain import BEGINNING, canonical, link
from huiting.store.audit import LONGEST, Action, Audit, Entry, Wanted
from unit.store.stored import NOON

SAW = Entry("user:1", "wang", Action.SAW, "call:abc", "10.0.0.1")
SEALED = Entry("", "", Action.AUDIT_SEALED)


def ticking() -> Callable[[], datetime]:
    """Return a clock that goes on by a minute each time it is asked."""
    minutes = count()
    return lambda: NOON + timedelta(minutes=next(minutes))


@pytest.fixture
def audit(store: Store) -> Audit:
    return Audit(store.database, ticking())


def filled(audit: Audit, entries: int) -> Audit:
    for number in range(1, entries + 1):
        audit.note(None, Entry(f"user:{number % 2}", "wang", Action.SAW, f"call:{number}"))
    return audit


def tamper(store: Store, statement: str) -> None:
    """Change the log as somebody does who owns the database."""
    with store.database.writing() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
            for name in names.scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_what_was_noted_is_read_as_it_was(audit: Audit) -> None:
    entry = Entry(
        "user:1", "王伟", "exported", "call:abc", "fd00::1", "ok", {"format": "csv", "count": 3}
    )

    assert audit.note(None, entry) == 1
    [noted] = audit.entries()
    assert (noted.number, noted.at, noted.entry, noted.previous) == (1, NOON, entry, BEGINNING)
    assert list(audit.read()) == [noted]


def test_what_a_database_cannot_hold_does_not_break_the_chain(audit: Audit) -> None:
    audit.note(None, Entry("", "a\x00b\ud800", "sign-in-failed", "x" * 10_000))

    assert audit.verify().broken is None


def test_entries_are_found_by_who_what_and_when(audit: Audit) -> None:
    filled(audit, 6)
    audit.note(None, Entry("user:1", "wang", Action.PLAYED, "call:6"))

    def found(wanted: Wanted) -> list[int]:
        numbers = [noted.number for noted in audit.entries(wanted)]
        assert [noted.number for noted in audit.read(wanted)] == sorted(numbers)
        return numbers

    assert found(Wanted(who="user:1")) == [7, 5, 3, 1]
    assert found(Wanted(action="played")) == [7]
    assert found(Wanted(subject="call:6")) == [7, 6]
    assert found(Wanted(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4))) == [
        4, 3,
    ]  # fmt: skip
    assert [noted.number for noted in audit.entries(limit=2, before=5)] == [4, 3]


def test_an_entry_stands_or_falls_with_its_transaction(store: Store, audit: Audit) -> None:
    with store.database.writing() as connection:
        audit.note(connection, SAW)
    with store.database.writing() as connection:
        audit.note(connection, SAW)
        connection.rollback()

    assert [noted.number for noted in audit.entries()] == [1]
    assert audit.note(None, SAW) == 2


@pytest.mark.parametrize(
    "detail",
    [
        pytest.param({"text": "我要退货"}, id="no such detail"),
        pytest.param({"name": "我" * (LONGEST + 1)}, id="too long"),
    ],
)
def test_what_was_said_in_a_call_finds_no_place(audit: Audit, detail: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="detail"):
        audit.note(None, Entry("", "", "saw", detail=detail))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'user:2' WHERE number = 2",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
        "UPDATE audit_seal SET digest = ''",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_refuses_to_change_what_was_noted(
    store: Store, audit: Audit, statement: str
) -> None:
    filled(audit, 3)
    audit.seal(NOON + timedelta(seconds=30), SEALED)

    with pytest.raises(StoreError), store.database.writing() as connection:
        connection.execute(text(statement))
    assert len(audit.entries()) == 4
    assert audit.verify().broken is None


def test_nothing_takes_the_place_of_an_entry(store: Store, audit: Audit) -> None:
    filled(audit, 3)
    row = "SELECT 2, at, who, name, action, subject, address, result, detail, previous, digest"
    replace = {
        "sqlite": f"INSERT OR REPLACE INTO audit {row} FROM audit WHERE number = 3",
        "postgresql": f"INSERT INTO audit {row} FROM audit WHERE number = 3 "
        "ON CONFLICT (number) DO UPDATE SET who = 'x'",
    }[store.database.dialect]

    with pytest.raises(StoreError), store.database.writing() as connection:
        connection.execute(text(replace))


@pytest.mark.postgresql
def test_postgresql_does_not_empty_the_log_either(store: Store, audit: Audit) -> None:
    if store.database.dialect == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(StoreError), store.database.writing() as connection:
        connection.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize(
    ("statement", "number", "reason"),
    [
        pytest.param("UPDATE audit SET who = 'user:9' WHERE number = 3", 3, "was changed", id="who"),
        pytest.param(
            "UPDATE audit SET detail = '{ }' WHERE number = 3", 3, "was changed", id="even a blank"
        ),
        pytest.param("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE number = 3",
                     3, "was changed", id="when"),
        pytest.param("DELETE FROM audit WHERE number = 3", 3, "is missing", id="one is gone"),
        pytest.param("DELETE FROM audit WHERE number < 3", 1, "is missing", id="the first are gone"),
        pytest.param(
            "UPDATE audit SET previous = digest WHERE number = 3", 3, "does not follow", id="order"
        ),
        pytest.param("DELETE FROM audit WHERE number > 3", 4, "are missing", id="the last are gone"),
        pytest.param("DELETE FROM audit WHERE number > 4", 5, "is missing", id="the last is gone"),
    ],
)  # fmt: skip
def test_the_first_entry_that_was_changed_is_named(
    store: Store, audit: Audit, statement: str, number: int, reason: str
) -> None:
    head = filled(audit, 5).verify().head

    tamper(store, statement)

    broken = audit.verify(head).broken
    assert broken is not None
    assert (broken.number, reason in broken.reason) == (number, True), broken


def test_a_log_written_anew_is_not_the_one_that_was_there(store: Store, audit: Audit) -> None:
    head = filled(audit, 3).verify().head
    tamper(store, "DELETE FROM audit")

    filled(Audit(store.database, lambda: NOON), 5)

    assert audit.verify().broken is None
    found = audit.verify(head).broken
    assert found is not None
    assert (found.number, found.reason) == (3, "is not the one that was there before")


def test_who_has_not_the_key_cannot_make_an_entry(store: Store) -> None:
    audit = Audit(store.database, ticking(), key=b"kept elsewhere")
    filled(audit, 2)
    filled(Audit(store.database, ticking()), 1)

    found = audit.verify().broken
    assert found is not None
    assert (found.number, found.reason) == (3, "was changed")


def test_what_is_old_and_sealed_is_pruned_and_the_rest_still_holds(
    store: Store, audit: Audit
) -> None:
    filled(audit, 6)
    last = audit.seal(NOON + timedelta(minutes=4), SEALED)
    head = audit.verify().head

    assert last == 4
    assert audit.prune(NOON + timedelta(minutes=3), SEALED) == 0
    assert audit.prune(NOON + timedelta(minutes=4), SEALED) == 4
    found = audit.verify(head)
    assert (found.checked, found.pruned, found.broken) == (4, 4, None)
    assert [noted.number for noted in audit.entries()] == [8, 7, 6, 5]


def test_seals_follow_each_other_to_the_end(store: Store, audit: Audit) -> None:
    filled(audit, 3)
    later = NOON + timedelta(days=1)

    assert audit.seal(NOON, SEALED) == 0
    assert audit.seal(later, SEALED) == 3
    assert audit.seal(later, SEALED) == 4
    assert audit.prune(later, SEALED) == 4
    tamper(store, "DELETE FROM audit")
    assert audit.note(None, SAW) == 5, "the number goes on though no entry is left"
    assert audit.verify().broken is None


def test_a_long_log_is_read_page_by_page(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.store.audit.PAGE", 2)
    monkeypatch.setattr("huiting.store._audit_verify.PAGE", 2)
    filled(audit, 5)

    assert [noted.number for noted in audit.read()] == [1, 2, 3, 4, 5]
    assert audit.verify().checked == 5


def test_an_empty_log_holds(audit: Audit) -> None:
    found = audit.verify()

    assert (found.checked, found.head, found.broken) == (0, f"0:{BEGINNING}", None)


def test_a_seal_that_was_changed_is_found(store: Store, audit: Audit) -> None:
    filled(audit, 3)
    audit.seal(NOON + timedelta(days=1), SEALED)
    tamper(store, 'UPDATE audit_seal SET "until" = "at"')

    found = audit.verify().broken
    assert found is not None
    assert (found.number, found.reason) == (3, "its seal was changed")


def test_a_head_that_was_pruned_is_known_by_its_seal(store: Store, audit: Audit) -> None:
    head = filled(audit, 3).verify().head
    audit.seal(NOON + timedelta(minutes=9), SEALED)
    audit.prune(NOON + timedelta(days=1), SEALED)

    assert audit.verify(head).broken is None
    assert audit.verify(f"3:{'a' * 64}").broken is not None


def test_a_broken_log_is_not_sealed(store: Store, audit: Audit) -> None:
    filled(audit, 3)
    tamper(store, "UPDATE audit SET who = '' WHERE number = 2")

    with pytest.raises(StoreError, match="entry 2 was changed; find out who"):
        audit.seal(NOON + timedelta(days=1), SEALED)


@pytest.mark.parametrize("head", ["", "5", "x:y", f"-1:{BEGINNING}"])
def test_what_is_no_head_is_refused(audit: Audit, head: str) -> None:
    with pytest.raises(InputError, match="NUMBER:DIGEST"):
        audit.verify(head)


def test_many_may_note_at_once(target: str) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(4)

    def note(number: int) -> None:
        gate.wait()
        try:
            with Store.open(target) as store:
                audit = Audit(store.database, lambda: datetime.now(UTC))
                for n in range(15):
                    if n % 3:
                        audit.note(None, Entry(f"user:{number}", "", Action.SAW, str(n)))
                    else:
                        with store.database.writing() as connection:
                            audit.note(connection, Entry(f"user:{number}", "", Action.SAW, str(n)))
        except BaseException as error:  # noqa: BLE001  (shown by the assert below)
            failures.append(error)

    Store.open(target).close()
    threads = [threading.Thread(target=note, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with Store.open(target) as store:
        found = Audit(store.database, lambda: NOON).verify()
    assert (found.checked, found.broken) == (60, None)


TEXTS = st.text(max_size=5)


@given(st.lists(TEXTS, min_size=3, max_size=3), st.lists(TEXTS, min_size=3, max_size=3))
def test_different_entries_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (link(BEGINNING, one) == link(BEGINNING, other)) is (one == other)


def test_details_have_one_form() -> None:
    assert canonical({"to": 1, "from": "王"}) == '{"from":"王","to":1}'
