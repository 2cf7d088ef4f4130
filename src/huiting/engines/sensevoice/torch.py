"""SenseVoice on PyTorch, by FunASR.

The network is run here rather than by FunASR's `inference`, which does the same but keeps to
itself how sure the model is: of the language, the emotion, the sound and each token.

Source: `SenseVoiceSmall.inference` in FunASR; the emotion's score as a softmax over the emotion
tags at the second place of the output.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Hints, Hypothesis
from huiting.core.tags import Sounding, tag
from huiting.core.types import Audio, EmotionLabel
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._funasr import FRAME, Loaded, features, load
from huiting.engines._onsets import EARLY
from huiting.engines._pieces import SPACE, Piece
from huiting.engines._torch import Native, checked, failing, precision
from huiting.engines.sensevoice._options import Options
from huiting.engines.sensevoice._reading import (
    HEADER,
    LANGUAGES,
    LONGEST,
    Said,
    checked_language,
    hypothesis_of,
)

Label = TypeVar("Label")

PLACES = {"language": 0, "emotion": 1, "event": 2}
"""Where in the output each tag is read off."""
QUERIES = (1, 2)
"""Inputs that ask for emotion and event."""
_TAG = re.compile(r"<\|[^|]*\|>")


def build(options: Options, *, device: str, fallback: str) -> "Decoding[SenseVoice]":
    """Load the model; see the package's `build`."""
    checked(options.compute)
    return decoding(
        lambda name: SenseVoice(load(options.weights, name, options.threads), options),
        device,
        fallback,
        batch=options.batch,
        longest=LONGEST,
    )


class SenseVoice:
    """A `Decoder`. Threads wait for each other."""

    def __init__(self, loaded: Loaded, options: Options) -> None:
        self._loaded = loaded
        self._options = options
        self._lock = threading.Lock()
        self._vocabulary = Vocabulary(loaded.tokenizer)

    @property
    def device(self) -> str:
        """As PyTorch names it."""
        return self._loaded.device

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip of a batch.

        Raises:
            EngineError: the model failed, or does not know the language.
        """
        rows, lengths = self._run(clips, checked_language(hints.language), None)
        return [
            hypothesis_of(self._read(row[:length]), clip.duration)
            for row, length, clip in zip(rows, lengths, clips, strict=True)
        ]

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return for each clip of a batch the probability of each language.

        Raises:
            EngineError: the model failed.
        """
        codes = [
            c for c in LANGUAGES if not self._options.languages or c in self._options.languages
        ]
        ids = self._vocabulary.ids(codes or LANGUAGES)
        rows, _ = self._run(clips, None, HEADER)
        return [odds_of(row[PLACES["language"]], ids) for row in rows]

    def _run(
        self, clips: Sequence[Audio], language: str | None, first: int | None
    ) -> tuple[list[NDArray[np.float32]], list[int]]:
        """Return log-probabilities, shape (frames, tokens), of each clip, and its frames.

        Args:
            clips: a batch.
            language: to expect; None to detect it.
            first: how many frames are wanted; None for all.
        """
        with failing("sensevoice", self.device, len(clips)):
            speech, frames = features(self._loaded, clips)
            with self._lock, precision(self.device, self._options.compute):
                model = self._loaded.model
                asked = self._asked(speech.to(self.device), language)
                frames = frames.to(self.device) + HEADER
                encoded, lengths = model.encoder(asked, frames)
                scores = model.ctc.ctc_lo(encoded[:, :first]).float().log_softmax(-1)
                return [row.numpy() for row in scores.cpu()], lengths.tolist()

    def _asked(self, speech: Native, language: str | None) -> Native:
        """Put the questions before the sound: language, event, emotion, digits."""
        import torch

        model = self._loaded.model
        style = model.textnorm_dict["withitn" if self._options.itn else "woitn"]
        spoken = model.lid_dict[language or "auto"]
        ids = torch.tensor([[spoken, *QUERIES, style]], device=speech.device)
        return torch.cat((model.embed(ids).expand(len(speech), -1, -1), speech), dim=1)

    def _read(self, scores: NDArray[np.float32]) -> Said:
        """Read one clip's log-probabilities, shape (frames, tokens)."""
        words = self._vocabulary
        best = scores.argmax(-1)
        blank = self._loaded.model.blank_id
        header, pieces, sure, at = "", [], [], 0
        for token, run in groupby(best.tolist()):
            first, at = at, at + len(list(run))
            if token == blank:
                continue
            if first < HEADER:
                header += words.text(token)
                continue
            if words.special(token):
                continue
            odds = float(scores[first:at, token].max())
            sure.append(odds)
            start, end = (first - HEADER) * FRAME - EARLY, (at - HEADER) * FRAME - EARLY
            pieces.append(Piece(words.piece(token), max(0.0, start), end, float(np.exp(odds))))
        text = "".join(piece.text for piece in pieces).replace(SPACE, " ").strip()
        return Said(
            header + text,
            pieces,
            odds_of(scores[PLACES["emotion"]], words.ids(EmotionLabel)),
            odds_of(scores[PLACES["event"]], words.ids(Sounding)),
            float(np.mean(sure)) if sure else None,
        )


class Vocabulary:
    """The tokens of a model."""

    def __init__(self, tokenizer: Native) -> None:
        self._pieces = tokenizer.sp

    def piece(self, token: int) -> str:
        """Return a token as it is written, `SPACE` before a word."""
        found: str = self._pieces.IdToPiece(token)
        return found

    def special(self, token: int) -> bool:
        """Tell whether a token is no text: a tag, or one that stands for none."""
        known = self._pieces
        text = self.text(token)
        return known.IsControl(token) or known.IsUnknown(token) or _TAG.fullmatch(text) is not None

    def text(self, token: int) -> str:
        """Return a token that is a tag."""
        return self.piece(token).removeprefix(SPACE)

    def ids(self, labels: "Sequence[Label] | type[Label]") -> dict[Label, int]:
        """Return the token of the tag of each label that the model has one for."""
        names = {label: tag(str(label)) for label in labels}  # type: ignore[union-attr]
        found = {label: self._pieces.PieceToId(name) for label, name in names.items()}
        return {label: i for label, i in found.items() if self.piece(i) == names[label]}


def odds_of(scores: NDArray[np.float32], ids: Mapping[Label, int]) -> dict[Label, float]:
    """Return the probability of each label among `ids`; they add up to 1.

    Args:
        scores: log-probabilities of all tokens, shape (tokens,).
        ids: token of each label.
    """
    if not ids:
        return {}
    raw = np.exp(scores[list(ids.values())] - scores[list(ids.values())].max())
    return {label: float(p) for label, p in zip(ids, raw / raw.sum(), strict=True)}
