"""The pictures of the guides: taken here, compared with those in docs/images/pages.

HUITING_WRITE_GOLDEN=1 writes them anew. They are compared small and in grey, so that another
font does not matter, and a page that looks otherwise does.
"""

import io
import os
from pathlib import Path
from typing import cast

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from browser.driving import DESKTOP, ROOT, Driver, Look
from browser.seeded import Site, heard
from browser.test_compare_page import compared
from browser.test_vad_page import CALL, opened
from huiting.access.permissions import UserRole
from huiting.core.types import Role
from huiting.service.live.opening import Opening
from served import PEOPLE
from speaking import STEP, ScriptedLive

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
    "rules": "/library/rules/new?view=text",
    "system": "/system",
}

DRAWN = {
    "today": ".chart svg",
    "call": "[data-tracks][data-ready=drawn]",
    "rules": ".cm-content",
}
"""What a script draws in some of them, when all of it is there."""


def taken(page: Page, *, settled: bool) -> Image.Image:
    """Return what a person sees of a page first; one that is told of events never rests."""
    if not settled:
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
    page = drive.visit(path, Look(UserRole.ADMINISTRATOR, language, DESKTOP))
    if name in DRAWN:
        page.locator(DRAWN[name]).first.wait_for()
    compare(page, name, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guides_show_a_rule_as_a_form(drive: Driver, language: str) -> None:
    page = drive.visit("/library/rules/new", Look(UserRole.SUPERVISOR, language, DESKTOP))
    page.locator("#form .form-toggle").first.click()
    page.locator("#form .form-head").first.evaluate("head => head.scrollIntoView()")
    page.evaluate("document.activeElement.blur()")

    compare(page, "rules-form", language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guides_show_a_live_call(drive: Driver, own_site: Site, language: str) -> None:
    roles = (Role.AGENT, Role.CUSTOMER)
    opening = Opening(rate=8000, roles=roles, metadata={"agent": "8001", "team": "T1"})
    line = cast("ScriptedLive", own_site.served.parts.live).open(opening, PEOPLE["root"])
    line.feed(bytes(8 * STEP))
    page = drive.visit(f"/live/{line.id}", Look(UserRole.SUPERVISOR, language, DESKTOP))
    expect(page.get_by_role("log")).to_contain_text("我要退货。")
    expect(
        page.get_by_text("请先致歉" if language == "zh" else "Apologise first").first
    ).to_be_visible()

    compare(page, "live", language, settled=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guides_show_speech_being_tried(drive: Driver, own_site: Site, language: str) -> None:
    look = Look(UserRole.SUPERVISOR, language, DESKTOP)
    page = opened(drive, own_site, f"call={CALL}&threshold=0.75&release=0.5", look)

    compare(page, "vad", language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_guides_show_engines_compared(drive: Driver, own_site: Site, language: str) -> None:
    one = compared(own_site)
    page = drive.visit(f"/compare/{one}", Look(UserRole.SUPERVISOR, language, DESKTOP))
    expect(page.locator(".differs").first).to_be_visible()

    compare(page, "compare", language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.usefixtures("own_site")
def test_the_guides_show_reports_by_mail(drive: Driver, language: str) -> None:
    page = drive.visit("/reports/schedules", Look(UserRole.SUPERVISOR, language, DESKTOP))
    page.locator("#s-to").fill("lead@example.com boss@example.com")
    page.locator("form[hx-target='#schedules'] button[type=submit]").click()
    page.locator("#schedule-1").wait_for()
    page.evaluate("document.activeElement.blur()")

    compare(page, "schedules", language)


def compare(page: Page, name: str, language: str, *, settled: bool = False) -> None:
    """Hold a picture of a page to the one that the guides show, or write that anew."""
    picture = taken(page, settled=settled)
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
