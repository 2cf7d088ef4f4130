"""The examples of the library guide run, with the real weights."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

import huiting
from huiting.app.settings import resolve
from huiting.app.wiring import models_of
from huiting.core.errors import InputError
from huiting.engines import catalogue

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "library.md"

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", autouse=True)
def _weights() -> None:
    """Skip, and say why, where the weights are not installed."""
    settings = resolve({}, environment=os.environ).settings
    for entry in models_of(settings):
        found = catalogue.check(entry, settings.models)
        if found.state is not catalogue.State.VERIFIED:
            pytest.skip(f"model {entry.name}: {found.reason}; run `huiting setup`")


def test_the_examples_of_the_guide_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}

    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL):
        exec(compile(block, str(GUIDE), "exec"), names)

    said = capsys.readouterr().out
    assert "customer" in said
    assert "->" in said


def test_samples_want_a_rate() -> None:
    with pytest.raises(InputError, match="rate is not given"):
        huiting.analyze(np.zeros(16000, np.float32))


def test_an_attribute_that_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = huiting.nothing
