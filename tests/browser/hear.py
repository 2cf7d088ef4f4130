"""Write anew what tests take as heard in two of the samples: `python tests/browser/hear.py`."""

import gzip
from pathlib import Path

from huiting.app.library import Analyzer
from huiting.core.codec import to_json

SAMPLES = Path(__file__).parents[2] / "samples"
CHOSEN = ("8002_20250313143005_16055550102_in.wav", "8029_20250412152233_15455550129_in.mp3")
PATTERN = "{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}"


def main() -> None:
    """Analyze the samples."""
    with Analyzer(metadata=PATTERN) as analyzer:
        for name in CHOSEN:
            agent, _, phone, direction = Path(name).stem.split("_")
            known = {"agent": agent, "phone": phone, "direction": direction, "team": "T1"}
            made = analyzer.analyze(SAMPLES / name, name=name, metadata=known)
            path = Path(__file__).parent / "heard" / f"{Path(name).stem}.json.gz"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(gzip.compress(to_json(made), mtime=0))


if __name__ == "__main__":
    main()
