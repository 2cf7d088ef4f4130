"""Compute the vectors of the example sentences of the intents that come with Huiting.

    python tools/intent_vectors.py

Writes src/huiting/quality/intents/lists/examples.npz; to be run again whenever an example
in the lists, or the mean vector (tools/embedding_mean.py), changes.
"""

from pathlib import Path

import numpy as np

from huiting.engines.e5 import build
from huiting.quality.intents.read import default_intents

TARGET = Path(__file__).parents[1] / "src/huiting/quality/intents/lists/examples.npz"


def main() -> None:
    """Write the vectors."""
    texts = list(dict.fromkeys(e for kind in default_intents() for e in kind.examples))
    vectors = build().embed(texts).astype(np.float16)
    np.savez_compressed(TARGET, texts=np.array(texts), vectors=vectors)


if __name__ == "__main__":
    main()
