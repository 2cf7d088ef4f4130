"""What a sweep does, on a real folder."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, InputError, StoreError
from huiting.intake.folder import build
from huiting.intake.inbox import LARGEST_SIDECAR, After, Arrival, Inbox, Swept
from huiting.intake.place import Found, PlaceError
from huiting.intake.settling import EMPTY, Settling


@dataclass
class Ledgers:
    """Remembers in memory."""

    notes: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def handled(self, inbox: str, files: Sequence[Found], /) -> set[str]:
        return {f.name for f in files if (inbox, f.name, f.mark) in self.notes}

    def note(self, inbox: str, file: Found, reason: str, /) -> None:
        self.notes[inbox, file.name, file.mark] = reason


@dataclass
class Desk:
    """Takes files in, and refuses those that are no recording."""

    taken: list[tuple[str, bytes, bytes | None]] = field(default_factory=list)
    error: Exception | None = None

    def accept(self, arrival: Arrival) -> None:
        content = arrival.content.read()
        if self.error is not None:
            raise self.error
        if not content.startswith(b"RIFF"):
            raise InputError(arrival.name, "no audio", "give a recording")
        self.taken.append((arrival.name, content, arrival.sidecar))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _inbox(root: Path, desk: Desk, **options: object) -> Inbox:
    inbox = Inbox(
        name="pbx",
        place=build(path=root),
        accept=desk.accept,
        wanted=lambda name: name.endswith(".wav"),
        ledger=Ledgers(),
    )
    for name, value in options.items():
        setattr(inbox, name, value)
    return inbox


def _rested(inbox: Inbox) -> Swept:
    """Look twice, long enough apart."""
    inbox.sweep(0)
    return inbox.sweep(100)


def _tree(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_a_file_is_taken_when_it_has_come_to_rest(root: Path, desk: Desk) -> None:
    inbox = _inbox(root, desk)
    (root / "a.wav").write_bytes(b"RIFF1")

    assert inbox.sweep(0) == Swept(waiting=1)
    assert inbox.sweep(9.9) == Swept(waiting=1)
    assert inbox.sweep(10) == Swept(taken=1)
    assert desk.taken == [("a.wav", b"RIFF1", None)]
    assert _tree(root) == ["huiting-done/a.wav"]
    assert inbox.sweep(200) == Swept()


def test_a_file_that_grows_is_waited_for(root: Path, desk: Desk) -> None:
    inbox = _inbox(root, desk)
    (root / "a.wav").write_bytes(b"RIFF")
    inbox.sweep(0)
    (root / "a.wav").write_bytes(b"RIFF and more")

    assert inbox.sweep(20) == Swept(waiting=1)
    assert inbox.sweep(30) == Swept(taken=1)


def test_what_is_no_recording_is_put_aside_with_the_reason(root: Path, desk: Desk) -> None:
    (root / "day").mkdir()
    (root / "day" / "a.wav").write_bytes(b"text")
    (root / "day" / "a.json").write_bytes(b"{}")

    assert _rested(_inbox(root, desk)) == Swept(refused=1)
    reason, sidecar, recording = sorted(_tree(root), key=lambda n: not n.endswith("reason.txt"))
    assert reason.startswith("huiting-refused/day/a~")
    assert (root / reason).read_text() == "no audio; give a recording\n"
    assert sidecar.endswith(".json")
    assert recording.endswith(".wav")


def test_two_refused_files_of_one_name_are_both_kept(root: Path, desk: Desk) -> None:
    inbox = _inbox(root, desk)
    for content in (b"first", b"another"):
        (root / "a.wav").write_bytes(content)
        inbox.sweep(0)
        inbox.sweep(100)

    kept = [name for name in _tree(root) if name.endswith(".wav")]
    assert len(kept) == 2


def test_a_sidecar_goes_with_its_recording(root: Path, desk: Desk) -> None:
    (root / "a.wav").write_bytes(b"RIFF")
    (root / "a.json").write_bytes(b'{"agent": "021"}')

    assert _rested(_inbox(root, desk)) == Swept(taken=1)
    assert desk.taken == [("a.wav", b"RIFF", b'{"agent": "021"}')]
    assert _tree(root) == ["huiting-done/a.json", "huiting-done/a.wav"]


def test_a_sidecar_that_still_grows_is_waited_for(root: Path, desk: Desk) -> None:
    inbox = _inbox(root, desk)
    (root / "a.wav").write_bytes(b"RIFF")
    inbox.sweep(0)
    (root / "a.json").write_bytes(b"{")

    assert inbox.sweep(15) == Swept(waiting=1)
    assert desk.taken == []


def test_a_sidecar_that_is_too_long_refuses_the_file(root: Path, desk: Desk) -> None:
    (root / "a.wav").write_bytes(b"RIFF")
    (root / "a.json").write_bytes(b" " * (LARGEST_SIDECAR + 1))

    assert _rested(_inbox(root, desk)) == Swept(refused=1)
    assert desk.taken == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(".a.wav", id="hidden"),
        pytest.param("a.wav.part", id="unfinished"),
        pytest.param("notes.txt", id="no recording by its name"),
        pytest.param(".snapshot/a.wav", id="in a hidden folder"),
        pytest.param("huiting-done/a.wav", id="done"),
        pytest.param("huiting-refused/a.wav", id="refused"),
    ],
)
def test_what_is_left_alone(name: str, root: Path, desk: Desk) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(b"RIFF")

    assert _rested(_inbox(root, desk)) == Swept()
    assert _tree(root) == [name]


def test_patterns_choose(root: Path, desk: Desk) -> None:
    for name in ("in_1.wav", "out_1.wav"):
        (root / name).write_bytes(b"RIFF")

    _rested(_inbox(root, desk, patterns=("out_*", "*/out_*")))
    assert [name for name, *_ in desk.taken] == ["out_1.wav"]


def test_a_link_is_not_followed(
    root: Path, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "a.wav").write_bytes(b"RIFF secret")
    (root / "a.wav").symlink_to(elsewhere / "a.wav")
    (root / "folder").symlink_to(elsewhere)

    assert _rested(_inbox(root, desk)) == Swept()


def test_a_link_put_in_place_of_a_file_is_not_followed(root: Path, tmp_path: Path) -> None:
    (root / "a.wav").symlink_to("/etc/hostname")

    with pytest.raises(PlaceError), build(path=root).open("a.wav"):
        pass


def test_files_that_stay_are_remembered_until_they_change(root: Path, desk: Desk) -> None:
    inbox = _inbox(root, desk, after=After.KEEP)
    (root / "a.wav").write_bytes(b"RIFF")
    (root / "b.wav").write_bytes(b"text")

    assert _rested(inbox) == Swept(taken=1, refused=1)
    assert inbox.sweep(200) == Swept()
    (root / "a.wav").write_bytes(b"RIFF again")
    inbox.sweep(300)
    assert inbox.sweep(400) == Swept(taken=1)
    assert _tree(root) == ["a.wav", "b.wav"]


def test_files_may_be_removed(root: Path, desk: Desk) -> None:
    (root / "a.wav").write_bytes(b"RIFF")
    (root / "a.json").write_bytes(b"{}")

    assert _rested(_inbox(root, desk, after=After.DELETE)) == Swept(taken=1)
    assert _tree(root) == []


def test_thousands_come_in_turns(root: Path, desk: Desk) -> None:
    for number in range(30):
        (root / f"{number:02}.wav").write_bytes(b"RIFF")
    inbox = _inbox(root, desk, most=20)

    assert _rested(inbox) == Swept(taken=20, waiting=10)
    assert inbox.sweep(101) == Swept(taken=10)


def test_a_store_that_is_away_leaves_the_files(root: Path, desk: Desk) -> None:
    (root / "a.wav").write_bytes(b"RIFF")
    inbox = _inbox(root, desk)
    desk.error = StoreError("store", "locked", "wait")

    with pytest.raises(StoreError):
        _rested(inbox)
    assert _tree(root) == ["a.wav"]
    desk.error = None
    assert inbox.sweep(200) == Swept(taken=1)


def test_a_place_that_went_away_is_told_and_tried_again(root: Path, desk: Desk) -> None:
    inside = root / "mounted"
    inside.mkdir()
    inbox = _inbox(inside, desk)
    inside.rmdir()

    swept = inbox.sweep(0)
    assert swept.trouble is not None
    assert "no such folder" in swept.trouble.reason
    inside.mkdir()
    assert inbox.sweep(1).trouble is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_rights_does_not_stop_the_others(root: Path, desk: Desk) -> None:
    (root / "closed").mkdir(mode=0)
    (root / "a.wav").write_bytes(b"RIFF")

    assert _rested(_inbox(root, desk)) == Swept(taken=1)


def test_an_inbox_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        build(path=tmp_path / "nothing")


def test_an_empty_file_is_waited_for_longer() -> None:
    settling, empty = Settling(quiet=10), [Found("a.wav", 0, "1")]
    settling.look(empty, 0)

    assert settling.look(empty, 10 * EMPTY - 1) == []
    assert settling.look(empty, 10 * EMPTY) == empty


def test_a_file_that_went_and_came_back_is_new() -> None:
    settling, file = Settling(quiet=10), [Found("a.wav", 5, "1")]
    settling.look(file, 0)
    settling.look([], 5)

    assert settling.look(file, 20) == []
    assert settling.look(file, 30) == file
