"""Stores to test: every test that takes one runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.schema import CreateSchema, DropSchema

from empty_stores import empty_store
from huiting.store import Store

SERVER = os.environ.get("HUITING_TEST_POSTGRESQL", "")


@contextmanager
def schema_of_its_own() -> Iterator[str]:
    """Give the URL of an empty schema on the test server; drop it at the end."""
    if not SERVER:
        pytest.skip("no PostgreSQL server: HUITING_TEST_POSTGRESQL is not set")
    name = f"huiting_test_{token_hex(8)}"
    url = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(CreateSchema(name))
    try:
        own = url.update_query_dict({"options": f"-csearch_path={name}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with engine.begin() as connection:
            connection.execute(DropSchema(name, cascade=True))
        engine.dispose()


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store may be made."""
    if request.param == "sqlite":
        yield str(tmp_path / "calls.db")
    else:
        with schema_of_its_own() as url:
            yield url


@pytest.fixture
def store(target: str) -> Iterator[Store]:
    """A new store."""
    with Store.open(target if "://" in target else empty_store(Path(target))) as opened:
        yield opened


@pytest.fixture(scope="module", params=KINDS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """A store for the examples of a property test, which clear it themselves."""
    if request.param == "sqlite":
        with Store.open(str(tmp_path_factory.mktemp("store") / "calls.db")) as opened:
            yield opened
    else:
        with schema_of_its_own() as url, Store.open(url) as opened:
            yield opened
