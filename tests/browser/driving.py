"""Pages as a person sees them: who looks, in which language, on what; and what must not happen.

A page must write nothing into the console, break no rule of our Content-Security-Policy, and
ask no other host. `Driver.visit` gives pages that are watched for that.
"""

import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from browser.chromium import PATIENCE
from browser.seeded import Site
from huiting.access.permissions import UserRole
from huiting.web.doors import COOKIE
from huiting.web.security_headers import POLICY
from huiting.web.site import assets

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "screenshots"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = (1280, 800), (360, 740)
_BLOCKED = "Service Worker registration blocked by Playwright"
"""Said where a test wants none."""
_BEAT = 50.0
"""Milliseconds between two looks."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, and how."""

    role: UserRole | None = UserRole.ADMINISTRATOR
    """None for who has not signed in."""
    language: str = "en"
    size: tuple[int, int] = DESKTOP
    theme: str = "light"

    @property
    def name(self) -> str:
        """What screenshots are told apart by."""
        device = "phone" if self.size == PHONE else "desktop"
        return f"{self.language}-{device}-{self.theme}"


@dataclass
class Driver:
    """A browser, and the pages it has open for one test."""

    browser: Browser
    site: Site
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def visit(
        self,
        path: str,
        look: Look = Look(),
        *,
        expected: str | None = None,
        **changes: Any,  # noqa: ANN401  (the fields of a look)
    ) -> Page:
        """Open a page of ours in a window of its own.

        Args:
            path: of the page, from the first `/`.
            look: who looks, and how.
            expected: pattern of what the console may say, such as `status of 404`.
            changes: of the look, by name: `role=None, language="zh"`.
        """
        context = self._context(replace(look, **changes))
        page = context.new_page()
        self._watch(page, expected)
        page.goto(f"{self.site.url}{path}")
        return page

    def show(
        self,
        html: str,
        look: Look = Look(),
        *,
        expected: str | None = None,
        **changes: Any,  # noqa: ANN401  (the fields of a look)
    ) -> Page:
        """Open a page of the test's own, as if it were one of ours.

        Args:
            html: what stands in its body, after the scripts of every page.
            look: who looks, and how.
            expected: pattern of what the console may say.
            changes: of the look, by name.
        """
        context = self._context(replace(look, **changes))
        head = (
            f"<!doctype html><html lang=en><title>Try</title><meta name=root content={self.site.url}>"
            f"<link rel=icon href='data:,'><link rel=stylesheet href={self.asset('site.css')}>"
            f"<script src={self.asset('early.js')}></script>"
            f"<script src={self.asset('theme.js')}></script>"
            f"<script type=module src={self.asset('app.js')}></script><main>"
        )
        context.route(
            "**/try",
            lambda route: route.fulfill(
                body=head + html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            ),
        )
        page = context.new_page()
        self._watch(page, expected)
        page.goto(f"{self.site.url}/try")
        return page

    def asset(self, name: str) -> str:
        """Return the address of an asset."""
        return f"{self.site.url}/static/{assets.manifest()[name]}"

    def close(self) -> None:
        """Close all windows."""
        for context in self.contexts:
            context.close()

    def _context(self, look: Look) -> BrowserContext:
        width, height = look.size
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=look.size == PHONE,
            locale={"zh": "zh-CN", "en": "en-US"}[look.language],
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            service_workers="block",
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if look.role is not None:
            key = self.site.key(look.role, look.language)
            context.add_cookies([{"name": COOKIE, "value": key, "url": self.site.url}])
        return context

    def _watch(self, page: Page, expected: str | None) -> None:
        def complain(what: str, text: str) -> None:
            if expected is None or not re.search(expected, text):
                self.complaints.append(f"{what} on {page.url}: {text}")

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and _BLOCKED not in message.text:
                complain(message.type, message.text)

        def asked(request: Request) -> None:
            if not request.url.startswith((f"{self.site.url}/", "data:", "blob:")):
                complain("another host", request.url)

        page.on("console", said)
        page.on("pageerror", lambda error: complain("page error", str(error)))
        page.on("request", asked)


def shot(page: Page, name: str, look: Look) -> None:
    """Take a picture of a whole page for people to look at, where HUITING_SHOTS asks for it."""
    if os.environ.get("HUITING_SHOTS"):
        path = SHOTS / f"{name}.{look.name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")


def axe(page: Page) -> list[str]:
    """Return what a page keeps from people: the serious and critical findings of axe.

    Source:
        axe-core, https://github.com/dequelabs/axe-core: WCAG 2.2, levels A and AA.
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {_where(rule)}"
        for rule in told["violations"]
        if rule["impact"] in ("serious", "critical")
    ]


def _where(rule: Any) -> str:  # noqa: ANN401  (axe's own JSON)
    nodes = [f"{json.dumps(node['target'])} {node['html'][:200]}" for node in rule["nodes"]]
    return "; ".join(nodes[:5])


def until(page: Page, expression: str) -> None:
    """Wait for an expression to be true in a page.

    Playwright's own `wait_for_function` evaluates text inside the page, which our
    Content-Security-Policy forbids.
    """
    eventually(page, lambda: bool(page.evaluate(expression)), expression)


def eventually(page: Page, holds: Callable[[], bool], what: str) -> None:
    """Wait for something to hold while the browser goes on; `what` tells a reader what it was."""
    end = monotonic() + PATIENCE / 1000
    while not holds():
        assert monotonic() < end, f"never true: {what}"
        page.wait_for_timeout(_BEAT)


def slowly(page: Page) -> None:
    """Play ten times as slowly, and note where: what is shown while a word is said stays long."""
    page.locator("#sound").evaluate(
        """sound => {
            sound.defaultPlaybackRate = sound.playbackRate = 0.1;
            sound.dataset.sought = "";
            sound.addEventListener("seeking", () => (sound.dataset.sought += ` ${sound.currentTime}`));
        }"""
    )


def sought(page: Page, second: float) -> None:
    """Wait until a recording that is played slowly was gone to a second of."""
    places = "document.querySelector('#sound').dataset.sought.split(' ').filter(Boolean)"
    until(page, f"{places}.some((place) => Math.abs(place - {second}) < 0.1)")


class Thread:
    """The thread in which Playwright lives, and every test that uses it.

    Playwright's event loop stays in its thread; in the main one it would be in the way of
    all other tests that run one.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "playwright")

    def __call__(self, function: Callable[..., T], /, *args: Any, **named: Any) -> T:  # noqa: ANN401
        """Call a function there."""
        return self._pool.submit(function, *args, **named).result()

    def end(self) -> None:
        """Let the thread go."""
        self._pool.shutdown()
