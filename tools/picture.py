"""Draw the picture of the README: what `./dev demo` shows, in Chinese and in English.

Usage: python tools/picture.py   (the models are installed; writes docs/images/demo*.svg)
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
HUITING = ROOT / ".venv" / "bin" / "huiting"
PATTERN = "{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}"
WIDTH = 104


def main() -> None:
    """Run the commands in a scratch folder and keep what they print."""
    for language, name in (("zh", "demo.zh.svg"), ("en", "demo.svg")):
        with tempfile.TemporaryDirectory() as folder:
            console = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w"))  # noqa: SIM115
            for command in (
                ["analyze", "samples", "--out", f"{folder}/results", "--metadata", PATTERN],
                ["search", "投诉" if language == "zh" else "order"],
            ):
                console.print(Text(f"$ huiting {' '.join(command)}".replace(f"{folder}/", "")))
                console.print(Text.from_ansi(said(command, language, Path(folder))))
            drawn = console.export_svg(title="huiting")
            # Rich names fonts on another host; a page of ours asks nobody for anything.
            drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
            (ROOT / "docs" / "images" / name).write_text(drawn, encoding="utf-8")


def said(command: list[str], language: str, folder: Path) -> str:
    """Return what a command prints, with its colours."""
    environment = os.environ | {
        "HUITING_LANG": language,
        "HUITING_STORE": f"sqlite:///{folder}/h.db",
        "COLUMNS": str(WIDTH),
        "FORCE_COLOR": "1",
    }
    run = subprocess.run(  # noqa: S603  (our own command)
        [str(HUITING), *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return run.stdout.replace(f"{folder}/", "").rstrip()


if __name__ == "__main__":
    main()
