"""Paraformer on PyTorch, by FunASR; hotwords where the checkpoint is a SeACo one.

The steps of FunASR's `inference` are called one by one: that method takes hotwords as a string
in which it looks for file names and addresses, fails on a batch in which nobody speaks, and
keeps the probabilities to itself.

Source: `SeacoParaformer.inference` and `Paraformer.inference` in FunASR.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from huiting.core.ports import Hints, Hotword, Hypothesis
from huiting.core.types import Audio
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._funasr import Loaded, features, load
from huiting.engines._torch import Native, checked, failing, precision
from huiting.engines.paraformer._integrating import install
from huiting.engines.paraformer._reading import Token, hypothesis_of, tokens_of

PARTS = "seg_dict"
"""File of the model that says what tokens words are made of."""
FINER = 3
"""Places in the times that stand for one frame of the encoder."""


def build(
    *,
    weights: Path,
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    batch: float = 0.0,
    fallback: str = "none",
) -> "Decoding[Paraformer]":
    """Load the model; see the package's `build`."""
    compute = checked(compute)
    parts = parts_in(weights / PARTS)

    def made(name: str) -> Paraformer:
        loaded = load(weights, name, threads)
        install()
        return Paraformer(loaded, compute, parts)

    return decoding(made, device, fallback, batch=batch)


class Paraformer:
    """A `Decoder`. Threads wait for each other."""

    def __init__(self, loaded: Loaded, compute: str, parts: Mapping[str, Sequence[str]]) -> None:
        self._loaded = loaded
        self._compute = compute
        self._parts = parts
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        """As PyTorch names it."""
        return self._loaded.device

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip of a batch.

        Hotwords that the model has no tokens for are left to the stages of the text.

        Raises:
            EngineError: the model failed.
        """
        hotwords = self._hotwords(hints.hotwords)
        with failing("paraformer", self.device, len(clips)):
            speech, frames = features(self._loaded, clips)
            with self._lock, precision(self.device, self._compute):
                tokens = self._run(speech.to(self.device), frames.to(self.device), hotwords)
        return [hypothesis_of(few, c.duration) for few, c in zip(tokens, clips, strict=True)]

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return Mandarin for each clip: it knows no other language."""
        return [{"zh": 1.0} for _ in clips]

    def _hotwords(self, words: Sequence[Hotword]) -> list[list[int]] | None:
        """Return the tokens of hotwords as SeACo wants them; None for a model without it."""
        model = self._loaded.model
        if not hasattr(model, "seaco_decoder"):
            return None
        known = self._loaded.tokenizer.token2id
        found = [tokens_of(word, known, self._parts) for word in words]
        kept = [tokens for tokens in found if tokens is not None]
        return [*kept, [model.sos]] if kept else None

    def _run(
        self, speech: Native, frames: Native, hotwords: list[list[int]] | None
    ) -> list[list[Token]]:
        """Return the tokens of each clip."""
        model = self._loaded.model
        encoded, lengths = model.encode(speech, frames)
        encoded = encoded.float()  # the predictor counts exactly, whatever the rest computes in
        embedded, counted = model.calc_predictor(encoded, lengths)[:2]
        counts = counted.round().long()
        if int(counts.max()) < 1:
            return [[] for _ in speech]
        scores = self._scores(encoded, lengths, embedded, counts, hotwords)
        best = scores.float().max(-1)
        places = self._places(encoded, lengths, counts)
        return [
            self._read(best.indices[i, :n], best.values[i, :n], places(i) if places else None)
            for i, n in enumerate(counts.tolist())
        ]

    def _scores(
        self,
        encoded: Native,
        lengths: Native,
        embedded: Native,
        counts: Native,
        hotwords: list[list[int]] | None,
    ) -> Native:
        """Return log-probabilities, shape (clips, tokens, vocabulary)."""
        model = self._loaded.model
        if hasattr(model, "seaco_decoder"):
            return model._seaco_decode_with_ASF(  # noqa: SLF001  (the only way in besides `inference`)
                encoded, lengths, embedded, counts, hw_list=hotwords
            )
        return model.cal_decoder_with_predictor(encoded, lengths, embedded, counts)[0]

    def _places(self, encoded: Native, lengths: Native, counts: Native) -> "Places | None":
        model = self._loaded.model
        if not hasattr(model.predictor, "get_upsample_timestamp"):
            return None
        _, _, weights, peaks = model.calc_predictor_timestamp(encoded, lengths, counts)
        return Places(weights.cpu(), peaks.cpu(), lengths.tolist())

    def _read(self, ids: Native, scores: Native, place: "Place | None") -> list[Token]:
        model, known = self._loaded.model, self._loaded.tokenizer.token_list
        special = {model.sos, model.eos, model.blank_id}
        odds = scores.exp().tolist()
        kept = [(known[t], p) for t, p in zip(ids.tolist(), odds, strict=True) if t not in special]
        spans = place([text for text, _ in kept]) if place else None
        return [Token(text, p, spans[i] if spans else None) for i, (text, p) in enumerate(kept)]


class Places:
    """Where the tokens of a batch are heard."""

    def __init__(self, weights: Native, peaks: Native, lengths: Sequence[int]) -> None:
        self._weights = weights
        self._peaks = peaks
        self._lengths = lengths

    def __call__(self, clip: int) -> "Place":
        """Return those of one clip."""
        size = self._lengths[clip] * FINER
        return Place(self._weights[clip][:size], self._peaks[clip][:size])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tokens of one clip are heard, as the predictor marks it."""

    weights: Native
    peaks: Native

    def __call__(self, tokens: Sequence[str]) -> list[tuple[float, float]] | None:
        """Return the seconds of each token; None where they cannot be told."""
        from funasr.utils.timestamp_tools import ts_prediction_lfr6_standard

        try:
            _, found = ts_prediction_lfr6_standard(self.weights, self.peaks, list(tokens))
        except IndexError:  # it marks nothing
            return None
        spans = [(start / 1000, end / 1000) for start, end in found]
        return spans if len(spans) == len(tokens) else None


def parts_in(path: Path) -> dict[str, list[str]]:
    """Return the tokens of each word as a file of the model says; empty without one."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {first: rest for first, *rest in lines if rest}
