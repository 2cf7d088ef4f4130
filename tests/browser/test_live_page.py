"""Live calls in a browser: led from the microphone, cut off and gone on with, and watched."""

import re
import wave
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from browser.chromium import begun
from browser.driving import DESKTOP, PHONE, Driver, Look, axe, shot, until
from browser.seeded import Site
from huiting.access.permissions import UserRole
from huiting.core.errors import TooMany
from huiting.core.types import Role
from huiting.service.live.opening import Opening
from served import PEOPLE
from speaking import STEP, ScriptedLive

LOOKS = [
    Look(UserRole.SUPERVISOR, "zh", DESKTOP, "light"),
    Look(UserRole.AGENT, "en", PHONE, "dark"),
    Look(UserRole.TEAM_LEAD, "zh", PHONE, "light"),
]


def live_of(site: Site) -> ScriptedLive:
    return cast("ScriptedLive", site.served.parts.live)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.role}-{look.name}")
@pytest.mark.usefixtures("accessible")
def test_the_page_keeps_nobody_out(drive: Driver, look: Look) -> None:
    page = drive.visit("/live", look)
    expect(page.locator("#wall .text-secondary:text-matches('^(Looking|正在查看)')")).to_have_count(
        0
    )
    shot(page, f"live-{look.role}", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("look", LOOKS[:2], ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_a_call_is_led_from_the_microphone(drive: Driver, own_site: Site, look: Look) -> None:
    zh = look.language == "zh"
    page = drive.visit("/live", look)
    if look.role is not UserRole.AGENT:
        page.get_by_text("用本机开始一通通话").click()
    page.get_by_label("客户是否同意录音？" if zh else "Does the customer agree").select_option(
        "yes"
    )
    page.get_by_role("button", name="开始" if zh else "Start", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("我要退货。")
    expect(page.get_by_text("请先致歉" if zh else "Apologise first").first).to_be_visible()
    shot(page, "live-speaking", look)

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="结束通话" if zh else "End the call").click()
    expect(page.get_by_text("录音已保存" if zh else "The recording is kept")).to_be_visible()
    assert axe(page) == []
    call = live_of(own_site).last
    assert call.state == "finished"
    assert call.opening.consent is True
    assert call.opening.rate == 16_000
    assert len(call.audio) > 16_000
    assert any(call.audio)


CUT = """() => {
    const status = document.querySelector("[x-text=status]");
    window.told = [];
    new MutationObserver(() => told.push(status.textContent)).observe(status, {childList: true});
    sockets[0].close(4000);
}"""
"""Cuts the first connection, and notes what the page says of it from then on."""


def test_a_call_that_was_cut_off_goes_on(drive: Driver, own_site: Site) -> None:
    page = drive.visit("/live", role=UserRole.AGENT, expected="WebSocket")
    # the page's own connections are kept, to be cut off
    page.evaluate(
        """() => { const Old = WebSocket; window.sockets = [];
        window.WebSocket = class extends Old { constructor(...a) { super(...a); sockets.push(this); } }; }"""
    )
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The line is open")).to_be_visible()
    call = live_of(own_site).last
    page.evaluate(CUT)
    said = "told.some((text) => text.includes('Cut off: trying again'))"
    until(page, said)  # for half a second only
    expect(page.get_by_text("The line is open")).to_be_visible()
    page.get_by_role("button", name="End the call").click()
    expect(page.get_by_text("The recording is kept")).to_be_visible()

    assert call.lines == 2
    assert call.state == "finished"
    assert len(live_of(own_site).calls) == 1
    missing = call.opening.seconds(len(call.audio)) - call.lines  # seconds; all of it came
    assert missing > -2


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=lambda look: look.name)
@pytest.mark.usefixtures("accessible")
def test_supervisors_see_the_calls_and_watch_one(drive: Driver, own_site: Site, look: Look) -> None:
    live = live_of(own_site)
    line = live.open(
        Opening(
            rate=8000, roles=(Role.AGENT, Role.CUSTOMER), metadata={"agent": "8001", "team": "T1"}
        ),
        PEOPLE["root"],
    )
    line.feed(bytes(3 * STEP))
    page = drive.visit("/live", look)
    expect(page.get_by_role("link", name="8001 · T1")).to_be_visible()
    shot(page, "live-wall", look)
    assert axe(page) == []

    page.get_by_role("link", name="8001 · T1").click()
    expect(page.get_by_role("log")).to_contain_text("我要退货。")
    line.feed(bytes(2 * STEP))
    expect(page.get_by_text("请先致歉")).to_be_visible()
    shot(page, "live-watching", look)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    line.finish()
    expect(page.get_by_text("通话已结束。")).to_be_visible()


PROBLEMS = {
    "NotAllowedError": "The microphone was not permitted.",
    "NotFoundError": "There is no microphone.",
    "NotReadableError": "The microphone is in use",
    "SecurityError": "The microphone could not be started.",
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_wrong_with_the_microphone_is_said_with_what_to_do(
    drive: Driver, name: str
) -> None:
    page = drive.visit("/live", role=UserRole.AGENT)
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }",
        name,
    )
    page.get_by_role("button", name="Start", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text(PROBLEMS[name])
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_too_many_calls_are_told(drive: Driver, own_site: Site) -> None:
    live_of(own_site).refusal = TooMany("live calls", "as many run as may", "wait for one to end")
    page = drive.visit("/live", role=UserRole.AGENT)
    page.get_by_role("button", name="Start", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("as many run as may")


def chirp(rate: int) -> NDArray[np.float64]:
    """Return two seconds that rise from 300 to 3,000 Hz."""
    at = np.arange(2 * rate) / rate
    return np.asarray(0.5 * np.sin(2 * np.pi * (300 + 675 * at) * at))


def alike(track: NDArray[np.float64], part: NDArray[np.float64]) -> float:
    """Return how much a track is like a part where it is so most, up to 1."""
    sums = np.abs(np.correlate(track, part, "valid"))
    power = np.convolve(track**2, np.ones(len(part)), "valid")
    return float((sums / np.sqrt(np.maximum(power, 1.0) * np.sum(part**2))).max())


@pytest.mark.parametrize("carried", ["agent", "agent-customer"], ids=["one channel", "two"])
def test_what_the_microphone_hears_arrives_as_it_is(
    drive: Driver, own_site: Site, tmp_path: Path, carried: str
) -> None:
    file = tmp_path / "said.wav"
    with wave.open(str(file), "wb") as said:
        said.setparams((1, 2, 48_000, 0, "NONE", ""))
        silence = np.zeros(24_000)
        said.writeframes(
            (np.concatenate([silence, chirp(48_000), silence]) * 32767).astype("<i2").tobytes()
        )
    browser = begun(drive.browser.browser_type, f"--use-file-for-fake-audio-capture={file}%noloop")
    listening = Driver(browser, own_site)
    page = listening.visit("/live", role=UserRole.AGENT)
    page.get_by_label("It carries").select_option(carried)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("^(0:0[4-9]|[0-9]+:[1-5][0-9])$"))
    page.get_by_role("button", name="End the call").click()
    expect(page.get_by_text("The recording is kept")).to_be_visible()
    listening.close()
    browser.close()

    call = live_of(own_site).last
    heard = np.frombuffer(bytes(call.audio), "<i2").reshape(-1, call.opening.channels)
    known = chirp(16_000)
    for track in heard.T.astype(float):
        # where the browser had no time to listen a moment is lost, not what is around it
        assert np.median([alike(track, part) for part in np.split(known, 8)]) > 0.95
    assert listening.complaints == []
