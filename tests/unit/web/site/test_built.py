"""What was built of scripts and styles: nothing of it is too heavy, nothing comes from elsewhere."""

import re
from pathlib import Path

import pytest

from huiting.web.site import assets

BUDGET = 290_000
"""Bytes of scripts, styles and icons that a page loads, compressed; leaves 10 kB for the page."""
EVERYWHERE = ("early.js", "theme.js", "app.js", "site.css", "icons.svg")
TEMPLATES = Path(assets.__file__).parent / "templates"
_ASSET = re.compile(r"""page\.asset\(["']([\w.-]+)["']\)""")
_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")

pytestmark = pytest.mark.skipif(not assets.built(), reason="not built: ./dev pages")


def needed(names: tuple[str, ...]) -> set[str]:
    """Return the files that assets load, with the parts that scripts share."""
    found: set[str] = set()
    wanted = [assets.manifest()[name] for name in names]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            if name.endswith(".js"):
                wanted += _IMPORT.findall((assets.STATIC / name).read_text("utf-8"))
    return found


def weight(names: tuple[str, ...]) -> int:
    return sum((assets.STATIC / f"{name}.gz").stat().st_size for name in needed(names))


def loaded(template: Path) -> tuple[str, ...]:
    """Return the scripts and styles that a page loads besides those of every page."""
    named = _ASSET.findall(template.read_text("utf-8"))
    return tuple(name for name in named if name.endswith((".js", ".css")))


HEAVY = [path for path in sorted(TEMPLATES.rglob("*.jinja")) if loaded(path)]


@pytest.mark.parametrize("page", HEAVY, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_page_is_too_heavy(page: Path) -> None:
    assert weight((*EVERYWHERE, *loaded(page))) < BUDGET


def test_a_page_of_charts_is_not_too_heavy() -> None:
    assert weight((*EVERYWHERE, "charts.js")) < BUDGET


def test_shared_parts_are_found() -> None:
    assert any(name.startswith("chunk-") for name in needed(("app.js",)))


def test_what_pages_load_names_no_other_host() -> None:
    """But for names of XML, and addresses in messages for developers."""
    known = {"http://www.w3.org"}
    for name in assets.manifest().values():
        if name.endswith((".js", ".css", ".svg")) and not name.startswith("licenses"):
            text = (assets.STATIC / name).read_text("utf-8")
            fetched = re.findall(r"(?:url\(|fetch\(|import\()\s*[\"']?(https?://[^\"')]+)", text)
            assert set(fetched) <= known, name


def test_every_package_inside_goes_with_its_licence() -> None:
    text = (assets.STATIC / "licenses.txt").read_text("utf-8")
    for package in ("htmx.org", "@alpinejs/csp", "echarts", "wavesurfer.js", "@tabler/core"):
        assert re.search(rf"^{re.escape(package)} \d", text, re.MULTILINE), package
    assert text.count("Licence: ") == text.count("=" * 78) + 1
