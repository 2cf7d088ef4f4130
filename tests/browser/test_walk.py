"""Everybody goes through all pages of their menu, and knocks at those of others."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot
from huiting.access.permissions import UserRole

_MENU = "links => links.map((link) => link.pathname)"
_HOW = (
    ("zh", DESKTOP, "light"),
    ("en", PHONE, "dark"),
    ("en", DESKTOP, "dark"),
    ("zh", PHONE, "light"),
)
LOOKS = [
    pytest.param(look, id=f"{look.role} {look.name}")
    for number, role in enumerate(UserRole)
    for how in (
        _HOW if role is UserRole.ADMINISTRATOR else (_HOW[number % 2], _HOW[number % 2 + 2])
    )
    for look in (Look(role, *how),)
]


def menu(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("[data-menu] nav a", _MENU)
    return found


def lacks(page: Page) -> Iterator[str]:
    """Yield what is wrong with a page, whoever sees it."""
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "it is wider than the screen"
    if page.locator("h1").count() != 1:
        yield "it has not one heading"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.usefixtures("accessible")
def test_everybody_can_use_the_pages_of_their_menu(drive: Driver, look: Look) -> None:
    page = drive.visit("/", look)
    paths = menu(page)
    found = {}
    for path in paths:
        page.goto(f"{drive.site.url}{path}")
        shot(page, f"walk{path.replace('/', '-')}.{look.role}", look)
        found[path] = list(lacks(page))
        if look.role is UserRole.ADMINISTRATOR:  # who sees the most of every page
            found[path] += axe(page)

    assert paths
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.AGENT])
def test_who_may_not_see_a_page_is_told_so(drive: Driver, role: UserRole) -> None:
    everything = menu(drive.visit("/"))
    page = drive.visit("/", role=role, expected="status of 403")
    closed = sorted(set(everything) - set(menu(page)))
    assert closed
    for path in closed:
        answer = page.goto(f"{drive.site.url}{path}")

        assert answer is not None
        assert (path, answer.status) == (path, 403)
        assert page.locator("h1").is_visible()
        assert page.locator("[data-menu]").count() == 1
