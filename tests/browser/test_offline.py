"""An installed app whose service cannot be reached says so, in the page it kept for that."""

import re

from playwright.sync_api import expect

from browser.chromium import PATIENCE
from browser.driving import Driver

KEPT = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(caches_.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
}"""


def test_a_page_says_that_the_service_cannot_be_reached(drive: Driver) -> None:
    context = drive.browser.new_context(locale="zh-CN", service_workers="allow")
    drive.contexts.append(context)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{drive.site.url}/sign-in")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now the worker stands between
    context.set_offline(True)
    page.goto(f"{drive.site.url}/calls")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("[一-龥]+"))
    kept = page.evaluate(KEPT)
    assert "/offline" in kept
    assert all(path == "/offline" or path.startswith("/static/") for path in kept)
