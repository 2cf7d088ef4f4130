"""Fun-ASR-Nano by FunASR and vLLM, in the other environment; `huiting.engines.apart` runs it.

FunASR writes the language model's weights into a folder beside the others before vLLM loads them:
the folder of the model must be writable once. vLLM writes every batch with one prompt, so clips
that are told other words or another language are another batch.
"""

import os
import shutil
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

PREPARED = "Qwen3-0.6B-vllm"
"""Folder of the weights for vLLM, beside the others."""
SHORTEST = 400
"""Samples; shorter clips are filled up with silence, as one frame of the analysis needs them."""
NEUTRAL = 1.0
"""Penalty of repetitions; over any other vLLM ends, as there is no text before the sound."""


class Unusable(Exception):
    """The device cannot be used."""

    kind = "device"


def load(options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Load the model."""
    torch: Any = import_module("torch")
    import_module("vllm")  # missed here, and not within FunASR
    made = import_module("funasr.auto.auto_model_vllm").AutoModelVLLM
    try:
        torch.zeros(1, device=options["device"])
    except Exception as error:
        raise Unusable(error) from error
    prepare(Path(options["weights"]))
    model = made(
        model=options["weights"],
        device=options["device"],
        dtype=options["compute"],
        gpu_memory_utilization=options["share"],
        max_model_len=options["memory"],
        vllm_kwargs=options["vllm"],
    )
    engine = getattr(model, "_engine", model)
    frontend = getattr(engine, "frontend", None)
    if frontend is not None:
        frontend.dither = 0.0  # the same sound is always heard the same
    times = getattr(engine, "ctc_decoder", None) is not None
    return Voice(model, engine, torch).answer, {"device": options["device"], "times": times}


def prepare(weights: Path) -> None:
    """Have FunASR write the weights for vLLM: all of them or none, whoever else does it meanwhile.

    FunASR takes a folder with any of them for done, even if it was ended while it wrote.
    """
    place = weights / PREPARED
    if place.exists():
        return
    write = import_module("funasr.models.fun_asr_nano.inference_vllm").prepare_vllm_model_dir
    fresh = weights / f"{PREPARED}.{os.getpid()}"
    try:
        write(str(weights), str(fresh))
        with suppress(OSError):  # another process was first
            fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


class Voice:
    """A loaded model, asked."""

    def __init__(self, model: Any, engine: Any, torch: Any) -> None:  # noqa: ANN401
        self.model = model
        self.engine = engine
        self.torch = torch

    def answer(self, question: dict[str, Any], clips: list[Any]) -> dict[str, Any]:
        """Write clips down, all with the same words and in the same language."""
        found = self.model.generate(
            [self._filled(clip) for clip in clips],
            hotwords=question["words"],
            language=question["language"],
            itn=question["itn"],
            max_new_tokens=question["most"],
            temperature=0.0,
            repetition_penalty=NEUTRAL,
        )
        texts = [str(one["text"]) for one in found]
        return {
            "texts": texts,
            "tokens": [self._tokens(text) for text in texts],
            "times": [self._times(one.get("timestamps") or []) for one in found],
        }

    def _times(self, found: list[dict[str, Any]]) -> list[list[Any]]:
        return [
            [one["token"], float(one["start_time"]), float(one["end_time"]), float(one["score"])]
            for one in found
        ]

    def _tokens(self, text: str) -> int:
        """Return how many tokens a text has, as what was written is not told."""
        return len(self.engine.tokenizer.encode(text, add_special_tokens=False))

    def _filled(self, clip: Any) -> Any:  # noqa: ANN401  (of numpy)
        filled = self.torch.zeros(max(SHORTEST, len(clip)))
        filled[: len(clip)] = self.torch.from_numpy(clip)
        return filled
