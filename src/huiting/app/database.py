"""Open the database that the settings name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.errors import ConfigError
from huiting.store.repository import Store


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """Open the store while inside; the folder of an SQLite file is made when missing.

    Raises:
        StoreError: the database cannot be used.
        ConfigError: none is named, or its folder cannot be made.
    """
    if not settings.store.strip():
        raise ConfigError("setting store", "no database is named", "give sqlite:///FILE")
    prefix = "sqlite:///"
    if settings.store.startswith(prefix) or "://" not in settings.store:
        folder = Path(settings.store.removeprefix(prefix)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                str(folder), str(error.strerror), "name another database with --store"
            ) from error
    with Store.open(settings.store) as store:
        yield store


def stored_call(name: str, settings: Settings) -> Analysis:
    """Return the one call that is meant by an id, a file name, or the beginning of one.

    Raises:
        UnknownCall: there is none.
        InputError: there are several; the message lists them.
    """
    with store_of(settings) as kept:
        return kept.analysis(name)
