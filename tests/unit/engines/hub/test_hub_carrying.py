"""Models out of bundles, tars and folders, and into bundles."""

import json
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, InputError, ModelUnavailable
from huiting.engines import catalogue
from huiting.engines.catalogue import Model, State
from huiting.engines.hub import bring as bringing
from huiting.engines.hub import shelf
from huiting.engines.hub.bring import Brought, bring
from huiting.engines.hub.bundle import Bundle, export
from huiting.engines.provision import Step
from small_hub import CONTENT, PACKERS, hosted, laid, tarred
from small_models import packaged

OTHER = {"model.bin": b"another cake" * 999, "config.json": CONTENT["config.json"]}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def baked(cache: Path, tmp_path: Path) -> Path:
    """A folder of models with one in it."""
    bring(laid(tmp_path / "brought", CONTENT), cache, [hosted()])
    return cache


def names(done: Brought) -> list[str]:
    return [entry.name for entry in done.installed]


def test_a_folder_of_the_files_is_installed_and_verified(cache: Path, tmp_path: Path) -> None:
    steps: list[Step] = []
    done = bring(laid(tmp_path / "a", CONTENT), cache, [hosted()], listen=steps.append)

    assert names(done) == ["cake"]
    assert catalogue.check(hosted(), cache).state is State.VERIFIED
    assert all(step.done <= step.total for step in steps)
    assert [p.name for p in (cache / ".pull").iterdir() if p.is_dir()] == []


def test_files_are_known_by_what_is_in_them_whatever_they_are_called(
    cache: Path, tmp_path: Path
) -> None:
    folder = laid(tmp_path / "a", {f"deep/{n}.dat": d for n, d in enumerate(CONTENT.values())})
    laid(folder, {"notes.txt": b"nothing of ours"})

    assert names(bring(folder, cache, [hosted()])) == ["cake"]
    assert catalogue.locate(hosted(), cache).folder == cache / "cake"


