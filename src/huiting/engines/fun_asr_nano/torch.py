"""Fun-ASR-Nano on PyTorch, by FunASR.

The network is run here rather than by FunASR's `inference`: that writes several clips at once
only where it tells no times, and keeps to itself how sure the model is. The prompt is FunASR's.

The encoder computes in float32 whatever the language model does, as FunASR has it; in float16
the language model is known to lose itself, so that is not offered.

Source: `FunASRNano.inference_llm` and `data_load_speech` in FunASR.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.types import Audio, Word
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._funasr import BESIDES, Loaded, Plan, features, load
from huiting.engines._prompted import Order, Prompted, Room, Said, Tongue, slowest
from huiting.engines._prompts import Speaks, voice_detector
from huiting.engines._torch import Native, failing
from huiting.engines.fun_asr_nano._aligning import places_of, words_heard
from huiting.engines.fun_asr_nano._folder import CHECKPOINT, NAMES, TIMES, Folder, looked_at
from huiting.engines.fun_asr_nano._languages import NAMES as LANGUAGES
from huiting.engines.fun_asr_nano._options import SCAFFOLD, SOUND, Options
from huiting.engines.fun_asr_nano._unasked import among, odds_of

SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
BEFORE, AFTER = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
"""What stands before the prompt, and after the sound."""
NO_THOUGHTS = "<think>\n\n</think>\n\n"
ENDS = ("<|im_end|>", "<|endoftext|>")
"""Tokens at which an answer ends."""
EIGHTH = 8
"""Frames of the encoder for one that is shown to the language model, where few are."""
INSTALL = "pip install 'huiting[funasr]'"


def build(
    options: Options, *, device: str, fallback: str, speaks: Speaks | None = None
) -> Decoding[Prompted]:
    """Load the model; see the package's `build`."""
    if options.compute not in {"auto", *NAMES}:
        raise ConfigError(
            f"compute {options.compute!r}",
            "Fun-ASR-Nano has no such number format here",
            f"choose one of {', '.join(NAMES)}",
        )
    folder = looked_at(options.weights)
    longest = room_of(folder).longest(slowest(options.languages or LANGUAGES[options.checkpoint]))
    guard = speaks or voice_detector()

    def made(name: str) -> Prompted:
        nano = Nano(loaded(folder, options, name), folder, options)
        return Prompted(nano, guard, together=nano.write_together)

    return decoding(made, device, fallback, batch=options.batch, longest=longest)


def room_of(folder: Folder) -> Room:
    """Return what a model has room for."""
    return Room(folder.memory, SCAFFOLD, SOUND)


def loaded(folder: Folder, options: Options, device: str) -> Loaded:
    """Load a model on a device.

    Raises:
        ModelUnavailable: a package is missing, or the checkpoint is none or lacks weights.
        ConfigError: PyTorch cannot use the device.
        OutOfRoom: the model does not fit.
    """
    compute = "float32" if options.compute == "auto" else options.compute
    held = weights_in(folder.weights / CHECKPOINT)
    times = all(any(name.startswith(kind) for name in held) for kind in TIMES)
    settings = folder.settings(compute, times=times, adapted=any("lora_" in name for name in held))
    width = {"float32": 4, "bfloat16": 2}[compute]
    size = sum(n * (width if name.startswith("llm.") else 4) for name, n in held.items())
    plan = Plan(settings, size + BESIDES, TIMES)
    return load(folder.weights, device, options.threads, plan)


