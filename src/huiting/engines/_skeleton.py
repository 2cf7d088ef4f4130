"""Put published weights into a network's graph that was stored without them.

The package carries graphs of a few hundred kilobytes whose large tensors have a shape
and no values; the values come from the checkpoint the authors published. A tensor is
named as in the checkpoint. Two layouts differ between PyTorch and ONNX, and their names
say so:

- `<name>.T`: a matrix product, stored transposed;
- `<lstm>.W.<k>`, `<lstm>.R.<k>`, `<lstm>.B.<k>`: layer k of a bidirectional LSTM. ONNX
  orders the gates input, output, forget, cell and PyTorch input, forget, cell, output;
  ONNX keeps both directions in one tensor, and both biases side by side.

Source:
    The `LSTM` operator of ONNX and `torch.nn.LSTM`, each in its own reference.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable

_LSTM = re.compile(r"(?P<lstm>.+)\.(?P<part>[WRB])\.(?P<layer>\d+)")


def fill(skeleton: bytes, state: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the graph with every empty tensor filled from the checkpoint's.

    Raises:
        ModelUnavailable: the checkpoint lacks a tensor, or has it in another shape.
    """
    import onnx

    model = onnx.load_from_string(skeleton)
    for tensor in model.graph.initializer:
        if empty(tensor):
            values = _values(tensor.name, state)
            wanted = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
            if list(values.shape) != list(tensor.dims) or values.dtype != wanted:
                raise _unfit(tensor.name, f"is {values.dtype}{list(values.shape)}")
            tensor.raw_data = np.ascontiguousarray(values).tobytes()
    filled: bytes = model.SerializeToString()
    return filled


def empty(tensor: Any) -> bool:  # noqa: ANN401  (an ONNX TensorProto)
    """Tell whether a tensor has a shape and no values."""
    return not (tensor.raw_data or tensor.float_data or tensor.int64_data or tensor.int32_data)


def _values(name: str, state: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    if match := _LSTM.fullmatch(name):
        return _lstm(match["lstm"], match["part"], match["layer"], state)
    if name.endswith(".T"):
        return _find(name.removesuffix(".T"), state).T
    return _find(name, state)


def _lstm(lstm: str, part: str, layer: str, state: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    names = {"W": ["weight_ih"], "R": ["weight_hh"], "B": ["bias_ih", "bias_hh"]}[part]
    return np.stack(
        [
            np.concatenate([_gates(_find(f"{lstm}.{n}_l{layer}{way}", state)) for n in names])
            for way in ("", "_reverse")
        ]
    )


def _gates(torch_order: NDArray[Any]) -> NDArray[Any]:
    into, forget, cell, out = np.split(torch_order, 4)
    return np.concatenate([into, out, forget, cell])


def _find(name: str, state: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    if name not in state:
        raise _unfit(name, "is not in it")
    return state[name]


def _unfit(name: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        "checkpoint", f"{name} {reason}, unlike in the graph", "use the published checkpoint"
    )
