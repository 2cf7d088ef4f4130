from pathlib import Path

import pytest

from huiting.app.database import store_of
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError


@pytest.mark.parametrize("form", ["sqlite:///{}", "{}"], ids=["URL", "path"])
def test_the_folder_of_a_new_database_is_made(tmp_path: Path, form: str) -> None:
    path = tmp_path / "deep" / "er" / "x.db"

    with store_of(Settings(store=form.format(path))) as store:
        assert store.count() == 0

    assert path.exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(ConfigError, match=r"file: File exists; name another database"),
        store_of(Settings(store=f"sqlite:///{tmp_path}/file/x.db")),
    ):
        pytest.fail("it was opened")


def test_a_database_must_be_named() -> None:
    with pytest.raises(ConfigError, match="no database is named"), store_of(Settings(store=" ")):
        pytest.fail("it was opened")
