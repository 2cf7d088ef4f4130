"""Tiny models with the real architecture, made once; for tests that FunASR is installed for."""

from importlib import import_module
from pathlib import Path

import pytest


def written(kind: str, folder: Path, **options: str) -> Path:
    made: Path = import_module(f"engines.tiny_{kind}").write(folder, **options)
    return made


@pytest.fixture(scope="session")
def sensevoice_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("sensevoice", tmp_path_factory.mktemp("sensevoice"))


@pytest.fixture(scope="session")
def seaco_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("paraformer", tmp_path_factory.mktemp("seaco"))


@pytest.fixture(scope="session")
def paraformer_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("paraformer", tmp_path_factory.mktemp("paraformer"), model="Paraformer")


@pytest.fixture(scope="session")
def nano_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written("nano", tmp_path_factory.mktemp("nano"))
