"""The tests of our scripts that need no browser: node runs each file of `scripts`."""

import subprocess
from pathlib import Path

import pytest

import pages

FILES = sorted((Path(__file__).parent / "scripts").glob("*.test.mjs"))
YAML = pages.HERE / "node_modules" / "yaml"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_what_the_scripts_reckon_is_right(file: Path) -> None:
    try:
        node = pages.node()
    except pages.NotBuilt as error:
        pytest.skip(str(error))
    if "node_modules/yaml" in file.read_text("utf-8") and not YAML.is_dir():
        pytest.skip("it needs npm's package yaml, which is there only where the pages are built")
    command: list[str | Path] = [node, "--no-warnings", "--test", "--test-reporter=spec", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