@pytest.mark.parametrize("kind", PACKERS)
def test_a_tar_that_somebody_made_is_as_good(kind: str, cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.file"
    path.write_bytes(tarred({**CONTENT, "wavs/a.wav": b"\0" * 99}, kind=kind))

    assert names(bring(path, cache, [hosted()])) == ["cake"]
    assert catalogue.check(hosted(), cache).state is State.VERIFIED


def test_links_of_a_folder_are_followed_to_the_files(cache: Path, tmp_path: Path) -> None:
    laid(tmp_path / "blobs", {str(n): d for n, d in enumerate(CONTENT.values())})
    (tmp_path / "snapshot").mkdir()
    for number, name in enumerate(CONTENT):
        (tmp_path / "snapshot" / name.replace("/", "-")).symlink_to(
            tmp_path / "blobs" / str(number)
        )

    assert names(bring(tmp_path / "snapshot", cache, [hosted()])) == ["cake"]


def test_several_models_come_at_once_and_share_a_file(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", CONTENT)
    laid(folder / "second", {"model.bin": OTHER["model.bin"]})

    done = bring(folder, cache, [hosted(), hosted("pie", OTHER)])

    assert names(done) == ["cake", "pie"]


def test_a_shared_file_alone_is_no_model(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", CONTENT)

    done = bring(folder, cache, [hosted(), hosted("pie", OTHER)])

    assert (names(done), done.incomplete) == (["cake"], ())


def test_a_model_that_lacks_a_file_is_named_and_not_installed(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", {"model.bin": CONTENT["model.bin"]})

    [lacking] = bring(folder, cache, [hosted()]).incomplete

    assert lacking.lacking == ("config.json", "tokenizer/vocab.json")
    assert not (cache / "cake").exists()


def test_what_is_here_already_completes_what_was_brought(baked: Path, tmp_path: Path) -> None:
    (baked / "cake" / "model.bin").write_bytes(b"damaged")
    folder = laid(tmp_path / "b", {"x": CONTENT["model.bin"]})

    assert names(bring(folder, baked, [hosted()])) == ["cake"]
    assert catalogue.check(hosted(), baked).state is State.VERIFIED


def test_what_is_here_and_right_is_left_alone(baked: Path, tmp_path: Path) -> None:
    before = (baked / "cake" / "model.bin").stat().st_mtime_ns

    done = bring(tmp_path / "brought", baked, [hosted()])

    assert (names(done), done.present) == ([], ("cake",))
    assert (baked / "cake" / "model.bin").stat().st_mtime_ns == before


def test_a_file_goes_by_its_name_only_in_a_model_that_was_named(
    cache: Path, tmp_path: Path
) -> None:
    entry = hosted(unknown=("config.json",))
    folder = laid(tmp_path / "a", CONTENT)

    [lacking] = bring(folder, cache, [entry]).incomplete
    done = bring(folder, cache, [entry], named=True)

    assert lacking.lacking == ("config.json",)
    assert done.trusted == ("cake/config.json",)
    assert catalogue.check(entry, cache).state is State.VERIFIED


NESTED = {**CONTENT, "tokenizer/config.json": b'{"inner": 1}'}


@pytest.mark.parametrize("packed", [True, False], ids=["in a tar", "in a folder"])
def test_a_name_in_a_folder_means_the_file_in_that_folder(
    cache: Path, tmp_path: Path, *, packed: bool
) -> None:
    entry = hosted(content=NESTED, unknown=("config.json", "tokenizer/config.json"))
    source = laid(tmp_path / "a" / "cake", NESTED)
    if packed:
        source = tmp_path / "a.tar"
        more = {"examples/config.json": b"another", "z.txt": b"123"}
        source.write_bytes(tarred({**NESTED, **more}))

    bring(source, cache, [entry], named=True)

    assert (cache / "cake" / "config.json").read_bytes() == CONTENT["config.json"]
    assert (cache / "cake" / "tokenizer" / "config.json").read_bytes() == b'{"inner": 1}'
    assert catalogue.check(entry, cache).state is State.VERIFIED


def test_two_files_of_one_name_are_not_guessed_between(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", {"model.bin": CONTENT["model.bin"]})
    laid(folder, {"x/config.json": b"1", "y/config.json": b"2"})

    with pytest.raises(InputError, match=r"cake/config\.json: there are two files"):
        bring(folder, cache, [hosted(unknown=("config.json",))], named=True)


def test_the_same_file_twice_is_no_doubt(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", CONTENT)
    laid(folder, {"x/config.json": b"1", "y/config.json": b"1", "copy.bin": CONTENT["model.bin"]})

    done = bring(folder, cache, [hosted(unknown=("config.json",))], named=True)

    assert names(done) == ["cake"]
    assert (cache / "cake" / "config.json").read_bytes() == CONTENT["config.json"]


def test_what_lies_in_the_folder_of_models_itself_is_brought(baked: Path) -> None:
    (baked / "cake").rename(baked / "old name")

    assert names(bring(baked, baked, [hosted()])) == ["cake"]


def test_a_file_without_a_published_size_is_known_by_its_digest(
    cache: Path, tmp_path: Path
) -> None:
    entry = hosted()
    entry = replace(entry, files=tuple(replace(file, size=0) for file in entry.files))

    assert names(bring(laid(tmp_path / "a", CONTENT), cache, [entry])) == ["cake"]
    assert catalogue.check(entry, cache).state is State.VERIFIED


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda p: laid(p, {"a": b"nothing"}), "no file of a known", id="no model"),
        pytest.param(lambda p: p, "no such file", id="not there"),
        pytest.param(
            lambda p: laid(p, {"x.tar": b"rubbish" * 99}) / "x.tar", "no tar", id="no tar"
        ),
    ],
)
def test_what_holds_no_model_is_refused(
    make: Callable[[Path], Path], reason: str, cache: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason):
        bring(make(tmp_path / "a"), cache, [hosted()])
    assert not (cache / "cake").exists()


def test_a_hostile_tar_installs_nothing(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tarred({**CONTENT, "../../out": b"x"}, folder=""))

    with pytest.raises(InputError, match="leads somewhere else"):
        bring(path, cache, [hosted()])
    assert not (cache / "cake").exists()
    assert not (tmp_path / "out").exists()


def test_a_folder_of_everything_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "MOST_MEMBERS", 2)

    with pytest.raises(InputError, match="more than 2 files"):
        bring(laid(tmp_path / "a", CONTENT), cache, [hosted()])


def test_an_import_needs_room(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "SPARE", 1 << 60)

    with pytest.raises(ModelUnavailable, match="are needed"):
        bring(laid(tmp_path / "a", CONTENT), cache, [hosted()])


def test_a_file_that_changes_while_it_is_copied_is_refused(cache: Path, tmp_path: Path) -> None:
    folder = laid(tmp_path / "a", CONTENT)

    def change(step: Step) -> None:
        if step.subject == "tokenizer/vocab.json":
            (folder / "model.bin").write_bytes(CONTENT["model.bin"][::-1])

    with pytest.raises(InputError, match="changed while it was copied"):
        bring(folder, cache, [hosted()], listen=change)
    assert not (cache / "cake").exists()


def test_what_a_package_brings_is_not_imported(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of a known"):
        bring(laid(tmp_path / "a", {"py.typed": b""}), cache, [packaged(b"")])


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ModelUnavailable, match="make it writable"):
        bring(laid(tmp_path / "a", CONTENT), tmp_path / "file", [hosted()])


# Bundles.


def exported(cache: Path, out: Path, entry: Model | None = None) -> Bundle:
    return export(entry or hosted(), cache, out)


def test_a_bundle_carries_a_model_to_another_machine(baked: Path, tmp_path: Path) -> None:
    made = exported(baked, tmp_path / "stick" / "cake.tar")

    assert made.size == made.path.stat().st_size
    assert names(bring(made.path, tmp_path / "elsewhere", [hosted()])) == ["cake"]
    assert catalogue.check(hosted(), tmp_path / "elsewhere").state is State.VERIFIED


def test_the_same_model_always_gives_the_same_bytes(baked: Path, tmp_path: Path) -> None:
    (baked / "cake" / "model.bin").chmod(0o600)

    first = exported(baked, tmp_path / "a.tar")
    bring(first.path, tmp_path / "other", [hosted()])
    second = exported(tmp_path / "other", tmp_path / "b.tar")

    assert first.sha256 == second.sha256
    assert first.path.read_bytes() == second.path.read_bytes()


def test_a_bundle_says_what_it_holds_and_whom_it_is_owed_to(baked: Path, tmp_path: Path) -> None:
    with tarfile.open(exported(baked, tmp_path / "a.tar").path) as tar:
        inside = {info.name: tar.extractfile(info) for info in tar}
        said = {name: file.read() for name, file in inside.items() if file}

    described = json.loads(said["huiting-model.json"])
    assert list(said)[:2] == ["huiting-model.json", "NOTICE.txt"]
    assert {f"files/{name}" for name in CONTENT} == set(list(said)[2:])
    assert described["licence"] == "MIT"
    assert described["files"][0]["sha256"] == hosted().files[0].sha256
    assert all(file["published"] for file in described["files"])
    assert said["NOTICE.txt"] == b"cake: the baker\nLicence: MIT\n\nName the baker.\n"


def test_a_bundle_tells_which_digests_nobody_published(cache: Path, tmp_path: Path) -> None:
    entry = hosted(unknown=("config.json",))
    bring(laid(tmp_path / "a", CONTENT), cache, [entry], named=True)
    path = exported(cache, tmp_path / "a.tar", entry).path

    with tarfile.open(path) as tar:
        file = tar.extractfile("huiting-model.json")
        assert file
        described = json.load(file)
    assert [one["published"] for one in described["files"]] == [True, False, True]
    assert bring(path, tmp_path / "b", [entry], named=True).trusted == ("cake/config.json",)


def test_a_model_that_is_not_here_cannot_be_carried(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is missing"):
        exported(cache, tmp_path / "a.tar")
    assert not list(tmp_path.glob("a.tar*"))


def test_a_file_spoilt_behind_our_back_is_not_carried(baked: Path, tmp_path: Path) -> None:
    import os

    path = baked / "cake" / "model.bin"
    before = path.stat()
    path.write_bytes(CONTENT["model.bin"][::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "a.tar").write_bytes(b"the old bundle")

    with pytest.raises(ConfigError, match=r"not the published file any more; run .*verify cake"):
        exported(baked, tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == b"the old bundle"
    assert not list(tmp_path.glob("*.part"))


def test_what_nobody_may_pass_on_is_not_carried(baked: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="states no licence"):
        exported(baked, tmp_path / "a.tar", replace(hosted(), licence="NOASSERTION"))


def test_what_a_package_brings_is_carried_with_the_package(baked: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="comes with a package"):
        exported(baked, tmp_path / "a.tar", packaged(b""))
