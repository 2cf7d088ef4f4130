"""Draw the site's icon as PNG, for systems that take no SVG: `python tools/draw_icons.py`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parents[1] / "src" / "huiting" / "web" / "site" / "pictures"
SIZES = (192, 512)


def main() -> None:
    """Write one file a size."""
    drawing = (PICTURES / "icon.svg").as_uri()
    with sync_playwright() as play:
        options = ["--no-sandbox"]  # it opens nothing but our own drawing
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.goto(drawing)
            page.screenshot(path=PICTURES / f"icon-{size}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
