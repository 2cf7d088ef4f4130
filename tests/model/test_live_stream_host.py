"""The models of live calls as the settings have them, where an engine streams.

The streaming engine is a tiny drawn network; what hears finals in two passes is the embedded one.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_online
from engines.tones import sound
from huiting.app.live_hosting import build, small
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.jobs.host.journal import Journal
from huiting.service.live.hearing import LISTEN, Heard, Listen

pytestmark = pytest.mark.model

SOUND = sound("你好请讲")
ASKED = Listen(
    samples=SOUND.tobytes(),
    channel=0,
    start=0.0,
    spans=((0.1, 2.0),),
    offsets=(0.1,),
    since=0.1,
    complete=False,
    language="zh",
    call="call",
    number=1,
)
FINAL = replace(ASKED, complete=True, final=True)


def heard(settings: Settings, *asked: Listen) -> list[str]:
    """Return what the child says to stretches, one after another."""
    payload = TypeAdapter(Settings).dump_json(small(settings))
    with build(payload, Journal(lambda _: None)) as tasks:
        found = [Heard.read(tasks[LISTEN](one.packed(), lambda _: None)) for one in asked]
    return ["".join(s.text for s in one.segments).rstrip("。") for one in found]


def settings(folder: Path, **changes: object) -> Settings:
    weights = {"weights": str(tiny_online.write_transducer(folder)), "device": "cpu"}
    table = {"quick": {"engine": "zipformer", **weights}}
    return Settings(engines=table, names=False, threads=1, **changes)  # type: ignore[arg-type]


def test_an_engine_that_streams_tells_partials_and_finals(tmp_path: Path) -> None:
    half = replace(ASKED, samples=np.ascontiguousarray(SOUND[: len(SOUND) // 2]).tobytes())
    first, partial, final = heard(settings(tmp_path, engine="quick"), half, ASKED, FINAL)

    assert partial.startswith(first)
    assert 0 < len(first) < len(partial) <= len(final)
    assert final == "你好请讲"


def test_in_two_passes_finals_are_those_of_the_engine(tmp_path: Path) -> None:
    made = settings(tmp_path, live_partials="quick")
    partial, final = heard(made, ASKED, FINAL)
    [alone] = heard(Settings(names=False, threads=1), FINAL)

    assert partial.startswith("你好请")
    assert final == alone


def test_an_engine_that_does_not_stream_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not stream"):
        heard(settings(tmp_path, live_partials="whisper", engine="quick"))
