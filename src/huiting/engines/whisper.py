"""OpenAI Whisper as CTranslate2 weights, driven for calls.

Clips of any number of calls are sorted by length and decoded in batches, in windows
shorter than Whisper's 30 s; what the model was unsure of is heard again in halves.
No text is ever carried from one clip to the next, so one bad clip cannot spoil its
neighbours. What the gates refuse comes back empty, with the gate's name.

On a processor the encoder is run clip by clip, since its attention over a batch falls out
of the cache; the decoder in batches, since it reads all weights for every token. A CUDA
device is given batches of both, and smaller ones when its memory does not suffice.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from math import ceil, exp
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis, States
from huiting.core.types import Audio, Span, Word
from huiting.engines._alignment import Aligned, words_of
from huiting.engines._gates import Gates, Heard, gate_of
from huiting.engines._memory import Bound, OutOfMemory, Work, ran_out, spared
from huiting.engines._parts import joined, parts_of
from huiting.engines._windows import FRAME, LONGEST, RATE, View, batches, features_of, padded
from huiting.engines.device import CPU, CUDA, USUAL, Choice, OutOfRoom, choose, size

log = logging.getLogger(__name__)

Native = Any
"""An object of ctranslate2, tokenizers or faster-whisper, which ship no types."""
Found = TypeVar("Found")

PROBE = 6.0
"""Seconds of a clip that are heard to tell its language."""
MOST_TOKENS = 448
"""Positions the decoder has."""
STATE = 2 * FRAME
"""Seconds from one state of the encoder to the next."""
TOKEN_RATE = 14
"""Tokens a second that nobody speaks; a loop ends here."""
STAND_INS = {"yue": "zh", "jv": "jw"}
"""Languages that older models know by another token."""
FALLBACKS = ("none", CPU)
STREAMS = 2
"""Batches that a CUDA device works on at once: one is decoded while the next is encoded."""
BATCH_ON_CUDA = 640.0
"""Seconds of windows decoded at once on a CUDA device."""
CHOICE_OF_SPARE = Choice(CPU, 0, USUAL[CPU], "fallback")
_SHARE = {"float32": 2.0, "int8": 0.55, "int8_float32": 0.55, "int8_float16": 0.55}
"""Size of weights in memory, of that of the published file, which is in float16."""
_BESIDES = {CPU: 300_000_000, CUDA: 700_000_000}
"""Bytes for the runtime, its libraries and the smallest batch."""
TRIED = 5.0
"""Seconds of noise that a CUDA device is tried with when a model is loaded."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A point between speed and accuracy."""

    view: View
    """How a clip is heard."""
    doubt: float = -1.0
    """Mean log-probability below which a clip is heard again, in halves; so is what a gate
    refused. A higher bound costs time and wins nothing."""
    halved: float = 8.0
    """Seconds; a shorter clip is not."""
    batch: float = 100.0
    """Seconds of windows decoded at once; bounds the memory of the decoder."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is the same on every device."""

    profile: Profile
    threads: int
    batch: float
    words: bool
    states: bool
    languages: tuple[str, ...]


PROFILES: dict[str, Profile] = {
    "fast": Profile(View(beam=2)),
    "accurate": Profile(View(window=30.0, beam=5)),
}
"""Options sets measured in docs/decisions/0003-recognition-windows.md."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One try at one clip."""

    tokens: tuple[int, ...]
    text: str
    log_probability: float
    no_speech: float
    encoded: NDArray[np.float32] = field(repr=False, compare=False)
    """What the encoder heard, shape (frames, states)."""


def build(
    *,
    weights: Path,
    profile: str = "fast",
    threads: int = 2,
    device: str = "auto",
    compute: str = "auto",
    batch: float = 0.0,
    fallback: str = "none",
    words: bool = True,
    states: bool = False,
    languages: Sequence[str] = (),
) -> "Whisper":
    """Load the model.

    Args:
        weights: folder with model.bin, config.json, tokenizer.json, vocabulary; verified before.
        profile: `fast` or `accurate`.
        threads: cores to use; each decodes its own batch, or prepares it for a CUDA device.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        compute: `auto`, or CTranslate2's compute type, such as `int8` or `float16`.
        batch: seconds of windows decoded at once; 0 for what suits the device.
        fallback: `cpu` to go on there when a CUDA device has no room; `none` to fail.
        words: whether to align words with their times.
        states: whether to hand on what the encoder heard; 100 kB a second of speech.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such profile, device, compute type or fallback.
        ModelUnavailable: the folder does not hold a model that loads, or it does not fit.
    """
    if profile not in PROFILES:
        raise ConfigError(
            f"profile {profile!r}", "no such profile", f"choose one of {', '.join(PROFILES)}"
        )
    if fallback not in FALLBACKS:
        raise ConfigError(
            f"fallback {fallback!r}", "no such device", f"choose one of {', '.join(FALLBACKS)}"
        )
    options = Options(
        PROFILES[profile], threads, batch, words, states=states, languages=tuple(languages)
    )
    weights = Path(weights)
    spare = cache(lambda: _on(weights, CHOICE_OF_SPARE, options))
    try:
        choice = choose(device, compute, partial(need, weights))
        made = _on(weights, choice, options)
    except OutOfRoom as error:
        if fallback != CPU:
            raise
        log.warning("the model does not fit: the processor takes over", extra={"why": str(error)})
        return spare().marked()
    return made.with_spare(spare) if fallback == CPU and choice.kind == CUDA else made


