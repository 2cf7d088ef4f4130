"""Paraformer: Mandarin with some English, quick and exact.

By sherpa-onnx (`onnx`), quick on a processor; or by FunASR and PyTorch (`torch`), with hotwords
in the model (SeACo). It writes words, not digits, and no punctuation: the stages of the text do
that.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.ports import Recognizer
from huiting.engines._exported import network
from huiting.engines._onnx import signature
from huiting.engines._runtimes import AUTO, ONNX, runtime_of

WITH_TIMES = 4
"""Outputs of a network that tells when what it writes is said: text, lengths, weights, peaks."""
PREDICTOR = "CifPredictorV3"
"""What config.yaml calls a predictor that does."""


def build(
    *,
    weights: str | Path,
    runtime: str = "auto",
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    batch: float = 0.0,
    fallback: str = "none",
) -> Recognizer:
    """Load the model.

    Args:
        weights: folder of the model, as FunASR publishes it or as exported for sherpa-onnx.
        runtime: `onnx`, `torch`, or `auto` for the one that the folder holds files for.
        device: `auto`, `cpu`, `cuda:0`; by PyTorch any name that it knows, by sherpa-onnx
            `coreml`.
        compute: `auto`; by PyTorch one of float32, float16, bfloat16, by sherpa-onnx one of
            int8, float32.
        threads: cores to use.
        batch: seconds of clips decoded at once, padding included; 0 for what suits the device.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.

    Raises:
        ConfigError: there is no such runtime, device, compute type or fallback.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    load: Callable[..., Recognizer]
    if runtime_of(runtime, Path(weights), device) == ONNX:
        from huiting.engines.paraformer import onnx

        load = onnx.build
    else:
        from huiting.engines.paraformer import torch

        load = torch.build
    return load(
        weights=Path(weights),
        device=device,
        compute=compute,
        threads=threads,
        batch=batch,
        fallback=fallback,
    )


def untimed(options: Mapping[str, Any]) -> bool:
    """Tell by options of `build` whether words come without times: not every network has a head.

    Weights that are not there, or not right, are for `build` to refuse.
    """
    weights, device = Path(options.get("weights", "")), str(options.get("device", AUTO))
    with suppress(ConfigError, ModelUnavailable, OSError):
        if runtime_of(str(options.get("runtime", AUTO)), weights, device) == ONNX:
            path = network(weights, str(options.get("compute", AUTO)), device)
            return len(signature(path).outputs) < WITH_TIMES
        return PREDICTOR not in (weights / "config.yaml").read_text("utf-8", "replace")
    return False
