"""An FSMN-VAD in FunASR's files that takes what is loud for speech, written without PyTorch.

It has the weights and the normalization of the published files, in other sizes, and no more in
common with them.
"""

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, BANDS, STACKED = 400, 80, 5
MEMORY = 20
Weights = dict[str, NDArray[np.float32]]


def weights(loud: float = 10.0, *, layers: int = 1, width: int = WIDTH) -> Weights:
    """Return the tensors of the network.

    Args:
        loud: mean of the bands of a frame above which it is speech.
        layers: how many there are.
        width: numbers that it hears at once.
    """
    heard = np.zeros((1, width), np.float32)
    heard[:, BANDS * (STACKED // 2) : BANDS * (STACKED // 2 + 1)] = 1 / BANDS
    one, none = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    found = {
        "encoder.in_linear1.linear.weight": heard,
        "encoder.in_linear1.linear.bias": none,
        "encoder.in_linear2.linear.weight": one,
        "encoder.in_linear2.linear.bias": none,
        "encoder.out_linear1.linear.weight": one,
        "encoder.out_linear1.linear.bias": none,
        "encoder.out_linear2.linear.weight": np.array([[-2.0], [2.0]], np.float32),
        "encoder.out_linear2.linear.bias": np.array([2 * loud, -2 * loud], np.float32),
    }
    for i in range(layers):
        name = f"encoder.fsmn.{i}"
        found |= {
            f"{name}.linear.linear.weight": one,
            f"{name}.fsmn_block.conv_left.weight": np.zeros((1, 1, MEMORY, 1), np.float32),
            f"{name}.affine.linear.weight": one,
            f"{name}.affine.linear.bias": none,
        }
    return found


def write(folder: Path, state: Weights | None = None, *, width: int = WIDTH) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        state: its tensors; the usual by default.
        width: numbers that are normalized.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = weights() if state is None else state
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        rows = {name: _tensor(str(i), array) for i, (name, array) in enumerate(state.items())}
        table = b"".join(_text(name) + row + b"s" for name, row in rows.items())
        archive.writestr("model/data.pkl", b"\x80\x02}" + table + b".")
        for i, array in enumerate(state.values()):
            archive.writestr(f"model/data/{i}", array.astype("<f4").tobytes())
    shift, scale = " ".join(["0"] * width), " ".join(["1"] * width)
    (folder / "am.mvn").write_text(
        f"<Nnet>\n<Splice> {width} {width}\n[ 0 ]\n"
        f"<AddShift> {width} {width}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {width} {width}\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )
    return folder


def _tensor(key: str, array: NDArray[np.float32]) -> bytes:
    """Return what a pickle of PyTorch says of a tensor, opcode by opcode."""
    kind = b"ctorch\nFloatStorage\n"
    pid = b"(" + _text("storage") + kind + _text(key) + _text("cpu") + _number(array.size) + b"tQ"
    steps = np.cumprod((1, *array.shape[:0:-1]))[::-1].tolist()
    size = b"(" + b"".join(map(_number, array.shape)) + b"t"
    stride = b"(" + b"".join(map(_number, steps)) + b"t"
    hooks = b"ccollections\nOrderedDict\n(tR"
    args = b"(" + pid + _number(0) + size + stride + b"\x89" + hooks + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + args + b"R"


def _text(value: str) -> bytes:
    return b"X" + len(value).to_bytes(4, "little") + value.encode()


def _number(value: int) -> bytes:
    return b"J" + int(value).to_bytes(4, "little")
