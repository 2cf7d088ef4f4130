from pathlib import Path

import pytest

import tiny_paraformer_onnx
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines._exported import Form, check, check_tokens, network

FORM = Form(inputs=2, numbers=())


@pytest.mark.parametrize(
    ("compute", "device", "name"),
    [
        pytest.param("auto", "cpu", "model.int8.onnx", id="small on a processor"),
        pytest.param("auto", "auto", "model.int8.onnx", id="small where nothing is said"),
        pytest.param("auto", "cuda:0", "model.onnx", id="exact on CUDA"),
        pytest.param("float32", "cpu", "model.onnx", id="exact where asked for"),
        pytest.param("int8", "cuda", "model.int8.onnx", id="small where asked for"),
    ],
)
def test_the_network_suits_the_device(tmp_path: Path, compute: str, device: str, name: str) -> None:
    for each in ("model.onnx", "model.int8.onnx"):
        (tmp_path / each).touch()

    assert network(tmp_path, compute, device).name == name


def test_what_the_folder_holds_is_taken(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()

    assert network(tmp_path, "auto", "cpu").name == "model.onnx"
    with pytest.raises(ModelUnavailable, match=r"model\.int8\.onnx: no such file"):
        network(tmp_path, "int8", "cpu")
    with pytest.raises(ConfigError, match="choose one of auto, int8, float32"):
        network(tmp_path, "bfloat16", "cpu")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param({"lfr_window_size": "0"}, "no frames at a time", id="no frames"),
        pytest.param({"lfr_window_shift": "-6"}, "lack 'lfr_window_shift'", id="backwards"),
        pytest.param({"neg_mean": "1,2,3"}, "lack 'neg_mean'", id="too few numbers"),
        pytest.param({"inv_stddev": "one,two"}, "lack 'inv_stddev'", id="no numbers"),
    ],
)
def test_metadata_that_would_end_the_process_are_refused(
    tmp_path: Path, said: dict[str, str], message: str
) -> None:
    metadata = tiny_paraformer_onnx.METADATA | said
    weights = tiny_paraformer_onnx.write(tmp_path, metadata=metadata)

    with pytest.raises(ModelUnavailable, match=message):
        check(weights / "model.onnx", FORM)


def test_good_files_are_let_through(tmp_path: Path) -> None:
    weights = tiny_paraformer_onnx.write(tmp_path)
    check_tokens(weights / "tokens.txt", ["</s>"])

    assert check(weights / "model.onnx", FORM).inputs == ("speech", "speech_lengths")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a 0\r\n</s> 1\r\n\r\n", id="as Windows ends lines"),
        pytest.param("a 0\n1\n</s> 2\n", id="a space is no token but its number"),
        pytest.param("\u3000 0\n\u00a0 1\n</s> 2\n", id="spaces of other kinds are tokens"),
    ],
)
def test_tokens_are_read_as_the_runtime_does(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.txt").write_text(text, encoding="utf-8", newline="")
    check_tokens(tmp_path / "tokens.txt", ["</s>"])

    with pytest.raises(ModelUnavailable, match="it lacks the token b"):
        check_tokens(tmp_path / "tokens.txt", ["b"])


@pytest.mark.parametrize("row", ["a b 1", "a", "a -1", "a one"])
def test_a_row_that_would_end_the_process_is_refused(tmp_path: Path, row: str) -> None:
    (tmp_path / "tokens.txt").write_text(f"</s> 0\n{row}\n", encoding="utf-8")

    with pytest.raises(ModelUnavailable, match="row 2 is not a token and its number"):
        check_tokens(tmp_path / "tokens.txt", ["</s>"])


def test_tokens_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"tokens\.txt: no such file"):
        check_tokens(tmp_path / "tokens.txt", [])
