"""Fun-ASR-Nano is loaded and hears where there is no network, and asks for none."""

from pathlib import Path

import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
pytest.importorskip("transformers", reason="needs transformers: ./dev test engines")

from no_network import run_alone

PROGRAM = """
import numpy as np
from pathlib import Path
from huiting.core.ports import Hints
from huiting.core.types import Audio
from huiting.engines import fun_asr_nano

engine = fun_asr_nano.build(weights=Path(sys.argv[1]), device="cpu")
(heard,) = engine.transcribe([Audio(np.load(sys.argv[2]), 16_000)], Hints("zh"))
print("heard", heard.text)
"""


def test_nothing_is_asked_of_a_network(nano_weights: Path, tmp_path: Path) -> None:
    import numpy as np

    from engines.tones import sound

    np.save(tmp_path / "said.npy", sound("请讲", seed=9))
    output, uses = run_alone(PROGRAM, str(nano_weights), str(tmp_path / "said.npy"))

    assert "heard 请讲" in output
    assert uses == []
