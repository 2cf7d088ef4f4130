import json
import os
from pathlib import Path

import jsonschema
import pytest

from golden.made import HERE, SCHEMA, texts

TEXTS = texts()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_what_is_written_is_what_it_was(path: Path) -> None:
    """After a wanted change: `./dev golden`, and read the diff."""
    if os.environ.get("HUITING_WRITE_GOLDEN"):
        path.write_bytes(TEXTS[path])
    assert TEXTS[path].decode() == path.read_bytes().decode()


def test_the_published_schema_describes_the_golden_call() -> None:
    jsonschema.validate(
        json.loads((HERE / "call.json").read_bytes()), json.loads(SCHEMA.read_bytes())
    )


def test_no_golden_file_is_left_over() -> None:
    kept = {path for path in HERE.iterdir() if path.name.startswith("call.")}

    assert kept == set(TEXTS) - {SCHEMA}
