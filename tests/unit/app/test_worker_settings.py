"""Where a worker finds recordings, and what it refuses."""

from pathlib import Path

import pytest
from platformdirs import user_data_path

from huiting.app.recordings import recordings_of
from huiting.app.settings import Settings, resolve
from huiting.core.errors import ConfigError


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        pytest.param("sqlite:////srv/huiting/h.db", Path("/srv/huiting/recordings"), id="URL"),
        pytest.param("/srv/huiting/h.db", Path("/srv/huiting/recordings"), id="path"),
        pytest.param("h.db", Path("recordings"), id="beside"),
        pytest.param(
            "postgresql://h@db/h", user_data_path("huiting") / "recordings", id="PostgreSQL"
        ),
    ],
)
def test_recordings_lie_beside_the_database(store: str, folder: Path) -> None:
    assert recordings_of(Settings(store=store)) == folder


def test_the_settings_may_name_another_folder() -> None:
    settings = Settings(store="postgresql://h@db/h", recordings=Path("/mnt/calls"))

    assert recordings_of(settings) == Path("/mnt/calls")


def test_a_way_of_running_jobs_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="jobs"):
        resolve({"jobs": "redis"}, {})
