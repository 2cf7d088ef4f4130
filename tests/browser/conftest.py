"""A real Chromium before a real service. `drive.visit("/calls", language="zh")` opens a page.

Whole tests of this folder run in the thread of Playwright: a fixture must not touch a page,
a function that a test calls may.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from browser.chromium import PATIENCE, begun, driver_trouble, program
from browser.driving import AXE, Driver, Thread
from browser.seeded import Site, fill, running
from huiting.web.site import assets


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run a test that drives a browser in the thread where the browser is."""
    if "drive" not in pyfuncitem.fixturenames:
        return None
    thread = pyfuncitem.funcargs["thread"]
    assert isinstance(thread, Thread)
    wanted = pyfuncitem._fixtureinfo.argnames
    thread(pyfuncitem.obj, **{name: pyfuncitem.funcargs[name] for name in wanted})
    return True


@pytest.fixture(scope="session")
def thread() -> Iterator[Thread]:
    made = Thread()
    yield made
    made.end()


@pytest.fixture(scope="session")
def chromium(thread: Thread) -> Iterator[Browser]:
    """Give the browser; the test is left out where there is none."""
    if program() is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    if not assets.built():
        pytest.skip("the pages' scripts and styles were not built: ./dev pages")
    if (trouble := driver_trouble()) is not None:
        pytest.skip(f"Playwright's driver does not run, try apt-get install libatomic1: {trouble}")
    expect.set_options(timeout=PATIENCE)
    play: Playwright = thread(lambda: sync_playwright().start())
    browser = thread(begun, play.chromium)
    yield browser
    thread(browser.close)
    thread(play.stop)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a service with calls, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    fill(folder)
    return folder


@pytest.fixture(scope="session")
def site(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a service with calls, for tests that only look."""
    folder = tmp_path_factory.mktemp("site") / "service"
    shutil.copytree(filled, folder)
    with running(folder) as made:
        yield made


@pytest.fixture
def own_site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    """Give a service with calls, for a test that changes something."""
    folder = tmp_path / "service"
    shutil.copytree(filled, folder)
    with running(folder) as made:
        yield made


@pytest.fixture
def drive(request: pytest.FixtureRequest, thread: Thread, chromium: Browser) -> Iterator[Driver]:
    """Give what opens pages: of `own_site` where the test takes that, else of `site`.

    After the test nothing must have gone wrong in them.
    """
    where = "own_site" if "own_site" in request.fixturenames else "site"
    made = Driver(chromium, request.getfixturevalue(where))
    yield made
    thread(made.close)
    assert made.complaints == []


@pytest.fixture
def accessible() -> None:
    """Leave a test out where axe is not installed."""
    if not AXE.is_file():
        pytest.skip("axe is not installed: python frontend/pages.py develop")
