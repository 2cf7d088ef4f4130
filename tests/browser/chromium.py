"""Which Chromium is driven, and how it is begun."""

import os
import shutil
import subprocess
import sys

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


def driver_trouble() -> str | None:
    """Return what keeps Playwright's driver from running; None when it runs."""
    command = [sys.executable, "-m", "playwright", "--version"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return tried.stderr.strip() or "it ended at once" if tried.returncode else None
