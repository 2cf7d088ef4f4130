from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from huiting.core.errors import ModelUnavailable
from huiting.engines._skeleton import fill

SIZE, HIDDEN, STEPS = 3, 4, 5
State = dict[str, NDArray[np.float32]]


def bare(name: str, *shape: int) -> TensorProto:
    return TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)


def graph(nodes: list[Any], tensors: list[Any], into: list[Any], out: list[int | str]) -> bytes:
    made = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, into)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, out)],
        tensors,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def lstm() -> bytes:
    node = helper.make_node(
        "LSTM",
        ["x", "lstm.W.0", "lstm.R.0", "lstm.B.0"],
        ["y"],
        direction="bidirectional",
        hidden_size=HIDDEN,
    )
    tensors = [
        bare("lstm.W.0", 2, 4 * HIDDEN, SIZE),
        bare("lstm.R.0", 2, 4 * HIDDEN, HIDDEN),
        bare("lstm.B.0", 2, 8 * HIDDEN),
    ]
    return graph([node], tensors, [STEPS, 1, SIZE], [STEPS, 2, 1, HIDDEN])


def weights() -> State:
    random = np.random.default_rng(1)
    shapes = {
        "weight_ih": (4 * HIDDEN, SIZE),
        "weight_hh": (4 * HIDDEN, HIDDEN),
        "bias_ih": (4 * HIDDEN,),
        "bias_hh": (4 * HIDDEN,),
    }
    return {
        f"lstm.{name}_l0{way}": random.standard_normal(shape).astype(np.float32)
        for name, shape in shapes.items()
        for way in ("", "_reverse")
    }


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-z))
    return result


def as_torch_does(x: NDArray[np.float32], state: State, way: str) -> NDArray[np.float32]:
    """Run one direction by the equations of torch.nn.LSTM: gates input, forget, cell, output."""
    part = {n: state[f"lstm.{n}_l0{way}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    h, c, found = np.zeros(HIDDEN), np.zeros(HIDDEN), []
    for row in x[::-1] if way else x:
        gates = part["weight_ih"] @ row + part["bias_ih"] + part["weight_hh"] @ h + part["bias_hh"]
        into, forget, cell, out = np.split(gates, 4)
        c = sigmoid(forget) * c + sigmoid(into) * np.tanh(cell)
        h = sigmoid(out) * np.tanh(c)
        found.append(h)
    return np.array(found[::-1] if way else found, np.float32)


def test_a_filled_lstm_computes_what_torch_would() -> None:
    state = weights()
    x = np.random.default_rng(2).standard_normal((STEPS, 1, SIZE)).astype(np.float32)

    filled = fill(lstm(), state)
    y = onnxruntime.InferenceSession(filled).run(None, {"x": x})[0]

    assert np.allclose(y[:, 0, 0], as_torch_does(x[:, 0], state, ""), atol=1e-5)
    assert np.allclose(y[:, 1, 0], as_torch_does(x[:, 0], state, "_reverse"), atol=1e-5)


def product(*extra: TensorProto) -> bytes:
    node = helper.make_node("MatMul", ["x", "linear.weight.T"], ["y"])
    return graph([node], [bare("linear.weight.T", 3, 2), *extra], [1, 3], [1, 2])


def test_a_matrix_product_gets_the_weights_transposed() -> None:
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)

    filled = fill(product(), {"linear.weight": weight})
    y = onnxruntime.InferenceSession(filled).run(None, {"x": np.ones((1, 3), np.float32)})[0]

    assert y.tolist() == [[3, 12]]


def test_a_tensor_is_found_by_its_name() -> None:
    node = helper.make_node("Add", ["x", "norm.bias"], ["y"])
    plain = graph([node], [bare("norm.bias", 2)], [2], [2])

    filled = fill(plain, {"norm.bias": np.array([3, 4], np.float32)})
    y = onnxruntime.InferenceSession(filled).run(None, {"x": np.ones(2, np.float32)})[0]

    assert y.tolist() == [4, 5]


def test_a_tensor_with_values_is_left_alone() -> None:
    constant = onnx.numpy_helper.from_array(np.array([5], np.float32), "linear.bias")

    filled = fill(product(constant), {"linear.weight": np.zeros((2, 3), np.float32)})

    kept = {t.name: t for t in onnx.load_from_string(filled).graph.initializer}["linear.bias"]
    assert onnx.numpy_helper.to_array(kept).tolist() == [5]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param({}, "is not in it", id="missing"),
        pytest.param(
            {"linear.weight": np.zeros((3, 2), np.float32)}, r"\[2, 3\]", id="another shape"
        ),
        pytest.param({"linear.weight": np.zeros((2, 3))}, "float64", id="another type"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(
    state: Mapping[str, NDArray[Any]], reason: str
) -> None:
    with pytest.raises(ModelUnavailable, match=reason):
        fill(product(), state)
