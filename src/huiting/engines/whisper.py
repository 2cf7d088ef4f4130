"""OpenAI Whisper as CTranslate2 weights, driven for calls.

Clips of any number of calls are sorted by length and decoded as batches in windows
shorter than Whisper's 30 s; greedily first, then again with a beam where the model was
unsure. No text is ever carried from one clip to the next, so one bad clip cannot spoil
its neighbours. What the gates refuse comes back empty, with the gate's name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil, exp
from pathlib import Path
from typing import Any

import numpy as np

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio, Word
from huiting.engines._alignment import Aligned, words_of
from huiting.engines._gates import Gates, Heard, gate_of, repeats
from huiting.engines._windows import FRAME, RATE, Window, stacked, window_of

Native = Any
"""An object of ctranslate2, tokenizers or faster-whisper, which ship no types."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A point between speed and accuracy."""

    windows: tuple[float, ...]
    """Seconds the encoder may be given, rising; a clip gets the shortest that holds it."""
    margin: float = 1.0
    """Seconds of silence a window must hold behind the clip."""
    lead: float = 0.0
    """Seconds of silence before the clip."""
    batch: float = 80.0
    """Seconds of windows decoded at once."""
    beam: int = 1
    again: int = 5
    """Beam of the second try; 0 for none."""
    doubt: float = -0.7
    """Mean log-probability below which there is a second try."""
    timestamps: bool = False
    """Let the model write times between its words."""
    prompts: Mapping[str, str] | None = None
    """Text the model believes it wrote before, by language."""


PROFILES: dict[str, Profile] = {
    "fast": Profile(windows=(10.0, 15.0, 20.0, 30.0)),
    "accurate": Profile(windows=(30.0,), beam=5),
}
"""Options sets measured in docs/decisions/0003-recognition-windows.md."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One try at one clip."""

    tokens: tuple[int, ...]
    text: str
    log_probability: float
    no_speech: float


def build(
    *,
    weights: Path,
    profile: str = "fast",
    threads: int = 2,
    compute: str = "int8",
    words: bool = True,
    languages: Sequence[str] = (),
) -> "Whisper":
    """Load the model.

    Args:
        weights: folder with model.bin, config.json, tokenizer.json, vocabulary; verified before.
        profile: `fast` or `accurate`.
        threads: cores to use; each decodes its own batch.
        compute: CTranslate2's compute type, such as `int8` or `float32`.
        words: whether to align words with their times.
        languages: codes among which a language is detected; empty for all.

    Raises:
        ModelUnavailable: the folder does not hold a model that loads.
    """
    import ctranslate2

    try:
        model = ctranslate2.models.Whisper(
            str(weights), device="cpu", compute_type=compute, inter_threads=1, intra_threads=threads
        )
    except (RuntimeError, ValueError) as error:
        raise ModelUnavailable(str(weights), str(error), "run: huiting setup") from error
    return Whisper(model, weights, PROFILES[profile], words=words, languages=tuple(languages))


