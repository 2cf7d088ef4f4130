"""The tests of our scripts that need no browser: node runs each file of `scripts`."""

import subprocess
from pathlib import Path

import pytest

import pages

FILES = sorted((Path(__file__).parent / "scripts").glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_what_the_scripts_reckon_is_right(file: Path) -> None:
    try:
        node = pages.node()
    except pages.NotBuilt as error:
        pytest.skip(str(error))
    command: list[str | Path] = [node, "--no-warnings", "--test", "--test-reporter=spec", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
