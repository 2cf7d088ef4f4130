"""Which runtime of an engine is taken: the one asked for, or the one a folder holds files for."""

import logging
from collections.abc import Collection
from pathlib import Path

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.engines._exported import FILES
from huiting.engines.device import CPU

log = logging.getLogger(__name__)

AUTO, ONNX, TORCH = "auto", "onnx", "torch"


def runtime_of(
    wanted: str,
    weights: Path,
    device: str,
    *,
    networks: Collection[str] = tuple(FILES.values()),
    others: Collection[str] = (),
) -> str:
    """Return `onnx` or `torch`, or another that is asked for.

    Args:
        wanted: one of these, or `auto`.
        weights: folder of the model.
        device: as the user names it; of a folder that holds files for both, only a processor
            is given to sherpa-onnx, as PyTorch knows more devices.
        networks: files that tell of a model for sherpa-onnx.
        others: runtimes that are taken only if they are asked for.

    Raises:
        ConfigError: there is no such runtime.
        ModelUnavailable: the folder holds files for none.
    """
    known = (AUTO, ONNX, TORCH, *others)
    if wanted not in known:
        raise ConfigError(
            f"runtime {wanted!r}", "no such runtime", f"choose one of {', '.join(known)}"
        )
    if wanted != AUTO:
        return wanted
    network = next((name for name in networks if (weights / name).exists()), "")
    checkpoint = (weights / "model.pt").exists()
    if not network and not checkpoint:
        raise ModelUnavailable(
            str(weights),
            f"it holds neither {' nor '.join([*networks, 'model.pt'])}",
            "name the folder of a sherpa-onnx or FunASR model",
        )
    if network and (not checkpoint or device in {AUTO, CPU}):
        name, reason = ONNX, f"the folder holds {network}"
    else:
        name, reason = TORCH, "the folder holds model.pt"
    log.info("runtime chosen", extra={"runtime": name, "reason": reason})
    return name
