"""Scripts and styles without a network: taken from where `./dev wheels` has put them, or a word why not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from huiting.web.site import assets

ROOT = Path(__file__).parents[2]
FRONT, SITE = Path("frontend"), Path("src/huiting/web/site")

pytestmark = pytest.mark.skipif(not assets.built(), reason="not built: ./dev pages")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project that has what was built, and nothing of npm."""
    for part in (FRONT, SITE):
        left_out = shutil.ignore_patterns("node_modules", ".lock", "__pycache__", ".static-*")
        shutil.copytree(ROOT / part, tmp_path / "copy" / part, ignore=left_out)
    return tmp_path / "copy"


def pages(copy: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Bring a copy up to date; npm finds no registry."""
    unreachable = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    cache = {"npm_config_cache": str(copy / "cache")}
    return subprocess.run(
        [sys.executable, copy / FRONT / "pages.py", *arguments],
        capture_output=True, text=True, check=False,
        env={**os.environ, **unreachable, **cache, **variables},
    )  # fmt: skip


def built(copy: Path) -> dict[str, bytes]:
    static = copy / SITE / "static"
    return {path.name: path.read_bytes() for path in static.iterdir()}


def test_what_was_packed_is_unpacked_elsewhere(copy: Path, tmp_path: Path) -> None:
    stamp = copy / SITE / "static" / ".stamp"
    stamp.write_text(digest(copy) + "\n")  # the project itself may be changing meanwhile
    before = built(copy)
    assert pages(copy, "pack", str(tmp_path)).returncode == 0
    shutil.rmtree(copy / SITE / "static")

    assert pages(copy, HUITING_WHEELS=str(tmp_path)).returncode == 0
    assert built(copy) == before


def test_what_is_up_to_date_is_left_alone(copy: Path) -> None:
    stamp = copy / SITE / "static" / ".stamp"
    stamp.write_text(digest(copy) + "\n")

    assert pages(copy).returncode == 0


@pytest.mark.parametrize("changed", ["styles/site.css", "templates/layout.html.jinja"])
def test_a_folder_that_holds_older_pages_is_refused(
    copy: Path, tmp_path: Path, changed: str
) -> None:
    path = copy / SITE / changed
    path.write_text(path.read_text() + "\n")
    told = pages(copy, HUITING_WHEELS=str(tmp_path))

    assert told.returncode == 1
    assert "./dev wheels" in told.stderr


def test_without_a_registry_it_is_said_what_helps(copy: Path) -> None:
    shutil.rmtree(copy / SITE / "static")
    told = pages(copy)

    assert told.returncode == 1
    assert "HUITING_PAGES=none" in told.stderr
    assert not (copy / SITE / "static").exists()


def digest(copy: Path) -> str:
    """Return what the stamp of an up to date copy holds."""
    program = "import pages; print(pages.current())"
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=copy / FRONT
    ).stdout.strip()