class Whisper:
    """A `Recognizer`. One instance may be called from several threads."""

    rate = RATE

    def __init__(
        self,
        model: Native,
        weights: Path,
        profile: Profile,
        *,
        words: bool = True,
        languages: tuple[str, ...] = (),
        gates: Gates | None = None,
    ) -> None:
        import tokenizers

        self._model = model
        self._tokens = tokenizers.Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._profile = profile
        self._words = words
        self._languages = languages
        self._gates = gates or Gates()
        self._tokenizer = cache(self._load_tokenizer)

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order; all are decoded before the first.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        parts = [part for clip in clips for part in _parts(clip, self._longest)]
        windows = [window_of(p, lead=self._profile.lead, level=None) for p in parts]
        found: dict[int, Hypothesis] = {}
        for batch in self._batches(windows):
            decoded = self._decode([windows[i] for i in batch], hints)
            found.update(zip(batch, decoded, strict=True))
        at = 0
        for clip in clips:
            count = len(_parts(clip, self._longest))
            yield _joined([found[i] for i in range(at, at + count)], parts[at : at + count])
            at += count

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language; they add up to 1.

        Raises:
            EngineError: the model failed; nothing was yielded.
        """
        parts = [_parts(clip, self._longest)[0] for clip in clips]
        windows = [window_of(p, lead=self._profile.lead, level=None) for p in parts]
        found: dict[int, Mapping[str, float]] = {}
        for batch in self._batches(windows):
            encoded = self._encode([windows[i] for i in batch])
            found.update(zip(batch, self._detect(encoded), strict=True))
        yield from (found[i] for i in range(len(clips)))

    @property
    def _longest(self) -> float:
        return self._profile.windows[-1] - self._profile.lead - FRAME

    def _batches(self, windows: Sequence[Window]) -> Iterator[list[int]]:
        """Yield indexes of windows of one length, as many as may be decoded at once."""
        order = sorted(range(len(windows)), key=lambda i: windows[i].seconds)
        batch: list[int] = []
        for i in order:
            size = self._size(windows[i])
            if batch and (
                size != self._size(windows[batch[0]])
                or (len(batch) + 1) * size > self._profile.batch
            ):
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    def _size(self, window: Window) -> float:
        """Return the seconds the encoder is given for a window."""
        need = window.seconds + self._profile.margin
        fitting = (size for size in self._profile.windows if size >= need)
        return next(fitting, self._profile.windows[-1])

    def _encode(self, windows: Sequence[Window]) -> Native:
        import ctranslate2

        frames = round(max(self._size(w) for w in windows) / FRAME)
        features = ctranslate2.StorageView.from_array(stacked(windows, frames))
        with _failing("encoding", len(windows)):
            return self._model.encode(features)

    def _detect(self, encoded: Native) -> list[dict[str, float]]:
        with _failing("language detection", encoded.shape[0]):
            heard = self._model.detect_language(encoded)
        return [_among({t[2:-2]: p for t, p in odds}, self._languages) for odds in heard]

    def _decode(self, windows: Sequence[Window], hints: Hints) -> list[Hypothesis]:
        encoded = self._encode(windows)
        if hints.language is None:
            codes = [max(odds, key=lambda c: odds[c]) for odds in self._detect(encoded)]
        else:
            codes = [hints.language] * len(windows)
        drafts = self._generate(encoded, windows, codes, self._profile.beam)
        if self._profile.again:
            drafts = self._retry(windows, codes, drafts)
        gated = [
            gate_of(Heard(d.text, d.log_probability, d.no_speech, w.seconds), self._gates)
            for d, w in zip(drafts, windows, strict=True)
        ]
        words = self._align(encoded, windows, codes, drafts, gated)
        return [
            Hypothesis(
                text=draft.text if gate is None else "",
                words=said,
                language=code,
                confidence=exp(draft.log_probability),
                gate=gate,
            )
            for draft, said, code, gate in zip(drafts, words, codes, gated, strict=True)
        ]

    def _generate(
        self,
        encoded: Native,
        windows: Sequence[Window],
        codes: Sequence[str],
        beam: int,
    ) -> list[Draft]:
        prompts = [self._prompt(code) for code in codes]
        longest = max(w.seconds for w in windows)
        with _failing("decoding", len(windows)):
            results = self._model.generate(
                encoded,
                prompts,
                beam_size=beam,
                max_length=min(448, len(prompts[0]) + 16 + ceil(14 * longest)),
                return_scores=True,
                return_no_speech_prob=True,
                suppress_tokens=[-1],
            )
        drafts = []
        for result, code in zip(results, codes, strict=True):
            tokenizer = self._tokenizer(code)
            tokens = tuple(t for t in result.sequences_ids[0] if t < tokenizer.eot)
            length = len(result.sequences_ids[0])
            drafts.append(
                Draft(
                    tokens=tokens,
                    text=tokenizer.decode(tokens).strip(),
                    log_probability=result.scores[0] * length / (length + 1),
                    no_speech=result.no_speech_prob,
                )
            )
        return drafts

    def _retry(
        self, windows: Sequence[Window], codes: Sequence[str], drafts: Sequence[Draft]
    ) -> list[Draft]:
        """Decode again what was doubtful; keep the likelier try."""
        doubtful = [i for i, d in enumerate(drafts) if self._doubtful(d)]
        kept = list(drafts)
        if not doubtful:
            return kept
        chosen = [windows[i] for i in doubtful]
        again = self._generate(
            self._encode(chosen), chosen, [codes[i] for i in doubtful], self._profile.again
        )
        for i, draft in zip(doubtful, again, strict=True):
            worse = repeats(kept[i].text, self._gates.compression)
            if worse or draft.log_probability > kept[i].log_probability:
                kept[i] = draft
        return kept

    def _doubtful(self, draft: Draft) -> bool:
        return draft.log_probability < self._profile.doubt or repeats(
            draft.text, self._gates.compression
        )

    def _align(
        self,
        encoded: Native,
        windows: Sequence[Window],
        codes: Sequence[str],
        drafts: Sequence[Draft],
        gated: Sequence[str | None],
    ) -> list[tuple[Word, ...]]:
        """Return the words of each draft that was believed."""
        found: list[tuple[Word, ...]] = [()] * len(drafts)
        if not self._words or all(gate is not None for gate in gated):
            return found
        lead = self._profile.lead
        with _failing("alignment", len(windows)):
            # the language in the start sequence hardly moves the alignment: one for the batch
            aligned = self._model.align(
                encoded,
                self._tokenizer(codes[0]).sot_sequence,
                [list(d.tokens) if g is None else [] for d, g in zip(drafts, gated, strict=True)],
                [ceil(w.seconds / FRAME) for w in windows],
            )
        for i, (result, draft, gate) in enumerate(zip(aligned, drafts, gated, strict=True)):
            if gate is None:
                found[i] = words_of(
                    Aligned(result.alignments, result.text_token_probs),
                    draft.tokens,
                    self._tokenizer(codes[i]),
                    lead=lead,
                    end=windows[i].seconds - lead,
                )
        return found

    def _prompt(self, code: str) -> list[int]:
        tokenizer = self._tokenizer(code)
        before = (self._profile.prompts or {}).get(code)
        prompt = [tokenizer.sot_prev, *tokenizer.encode(" " + before)] if before else []
        prompt += tokenizer.sot_sequence
        return prompt if self._profile.timestamps else [*prompt, tokenizer.no_timestamps]

    def _load_tokenizer(self, code: str) -> Native:
        from faster_whisper.tokenizer import Tokenizer

        known = self._tokens.token_to_id(f"<|{code}|>") is not None
        spoken = code if known else {"yue": "zh", "jv": "jw"}.get(code, "en")
        return Tokenizer(self._tokens, multilingual=True, task="transcribe", language=spoken)


class _failing:  # noqa: N801  (used as a statement)
    """Turns what CTranslate2 raises into an `EngineError` that names the step."""

    def __init__(self, step: str, count: int) -> None:
        self._step = step
        self._count = count

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Translate."""
        if isinstance(error, (RuntimeError, ValueError)):
            raise EngineError(
                "whisper", f"{self._step} of {self._count} clips failed: {error}", "try again"
            ) from error


