"""Stands in for the package qwen-asr: answers as `config.json` in the folder of the weights says.

What it was loaded with it writes to `loaded.json` there.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

Audio = list[tuple[Any, int]]

WATCHED = ("CUDA_VISIBLE_DEVICES", "HF_HUB_OFFLINE", "VLLM_WORKER_MULTIPROCESSING_METHOD")


@dataclass
class Item:
    text: str
    start_time: float
    end_time: float


class Aligner:
    def __init__(self, folder: str) -> None:
        self.said = json.loads((Path(folder) / "config.json").read_text("utf-8"))

    def align(self, audio: Audio, texts: list[str], languages: list[str]) -> list[Any]:
        if self.said.get("fails"):
            raise RuntimeError(self.said["fails"])
        step = self.said.get("step", 0.4)
        return [
            SimpleNamespace(
                items=[Item(word, i * step, (i + 0.5) * step) for i, word in enumerate(t.split())]
            )
            for t in texts
        ]


class Qwen3ASRModel:
    def __init__(self, folder: str, backend: str, options: dict[str, Any]) -> None:
        self.said = json.loads((Path(folder) / "config.json").read_text("utf-8"))
        self.backend = backend
        self.device = options.get("device_map")
        self.max_new_tokens = 0
        self.sampling_params = SimpleNamespace(max_tokens=0)
        self.processor = SimpleNamespace(tokenizer=self._tokens)
        given = options | {"backend": backend, **{k: os.environ.get(k) for k in WATCHED}}
        (Path(folder) / "loaded.json").write_text(json.dumps(given), "utf-8")
        if self.said.get("refuses"):
            raise ValueError(self.said["refuses"])
        if options.get("forced_aligner"):
            self.forced_aligner = Aligner(options["forced_aligner"])

    @classmethod
    def from_pretrained(cls, folder: str, **options: object) -> Self:
        return cls(folder, "transformers", options)

    @classmethod
    def LLM(cls, model: str, **options: object) -> Self:  # noqa: N802  (as the package has it)
        return cls(model, "vllm", options)

    @staticmethod
    def _tokens(text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
        assert not add_special_tokens
        return {"input_ids": [0] * len(text)}

    def transcribe(self, audio: Audio, context: list[str], language: list[str | None]) -> list[Any]:
        samples = [clip for clip, rate in audio if rate == 16_000]
        return [
            SimpleNamespace(language=name or "English", text=text.rpartition(">")[2])
            for text, name in zip(self._answers(context, samples, language), language, strict=True)
        ]

    def _answers(
        self, contexts: list[str], clips: list[Any], languages: list[str | None]
    ) -> list[str]:
        if len(clips) > self.said.get("room", 1000):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        most = self.sampling_params.max_tokens if self.backend == "vllm" else self.max_new_tokens
        facts = f"{len(clips)} clips, {most} tokens"
        return [
            ("" if name else "language English<asr_text>")
            + self.said.get("text", "{samples} samples").format(
                samples=len(clip), count=len(clips), context=context, facts=facts, language=name
            )
            for context, clip, name in zip(contexts, clips, languages, strict=True)
        ]


class Tells(Qwen3ASRModel):
    """With what the present version has inside."""

    def _infer_asr(
        self, contexts: list[str], wavs: list[Any], languages: list[str | None]
    ) -> list[str]:
        return self._answers(contexts, wavs, languages)


if not os.environ.get("QWEN_STAND_IN_PUBLIC"):
    Qwen3ASRModel = Tells  # type: ignore[misc]
