"""Which Chromium is driven, and how it is begun."""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Browser, BrowserType

PATIENCE = 60_000.0
"""Milliseconds that a page may take to do anything, on a machine that does much else."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",
    # As root Chromium has no sandbox of its own; it opens nothing but our own pages.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def program() -> str | None:
    """Return where it is; None where there is none."""
    found = [os.environ.get("HUITING_CHROMIUM"), *map(shutil.which, _NAMES)]
    return next((path for path in found if path), None)


def begun(kind: BrowserType, *options: str) -> Browser:
    """Begin it, with options of its own."""
    arguments = [*OPTIONS, *options]
    return kind.launch(executable_path=program(), args=arguments, timeout=4 * PATIENCE)


def driver_trouble() -> str | None:
    """Return what keeps Playwright's driver from running; None when it runs."""
    command = [sys.executable, "-m", "playwright", "--version"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return tried.stderr.strip() or "it ended at once" if tried.returncode else None
