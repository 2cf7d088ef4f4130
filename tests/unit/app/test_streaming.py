"""Which engine's stream hears live calls."""

from pathlib import Path
from typing import Any

import pytest

from huiting.app.live import plan_of
from huiting.app.settings import Settings
from huiting.app.streaming import Streaming, source_of, streaming
from huiting.app.wiring import models_of
from huiting.core.errors import ConfigError
from huiting.core.ports import Enhancer
from huiting.core.types import Audio
from huiting.engines.careful import Careful
from huiting.engines.enhanced import Enhanced
from huiting.engines.online.streaming import Online
from huiting.jobs.host.journal import Journal
from tones import Ear

OTHER = {"quick": {"engine": "zipformer", "weights": "/models/quick"}}


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        pytest.param({}, None, id="whisper does not stream"),
        pytest.param({"engine": "zipformer"}, Streaming("zipformer", finals=True), id="own"),
        pytest.param(
            {"engine": "paraformer-streaming", "live_partials": "paraformer-streaming"},
            Streaming("paraformer-streaming", finals=True),
            id="own, by name",
        ),
        pytest.param(
            {"live_partials": "zipformer"}, Streaming("zipformer", finals=False), id="two passes"
        ),
        pytest.param(
            {"live_partials": "quick", "engines": OTHER},
            Streaming("quick", finals=False),
            id="one of the table",
        ),
        pytest.param(
            {"engine": "quick", "engines": OTHER}, Streaming("quick", finals=True), id="own table"
        ),
        pytest.param(
            {"engine": "zipformer", "live_partials": "paraformer-streaming"},
            Streaming("paraformer-streaming", finals=False),
            id="both stream",
        ),
        pytest.param({"engine": "zipformer", "enhancer": "gtcrn"}, None, id="enhanced clips"),
        pytest.param(
            {"engine": "zipformer", "live_partials": "zipformer", "enhancer": "gtcrn"},
            Streaming("zipformer", finals=False),
            id="partials of what is not enhanced",
        ),
    ],
)
def test_who_streams_follows_from_the_settings(
    settings: dict[str, Any], found: Streaming | None
) -> None:
    assert streaming(Settings(**settings)) == found


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("whisper", "does not stream", id="hears clips"),
        pytest.param("nobody", "no such kind", id="nobody knows it"),
    ],
)
def test_an_engine_that_does_not_stream_is_refused_when_the_service_starts(
    name: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        plan_of(Settings(live_partials=name))


def test_partials_come_more_often_where_they_cost_no_more() -> None:
    usual, passes = plan_of(Settings()), plan_of(Settings(live_partials="zipformer"))
    own = plan_of(Settings(engine="zipformer"))

    assert (usual.first, usual.every, usual.drafts, usual.context) == (0.5, 0.6, True, 8.0)
    assert (passes.first, passes.every, passes.drafts, passes.context) == (0.2, 0.3, True, 8.0)
    assert (own.first, own.every, own.drafts, own.context) == (0.2, 0.3, False, 0.0)


def test_what_a_team_sets_goes_before_what_is_usual() -> None:
    settings = Settings(engine="zipformer", live_options={"every": 1.0, "context": 4.0})

    assert (plan_of(settings).every, plan_of(settings).context) == (1.0, 4.0)


def test_the_model_of_partials_is_needed_too() -> None:
    names = {model.name for model in models_of(Settings(live_partials="zipformer"))}

    assert {"whisper-base", "zipformer-zh-en-int8"} <= names


class Still:
    """An `Enhancer` that does nothing."""

    rate = 16_000

    def enhance(self, clip: Audio, /) -> Audio:
        return clip


def test_what_streams_is_found_in_its_wrappings(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")
    import tiny_online
    from huiting.engines import zipformer

    still: Enhancer = Still()
    inner = zipformer.build(weights=tiny_online.write_transducer(tmp_path), device="cpu")
    wrapped = Careful(Enhanced(inner, still), Journal(lambda _: None))

    found = source_of(wrapped)
    assert isinstance(found, Online)
    assert found is inner
    with pytest.raises(ConfigError, match="does not stream"):
        source_of(Careful(Ear(), Journal(lambda _: None)))
