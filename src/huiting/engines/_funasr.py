"""FunASR's PyTorch models out of a folder: loaded without a network, and given sound.

Knows no architecture. What FunASR does by default and we do not: it adds noise to the sound
(dither), goes on with weights by lot where a checkpoint lacks some, takes the processor where
there is no device, and downloads what is not there.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from warnings import catch_warnings, simplefilter

import numpy as np

from huiting.core.errors import ModelUnavailable
from huiting.core.types import Audio
from huiting.engines._memory import ran_out
from huiting.engines._torch import REMEDY, Native, chosen
from huiting.engines.device import OutOfRoom, size

RATE = 16_000
FRAME = 0.06
"""Seconds from one frame of the encoder to the next: six of 10 ms are one."""
SHORTEST = 400
"""Samples; one frame of the analysis."""
BESIDES = 700_000_000
"""Bytes for the runtime, its libraries and the smallest batch."""
LACKING = "miss key in ckpt:"
WANTED = ("config.yaml", "model.pt")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with what it hears and writes with."""

    model: Native
    tokenizer: Native
    frontend: Native
    device: str
    lacking: tuple[str, ...] = ()
    """Names of weights that may lack in the checkpoint, and do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is loaded that is more than its folder says."""

    settings: Mapping[str, object] = field(default_factory=dict)
    """Instead of those in config.yaml."""
    need: int | None = None
    """Bytes of the model with its smallest batch; None for the size of its file and the usual."""
    spare: tuple[str, ...] = ()
    """Beginnings of the names of weights that may lack."""


AS_IT_IS = Plan()


def load(weights: Path, device: str, threads: int, plan: Plan = AS_IT_IS) -> Loaded:
    """Load the model of a folder.

    Args:
        weights: folder with config.yaml, model.pt, am.mvn and the tokenizer's file.
        device: `auto`, or a name that PyTorch knows.
        threads: cores PyTorch may use, in the whole process.
        plan: what is not as the folder says.

    Raises:
        ModelUnavailable: a package or file is missing, or the files are no model.
        ConfigError: PyTorch cannot use the device.
        OutOfRoom: the model does not fit.
    """
    missing = next((name for name in WANTED if not (weights / name).exists()), None)
    if missing is not None:
        raise ModelUnavailable(
            str(weights / missing), "no such file", "name the folder of a FunASR model"
        )
    automodel = _automodel()
    need = plan.need or (weights / "model.pt").stat().st_size + BESIDES
    name = chosen(device, need)
    said = StringIO()
    try:
        with redirect_stdout(said), catch_warnings():
            simplefilter("ignore", ResourceWarning)  # it leaves files open that it read
            model, parts = automodel.build_model(
                model=str(weights),
                device=name,
                ncpu=threads,
                disable_update=True,
                disable_pbar=True,
                ignore_init_mismatch=False,
                trust_remote_code=False,  # whatever the folder says: it may bring no code
                **plan.settings,
            )
    except Exception as error:  # FunASR raises nothing more precise
        if ran_out(error):
            raise OutOfRoom(
                f"device {name}", f"the model needs about {size(need)}: {error}", REMEDY
            ) from error
        raise ModelUnavailable(str(weights), str(error), "fetch the model anew") from error
    # what a checkpoint lacks is only printed
    lines = [line.split(LACKING)[1] for line in said.getvalue().splitlines() if LACKING in line]
    lacking = tuple(line.split(",")[0].strip() for line in lines)
    needed = [weight for weight in lacking if not weight.startswith(plan.spare)]
    if needed:
        raise ModelUnavailable(
            str(weights),
            f"{len(needed)} weights are missing, such as {needed[0]}",
            "fetch the model anew",
        )
    parts["frontend"].dither = 0.0  # the same sound is always heard the same
    return Loaded(model, parts["tokenizer"], parts["frontend"], name, lacking)


def _automodel() -> Native:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with redirect_stdout(StringIO()):  # a notice about FFmpeg, which is not used
            from funasr import AutoModel
    except ImportError as error:
        raise ModelUnavailable(
            "funasr", f"the package cannot be loaded ({error})", "pip install 'huiting[funasr]'"
        ) from error
    finally:  # it sets up logging for the whole process
        root.handlers[:] = handlers
        root.setLevel(level)
    return AutoModel


def features(loaded: Loaded, clips: Sequence[Audio]) -> tuple[Native, Native]:
    """Return what a batch sounds like, shape (clips, frames, size), and the frames of each clip.

    Both are on the processor; a clip too short for a frame is filled with silence.
    """
    import torch

    rows = [
        torch.from_numpy(np.pad(clip.samples, (0, max(0, SHORTEST - len(clip.samples)))))
        for clip in clips
    ]
    lengths = torch.tensor([len(row) for row in rows])
    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    speech, frames = loaded.frontend(padded, lengths)
    return speech.float(), frames.int()
