from pathlib import Path

import pytest

from no_network import run_alone

SAMPLE = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"

ANALYSE = """
import sys
from huiting import analyze

print(len(analyze(sys.argv[1]).call.segments))
"""


@pytest.mark.model
def test_an_analysis_uses_no_network() -> None:
    segments, used = run_alone(ANALYSE, str(SAMPLE))

    assert int(segments) > 0
    assert used == []
