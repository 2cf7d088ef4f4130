"""Tiny models of the package's own classes, made once by the interpreter that has the package."""

import os
import subprocess
from pathlib import Path

import pytest

from huiting.core.ports import Recognizer
from huiting.engines.qwen3_asr import package

WRITER = Path(__file__).with_name("write_tiny.py")
PYTHON = os.environ.get("HUITING_TEST_QWEN", "")
"""Interpreter of an environment with the package."""


@pytest.fixture(scope="session")
def python() -> Path:
    if not PYTHON:
        pytest.skip("needs an environment with qwen-asr: ./dev test engines")
    return Path(PYTHON).absolute()


@pytest.fixture(scope="session")
def tiny(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with models: `asr`, which is `lacking` weights, `aligner`, which is `spoilt`."""
    folder = tmp_path_factory.mktemp("tiny")
    subprocess.run([python, WRITER, folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def options(python: Path, tiny: Path) -> package.Options:
    return package.Options(
        tiny / "asr",
        python,
        package.TRANSFORMERS,
        threads=1,
        languages=("zh", "en"),
        aligner=tiny / "aligner",
    )


@pytest.fixture(scope="session")
def engine(options: package.Options) -> Recognizer:
    """Return the engine, to which everything is speech: tones are none to a voice detector."""
    return package.build(options, device="cpu", fallback="none", speaks=lambda _: True)
