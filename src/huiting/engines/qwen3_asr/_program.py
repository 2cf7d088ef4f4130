"""Qwen3-ASR by the package qwen-asr, in the other environment; `huiting.engines.apart` runs it.

It does what the package's `transcribe` does for short clips, but tells what the model wrote as it
wrote it: the package shortens what goes in circles, and then nobody could tell that it did.
"""

import logging
from importlib import import_module
from importlib.metadata import version
from typing import Any

RATE = 16_000
SHORTEST = RATE // 2
"""Samples; shorter clips are filled up with silence, as the package does."""
MARK = "<asr_text>"
"""Between what tells the language and the text."""
DRAWN = "newly initialized"
"""What transformers warns of when a checkpoint lacks weights and it takes others by lot."""


class Unusable(Exception):
    """The device cannot be used."""

    kind = "device"


class Drawn(logging.Handler):
    """Remembers warnings of weights that were taken by lot."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a warning."""
        if DRAWN in record.getMessage():
            self.said = record.getMessage().split(" and are")[0]


def load(options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Load the model, and the aligner if there is one."""
    torch: Any = import_module("torch")
    device = options["device"]
    try:
        torch.zeros(1, device=device)
    except Exception as error:
        raise Unusable(error) from error
    if device == "cpu":
        torch.set_num_threads(options["threads"])
    watch = Drawn()
    logger = logging.getLogger("transformers.modeling_utils")
    logger.addHandler(watch)
    asr = _model(options, getattr(torch, options["compute"]))
    logger.removeHandler(watch)
    if watch.said:
        raise OSError(watch.said)
    voice = Voice(asr)
    facts = {"device": str(asr.device or device), "version": _version()}
    return voice.answer, facts


def _version() -> str:
    try:
        return version("qwen-asr")
    except ImportError:
        return ""


def _model(options: dict[str, Any], dtype: Any) -> Any:  # noqa: ANN401  (a class of the package)
    package = import_module("qwen_asr").Qwen3ASRModel
    common: dict[str, Any] = {"max_inference_batch_size": -1, "max_new_tokens": options["most"]}
    if options["aligner"]:
        common["forced_aligner"] = options["aligner"]
        common["forced_aligner_kwargs"] = {"dtype": dtype, "device_map": options["device"]}
    if options["runtime"] == "vllm":
        return package.LLM(
            model=options["weights"], dtype=options["compute"], **common, **options["vllm"]
        )
    return package.from_pretrained(
        options["weights"],
        dtype=dtype,
        device_map=options["device"],
        local_files_only=True,
        **common,
    )


class Voice:
    """A loaded model, asked."""

    def __init__(self, asr: Any) -> None:  # noqa: ANN401
        self.asr = asr

    def answer(self, question: dict[str, Any], clips: list[Any]) -> dict[str, Any]:
        """Write clips down, or tell when the words of a text are said."""
        audio = [(self._filled(clip), RATE) for clip in clips]
        if question["do"] == "align":
            found = self.asr.forced_aligner.align(audio, question["texts"], question["languages"])
            items = [[[i.text, i.start_time, i.end_time] for i in one.items] for one in found]
            return {"items": items}
        texts = self._written(question, audio)
        return {"texts": texts, "tokens": [self._tokens(text) for text in texts]}

    def _written(self, question: dict[str, Any], audio: list[Any]) -> list[str]:
        contexts, languages = question["contexts"], question["languages"]
        write = getattr(self.asr, "_infer_asr", None)
        if write is None:  # another version of the package, which tells less
            found = self.asr.transcribe(audio=audio, context=contexts, language=languages)
            return [f"language {one.language or None}{MARK}{one.text}" for one in found]
        self._bound(question["most"])
        texts: list[str] = write(contexts, [samples for samples, _ in audio], languages)
        return texts

    def _bound(self, most: int) -> None:
        """Let no text of the next batch have more tokens."""
        if self.asr.backend == "vllm":
            self.asr.sampling_params.max_tokens = most
        else:
            self.asr.max_new_tokens = most

    def _tokens(self, text: str) -> int:
        """Return how many tokens a text has, without what tells the language."""
        tokenizer = self.asr.processor.tokenizer
        return len(tokenizer(text.rpartition(MARK)[2], add_special_tokens=False)["input_ids"])

    def _filled(self, clip: Any) -> Any:  # noqa: ANN401  (of numpy)
        numpy: Any = import_module("numpy")
        lacking = max(0, SHORTEST - len(clip))
        return numpy.clip(numpy.pad(clip, (0, lacking)), -1.0, 1.0)
