"""What the documents say of names, checked against the program."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from huiting.app.cli import app
from huiting.app.settings import Settings
from huiting.core.plugins import kinds

ROOT = Path(__file__).parents[1]
OTHERS = {".venv", ".venv-engines", ".venv-qwen", "node_modules"}
"""Folders of what is not ours."""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_is_explained_and_no_other() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", text("docs/reference/settings.md"), re.MULTILINE)

    assert explained == [f.name for f in fields(Settings)]


def test_every_command_is_explained() -> None:
    commands = {
        command.name or getattr(command.callback, "__name__", "")
        for command in app.registered_commands
    } | {group.name for group in app.registered_groups}

    assert commands == set(
        re.findall(r"^\| `huiting (\w+)", text("docs/reference/cli.md"), re.MULTILINE)
    )


def test_every_export_is_named() -> None:
    page = text("docs/reference/cli.md")

    [named] = re.findall(r"--format ([\w|]+)", page)
    assert sorted(named.split("|")) == kinds("huiting.exports")


def test_the_architecture_names_every_part() -> None:
    page = text("docs/architecture.md")
    parts = [p for p in (ROOT / "src" / "huiting").iterdir() if not p.name.startswith("_")]

    for part in parts:
        if part.is_dir() or part.suffix == ".py":
            assert f"  {part.name}{'/' if part.is_dir() else ''} " in page, part.name


@pytest.mark.parametrize(
    "page",
    sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("**/*.md") if not OTHERS & {*p.parts}),
)
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text(page)):
        assert (ROOT / page).parent.joinpath(link).exists(), link


def headings(name: str) -> list[int]:
    """Return the level of each heading of a page, in order."""
    prose = re.sub(r"^```.*?^```", "", text(name), flags=re.MULTILINE | re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def shape(name: str) -> tuple[list[int], int, int]:
    """Return what a page and its twin have in common: headings, tables' rows, code blocks."""
    page = text(name)
    rows = len(re.findall(r"^\|", page, re.MULTILINE))
    return headings(name), rows, len(re.findall(r"^```", page, re.MULTILINE))


def both_languages() -> list[str]:
    """Return the pages for users that are not in both languages at once."""
    pages = [*(ROOT / "docs" / "guides").glob("*.md"), *(ROOT / "docs" / "reference").glob("*.md")]
    names = {p.relative_to(ROOT).as_posix().replace(".zh.md", ".md") for p in pages}
    together = {
        name for name in names if (ROOT / name).exists() and " / " in text(name).split("\n")[0]
    }
    return sorted({"README.md", "docs/metrics.md", *names} - together - set(IN_ONE_LANGUAGE))


IN_ONE_LANGUAGE = {
    "docs/reference/store.md": "for who looks into the database with SQL",
    "docs/reference/security-asvs.md": "for auditors, who have the standard in English beside it",
}


@pytest.mark.parametrize("page", both_languages())
def test_a_page_for_users_is_in_both_languages_and_of_one_shape(page: str) -> None:
    twin = page.replace(".md", ".zh.md")

    assert (ROOT / page).exists(), f"{twin} has no English twin"
    assert (ROOT / twin).exists(), f"{page} has no Chinese twin"
    assert shape(page) == shape(twin)


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.zh.md"))
)
def test_a_chinese_page_leads_to_chinese_pages(page: str) -> None:
    body = re.sub(r"\[English\]\([^)]*\)", "", text(page))
    for link in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", body):
        twin = link if link.endswith(".zh.md") else link.replace(".md", ".zh.md")
        assert link == twin or not (ROOT / page).parent.joinpath(twin).exists(), link
