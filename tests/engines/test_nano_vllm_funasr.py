"""Our program for vLLM with FunASR's own `AutoModelVLLM`; transformers stands in for vLLM.

All but vLLM is real: the weights that FunASR writes for it, what it is given, what is made of
its answers. What stands in writes the likeliest token, as vLLM does at temperature 0.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("funasr", reason="needs funasr: ./dev test engines")
pytest.importorskip("transformers", reason="needs transformers: ./dev test engines")

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from engines.tiny_nano import LOOP, SENTENCES, WITH_WORD, WORD
from engines.tones import clip
from huiting.engines.fun_asr_nano import _program, vllm

OPTIONS: Mapping[str, Any] = {
    "device": "cpu",
    "compute": "fp32",
    "share": 0.5,
    "memory": 512,
    "vllm": {},
}


@dataclass(frozen=True)
class SamplingParams:
    max_tokens: int
    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float
    skip_special_tokens: bool


@dataclass(frozen=True)
class EmbedsPrompt:
    prompt_embeds: torch.Tensor


@dataclass(frozen=True)
class Written:
    token_ids: list[int]


@dataclass(frozen=True)
class Answered:
    outputs: list[Written]


class LLM:
    """Stands in for vLLM's: one prompt after the other."""

    told: Mapping[str, Any] = {}

    def __init__(self, model: str, **told: object) -> None:
        LLM.told = told
        self._folder = model
        self._model = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()

    def get_tokenizer(self) -> Any:  # noqa: ANN401
        return AutoTokenizer.from_pretrained(self._folder)

    def generate(
        self, prompts: Sequence[EmbedsPrompt], params: SamplingParams, *, use_tqdm: bool
    ) -> list[Answered]:
        assert (params.temperature, params.repetition_penalty) == (0.0, 1.0)
        assert use_tqdm is (len(prompts) > 1)
        with torch.inference_mode():
            return [Answered([Written(self._likeliest(p, params.max_tokens))]) for p in prompts]

    def _likeliest(self, prompt: EmbedsPrompt, most: int) -> list[int]:
        given = prompt.prompt_embeds[None]
        seen = torch.ones(given.shape[:2], dtype=torch.long)
        found: list[int] = self._model.generate(
            inputs_embeds=given, attention_mask=seen, max_new_tokens=most, do_sample=False
        )[0].tolist()
        return found


@pytest.fixture(scope="module")
def loaded(
    nano_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    weights = tmp_path_factory.mktemp("vllm") / "weights"
    shutil.copytree(nano_weights, weights)
    engine, inputs = ModuleType("vllm"), ModuleType("vllm.inputs")
    engine.__dict__.update(LLM=LLM, SamplingParams=SamplingParams)
    inputs.__dict__.update(EmbedsPrompt=EmbedsPrompt)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "vllm", engine)
        patch.setitem(sys.modules, "vllm.inputs", inputs)
        patch.setattr("warnings.filters", [("ignore", None, ResourceWarning, None, 0)])
        answer, facts = _program.load({**OPTIONS, "weights": str(weights)})
        yield answer, facts


def asked(
    loaded: tuple[Any, Mapping[str, Any]], letters: Sequence[str], **question: object
) -> dict[str, Any]:
    usual = {"words": [], "language": "中文", "itn": True, "most": 24}
    samples = [clip(one, seed=9).samples for one in letters]
    found: dict[str, Any] = loaded[0]({**usual, **question}, samples)
    return found


def test_what_is_said_is_written(loaded: tuple[Any, Mapping[str, Any]]) -> None:
    said = SENTENCES[:-1]
    found = asked(loaded, said)

    assert found["texts"] == list(said)
    assert found["tokens"] == [len(text) for text in said]
    assert loaded[1] == {"device": "cpu", "times": True}


def test_hotwords_and_language_reach_it(loaded: tuple[Any, Mapping[str, Any]]) -> None:
    assert asked(loaded, ["你好"], words=[WORD])["texts"] == [WITH_WORD]
    assert asked(loaded, ["你好"], language="英文")["texts"] == ["Hi"]


def test_a_loop_is_as_long_as_it_may_be(loaded: tuple[Any, Mapping[str, Any]]) -> None:
    found = asked(loaded, [LOOP], most=20)

    assert (found["texts"], found["tokens"]) == ([LOOP * 20], [20])


def test_a_clip_of_no_length_is_taken(loaded: tuple[Any, Mapping[str, Any]]) -> None:
    assert len(asked(loaded, [""])["texts"]) == 1
    assert (
        len(
            loaded[0](
                {"words": [], "language": None, "itn": False, "most": 4}, [clip("你").samples[:0]]
            )["texts"]
        )
        == 1
    )


def test_vllm_is_told_what_we_mean(loaded: tuple[Any, Mapping[str, Any]]) -> None:
    assert LLM.told["gpu_memory_utilization"] == 0.5
    assert LLM.told["max_model_len"] == 512
    assert LLM.told["enable_prompt_embeds"] is True


def test_times_come_as_we_read_them(
    loaded: tuple[Any, Mapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FunASR lays the text over the frames by torchaudio, which is not here: its place is taken."""
    from funasr.models.fun_asr_nano.tools import utils

    from huiting.engines.fun_asr_nano._aligning import places_of

    def forced_align(scores: torch.Tensor, targets: torch.Tensor, blank: int) -> list[Any]:
        tokens = targets.tolist()
        places = zip(tokens, places_of(scores.numpy(), tokens, blank), strict=True)
        return [
            {"token": t, "start_time": p.first, "end_time": p.end, "score": p.odds}
            for t, p in places
        ]

    monkeypatch.setattr(utils, "forced_align", forced_align)
    (times,) = asked(loaded, ["再见hi"])["times"]
    words = vllm.words_in("再见hi", times, 2.1)

    assert [word.text for word in words] == ["再", "见", "hi"]
    assert [word.span.start for word in words] == pytest.approx([0.18, 0.66, 1.14], abs=0.07)
