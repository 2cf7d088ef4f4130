"""The network of FSMN-VAD in numpy: a few matrices, and what each layer remembers.

Source:
    Zhang et al., "Deep-FSMN for Large Vocabulary Continuous Speech Recognition", 2018; the names
    of the weights are those of FunASR's checkpoints.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from huiting.core.errors import ModelUnavailable

Matrix = NDArray[np.float32]
REMEDY = "fetch the model anew"


@dataclass(frozen=True, slots=True)
class Layer:
    """Narrow, remember, widen."""

    narrow: Matrix
    """Shape (narrow, wide)."""
    memory: Matrix
    """Weight of each remembered frame, the newest last, shape (frames, narrow)."""
    widen: Matrix
    shift: Matrix

    def run(self, heard: Matrix, before: Matrix) -> tuple[Matrix, Matrix]:
        """Return what it makes of frames, and what is to be remembered."""
        slim = heard @ self.narrow.T
        known = np.concatenate((before, slim))
        past = sliding_window_view(known, len(self.memory), axis=0)
        slim = slim + np.einsum("tdf,fd->td", past, self.memory)
        return np.maximum(slim @ self.widen.T + self.shift, 0), known[len(slim) :]


@dataclass(frozen=True, slots=True)
class Fsmn:
    """The network. Threads may share it."""

    first: tuple[Matrix, Matrix]
    second: tuple[Matrix, Matrix]
    layers: tuple[Layer, ...]
    third: tuple[Matrix, Matrix]
    last: tuple[Matrix, Matrix]

    @property
    def width(self) -> int:
        """Numbers in a frame of what it hears."""
        return int(self.first[0].shape[1])

    def begin(self) -> list[Matrix]:
        """Return what the layers remember at first: silence."""
        return [np.zeros((len(a.memory) - 1, a.memory.shape[1]), np.float32) for a in self.layers]

    def run(self, heard: Matrix, memory: list[Matrix]) -> Matrix:
        """Return the probability of each sound in each frame, shape (frames, sounds).

        Args:
            heard: shape (frames, width).
            memory: from `begin`; brought up to date.
        """
        after = np.maximum(_affine(_affine(heard, self.first), self.second), 0)
        for i, layer in enumerate(self.layers):
            after, memory[i] = layer.run(after, memory[i])
        sounds = _affine(_affine(after, self.third), self.last)
        grown = np.exp(sounds - sounds.max(1, keepdims=True))
        shares: Matrix = grown / grown.sum(1, keepdims=True)
        return shares


def network(state: Mapping[str, NDArray[Any]], name: str) -> Fsmn:
    """Return the network of a checkpoint.

    Args:
        state: its tensors.
        name: what to call the file in an error.

    Raises:
        ModelUnavailable: it is that of another network.
    """
    try:
        count = len({key.split(".")[2] for key in state if key.startswith("encoder.fsmn.")})
        layers = tuple(_layer(state, f"encoder.fsmn.{i}") for i in range(count))
        ends = [_pair(state, f"encoder.{part}.linear") for part in _ENDS]
        found = Fsmn(ends[0], ends[1], layers, ends[2], ends[3])
        found.run(np.zeros((1, found.width), np.float32), found.begin())
    except (KeyError, ValueError, IndexError) as error:
        raise ModelUnavailable(name, f"it is no FSMN-VAD ({error})", REMEDY) from error
    if not layers:
        raise ModelUnavailable(name, "it is no FSMN-VAD (no layers)", REMEDY)
    return found


_ENDS = ("in_linear1", "in_linear2", "out_linear1", "out_linear2")


def _layer(state: Mapping[str, NDArray[Any]], name: str) -> Layer:
    if f"{name}.fsmn_block.conv_right.weight" in state:
        raise ValueError("it looks ahead")
    memory = _real(state[f"{name}.fsmn_block.conv_left.weight"])
    widen, shift = _pair(state, f"{name}.affine.linear")
    narrow = _real(state[f"{name}.linear.linear.weight"])
    return Layer(narrow, memory[:, 0, :, 0].T, widen, shift)


def _pair(state: Mapping[str, NDArray[Any]], name: str) -> tuple[Matrix, Matrix]:
    return _real(state[f"{name}.weight"]), _real(state[f"{name}.bias"])


def _real(values: NDArray[Any]) -> Matrix:
    return np.ascontiguousarray(values, np.float32)


def _affine(heard: Matrix, pair: tuple[Matrix, Matrix]) -> Matrix:
    return heard @ pair[0].T + pair[1]
