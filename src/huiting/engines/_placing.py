"""On which device a model in another environment is put, and how it is told.

This process may have no PyTorch to ask: the driver is asked. Knows no model.
"""

import logging
import os

from huiting.engines import _cuda
from huiting.engines._torch import best
from huiting.engines.device import CPU, CUDA, OutOfRoom, free_on, size

log = logging.getLogger(__name__)

VISIBLE = "CUDA_VISIBLE_DEVICES"


def placed(wanted: str, need: int) -> str:
    """Return the device for a model of `need` bytes, as PyTorch names it.

    Raises:
        OutOfRoom: it does not fit.
    """
    name = f"{CUDA}:0" if wanted == CUDA else wanted
    if wanted == "auto":
        cards = _cuda.gpus(_cuda.driver())
        rooms = [free_on(CUDA, card.index) for card in cards]
        name, reason = best([f"{CUDA}:{card.index}" for card in cards], rooms, need)
        log.info("device chosen", extra={"device": name, "reason": reason})
    kind, _, index = name.partition(":")
    room = free_on(kind, int(index or 0)) if kind in {CPU, CUDA} else None
    if room is not None and room < need:
        raise OutOfRoom(
            f"device {name}",
            f"the model needs {size(need)} and {size(room)} are free",
            "choose a smaller model or another device, or stop what else uses it",
        )
    return name


def visible(index: int) -> str:
    """Return what names a CUDA device in the environment, where some may be hidden already."""
    names = [name for name in os.environ.get(VISIBLE, "").split(",") if name]
    return names[index] if index < len(names) else str(index)