def need(weights: Path, kind: str, compute: str) -> int:
    """Return the bytes that a model takes on a kind of device, with its smallest batch.

    Source: measured on one NVIDIA H100, see docs/guides/engines.md.
    """
    stored = (weights / "model.bin").stat().st_size if (weights / "model.bin").exists() else 0
    return round(stored * _SHARE.get(compute, 1.0)) + _BESIDES[kind]


def _on(weights: Path, choice: Choice, options: "Options") -> "Whisper":
    """Load the model on one device.

    Raises:
        OutOfRoom: it does not fit.
        ModelUnavailable: the folder does not hold a model that loads.
    """
    import ctranslate2
    import tokenizers

    cuda = choice.kind == CUDA
    try:
        model = ctranslate2.models.Whisper(
            str(weights),
            device=choice.kind,
            device_index=choice.index,
            compute_type=choice.compute,
            inter_threads=STREAMS if cuda else options.threads,
            intra_threads=1,
        )
        vocabulary = tokenizers.Tokenizer.from_file(str(weights / "tokenizer.json"))
        made = Whisper(
            model,
            vocabulary,
            options.profile,
            threads=options.threads,
            streams=STREAMS if cuda else None,
            batch=options.batch or (BATCH_ON_CUDA if cuda else None),
            words=options.words,
            states=options.states,
            languages=options.languages,
        )
        if cuda:
            made.try_out()
    except Exception as error:  # tokenizers raises nothing more precise
        if isinstance(error, OutOfMemory) or ran_out(error):
            needed = size(need(weights, choice.kind, choice.compute))
            raise OutOfRoom(
                f"device {choice.name}",
                f"the model needs about {needed}: {error}",
                "choose a smaller model or another device, or stop what else uses it",
            ) from error
        raise ModelUnavailable(str(weights), str(error), "run: huiting setup") from error
    return made


