"""Fifty real recordings, chosen in a browser, heard by the real models, up to the day's figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.driving import DESKTOP, Thread
from e2e.test_serve import service
from huiting.audio.decode import decode
from tones import write_wav

SAMPLES = Path(__file__).parents[2] / "samples"
FILES, SECONDS = 50, 4.0
PATIENCE = 900_000.0
"""Milliseconds for all of them on a busy machine."""

pytestmark = [pytest.mark.model, pytest.mark.timeout(2_000)]


def pieces(folder: Path) -> Iterator[Path]:
    """Write stretches of the sample calls as calls of their own."""
    made = 0
    for sample in sorted(SAMPLES.glob("*.*")):
        if sample.suffix == ".md":
            continue
        tracks = [t.samples.read(0, len(t.samples)) for t in decode(sample).tracks]
        step = round(SECONDS * 16_000)
        for start in range(0, len(tracks[0]) - step, step // 2):
            if made == FILES:
                return
            made += 1
            path = folder / f"{sample.name[:4]}_{made:02}.wav"
            yield write_wav(path, *(t[start : start + step] for t in tracks))


def test_fifty_recordings_become_a_report(
    thread: Thread, chromium: Browser, tmp_path: Path
) -> None:
    (tmp_path / "calls").mkdir()
    files = list(pieces(tmp_path / "calls"))
    assert len(files) == FILES

    def whole(address: str) -> tuple[str, str]:
        page = chromium.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale="en")
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/hand-in")
        page.get_by_label("Name of the batch").fill("a day")
        page.locator("input[type=file][accept]").set_input_files(files)
        page.get_by_text(f"{FILES} of {FILES} handed in").wait_for()
        page.get_by_role("link", name="Watch the batch").click()
        page.get_by_text("All is over:").wait_for()
        over = page.locator("#state p[role=status]").inner_text()
        page.goto(f"{address}/today")
        while not page.get_by_text("50", exact=True).count():  # counted within a minute
            page.wait_for_timeout(2_000)
            page.reload()
        tile = page.locator(".card-link").first.inner_text()
        page.close()
        return over, tile

    with service(tmp_path) as (_, client):
        over, tile = thread(whole, str(client.base_url).rstrip("/"))

    assert f"{FILES} of {FILES} recordings" in over
    assert str(FILES) in tile
