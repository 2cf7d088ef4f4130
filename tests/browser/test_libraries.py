"""What our scripts are built on works under our Content-Security-Policy: no eval, no inline style."""

import json
from hashlib import sha256
from html import escape

import pytest
from playwright.sync_api import expect

from browser.driving import Driver, until
from browser.seeded import heard
from huiting.access.permissions import UserRole

DAYS = ["Mon", "Tue", "Wed"]
AXES = {"xAxis": {"type": "category", "data": DAYS}, "yAxis": {"type": "value"}}
CHARTS: dict[str, dict[str, object]] = {
    "line": {**AXES, "dataZoom": {"type": "inside"}, "series": {"type": "line", "data": [1, 3, 2]}},
    "bar": {**AXES, "legend": {}, "series": {"type": "bar", "name": "a", "data": [1, 3, 2]}},
    "pie": {"series": {"type": "pie", "data": [{"name": "a", "value": 1}, {"name": "b", "value": 2}]}},
    "heatmap": {
        "xAxis": {"type": "category", "data": DAYS},
        "yAxis": {"type": "category", "data": ["am", "pm"]},
        "visualMap": {"min": 0, "max": 3, "show": False},
        "series": {"type": "heatmap", "data": [[0, 0, 1], [1, 1, 3]]},
    },
}  # fmt: skip


def chart(drive: Driver, option: object) -> str:
    data = escape(json.dumps(option), quote=True)
    script = f"<script type=module src={drive.asset('charts.js')}></script>"
    return f"{script}<div class=chart data-chart='{data}'></div>"


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_is_drawn_and_tells_what_is_under_the_pointer(drive: Driver, kind: str) -> None:
    page = drive.show(chart(drive, {"tooltip": {}, **CHARTS[kind]}))
    drawing = page.locator(".chart svg")
    before = drawing.locator("path").count()
    for share in (0.3, 0.5, 0.7):
        page.locator(".chart").hover(position={"x": 1200 * share, "y": 128})

    assert before > 2
    expect(drawing).to_be_visible()


def test_a_chart_turns_dark_with_the_page(drive: Driver) -> None:
    page = drive.show(chart(drive, CHARTS["bar"]))
    label = page.locator(".chart text").filter(has_text="Mon")
    light = label.get_attribute("fill")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")

    expect(label).not_to_have_attribute("fill", light or "")


def test_a_point_of_a_chart_leads_to_its_calls(drive: Driver) -> None:
    data = [{"value": 1, "url": "/me"}]
    page = drive.show(chart(drive, {"series": {"type": "pie", "radius": "90%", "data": data}}))
    page.locator(".chart").click()

    expect(page).to_have_url(f"{drive.site.url}/me")


def test_a_waveform_is_drawn_and_plays_a_recording(drive: Driver) -> None:
    analysis, _ = next(heard())
    page = drive.visit(f"/calls/{analysis.call.recording.id}", role=UserRole.SUPERVISOR)
    cursor = page.locator("[part=cursor]").first
    cursor.wait_for(state="attached")
    page.keyboard.press("Space")
    until(page, "document.querySelector('audio').currentTime > 0.2")

    assert cursor.evaluate("element => getComputedStyle(element).position") == "absolute"
    assert page.locator("[part=canvases] canvas").count() >= 2


def test_state_of_a_part_of_a_page_needs_no_eval(drive: Driver) -> None:
    page = drive.show(
        "<div x-data='{times: 0}'>"
        "<button @click='times = times + 1' :aria-expanded='times > 0'>More</button>"
        """<p x-cloak x-show="times" :class="{'text-danger': times > 0}" x-text="'×' + times"></p></div>"""
    )
    shown = page.locator("p")
    expect(shown).to_be_hidden()
    page.get_by_role("button").click()

    expect(shown).to_have_text("×1")
    expect(shown).to_have_class("text-danger")


def test_what_scrolls_sideways_is_reached_by_keyboard_also_when_it_is_shown_late(
    drive: Driver,
) -> None:
    page = drive.show("<div class=table-responsive hidden><pre></pre></div>")
    wide = page.locator(".table-responsive")
    expect(wide).not_to_have_attribute("tabindex", "0")
    page.evaluate("document.querySelector('pre').textContent = 'wide '.repeat(1000)")
    wide.evaluate("element => element.hidden = false")

    expect(wide.locator("pre")).to_have_attribute("tabindex", "0")


def test_a_part_of_a_page_is_put_in(drive: Driver) -> None:
    page = drive.show("<button hx-get=/healthz hx-target=#told>Ask</button><p id=told></p>")
    page.get_by_role("button").click()

    expect(page.locator("#told")).not_to_be_empty()


def test_the_digest_of_a_file_is_computed_beside_the_page(drive: Driver) -> None:
    page = drive.show("")
    told = page.evaluate(
        """(address) => new Promise((resolve) => {
            const worker = new Worker(address, { type: "module" });
            worker.onmessage = ({ data }) => resolve(data);
            worker.postMessage({ file: new Blob(["a".repeat(5_000_000)]) });
        })""",
        drive.asset("digest.js"),
    )

    assert told == {"digest": sha256(b"a" * 5_000_000).hexdigest()}


def test_the_microphone_is_heard_to_the_last_sample(drive: Driver) -> None:
    page = drive.show("")
    sizes = page.evaluate(
        """async (address) => {
            const context = new AudioContext();
            await context.audioWorklet.addModule(address);
            const node = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0 });
            const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
            const blocks = [];
            await new Promise((resolve) => {
                node.port.onmessage = ({ data }) => {
                    if (data === null) resolve();
                    else blocks.push(data);
                    if (data?.some((sample) => sample > 300)) node.port.postMessage("stop");
                };
                context.createMediaStreamSource(stream).connect(node);
            });
            return blocks.map((block) => block.length);
        }""",
        drive.asset("microphone.js"),
    )

    assert set(sizes[:-1]) == {4096}
    assert sizes[-1] <= 4096
