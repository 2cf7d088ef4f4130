import json
import os
from pathlib import Path

from served import serving

GOLDEN = Path(__file__).parent / "openapi.json"


def test_the_interface_is_what_it_was(tmp_path: Path) -> None:
    """After a wanted change: `./dev golden`, and read the diff."""
    with serving(tmp_path) as served:
        document = served.web.get("/api/v1/openapi.json").json()
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    if os.environ.get("HUITING_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")