class Whisper:
    """A `Recognizer`. One instance may be called from several threads."""

    rate = RATE

    def __init__(
        self,
        model: Native,
        vocabulary: Native,
        profile: Profile,
        *,
        threads: int = 1,
        streams: int | None = None,
        batch: float | None = None,
        words: bool = True,
        states: bool = False,
        languages: tuple[str, ...] = (),
        gates: Gates | None = None,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._profile = profile
        self._threads = threads
        self._streams = streams
        self._words = words
        self._states = states
        self._languages = languages
        self._gates = gates or Gates()
        self._tokenizer = cache(self._load_tokenizer)
        self._bound = Bound(batch or profile.batch)
        self._spare: Callable[[], Whisper] | None = None
        self._mark: str | None = None

    def try_out(self) -> None:
        """Run each step once: what does not work fails now, and all that is loaded late is there.

        CUDA loads code when it is first run. Where memory is short by then, that fails with
        errors that do not name it, and never succeeds again.

        Raises:
            EngineError: a step failed.
        """
        noise = np.random.default_rng(0).normal(0, 0.01, round(TRIED * RATE)).astype(np.float32)
        clips = [Audio(noise, RATE)] * 2
        encoded = self._encode(clips, self._profile.view)
        codes = self._spoken(encoded, None)
        drafts = [replace(d, tokens=(0,)) for d in self._drafts(encoded, clips, codes)]
        self._align(range(len(clips)), clips, codes, drafts)

    def with_spare(self, spare: "Callable[[], Whisper]") -> "Whisper":
        """Go to another when there is no room for a single clip; return itself."""
        self._spare = spare
        return self

    def marked(self) -> "Whisper":
        """Say in each hypothesis that this is a fallback; return itself."""
        self._mark = CPU
        return self

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order; all are decoded before the first.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        parts = [parts_of(clip, LONGEST - 1) for clip in clips]
        spare = self._spare
        found = self._each(
            [part for few in parts for part in few],
            lambda batch: self._recognize(batch, hints.language),
            spare and (lambda batch: _marked(spare().transcribe(batch, hints))),
        )
        for few in parts:
            hypothesis = joined([next(found) for _ in few], few)
            yield replace(hypothesis, fallback=self._mark) if self._mark else hypothesis

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language; they add up to 1.

        Only the first seconds of a clip are heard.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        heads = [clip.cut(Span(0, PROBE)) for clip in clips]
        view = View(window=PROBE, margin=0.0)
        spare = self._spare
        yield from self._each(
            heads,
            lambda batch: self._detect(self._encode(batch, view)),
            spare and (lambda batch: spare().languages(batch)),
        )

    def _each(
        self, clips: Sequence[Audio], work: Work[Found], spare: Work[Found] | None
    ) -> Iterator[Found]:
        """Yield what `work` finds for each clip, in order; batches run on all threads."""
        seconds = [clip.duration for clip in clips]
        sizes = [self._profile.view.size(length) for length in seconds]
        order = batches(seconds, sizes, self._bound.most, self._streams or self._threads)
        with ThreadPoolExecutor(self._threads, "whisper") as pool:
            results = list(
                pool.map(
                    lambda batch: spared([clips[i] for i in batch], work, spare, self._bound), order
                )
            )
        found = {
            i: result
            for batch, several in zip(order, results, strict=True)
            for i, result in zip(batch, several, strict=True)
        }
        yield from (found[i] for i in range(len(clips)))

    def _recognize(self, clips: Sequence[Audio], language: str | None) -> list[Hypothesis]:
        """Return one hypothesis for each clip of a batch."""
        encoded = self._encode(clips, self._profile.view)
        codes = self._spoken(encoded, language)
        found = self._judged(clips, codes, self._drafts(encoded, clips, codes))
        return [
            self._in_halves(clip, hypothesis) if self._doubtful(clip, hypothesis) else hypothesis
            for clip, hypothesis in zip(clips, found, strict=True)
        ]

    def _doubtful(self, clip: Audio, hypothesis: Hypothesis) -> bool:
        """Tell whether a clip should be heard again, in halves."""
        assert hypothesis.confidence is not None
        unsure = hypothesis.confidence < exp(self._profile.doubt)
        return clip.duration >= self._profile.halved and (hypothesis.gate is not None or unsure)

    def _in_halves(self, clip: Audio, hypothesis: Hypothesis) -> Hypothesis:
        """Return what is heard in the halves of a clip, if that is more likely."""
        at = _quietest(clip)
        halves = [
            Audio(clip.samples[:at], clip.rate),
            Audio(clip.samples[at:], clip.rate),
        ]
        both = joined(self._recognize(halves, hypothesis.language), halves)
        if both.gate is not None or hypothesis.gate is not None:
            return hypothesis if both.gate is not None else both
        assert both.confidence is not None
        assert hypothesis.confidence is not None
        return both if both.confidence > hypothesis.confidence else hypothesis

    def _encode(self, clips: Sequence[Audio], view: View) -> NDArray[np.float32]:
        """Return what the encoder hears, shape (clips, frames, states); half precision on CUDA."""
        size = max(view.size(clip.duration) for clip in clips)
        windows = [padded(features_of(clip), size, view.lead) for clip in clips]
        if self._streams is not None:
            windows = [np.concatenate(windows)]
        rows = []
        for window in windows:
            with _failing("encoding", len(window)):
                rows.append(np.array(self._model.encode(_native(window), to_cpu=True)))
        return np.concatenate(rows)

    def _spoken(self, encoded: NDArray[np.float32], language: str | None) -> list[str]:
        if language is not None:
            return [language] * len(encoded)
        return [max(odds, key=lambda code: odds[code]) for odds in self._detect(encoded)]

    def _detect(self, encoded: NDArray[np.float32]) -> list[dict[str, float]]:
        with _failing("language detection", len(encoded)):
            heard = self._model.detect_language(_native(encoded))
        return [_among({t[2:-2]: p for t, p in odds}, self._languages) for odds in heard]

    def _drafts(
        self,
        encoded: NDArray[np.float32],
        clips: Sequence[Audio],
        codes: Sequence[str],
    ) -> list[Draft]:
        longest = max(clip.duration for clip in clips)
        prompts = []
        for code in codes:
            tokenizer = self._tokenizer(code)
            prompts.append([*tokenizer.sot_sequence, tokenizer.no_timestamps])
        with _failing("decoding", len(clips)):
            results = self._model.generate(
                _native(encoded),
                prompts,
                beam_size=self._profile.view.beam,
                max_length=min(MOST_TOKENS, 20 + ceil(TOKEN_RATE * longest)),
                return_scores=True,
                return_no_speech_prob=True,
            )
        drafts = []
        for result, row, code in zip(results, encoded, codes, strict=True):
            tokenizer = self._tokenizer(code)
            length = len(result.sequences_ids[0])
            tokens = tuple(t for t in result.sequences_ids[0] if t < tokenizer.eot)
            drafts.append(
                Draft(
                    tokens=tokens,
                    text=tokenizer.decode(tokens).strip(),
                    # the end of the text counts as a token, as in OpenAI's decoder
                    log_probability=result.scores[0] * length / (length + 1),
                    no_speech=result.no_speech_prob,
                    encoded=row,
                )
            )
        return drafts

    def _judged(
        self, clips: Sequence[Audio], codes: Sequence[str], drafts: Sequence[Draft]
    ) -> list[Hypothesis]:
        gated = [
            gate_of(Heard(d.text, d.log_probability, d.no_speech, clip.duration), self._gates)
            for d, clip in zip(drafts, clips, strict=True)
        ]
        believed = [i for i, gate in enumerate(gated) if gate is None]
        words = self._align(believed, clips, codes, drafts) if self._words else {}
        return [
            Hypothesis(
                text=draft.text if gate is None else "",
                words=words.get(i, ()),
                language=code,
                confidence=exp(draft.log_probability),
                gate=gate,
                states=self._states_of(draft, clips[i]),
            )
            for i, (draft, code, gate) in enumerate(zip(drafts, codes, gated, strict=True))
        ]

    def _states_of(self, draft: Draft, clip: Audio) -> States | None:
        if not self._states:
            return None
        first = round(self._profile.view.lead / STATE)
        heard = draft.encoded[first : first + max(1, ceil(clip.duration / STATE))]
        # a copy, as a view would keep the whole batch in memory
        return States(heard.astype(np.float32), STATE)

    def _align(
        self,
        which: Sequence[int],
        clips: Sequence[Audio],
        codes: Sequence[str],
        drafts: Sequence[Draft],
    ) -> dict[int, tuple[Word, ...]]:
        """Return the words of some drafts; those of one language and window go together."""
        groups: dict[tuple[str, int], list[int]] = {}
        for i in which:
            groups.setdefault((codes[i], len(drafts[i].encoded)), []).append(i)
        found: dict[int, tuple[Word, ...]] = {}
        for (code, _), group in groups.items():
            tokenizer = self._tokenizer(code)
            with _failing("alignment", len(group)):
                aligned = self._model.align(
                    _native(np.stack([drafts[i].encoded for i in group])),
                    tokenizer.sot_sequence,
                    [list(drafts[i].tokens) for i in group],
                    [ceil((self._profile.view.lead + clips[i].duration) / FRAME) for i in group],
                )
            for i, result in zip(group, aligned, strict=True):
                steps = Aligned(result.alignments, result.text_token_probs)
                found[i] = words_of(
                    steps,
                    drafts[i].tokens,
                    tokenizer,
                    lead=self._profile.view.lead,
                    end=clips[i].duration,
                )
        return found

    def _load_tokenizer(self, code: str) -> Native:
        from faster_whisper.tokenizer import Tokenizer

        spoken = code if self._knows(code) else STAND_INS.get(code, code)
        if not self._knows(spoken):
            raise EngineError(
                "whisper", f"the model does not know the language {code!r}", "use --language auto"
            )
        return Tokenizer(self._vocabulary, multilingual=True, task="transcribe", language=spoken)

    def _knows(self, code: str) -> bool:
        return self._vocabulary.token_to_id(f"<|{code}|>") is not None


def _native(array: NDArray[np.float32]) -> Native:
    import ctranslate2

    return ctranslate2.StorageView.from_array(array)


@contextmanager
def _failing(step: str, count: int) -> Iterator[None]:
    """Turn what CTranslate2 raises inside into an `EngineError` that names the step."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        kind = OutOfMemory if ran_out(error) else EngineError
        raise kind("whisper", f"{step} of {count} clips failed: {error}", "try again") from error


def _marked(hypotheses: Iterable[Hypothesis]) -> Iterator[Hypothesis]:
    return (replace(hypothesis, fallback=CPU) for hypothesis in hypotheses)


def _quietest(clip: Audio) -> int:
    """Return the middle of the quietest 0.2 s in the middle half of a clip, as a sample."""
    quarter, size = len(clip.samples) // 4, clip.rate // 5
    power = np.square(clip.samples[quarter : 3 * quarter], dtype=np.float64)
    total = np.concatenate(([0.0], np.cumsum(power)))
    return quarter + int(np.argmin(total[size:] - total[:-size])) + size // 2


def _among(odds: Mapping[str, float], languages: Sequence[str]) -> dict[str, float]:
    """Return the odds of `languages` alone, or of all when none is named; they add up to 1."""
    kept = {code: p for code, p in odds.items() if not languages or code in languages}
    total = sum(kept.values()) or 1.0
    return {code: p / total for code, p in kept.items()}