def _parts(clip: Audio, longest: float) -> list[Audio]:
    """Return the clip, or equal parts of it when it is longer than a window."""
    count = max(1, ceil(clip.duration / longest))
    size = ceil(len(clip.samples) / count)
    return [Audio(clip.samples[i * size : (i + 1) * size], clip.rate) for i in range(count)]


def _among(odds: Mapping[str, float], languages: Sequence[str]) -> dict[str, float]:
    """Return the odds of `languages` alone, or of all when none is named; they add up to 1."""
    kept = {code: p for code, p in odds.items() if not languages or code in languages}
    total = sum(kept.values()) or 1.0
    return {code: p / total for code, p in kept.items()}


def _joined(hypotheses: Sequence[Hypothesis], parts: Sequence[Audio]) -> Hypothesis:
    """Return the hypotheses of consecutive parts of one clip as one."""
    if len(hypotheses) == 1:
        return hypotheses[0]
    believed = [h for h in hypotheses if h.gate is None]
    if not believed:
        return hypotheses[0]
    words: list[Word] = []
    at = 0.0
    for hypothesis, part in zip(hypotheses, parts, strict=True):
        words += [Word(w.text, w.span.shift(at), w.confidence) for w in hypothesis.words]
        at += part.duration
    return replace(
        believed[0],
        text=" ".join(h.text for h in believed),
        words=tuple(words),
        confidence=float(np.mean([h.confidence for h in believed if h.confidence is not None])),
    )
