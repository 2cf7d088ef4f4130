"""Write the golden files anew: `.venv/bin/python tests/golden/rewrite.py`. Then read the diff."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

if __name__ == "__main__":
    from golden.made import texts

    for path, data in texts().items():
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
