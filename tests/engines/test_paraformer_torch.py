"""Paraformer by FunASR on tiny models with weights drawn by lot."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")

import torch
from funasr.models.paraformer.cif_predictor import cif_v1

from engines.tones import clip
from huiting.core.errors import ConfigError, EngineError
from huiting.core.ports import Hints, Hotword
from huiting.engines import _funasr, paraformer
from huiting.engines._decoding import Decoding
from huiting.engines.device import OutOfRoom
from huiting.engines.paraformer._integrating import safely
from huiting.engines.paraformer.torch import Paraformer

CLIPS = [clip(letters, seed=9) for letters in ("你好请讲再见谢", "再见", "", "讲请好")]


def built(weights: Path, **options: Any) -> Decoding[Paraformer]:  # noqa: ANN401
    made = paraformer.build(weights=weights, **{"device": "cpu", **options})
    assert isinstance(made, Decoding)
    assert isinstance(made.decoder, Paraformer)
    return made


def by_the_runtime(weights: Path, which: int, hotwords: str | None = None) -> dict[str, Any]:
    loaded = _funasr.load(weights, "cpu", 1)
    with torch.inference_mode():
        results, _ = loaded.model.inference(
            [CLIPS[which].samples], key=["x"], tokenizer=loaded.tokenizer,
            frontend=loaded.frontend, device="cpu", hotword=hotwords,
        )  # fmt: skip
    found: dict[str, Any] = results[0]
    return found


@pytest.mark.parametrize("which", [0, 1, 3])
@pytest.mark.parametrize("hotwords", [None, "谢谢 见好"])
def test_our_reading_is_that_of_the_runtime(
    seaco_weights: Path, which: int, hotwords: str | None
) -> None:
    words = tuple(Hotword(word) for word in (hotwords or "").split())
    (heard,) = built(seaco_weights).transcribe([CLIPS[which]], Hints("zh", words))
    theirs = by_the_runtime(seaco_weights, which, hotwords)

    assert heard.text.replace(" ", "") == theirs["text"].replace(" ", "")
    assert [round(w.span.start * 1000) for w in heard.words][:3] == [
        start for start, _ in theirs["timestamp"]
    ][:3]


def test_hotwords_change_what_is_heard(seaco_weights: Path) -> None:
    engine = built(seaco_weights)
    (plain,) = engine.transcribe([CLIPS[0]], Hints("zh"))
    (biased,) = engine.transcribe([CLIPS[0]], Hints("zh", (Hotword("谢谢"), Hotword("HI"))))

    assert plain.text != biased.text


def test_hotwords_that_it_cannot_write_change_nothing(seaco_weights: Path) -> None:
    engine = built(seaco_weights)
    unknown = Hints("zh", (Hotword("鑫"), Hotword("http://example.test/a"), Hotword("x.txt")))

    assert list(engine.transcribe(CLIPS, unknown)) == list(engine.transcribe(CLIPS, Hints("zh")))


@pytest.mark.parametrize("kind", ["seaco", "paraformer"])
def test_a_batch_hears_what_a_single_clip_does(kind: str, request: pytest.FixtureRequest) -> None:
    engine = built(request.getfixturevalue(f"{kind}_weights"), batch=1000.0)
    together = [h.text for h in engine.transcribe(CLIPS, Hints("zh"))]

    assert together == [next(engine.transcribe([one], Hints("zh"))).text for one in CLIPS]
    assert len(set(together)) > 1


def test_a_batch_in_which_nobody_speaks_is_heard(seaco_weights: Path) -> None:
    heard = list(built(seaco_weights, batch=1000.0).transcribe([CLIPS[2]] * 3, Hints("zh")))

    assert [h.gate for h in heard] == ["empty"] * 3


def test_a_checkpoint_without_a_head_for_times_gives_none(paraformer_weights: Path) -> None:
    (heard,) = built(paraformer_weights).transcribe([CLIPS[0]], Hints("zh"))

    assert heard.text
    assert heard.words == ()
    assert heard.confidence is not None


def test_it_knows_mandarin(seaco_weights: Path) -> None:
    assert list(built(seaco_weights).languages(CLIPS[:2])) == [{"zh": 1.0}] * 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"runtime": "tensorrt"}, "choose one of auto, onnx, torch"),
        ({"fallback": "gpu"}, "choose one of none, cpu"),
        ({"compute": "int8"}, "choose one of float32, float16, bfloat16"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    seaco_weights: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        built(seaco_weights, **options)


def test_what_fails_is_an_engine_error(
    seaco_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = built(seaco_weights)

    def broken(*_: Any) -> Any:  # noqa: ANN401
        raise IndexError("index 3 is out of bounds")

    monkeypatch.setattr(engine.decoder._loaded.model, "calc_predictor", broken)
    with pytest.raises(EngineError, match="2 clips failed: index 3"):
        list(engine.transcribe(CLIPS[:2], Hints("zh")))


def test_a_batch_whose_last_clips_hold_no_token_integrates_as_each_by_itself() -> None:
    weights = torch.tensor([[0.6, 0.6, 0.6, 0.4], [0.1, 0.1, 0.1, 0.1], [0.0, 0.2, 0.0, 0.1]])
    hidden = torch.rand((3, 4, 8), generator=torch.Generator().manual_seed(1))
    plain = getattr(cif_v1, "__wrapped__", cif_v1)  # other tests may have made it safe

    heard, firing = safely(plain)(hidden, weights, 1.0)

    alone, fired = plain(hidden[:1], weights[:1], 1.0)
    assert torch.allclose(heard[:1, :2], alone)
    assert torch.allclose(firing[:1], fired)
    assert heard.shape[0] == 3
    with pytest.raises(IndexError):
        plain(hidden, weights, 1.0)


def test_what_has_no_room_goes_to_the_fallback_and_says_so(
    seaco_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = built(seaco_weights), built(seaco_weights)
    other._mark = "cpu"
    engine.spare = lambda: other

    def full(*_: Any) -> Any:  # noqa: ANN401
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(engine.decoder._loaded.model, "encode", full)
    assert [h.fallback for h in engine.transcribe(CLIPS[:2], Hints("zh"))] == ["cpu", "cpu"]


def test_a_model_that_does_not_fit_falls_back(
    seaco_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_the_processor(device: str, _need: int) -> str:
        if device != "cpu":
            raise OutOfRoom(f"device {device}", "the model needs 2 GB and 1 GB are free", "stop")
        return device

    monkeypatch.setattr(_funasr, "chosen", only_the_processor)
    with pytest.raises(OutOfRoom):
        built(seaco_weights, device="cuda:0")
    (heard,) = built(seaco_weights, device="cuda:0", fallback="cpu").transcribe(
        CLIPS[:1], Hints("zh")
    )
    assert heard.fallback == "cpu"
