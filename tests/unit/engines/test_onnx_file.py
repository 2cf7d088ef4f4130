from pathlib import Path

import pytest
from onnx import TensorProto, helper

import tiny_prompted
from huiting.core.errors import ModelUnavailable
from huiting.engines._onnx import signature


def test_a_file_tells_its_metadata_inputs_and_outputs(tmp_path: Path) -> None:
    tiny_prompted.write_nano(tmp_path, capacity=300)

    found = signature(tmp_path / "llm.int8.onnx")

    assert found.metadata["max_total_len"] == "300"
    assert found.inputs[:3] == ("inputs_embeds", "attention_mask", "cache_position")
    assert found.outputs == ("logits", "key_delta_0", "value_delta_0")


@pytest.mark.parametrize("width", [127, 128, 200, 25_055, 151_936])
def test_sizes_that_are_no_text_are_passed_over(tmp_path: Path, width: int) -> None:
    names = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, width]) for n in ("x", "y")]
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "g", names[:1], names[1:])
    (tmp_path / "m.onnx").write_bytes(helper.make_model(graph).SerializeToString())

    assert signature(tmp_path / "m.onnx").inputs == ("x",)


def test_what_is_not_there_or_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.onnx").write_text("<html>not found</html>")

    with pytest.raises(ModelUnavailable, match="no such file"):
        signature(tmp_path / "none.onnx")
    with pytest.raises(ModelUnavailable, match="no ONNX file"):
        signature(tmp_path / "page.onnx")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "it holds no graph", id="nothing"),
        pytest.param(b"\x08\x08", "it holds no graph", id="a version alone"),
        pytest.param(b"\x3a\x05ab", "it ends early", id="a graph cut short"),
        pytest.param(b"\x08", "it ends early", id="a number cut short"),
        pytest.param(b"\x0b", "what is no field", id="a field of no kind"),
        pytest.param(b"\xff" * 20, "a number without an end", id="no end"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "m.onnx").write_bytes(content)

    with pytest.raises(ModelUnavailable, match=message):
        signature(tmp_path / "m.onnx")


def test_fields_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    fixed = b"\x09" + bytes(8) + b"\x15" + bytes(4) + b"\x3a\x00"
    (tmp_path / "m.onnx").write_bytes(fixed)

    assert signature(tmp_path / "m.onnx").inputs == ()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no ONNX file"):
        signature(tmp_path)
