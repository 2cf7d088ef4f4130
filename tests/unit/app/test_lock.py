import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")
APART = ("requirements-engines.lock", "requirements-qwen.lock")
"""Of environments that have nothing to do with users' and developers' own."""
ELSEWHERE = {"cuda", "funasr"}
"""Extras of machines with an accelerator: the second is locked in an environment of its own."""


def entries(lock: str) -> Mapping[str, str]:
    """Return the text of each entry of a lock file, by project."""
    text = (ROOT / lock).read_text("utf-8")
    found = re.findall(r"^([\w.-]+)(==.*?)(?=^[\w#]|\Z)", text, re.MULTILINE | re.DOTALL)
    return {canonicalize_name(name): body for name, body in found}


def version(entry: str) -> str:
    return entry.removeprefix("==").split()[0]


def declared(group: str) -> set[str]:
    """Return what pyproject.toml asks for: everything for use, and a group of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"][group]]
    for name, extra in project["project"]["optional-dependencies"].items():
        lines += () if name in ELSEWHERE else extra
    return {canonicalize_name(Requirement(line).name) for line in lines if isinstance(line, str)}


@pytest.mark.parametrize("lock", [*LOCKS, *APART])
def test_a_lock_names_no_address(lock: str) -> None:
    assert not re.search(r"://|^-", (ROOT / lock).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("lock", [*LOCKS, *APART])
def test_every_entry_is_pinned_by_hash(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock).values():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)


@pytest.mark.parametrize(
    ("lock", "group"), [("requirements.lock", "build"), ("requirements-dev.lock", "dev")]
)
def test_what_the_project_declares_is_locked(lock: str, group: str) -> None:
    assert declared(group) <= set(entries(lock))


def test_users_and_developers_get_the_same_versions() -> None:
    used, developed = (entries(lock) for lock in LOCKS)

    assert {name: version(developed[name]) for name in used} == {
        name: version(entry) for name, entry in used.items()
    }


def test_what_clashes_with_the_rest_is_pinned_in_an_environment_of_its_own() -> None:
    ours, theirs = entries("requirements.lock"), entries("requirements-qwen.lock")

    assert {"qwen-asr", "transformers", "accelerate"} <= set(theirs) - set(ours)
