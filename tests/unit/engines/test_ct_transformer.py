"""CT-Transformer by the real sherpa-onnx, on a tiny network that knows a few characters."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_ct_transformer
from huiting.core.errors import EngineError, ModelUnavailable
from huiting.engines import ct_transformer
from huiting.engines.ct_transformer import CtTransformer, placed


@pytest.fixture(scope="module")
def punctuator(tmp_path_factory: pytest.TempPathFactory) -> CtTransformer:
    return ct_transformer.build(weights=tiny_ct_transformer.write(tmp_path_factory.mktemp("ct")))


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("你好我来了", {1: "，", 4: "。"}),
        ("可以退吗不行", {3: "？", 5: "。"}),
        ("苹果和梨", {2: "、", 3: "。"}),
        ("hello world", {4: "，", 10: "。"}),
        ("您 好 请 讲", {2: "，", 6: "。"}),
        ("买iPhone 15吗", {10: "？"}),
        ("一共1,286.5元了", {10: "。"}),
        ("", {}),
        ("  ", {}),
        ("😀好", {1: "。"}),
        ("你好，", {1: "。"}),
        ("。", {}),
    ],
)
def test_marks_stand_after_the_characters_they_follow(
    punctuator: CtTransformer, text: str, marks: dict[int, str]
) -> None:
    assert punctuator.marks(text) == marks


def test_long_texts_are_read_whole(punctuator: CtTransformer) -> None:
    marks = punctuator.marks("我来了" * 100)

    assert [place for place, mark in marks.items() if mark == "。"] == list(range(2, 300, 3))


def test_threads_may_share_it(punctuator: CtTransformer) -> None:
    texts = ["你好" * n + "吗" for n in range(1, 12)]
    alone = [punctuator.marks(text) for text in texts]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(punctuator.marks, texts)) == alone


def test_a_failing_network_is_an_error_and_the_next_text_is_read(
    punctuator: CtTransformer,
) -> None:
    with pytest.raises(EngineError, match="set punctuation to rules"):
        punctuator.marks("长" * 300)
    assert punctuator.marks("你好") == {1: "。"}


@pytest.mark.parametrize("written", ["你坏。", "你", "你好！。", "。你好"])
def test_another_text_is_refused(written: str) -> None:
    with pytest.raises(EngineError, match="it wrote another text"):
        placed("你好", written)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tokens", "好"),
        ("tokens", "好||了"),
        ("vocab_size", "3"),
        ("unk_symbol", "<none>"),
        (ct_transformer.NAMED, "_|，|。|？"),
        (ct_transformer.NAMED, ""),
    ],
)
def test_a_file_over_which_the_runtime_would_end_the_process_is_refused(
    tmp_path: Path, name: str, value: str
) -> None:
    said = {**tiny_ct_transformer.METADATA, name: value}
    if name == "tokens":
        said["vocab_size"] = str(len(value.split("|")))
    tiny_ct_transformer.write(tmp_path, metadata=said)

    with pytest.raises(ModelUnavailable, match="its metadata lack"):
        ct_transformer.build(weights=tmp_path)


@pytest.mark.parametrize("told", [5, "marks"])
def test_a_network_that_tells_other_marks_than_it_names_is_refused(
    tmp_path: Path, told: int | str
) -> None:
    tiny_ct_transformer.write(tmp_path, told=told)

    with pytest.raises(ModelUnavailable, match="it tells other marks than it names"):
        ct_transformer.build(weights=tmp_path)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model\.int8\.onnx: no such file"):
        ct_transformer.build(weights=tmp_path)


def test_another_network_is_refused(tmp_path: Path) -> None:
    import tiny_sensevoice_onnx

    tiny_sensevoice_onnx.write(tmp_path)
    with pytest.raises(ModelUnavailable, match="it takes 4 inputs, not 2"):
        ct_transformer.build(weights=tmp_path)


def test_the_larger_file_is_taken_where_there_is_no_other(tmp_path: Path) -> None:
    tiny_ct_transformer.write(tmp_path, name="model.onnx")

    assert ct_transformer.build(weights=tmp_path).marks("了") == {0: "。"}
