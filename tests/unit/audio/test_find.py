import os
from pathlib import Path

import pytest

from huiting.audio.find import find


def made(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(folder: Path, *wanted: str | Path) -> list[str]:
    found = find(wanted or [folder])
    assert found.problems == ()
    return [os.path.relpath(path, folder) for path in found.files]


def test_a_folder_stands_for_all_audio_below_it(tmp_path: Path) -> None:
    made(tmp_path, "b.WAV", "a.mp3", "deep/er/c.amr", "notes.txt", "a.json", "no_extension")

    assert names(tmp_path) == ["a.mp3", "b.WAV", "deep/er/c.amr"]


def test_hidden_and_unfinished_files_are_left_out(tmp_path: Path) -> None:
    made(tmp_path, "a.wav", ".a.wav", ".wav", "b.wav.part", "c.wav~", "~$d.wav", ".trash/e.wav")

    assert names(tmp_path) == ["a.wav"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    made(tmp_path, "call.bin", ".hidden", "[1].x")

    assert names(tmp_path, *(tmp_path / n for n in ("call.bin", ".hidden", "[1].x"))) == [
        ".hidden",
        "[1].x",
        "call.bin",
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("*.raw", ["c.raw"], id="an extension asked for"),
        pytest.param("*", ["a.wav", "day/b.wav", "day/two/d.wav"], id="everything, folders too"),
        pytest.param("**/*", ["a.wav", "day/b.wav", "day/two/d.wav"], id="any depth"),
        pytest.param("day/[ab].*", ["day/b.wav"], id="letters"),
    ],
)
def test_a_glob_is_expanded(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    made(tmp_path, "a.wav", "day/b.wav", "c.raw", "day/two/d.wav", "day/b.txt")

    assert names(tmp_path, str(tmp_path / pattern)) == expected


def test_what_is_named_twice_is_found_once(tmp_path: Path) -> None:
    made(tmp_path, "a.wav")

    assert names(tmp_path, tmp_path, tmp_path / "a.wav", str(tmp_path / "*.wav")) == ["a.wav"]


def test_a_link_to_itself_does_not_hide_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert find([tmp_path]).files == (tmp_path / "a.wav",)


def test_links_that_run_in_circles_are_followed_once(tmp_path: Path) -> None:
    made(tmp_path, "a/b/c.wav")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a")

    assert names(tmp_path) == ["a/b/c.wav"]


@pytest.mark.parametrize("name", ["two\nlines.wav", "😀.wav", "𠮷野家.wav", "a\udcff.wav"])
def test_strange_names_survive(tmp_path: Path, name: str) -> None:
    made(tmp_path, name)

    assert [path.name for path in find([tmp_path]).files] == [name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("gone", "no such file or folder", id="missing"),
        pytest.param("*.wav", "no audio file is found there", id="a glob of nothing"),
        pytest.param("empty", "no audio file is found there", id="an empty folder"),
        pytest.param("x" * 5000, "it cannot be looked at", id="too long a name"),
    ],
)
def test_what_leads_to_nothing_is_told(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()

    found = find([tmp_path / name])

    assert found.files == ()
    [problem] = found.problems
    assert reason in str(problem)


def test_a_folder_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "locked/a.wav", "open/b.wav")
    scan = os.scandir

    def guarded(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = find([tmp_path])

    assert [path.name for path in found.files] == ["b.wav"]
    [problem] = found.problems
    assert "locked" in str(problem)
    assert "Permission denied" in str(problem)


def test_a_search_without_end_is_ended(tmp_path: Path) -> None:
    made(tmp_path, *(f"{i}.wav" for i in range(5)), "more/x.wav")

    found = find([tmp_path], most=3)

    assert len(found.files) == 3
    assert "more than 3 files" in str(found.problems[0])


def test_a_sidecar_that_a_shell_named_with_its_recording_is_left_out(tmp_path: Path) -> None:
    made(tmp_path, "a.wav", "a.json", "alone.json")

    assert names(tmp_path, *sorted(tmp_path.iterdir())) == ["a.wav", "alone.json"]
