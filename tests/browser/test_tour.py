"""The pictures of the guides: taken here, compared with those in docs/images/pages.

HUITING_WRITE_GOLDEN=1 writes them anew. They are compared small and in grey, so that another
font does not matter, and a page that looks otherwise does.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from browser.driving import DESKTOP, ROOT, Driver, Look
from browser.seeded import heard
from huiting.access.permissions import UserRole

IMAGES = ROOT / "docs" / "images" / "pages"
SMALL = (64, 40)
UNLIKE = 14.0
"""Mean difference of grey, of 255, above which a picture is out of date."""
PICTURES = {
    "today": "/today?since=2025-03-03&until=2025-04-01",
    "calls": "/calls",
    "call": "/calls/{heard}",
    "hand-in": "/hand-in",
    "reports": "/reports?since=2025-03-03&until=2025-04-01",
    "rules": "/library/rules/new",
    "system": "/system",
}


def taken(page: Page) -> Image.Image:
    """Return what a person sees of a page first."""
    page.wait_for_load_state("networkidle")
    content = page.screenshot(animations="disabled")
    return Image.open(io.BytesIO(content)).convert("RGB")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Return how far two pictures differ."""
    small = [image.convert("L").resize(SMALL) for image in (one, other)]
    return float(ImageStat.Stat(ImageChops.difference(*small)).mean[0])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", list(PICTURES))
def test_the_guides_show_what_is_there(drive: Driver, name: str, language: str) -> None:
    analysis, _ = next(heard())
    path = PICTURES[name].format(heard=analysis.call.recording.id)
    picture = taken(drive.visit(path, Look(UserRole.ADMINISTRATOR, language, DESKTOP)))
    kept = IMAGES / f"{name}.{language}.png"

    if os.environ.get("HUITING_WRITE_GOLDEN"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        picture.quantize(64).save(kept, optimize=True)
        return

    with Image.open(kept) as before:
        assert unlike(picture, before.convert("RGB")) < UNLIKE, "HUITING_WRITE_GOLDEN=1 pytest it"


def test_every_picture_of_the_pages_is_shown_in_a_guide() -> None:
    pages = [*ROOT.glob("docs/guides/**/*.md")]
    shown = {name for page in pages for name in _shown(page)}

    assert {path.name for path in IMAGES.glob("*.png")} == shown


def _shown(page: Path) -> set[str]:
    words = page.read_text("utf-8").replace(")", " ").split("images/pages/")
    return {word.split()[0] for word in words[1:]}