def weights_in(file: Path) -> dict[str, int]:
    """Return how many numbers there are of each weight of a checkpoint; none is read.

    Raises:
        ModelUnavailable: a package is missing, or it is no checkpoint.
    """
    try:
        import torch

        import_module("transformers")  # FunASR goes on without it, and fails later
    except ImportError as error:
        raise ModelUnavailable(
            error.name or "torch", f"the package cannot be loaded ({error})", INSTALL
        ) from error
    try:
        found = torch.load(file, map_location="meta", mmap=True, weights_only=True)
    except Exception as error:  # PyTorch raises what it likes over a damaged file
        raise ModelUnavailable(str(file), str(error), "fetch the model anew") from error
    for wrapped in ("state_dict", "model_state_dict", "model"):
        found = found.get(wrapped, found) if isinstance(found, dict) else {}
    return {
        name.removeprefix("module."): weight.numel()
        for name, weight in found.items()
        if isinstance(weight, torch.Tensor)
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the language model wrote to one prompt."""

    tokens: list[int]
    odds: list[float]
    """Log-probability of each."""


class Nano:
    """A `Model`. Threads wait for each other."""

    name = "fun-asr-nano"

    def __init__(self, loaded: Loaded, folder: Folder, options: Options) -> None:
        self._loaded = loaded
        self._itn = options.itn
        self._names = LANGUAGES[options.checkpoint]
        self._among = among(options.checkpoint, options.languages)
        self._template = Template.of(folder.dialogue)
        self._ends = ends_of(loaded)
        self._lock = threading.Lock()
        self.room = room_of(folder)
        self.codes = tuple(self._names)

    @property
    def device(self) -> str:
        """As PyTorch names it."""
        return self._loaded.device

    @property
    def tells_times(self) -> bool:
        """Whether all weights for that were in the checkpoint."""
        lacks = any(name.startswith(TIMES) for name in self._loaded.lacking)
        return self._loaded.model.ctc_decoder is not None and not lacks

    def write(self, order: Order, /) -> Said:
        """Write down a clip.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        (said,) = self.write_together([order])
        return said

    def write_together(self, orders: Sequence[Order], /) -> list[Said]:
        """Write down a batch.

        Raises:
            OutOfMemory: the device has no room for it.
            EngineError: the model failed.
        """
        with failing(self.name, self.device, len(orders)):
            speech, frames = features(self._loaded, [order.clip for order in orders])
            with self._lock:
                heard, lengths = self._loaded.model.encode(
                    speech.to(self.device), frames.to(self.device)
                )
                answers = self._answers(self._prompts(orders, heard, lengths), orders)
                sounds = [sound[:n] for sound, n in zip(heard, lengths.tolist(), strict=True)]
                return [
                    self._said(answer, order.clip, sound)
                    for answer, order, sound in zip(answers, orders, sounds, strict=True)
                ]

    def tongue(self, _clip: Audio, /) -> Tongue:
        """Say nothing: the model does not tell what language it hears."""
        return Tongue()

    def odds(self, clip: Audio, /) -> Mapping[str, float]:
        """Return the odds of languages by the script of what the model writes unasked."""
        return odds_of(clip, self._among, self.write)

    def _prompts(self, orders: Sequence[Order], heard: Native, lengths: Native) -> list[Native]:
        """Return what the language model is given for each clip, shape (tokens, size)."""
        import torch

        model = self._loaded.model
        adapted, counts = model.audio_adaptor(heard, lengths)
        if model.use_low_frame_rate:
            counts = low_rate(lengths)
        embed = model.llm.get_input_embeddings()
        prompts = []
        for order, sound, count in zip(orders, adapted, counts.tolist(), strict=True):
            language = self._names[order.language] if order.language else None
            asked = model.get_prompt(list(order.words), language, self._itn)
            before, after = (
                embed(torch.tensor(self._loaded.tokenizer.encode(text), device=self.device))
                for text in self._template.around(asked)
            )
            prompts.append(torch.cat((before, sound[:count].to(before.dtype), after)))
        return prompts

    def _answers(self, prompts: Sequence[Native], orders: Sequence[Order]) -> list[Answer]:
        """Return what is written to each prompt: always the likeliest token."""
        import torch

        size = max(len(prompt) for prompt in prompts)
        shape = (len(prompts), size)
        given = torch.zeros(*shape, prompts[0].shape[1], dtype=prompts[0].dtype, device=self.device)
        seen = torch.zeros(*shape, dtype=torch.long, device=self.device)
        for i, prompt in enumerate(prompts):  # the shorter ones begin later, so that all end here
            given[i, size - len(prompt) :] = prompt
            seen[i, size - len(prompt) :] = 1
        sure = Sure()
        written = self._loaded.model.llm.generate(
            inputs_embeds=given,
            attention_mask=seen,
            max_new_tokens=max(order.most for order in orders),
            do_sample=False,
            num_beams=1,
            eos_token_id=list(self._ends),
            pad_token_id=self._ends[0],
            logits_processor=[sure],
        )
        odds = torch.stack(sure.odds, dim=1).tolist()
        return [
            self._ended(tokens, row, order.most)
            for tokens, row, order in zip(written.tolist(), odds, orders, strict=True)
        ]

    def _ended(self, tokens: list[int], odds: list[float], most: int) -> Answer:
        count = next((i for i, token in enumerate(tokens) if token in self._ends), len(tokens))
        count = min(count, most)
        return Answer(tokens[:count], odds[:count])

    def _said(self, answer: Answer, clip: Audio, heard: Native) -> Said:
        decoded = self._loaded.tokenizer.decode(answer.tokens, skip_special_tokens=True)
        text = " ".join(decoded.replace("/sil", " ").split())
        words = self._words(text, clip, heard) if text and self.tells_times else ()
        sure = float(np.exp(np.mean(answer.odds))) if answer.odds else None
        return Said(text, len(answer.tokens), words, sure)

    def _words(self, text: str, clip: Audio, heard: Native) -> tuple[Word, ...]:
        """Return the words of a text with the times at which the encoder heard them.

        Args:
            text: what was written.
            clip: that was heard.
            heard: what the encoder made of it, shape (frames, size).
        """
        import torch

        model = self._loaded.model
        length = torch.tensor([len(heard)], device=self.device)
        encoded, _ = model.ctc_decoder(heard[None], length)
        scores = model.ctc.log_softmax(encoded)[0].float().cpu().numpy()
        tokens = model.ctc_tokenizer.encode(text)
        raw = [model.ctc_tokenizer.encoding.decode_single_token_bytes(token) for token in tokens]
        return words_heard(text, raw, places_of(scores, tokens, model.blank_id), clip.duration)


class Sure:
    """Watches the language model write, and remembers how likely each token was."""

    def __init__(self) -> None:
        self.odds: list[Native] = []
        """Log-probability of the likeliest token, shape (clips,), step by step."""

    def __call__(self, _tokens: Native, scores: Native) -> Native:
        """Return the scores as they are."""
        self.odds.append(scores.float().log_softmax(-1).amax(-1))
        return scores


@dataclass(frozen=True, slots=True)
class Template:
    """What stands around prompt and sound."""

    first: str
    last: str

    @classmethod
    def of(cls, dialogue: Mapping[str, object]) -> "Template":
        """Return that of a folder, by its `dataset_conf`."""
        first = SYSTEM if dialogue.get("sys_prompt", True) else ""
        last = "" if dialogue.get("do_think", True) else NO_THOUGHTS
        return cls(first + BEFORE, AFTER + last)

    def around(self, prompt: str) -> tuple[str, str]:
        """Return what stands before the sound, and after it."""
        return self.first + prompt, self.last


def low_rate(frames: Native) -> Native:
    """Return how many of the frames that the adaptor makes are shown to the language model."""
    return (frames + EIGHTH - 1) // EIGHTH


def ends_of(loaded: Loaded) -> tuple[int, ...]:
    """Return the tokens at which an answer ends."""
    vocabulary = loaded.tokenizer.get_vocab()
    found = [vocabulary[token] for token in ENDS if token in vocabulary]
    usual = loaded.model.llm.config.eos_token_id
    found += usual if isinstance(usual, list) else [] if usual is None else [usual]
    return tuple(dict.fromkeys(found))
