"""Take the weights out of an exported ONNX graph, so that the graph alone can be kept in git.

    python tools/strip_graph.py exported.onnx checkpoint.pt stripped.onnx

Every tensor whose values are found in the checkpoint loses them and gets the name under
which `huiting.engines._skeleton.fill` finds them again. Tensors that are not in the
checkpoint (constants that the exporter computed) stay. The result is checked: filled
again, it must equal the input tensor by tensor.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from huiting.engines._checkpoint import read_state
from huiting.engines._skeleton import _lstm, empty, fill

State = Mapping[str, NDArray[Any]]


def candidates(state: State) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield every tensor that `fill` could make from `state`, with the name that asks for it."""
    yield from state.items()
    for name, values in state.items():
        if values.ndim == 2:  # noqa: PLR2004  (a matrix)
            yield f"{name}.T", values.T
        if name.endswith("_reverse") and ".weight_ih_l" in name:
            lstm, layer = name.removesuffix("_reverse").split(".weight_ih_l")
            for part in "WRB":
                yield f"{lstm}.{part}.{layer}", _lstm(lstm, part, layer, state)


def strip(model: Any, state: State) -> int:  # noqa: ANN401  (an ONNX ModelProto)
    """Empty and rename every initializer found in `state`; return how many."""
    known = {(v.shape, v.tobytes()): name for name, v in reversed([*candidates(state)])}
    renamed = {}
    for tensor in model.graph.initializer:
        if tensor.name in state and empty(tensor):
            continue
        values = onnx.numpy_helper.to_array(tensor)
        same = tensor.name in state and np.array_equal(state[tensor.name], values)
        name = tensor.name if same else known.get((values.shape, values.tobytes()))
        if name is not None:
            renamed[tensor.name] = name
            bare = onnx.TensorProto(name=name, dims=tensor.dims, data_type=tensor.data_type)
            tensor.CopyFrom(bare)
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    return len(renamed)


def main(source: Path, checkpoint: Path, target: Path) -> None:
    """Strip `source` with the weights of `checkpoint` and write `target`."""
    state = read_state(checkpoint.read_bytes(), checkpoint.name)
    whole = onnx.load(source)
    bare = onnx.load(source)
    stripped = strip(bare, state)
    refilled = onnx.load_from_string(fill(bare.SerializeToString(), state))
    for old, new in zip(whole.graph.initializer, refilled.graph.initializer, strict=True):
        if not np.array_equal(onnx.numpy_helper.to_array(old), onnx.numpy_helper.to_array(new)):
            raise SystemExit(f"{old.name}: not the same after filling")
    target.write_bytes(bare.SerializeToString())
    sys.stdout.write(f"{stripped} tensors taken out; {target.stat().st_size} bytes left\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
