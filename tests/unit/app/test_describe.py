from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from huiting.app.describe import describer
from huiting.app.settings import Settings
from huiting.audio.raw import RawFormat
from huiting.core.errors import ConfigError
from huiting.core.types import Role

BOTH = (Role.AGENT, Role.CUSTOMER)


def test_nothing_told_is_nothing_known(tmp_path: Path) -> None:
    source = describer(Settings())(tmp_path / "a.wav")

    assert (source.audio, source.name) == (tmp_path / "a.wav", str(tmp_path / "a.wav"))
    assert (source.roles, source.started_at, dict(source.metadata)) == ((), None, {})
    assert source.raw is None


def test_all_that_is_told_comes_together(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("file,team\n8001_20250312101523.wav,blue\n", "utf-8")
    (tmp_path / "8001_20250312101523.json").write_text('{"line": "7"}', "utf-8")
    settings = Settings(
        metadata="{agent}_{time:%Y%m%d%H%M%S}", timezone="Asia/Shanghai", roles=BOTH
    )

    source = describer(settings, tmp_path / "list.csv", "alaw:8000:2")(
        tmp_path / "8001_20250312101523.wav"
    )

    assert source.metadata["agent"] == "8001"
    assert source.metadata["line"] == "7"
    assert source.metadata["team"] == "blue"
    assert source.started_at == datetime(2025, 3, 12, 10, 15, 23, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert source.roles == BOTH
    assert source.raw == RawFormat.parse("alaw:8000:2")


def test_a_time_that_states_no_zone_is_in_that_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "20250312101523.wav"

    began = describer(Settings(metadata="{time:%Y%m%d%H%M%S}"))(path).started_at

    assert began == datetime(2025, 3, 12, 10, 15, 23).astimezone()


def test_sidecars_can_be_left_unread(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"line": "7"}', "utf-8")

    assert dict(describer(Settings(sidecars=False))(tmp_path / "a.wav").metadata) == {}


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "Asia", "/etc/passwd"])
def test_a_time_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="no such time zone"):
        describer(Settings(timezone=name))
