import io
from pathlib import Path

import pytest

from huiting.audio.source import SLACK, Source, opened, shown
from huiting.core.errors import InputError, UndecodableAudio


def fail(_size: int = -1) -> bytes:
    """Read as a failing disk does."""
    raise OSError(5, "Input/output error")


def test_a_reader_that_goes_round_in_circles_is_stopped() -> None:
    source = Source("a.wav", ".wav", "", 4, io.BytesIO(b"loop"), handed=SLACK + 196)
    source.read()

    source.seek(0)
    with pytest.raises(UndecodableAudio, match="circles"):
        source.read()


def test_a_place_that_cannot_be_is_answered_as_ffmpeg_expects() -> None:
    source = Source("a.wav", ".wav", "", 4, io.BytesIO(b"loop"))

    assert source.seek(-5) == -1
    assert source.seek(2) == 2


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"x")

    def read_all() -> None:
        with opened(path, largest=9) as source:
            monkeypatch.setattr(Source, "read", lambda _source, _size: fail())
            source.read(1)

    with pytest.raises(InputError, match="Input/output error"):
        read_all()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("plain 中文 😀.wav", "plain 中文 😀.wav"),
        ("a\nb\t.wav", "a\\nb\\t.wav"),
        ("a\x1b[31m.wav", "a\\x1b[31m.wav"),
        ("\udcff.wav", "\\udcff.wav"),
    ],
)
def test_a_name_is_shown_on_one_harmless_line(name: str, line: str) -> None:
    assert shown(Path(name)) == line
