"""Every kind of place keeps the same promises, each against a real server."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError
from huiting.intake import folder, s3, sftp
from huiting.intake.place import Found, Place, PlaceError
from sftp_server import sftp_server

SECRET = "sesame"


@dataclass
class Case:
    """A place, and how a file gets there."""

    place: Place
    root: Path | None
    """Where its files are on this machine, if they are."""

    def drop(self, name: str, content: bytes) -> None:
        self.place.write(name, content)


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "sftp", "s3"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text(SECRET + "\n")
    if request.param == "folder":
        yield Case(folder.build(path=root), root)
    elif request.param == "sftp":
        with sftp_server(root, SECRET) as server:
            (tmp_path / "known_hosts").write_text(server.host_key)
            place = sftp.build(
                host="127.0.0.1",
                port=server.port,
                user="huiting",
                known_hosts=tmp_path / "known_hosts",
                secret_file=tmp_path / "secret",
                folder="/",
            )
            yield Case(place, root)
            place.close()
    else:
        address = request.getfixturevalue("s3_server")
        name = f"calls{abs(hash(tmp_path)):x}"
        store = s3.build(
            bucket=name,
            folder="in",
            endpoint=address,
            key="key",
            secret_file=tmp_path / "secret",
            region="eu-west-1",
        )
        store.system.mkdir(name)
        yield Case(store, None)


def test_files_are_found_in_folders_too(case: Case) -> None:
    case.drop("a.wav", b"RIFF")
    case.drop("2025/03/通话 1.wav", b"RIFF more")

    found = {file.name: file.size for file in case.place.files()}
    assert found == {"a.wav": 4, "2025/03/通话 1.wav": 9}


def test_the_mark_is_the_same_from_look_to_look(case: Case) -> None:
    case.drop("a.wav", b"RIFF")

    assert list(case.place.files()) == list(case.place.files())


def test_a_file_is_read_in_pieces(case: Case) -> None:
    content = bytes(range(256)) * 1000
    case.drop("a.wav", content)

    with case.place.open("a.wav") as file:
        pieces = [file.read(100_000), file.read(100_000), file.read(), file.read()]
    assert [len(piece) for piece in pieces] == [100_000, 100_000, 56_000, 0]
    assert b"".join(pieces) == content


def test_a_file_is_moved_into_a_folder_that_is_made(case: Case) -> None:
    case.drop("2025/a.wav", b"RIFF")
    case.place.move("2025/a.wav", "done/2025/a.wav")

    assert [file.name for file in case.place.files()] == ["done/2025/a.wav"]


def test_moving_replaces_what_is_there(case: Case) -> None:
    case.drop("a.wav", b"new")
    case.drop("done/a.wav", b"older")
    case.place.move("a.wav", "done/a.wav")

    assert [(f.name, f.size) for f in case.place.files()] == [("done/a.wav", 3)]


@pytest.mark.parametrize("name", ["*.wav", "a[b].wav", "call#1.wav", "100%25.wav"])
def test_a_name_means_one_file_and_no_pattern(case: Case, name: str) -> None:
    case.drop("b.wav", b"RIFF other")
    case.drop(name, b"RIFF")
    with case.place.open(name) as file:
        content = file.read()
    case.place.move(name, f"done/{name}")

    assert content == b"RIFF"
    found = {file.name: file.size for file in case.place.files()}
    assert found == {"b.wav": 10, f"done/{name}": 4}


def test_a_file_is_removed(case: Case) -> None:
    case.drop("a.wav", b"RIFF")
    case.place.remove("a.wav")
    case.place.remove("a.wav")

    assert list(case.place.files()) == []


def test_what_is_gone_is_an_error_that_names_it(case: Case) -> None:
    with pytest.raises(PlaceError, match=r"gone\.wav"), case.place.open("gone.wav") as file:
        file.read()
    with pytest.raises(PlaceError, match=r"gone\.wav"):
        case.place.move("gone.wav", "done/gone.wav")


def test_its_address_shows_no_secret(case: Case) -> None:
    assert SECRET not in case.place.shown
    assert SECRET not in repr(case.place)


def test_an_sftp_server_that_nobody_knows_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    with sftp_server(tmp_path, SECRET) as server, sftp_server(tmp_path, SECRET) as other:
        (tmp_path / "known_hosts").write_text(
            other.host_key.replace(str(other.port), str(server.port))
        )
        place = sftp.build(
            host="127.0.0.1",
            port=server.port,
            user="huiting",
            known_hosts=tmp_path / "known_hosts",
            secret_file=tmp_path / "secret",
        )
        with pytest.raises(PlaceError, match="BadHostKeyException"):
            list(place.files())


def test_an_sftp_connection_that_broke_is_opened_again(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.wav").write_bytes(b"RIFF")
    with sftp_server(root, SECRET) as server:
        (tmp_path / "known_hosts").write_text(server.host_key)
        place = sftp.build(
            host="127.0.0.1",
            port=server.port,
            user="huiting",
            known_hosts=tmp_path / "known_hosts",
            secret_file=tmp_path / "secret",
            folder="/",
        )
        assert [file.name for file in place.files()] == ["a.wav"]
        assert place._open is not None
        place._open[0].close()
        with pytest.raises(PlaceError):
            list(place.files())
        assert [file.name for file in place.files()] == ["a.wav"]
        place.close()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({}, "nothing to sign in with", id="no password"),
        pytest.param({"secret_file": Path("/nothing")}, "ssh-keyscan", id="unknown host"),
    ],
)
def test_an_sftp_place_that_cannot_work_is_refused(
    options: dict[str, Path], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=reason):
        sftp.build(host="h", user="u", known_hosts=tmp_path / "known_hosts", **options)  # type: ignore[arg-type]


def test_a_secret_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(ConfigError, match="cannot be read"):
        sftp.build(
            host="h",
            user="u",
            known_hosts=tmp_path / "known_hosts",
            secret_file=tmp_path / "nothing",
        )
    with pytest.raises(ConfigError, match="cannot be read"):
        s3.build(bucket="b", secret_file=tmp_path / "nothing")


def test_a_folder_marks_a_file_by_its_time_of_change(tmp_path: Path) -> None:
    place = folder.build(path=tmp_path)
    place.write("a.wav", b"RIFF")

    assert list(place.files()) == [Found("a.wav", 4, str((tmp_path / "a.wav").stat().st_mtime_ns))]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    place = folder.build(path=tmp_path)
    place.write("huiting-done", b"a file where a folder should be")
    place.write("a.wav", b"RIFF")

    with pytest.raises(PlaceError, match=r"a\.wav"):
        place.move("a.wav", "huiting-done/a.wav")
    with pytest.raises(PlaceError, match=r"b\.wav"):
        place.write("huiting-done/b.wav", b"RIFF")
    (tmp_path / "folder").mkdir()
    with pytest.raises(PlaceError, match="folder"):
        place.remove("folder")


def test_waiting_ends_when_it_is_told_to(case: Case) -> None:
    stop = threading.Event()
    stop.set()
    case.place.wait(60, stop)


def test_a_folder_wakes_up_when_something_comes(tmp_path: Path) -> None:
    place, stop = folder.build(path=tmp_path), threading.Event()
    waiting = threading.Thread(target=place.wait, args=(60, stop))
    waiting.start()
    number = 0
    while waiting.is_alive():  # the watch takes a moment to be set up
        (tmp_path / f"{number}.wav").write_bytes(b"RIFF")
        number += 1
        waiting.join(0.1)
    assert not stop.is_set()


def test_a_folder_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    place = folder.build(path=tmp_path)
    tmp_path.rmdir()

    began = time.monotonic()
    place.wait(0.05, threading.Event())
    assert time.monotonic() - began >= 0.05
