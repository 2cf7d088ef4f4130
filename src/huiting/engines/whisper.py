"""OpenAI Whisper as CTranslate2 weights, driven for calls.

Clips of any number of calls are sorted by length and decoded in batches, in windows
shorter than Whisper's 30 s; what the model was unsure of is heard again in halves.
No text is ever carried from one clip to the next, so one bad clip cannot spoil its
neighbours. What the gates refuse comes back empty, with the gate's name.

The encoder is run clip by clip, since its attention over a batch falls out of the
processor's cache; the decoder in batches, since it reads all weights for every token.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
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
from huiting.engines._windows import FRAME, LONGEST, RATE, View, batches, features_of, padded

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
    compute: str = "int8",
    words: bool = True,
    states: bool = False,
    languages: Sequence[str] = (),
) -> "Whisper":
    """Load the model.

    Args:
        weights: folder with model.bin, config.json, tokenizer.json, vocabulary; verified before.
        profile: `fast` or `accurate`.
        threads: cores to use; each decodes its own batch.
        compute: CTranslate2's compute type, such as `int8` or `float32`.
        words: whether to align words with their times.
        states: whether to hand on what the encoder heard; 100 kB a second of speech.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ConfigError: there is no such profile.
        ModelUnavailable: the folder does not hold a model that loads.
    """
    import ctranslate2
    import tokenizers

    if profile not in PROFILES:
        raise ConfigError(
            f"profile {profile!r}", "no such profile", f"choose one of {', '.join(PROFILES)}"
        )
    try:
        model = ctranslate2.models.Whisper(
            str(weights), device="cpu", compute_type=compute, inter_threads=threads, intra_threads=1
        )
        vocabulary = tokenizers.Tokenizer.from_file(str(weights / "tokenizer.json"))
    except Exception as error:  # tokenizers raises nothing more precise
        raise ModelUnavailable(str(weights), str(error), "run: huiting setup") from error
    return Whisper(
        model,
        vocabulary,
        PROFILES[profile],
        threads=threads,
        words=words,
        states=states,
        languages=tuple(languages),
    )


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
        words: bool = True,
        states: bool = False,
        languages: tuple[str, ...] = (),
        gates: Gates | None = None,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._profile = profile
        self._threads = threads
        self._words = words
        self._states = states
        self._languages = languages
        self._gates = gates or Gates()
        self._tokenizer = cache(self._load_tokenizer)

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order; all are decoded before the first.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        parts = [_parts(clip) for clip in clips]
        found = self._each(
            [part for few in parts for part in few],
            lambda batch: self._recognize(batch, hints.language),
        )
        for few in parts:
            yield _joined([next(found) for _ in few], few)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language; they add up to 1.

        Only the first seconds of a clip are heard.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        heads = [clip.cut(Span(0, PROBE)) for clip in clips]
        view = View(window=PROBE, margin=0.0)
        yield from self._each(heads, lambda batch: self._detect(self._encode(batch, view)))

    def _each(
        self, clips: Sequence[Audio], work: Callable[[Sequence[Audio]], Sequence[Found]]
    ) -> Iterator[Found]:
        """Yield what `work` finds for each clip, in order; batches run on all threads."""
        seconds = [clip.duration for clip in clips]
        sizes = [self._profile.view.size(length) for length in seconds]
        order = batches(seconds, sizes, self._profile.batch, self._threads)
        with ThreadPoolExecutor(self._threads, "whisper") as pool:
            results = list(pool.map(lambda batch: work([clips[i] for i in batch]), order))
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
        joined = _joined(self._recognize(halves, hypothesis.language), halves)
        if joined.gate is not None or hypothesis.gate is not None:
            return hypothesis if joined.gate is not None else joined
        assert joined.confidence is not None
        assert hypothesis.confidence is not None
        return joined if joined.confidence > hypothesis.confidence else hypothesis

    def _encode(self, clips: Sequence[Audio], view: View) -> NDArray[np.float32]:
        """Return what the encoder hears, shape (clips, frames, states)."""
        size = max(view.size(clip.duration) for clip in clips)
        rows = []
        for clip in clips:
            window = padded(features_of(clip), size, view.lead)
            with _failing("encoding", 1):
                rows.append(np.array(self._model.encode(_native(window))))
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
        return States(heard.copy(), STATE)  # a view would keep the whole batch in memory

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
        raise EngineError(
            "whisper", f"{step} of {count} clips failed: {error}", "try again"
        ) from error


def _parts(clip: Audio) -> list[Audio]:
    """Return the clip, or equal parts of it when it is longer than a window."""
    count = max(1, ceil(clip.duration / (LONGEST - 1)))
    size = ceil(len(clip.samples) / count)
    return [Audio(clip.samples[i * size : (i + 1) * size], clip.rate) for i in range(count)]


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


def _joined(hypotheses: Sequence[Hypothesis], parts: Sequence[Audio]) -> Hypothesis:
    """Return the hypotheses of consecutive parts of one clip as one."""
    believed = [h for h in hypotheses if h.gate is None]
    if len(hypotheses) == 1 or not believed:
        return hypotheses[0]
    words: list[Word] = []
    at = 0.0
    for hypothesis, part in zip(hypotheses, parts, strict=True):
        words += [Word(w.text, w.span.shift(at), w.confidence) for w in hypothesis.words]
        at += part.duration
    return replace(
        believed[0],
        text=" ".join(h.text for h in believed),
        words=tuple(words) if all(h.words for h in believed) else (),
        confidence=_mean([h.confidence for h in believed], [len(h.text) for h in believed]),
        states=_one_after_another([h.states for h in hypotheses]),
    )


def _one_after_another(parts: Sequence[States | None]) -> States | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return States(np.concatenate([part.values for part in known]), known[0].step)


def _mean(confidences: Sequence[float | None], weights: Sequence[int]) -> float:
    """Return the geometric mean, weighted."""
    logs = np.log([max(c or 0.0, 1e-9) for c in confidences])
    return float(np.exp(np.average(logs, weights=weights)))
