"""The package is installed as anybody's is, and Huiting finds it by its name."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

PACKAGE = Path(__file__).parents[1]
RATE = 16_000
KEYS = {"1": (697, 1209), "3": (697, 1477), "8": (852, 1336), "0": (941, 1336), "#": (941, 1477)}
HEAR = """
import sys
import numpy as np
from huiting.app.recognizers import load, names_of
from huiting.app.settings import Settings
from huiting.core.ports import Hints
from huiting.core.types import Audio

settings = Settings(engine="keys", engines={"keys": {"engine": "keypad", "share": 0.6}})
clip = Audio(np.load(sys.argv[1]), 16_000)
[heard] = load(settings, threads=1).transcribe([clip], Hints())
print(heard.text, *(f"{word.span.start:.2f}" for word in heard.words), heard.confidence)
"""


def pressed(keys: str) -> NDArray[np.float32]:
    """Return the sound of keys, a fifth of a second each, as long apart."""
    time = np.arange(RATE // 5) / RATE
    quiet = np.zeros(RATE // 5)
    tones = [sum(0.2 * np.sin(2 * np.pi * f * time) for f in KEYS[key]) for key in keys]
    return np.concatenate([part for tone in tones for part in (quiet, tone)]).astype(np.float32)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package beside everything else, and leave no trace in its folder."""
    source = tmp_path_factory.mktemp("source")
    for path in [p for p in PACKAGE.rglob("*") if p.is_file() and "tests" not in p.parts]:
        copy = source / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", str(target), str(source)], check=True)
    return target


def test_huiting_finds_the_engine_by_its_name_and_hears_with_it(
    installed: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "clip.npy", pressed("1380#"))

    done = subprocess.run(
        [sys.executable, "-c", HEAR, str(tmp_path / "clip.npy")],
        env={"PYTHONPATH": str(installed), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["1380#", "0.20", "0.60", "1.00", "1.40", "1.80", "None"]
