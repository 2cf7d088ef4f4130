"""Desks to test at: SQLite embedded, PostgreSQL embedded, PostgreSQL as a cluster."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import DropSchema

from huiting.jobs.mode import Mode
from huiting.store import Store
from unit.jobs.desk import Desk
from unit.store.conftest import schema_of_its_own

WAYS = [
    "embedded",
    pytest.param("embedded on postgresql", marks=pytest.mark.postgresql),
    pytest.param("cluster", marks=pytest.mark.postgresql),
]


@contextmanager
def two_schemas() -> Iterator[str]:
    """Give the URL of an empty schema; drop it at the end, and that of its tickets."""
    with schema_of_its_own() as url:
        try:
            yield url
        finally:
            options = make_url(url).query["options"]
            engine = create_engine(url)
            with engine.begin() as connection:
                name = str(options).removeprefix("-csearch_path=")
                connection.execute(DropSchema(f"{name}_tickets", cascade=True, if_exists=True))
            engine.dispose()


@contextmanager
def opened(way: str, folder: Path) -> Iterator[Desk]:
    """Give a desk with nothing on it."""
    with ExitStack() as stack:
        url = str(folder / "calls.db") if way == "embedded" else stack.enter_context(two_schemas())
        store = stack.enter_context(Store.open(url))
        yield Desk(store, Mode.CLUSTER if way == "cluster" else Mode.EMBEDDED)


@pytest.fixture(scope="session", params=WAYS)
def _desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with opened(request.param, tmp_path_factory.mktemp("jobs")) as desk:
        yield desk


def cleared(desk: Desk) -> Desk:
    """Return the desk as it was at first."""
    desk.clear()
    desk.wrong *= 0
    return desk


@pytest.fixture
def desk(_desk: Desk) -> Desk:
    """A desk with nothing on it, in each of the ways."""
    return cleared(_desk)


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened("cluster", tmp_path_factory.mktemp("jobs")) as desk:
        yield desk


@pytest.fixture
def cluster(_cluster: Desk) -> Desk:
    """A desk with nothing on it, of a cluster."""
    return cleared(_cluster)


@pytest.fixture
def table_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk on SQLite."""
    with opened("embedded", tmp_path) as desk:
        yield desk
