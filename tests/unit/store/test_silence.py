"""Who holds locks and falls silent does not keep the others waiting."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from huiting.jobs._rows import changing
from huiting.store import Store
from unit.store.conftest import schema_of_its_own

pytestmark = pytest.mark.postgresql


@pytest.fixture
def store() -> Iterator[Store]:
    with schema_of_its_own() as target, Store.open(target) as opened:
        yield opened


def bound(connection: Connection) -> object:
    return connection.scalar(text("SHOW idle_in_transaction_session_timeout"))


def test_a_transaction_that_writes_may_not_be_silent_for_long(store: Store) -> None:
    with store.database.writing() as connection:
        writing = bound(connection)
    with changing(store.database) as connection:
        jobs = bound(connection)
    with store.database.reading() as connection:
        reading = bound(connection)

    assert (writing, jobs) == ("10s", "10s")
    assert reading == "0"


def test_both_ends_look_after_the_line(store: Store) -> None:
    with store.database.reading() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        given = raw.info.get_parameters()

    assert (given["keepalives_idle"], given["tcp_user_timeout"]) == ("10", "20000")
