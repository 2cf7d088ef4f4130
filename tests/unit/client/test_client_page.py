"""The examples of docs/guides/client.md, done as they stand there."""

import re
from pathlib import Path

import pytest

from running import Running

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
EXAMPLES = [
    (page, block)
    for page in ("client.md", "client.zh.md")
    for block in re.findall(
        r"```python\n(.*?)```", (GUIDES / page).read_text(encoding="utf-8"), re.DOTALL
    )
]


@pytest.mark.parametrize(
    ("page", "block"), EXAMPLES, ids=[f"{page} {n}" for n, (page, _) in enumerate(EXAMPLES)]
)
def test_an_example_works(
    page: str, block: str, server: Running, sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"ADDRESS": server.url, "TOKEN": "root", "RECORDING": sound}
    exec(compile(block, page, "exec"), names)

    shown = capsys.readouterr().out
    assert "done" in shown or "404 unknown-call" in shown
