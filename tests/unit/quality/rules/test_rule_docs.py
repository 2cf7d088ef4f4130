"""The rules in the documents are rules, and pass their own tests."""

import re
from pathlib import Path

import pytest

from huiting.quality.rules.check import run_tests
from huiting.quality.rules.read import parse_rules
from huiting.text.pronunciation import sounds_of
from rulebook import CONTEXT

DOCS = Path(__file__).resolve().parents[4] / "docs"
FILES = [
    DOCS / part / name for part in ("reference", "guides") for name in ("rules.md", "rules.zh.md")
]
BLOCKS = [
    pytest.param(block, id=f"{path.name} {number}")
    for path in FILES
    for number, block in enumerate(
        re.findall(r"```yaml\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    )
    if "rules:\n" in block
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_documented_file_passes_its_own_tests(block: str) -> None:
    head = "" if block.startswith("format:") else "format: huiting-rules/1\n"
    tested = run_tests(parse_rules((head + block).encode(), "doc.yaml", sounds_of), CONTEXT)

    assert [one.explained() for one in tested if not one.passed] == []


def test_there_are_such_files() -> None:
    assert len(BLOCKS) >= 3
