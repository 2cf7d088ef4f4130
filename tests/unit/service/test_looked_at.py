"""What is no audio is refused as it is handed in, and nothing of it is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from audio_files import int16, tone, wav
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.audio.decode import probe
from huiting.core.errors import UndecodableAudio
from huiting.jobs.mode import open_queue
from huiting.service.recordings import Asked, Given, Recordings
from huiting.store import Store
from huiting.vault.folder import Folder

ROLE = UserRole.ADMINISTRATOR
ASKED = Asked(Principal("user:1", "root", ROLE, PERMITTED[ROLE]))


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    with Store.open(str(tmp_path / "calls.db")) as store:
        yield Recordings(
            store,
            open_queue(store.database),
            Folder(tmp_path / "vault"),
            lambda _name: Given(),
            lambda: "s",
            lambda: datetime(2025, 3, 12, tzinfo=UTC),
            probe=lambda path, name: probe(path, called=name),
        )


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_that_is_no_audio_is_refused_by_its_own_name(
    recordings: Recordings, tmp_path: Path
) -> None:
    with pytest.raises(UndecodableAudio, match=r"^notes\.wav: "):
        recordings.accept(BytesIO(b"only words"), "notes.wav", Given(), ASKED)

    assert files(tmp_path / "vault") == []
    assert recordings.queue.counts().total == 0


def test_audio_is_taken(recordings: Recordings, tmp_path: Path) -> None:
    taken = recordings.accept(BytesIO(wav(int16(tone(1.0)))), "8001.wav", Given(), ASKED)

    assert [path.name for path in files(tmp_path / "vault")] == [taken.recording]
