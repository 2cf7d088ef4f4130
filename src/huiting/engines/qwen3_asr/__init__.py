"""Qwen3-ASR: a language model that listens, for 30 languages and the dialects of Chinese.

On sherpa-onnx (`onnx`), or by its own package on transformers or vLLM (`package`), which lives in
an environment and a process of its own: what it pins does not go together with the rest.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from huiting.core.errors import ConfigError
from huiting.core.ports import Recognizer
from huiting.engines._torch import checked
from huiting.engines.qwen3_asr._aligned import LANGUAGES

log = logging.getLogger(__name__)

AUTO, ONNX, TRANSFORMERS, VLLM = RUNTIMES = ("auto", "onnx", "transformers", "vllm")


def build(
    *,
    weights: str | Path,
    runtime: str = AUTO,
    device: str = "auto",
    threads: int = 2,
    fallback: str = "none",
    memory: int = 512,
    languages: Sequence[str] = (),
    python: str | Path = "",
    compute: str = "auto",
    batch: float = 0.0,
    aligner: str | Path = "",
    gpu_memory_utilization: float = 0.7,
    vllm: Mapping[str, Any] | None = None,
    timeout: float = 120.0,
    loading_timeout: float = 540.0,
) -> Recognizer:
    """Load the model. From `python` on, options are those of the package qwen-asr.

    Args:
        weights: folder of the model, as sherpa-onnx or its authors publish it.
        runtime: `onnx`, `transformers` or `vllm`; `auto` goes by what the folder holds.
        device: `auto`, `cpu`, `cuda` or `cuda:1`; for transformers any name that PyTorch knows.
        threads: cores to use.
        fallback: `cpu` to go on there when a device has no room; `none` to fail.
        memory: positions that a model for sherpa-onnx was exported with.
        languages: codes among which a language is detected; empty for all.
        python: interpreter of the environment in which the package is installed.
        compute: `float32`, `float16` or `bfloat16`; `auto` is float32 on a processor, else the last.
        batch: seconds of clips decoded at once; 0 for what suits the device.
        aligner: folder of Qwen3-ForcedAligner; empty for no times of words.
        gpu_memory_utilization: share of a device's memory that vLLM takes.
        vllm: further arguments of vLLM.
        timeout: seconds for the answer to a batch, beyond ten times its length.
        loading_timeout: seconds to load.

    Raises:
        ConfigError: there is no such runtime, device or fallback, the memory is too small, or
            no interpreter is named.
        ModelUnavailable: files or packages are missing, or the model does not fit.
    """
    folder = Path(weights)
    if runtime_of(runtime, folder) == ONNX:
        from huiting.engines.qwen3_asr import onnx

        return onnx.build(
            onnx.Options(folder, threads, memory, tuple(languages)),
            device=device,
            fallback=fallback,
        )
    from huiting.engines.qwen3_asr import package

    options = package.Options(
        folder,
        interpreter(python),
        runtime_of(runtime, folder),
        threads,
        tuple(languages),
        checked(compute),
        Path(aligner) if aligner else None,
        gpu_memory_utilization,
        vllm,
        timeout,
        loading_timeout,
    )
    return package.build(options, device=device, fallback=fallback, batch=batch)


def untimed(options: Mapping[str, Any]) -> bool:
    """Tell by options of `build` whether words may come without times.

    Only the aligner tells them, and of some languages alone.
    """
    languages = set(options.get("languages", ()))  # none named: any
    aligned = options.get("aligner") and languages and languages <= LANGUAGES
    runtime = options.get("runtime", AUTO)
    if runtime == AUTO:
        runtime = _held(Path(options.get("weights", "")))
    return runtime == ONNX or not aligned


def runtime_of(wanted: str, folder: Path) -> str:
    """Return the runtime for a folder of weights.

    Raises:
        ConfigError: there is no such runtime.
    """
    if wanted not in RUNTIMES:
        raise ConfigError(
            f"runtime {wanted!r}",
            "no such runtime here",
            f"choose one of {', '.join(RUNTIMES)}, or the engine remote for a server",
        )
    if wanted != AUTO:
        return wanted
    found = _held(folder)
    log.info("runtime chosen", extra={"runtime": found, "reason": "by what the folder holds"})
    return found


def _held(folder: Path) -> str:
    """Return the runtime that a folder holds files for."""
    return TRANSFORMERS if any(folder.glob("*.safetensors")) else ONNX


def interpreter(python: str | Path) -> Path:
    """Return the interpreter of the other environment.

    Raises:
        ConfigError: none is named.
    """
    if not python:
        raise ConfigError(
            "option python",
            "qwen-asr goes with nothing else, so it needs an environment of its own",
            "make one (python -m venv /opt/qwen; /opt/qwen/bin/pip install qwen-asr) and set"
            " python to /opt/qwen/bin/python",
        )
    return Path(python)
