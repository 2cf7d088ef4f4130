"""Train the emotion classifier and write its weights.

Usage: python tools/train_emotion.py [--shared ../shared] [--cache FOLDER]

Linear discriminants on EMO-DB in all takes of `emotion_corpus`. The codebook of speech sounds
and a part of the within-class scatter come from the synthetic calls in `calls/open`, whose
voices feel nothing: so that Mandarin, Japanese and English sounds are no emotion either. Then
each speaker in turn is left out of everything, and what comes out for them sets the scale of
the odds. Everything is drawn from fixed seeds.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from emotion_corpus import TAKES, Heard, Sentence, heard, load, recognizer_in, sentences
from numpy.typing import NDArray
from platformdirs import user_cache_path
from sklearn.cluster import MiniBatchKMeans

from huiting.audio.decode import decode
from huiting.core.types import Audio, Span
from huiting.engines._emotion_heads import CALM, Array, Head, Heads, residual, save
from huiting.engines._prosody import LEVEL, prosody
from huiting.engines.whisper import Whisper

OUT = Path(__file__).parents[1] / "src" / "huiting" / "engines" / "emotion.npz"
SOUNDS = 128
"""Entries of the codebook."""
SHRINK = 0.1
"""Of the within-class scatter, towards its diagonal."""
FOREIGN = 0.1
"""Share of the within-class scatter that comes from the calls; of the encoder's head alone."""
SHORTEST = 0.5
"""Seconds of a turn that is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """EMO-DB in all takes, and the calls."""

    sentences: Sequence[Sentence]
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    """Class of each sentence."""
    speakers: NDArray[np.str_]
    heard: dict[str, list[Heard]]
    """By take."""
    prosody: dict[str, Array]
    """By take, shape (sentences, features)."""
    calls: list[Heard]
    calls_prosody: Array


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """A speaker, and heads that never heard them."""

    speaker: str
    heads: Heads
    places: NDArray[np.int64]
    """Of the speaker's sentences."""
    impressions: dict[str, Array]
    """By take, in the order of `places`."""


def read(shared: Path, cache: Path, recognizer: Callable[[], Whisper]) -> Corpus:
    """Return everything that is learnt from; what is slow to compute comes from the cache."""
    found = sentences(shared)
    takes = {take.name: load(found, take, cache, recognizer) for take in TAKES}
    labels = [sentence.label for sentence in found]
    classes = tuple(sorted(set(labels)))
    calls = turns(shared, cache, recognizer)
    return Corpus(
        sentences=found,
        classes=classes,
        truth=np.array([classes.index(label) for label in labels]),
        speakers=np.array([sentence.speaker for sentence in found]),
        heard=takes,
        prosody={name: _prosody(rows) for name, rows in takes.items()},
        calls=calls,
        calls_prosody=_prosody(calls),
    )


def turns(shared: Path, cache: Path, recognizer: Callable[[], Whisper]) -> list[Heard]:
    """Return every turn of the synthetic calls, each alone in its clip."""
    path = cache / "calls.npz"
    if not path.exists():
        rows = [heard(recognizer(), [samples])[0] for samples in _turns(shared)]
        arrays = {f"x{i}": row.samples for i, row in enumerate(rows)}
        arrays |= {f"s{i}": row.states.astype(np.float16) for i, row in enumerate(rows)}
        np.savez(path, **arrays)  # type: ignore[arg-type]  # numpy's stubs want a bool
    with np.load(path) as kept:
        count = len(kept.files) // 2
        return [Heard(kept[f"x{i}"], kept[f"s{i}"].astype(np.float32)) for i in range(count)]


def _turns(shared: Path) -> Iterator[Array]:
    for path in sorted((shared / "calls" / "open").glob("*.json")):
        truth = json.loads(path.read_text("utf-8"))
        with decode(path.parent / truth["file"], rate=16_000) as call:
            for turn in truth["turns"]:
                if turn["end"] - turn["start"] >= SHORTEST:
                    span = Span(turn["start"], turn["end"])
                    yield call.tracks[turn["channel"]].cut(span).samples


def _prosody(rows: Sequence[Heard]) -> Array:
    found = [prosody(Audio(row.samples, 16_000)) for row in rows]
    known = [one for one in found if one is not None]
    middle = np.median(known, axis=0)
    return np.array([middle if one is None else one for one in found], np.float32)


def codebook(corpus: Corpus, train: NDArray[np.bool_]) -> Array:
    """Return what the encoder hears in common speech sounds, shape (SOUNDS, 512)."""
    rng = np.random.default_rng(0)
    called = np.vstack([row.states for row in corpus.calls])
    german = np.vstack(
        [
            rows[i].states[rng.integers(0, len(rows[i].states), 8)]
            for rows in corpus.heard.values()
            for i in np.flatnonzero(train)
        ]
    )
    frames = np.vstack([called[rng.permutation(len(called))[:20_000]], german])
    learner = MiniBatchKMeans(SOUNDS, batch_size=2048, n_init=1, max_iter=40, random_state=0)
    return np.asarray(learner.fit(frames).cluster_centers_, np.float32)


def fit(corpus: Corpus, train: NDArray[np.bool_]) -> Heads:
    """Return heads that have learnt from some of the sentences, their scale not yet set."""
    book = codebook(corpus, train)
    encoded = {
        name: np.array([residual(row.states, book) for row in rows])
        for name, rows in corpus.heard.items()
    }
    foreign = np.array([residual(row.states, book) for row in corpus.calls])
    return Heads(
        classes=corpus.classes,
        codebook=book,
        encoder=head(corpus, train, encoded, foreign=(foreign, FOREIGN)),
        prosody=head(
            corpus, train, corpus.prosody, foreign=(corpus.calls_prosody, 0.0), relative_only=LEVEL
        ),
        scale=(0.3, 0.3),
    )


def head(
    corpus: Corpus,
    train: NDArray[np.bool_],
    features: dict[str, Array],
    *,
    foreign: tuple[Array, float],
    relative_only: int | None = None,
) -> Head:
    """Return one head.

    Args:
        corpus: labels and speakers.
        train: which sentences are learnt from.
        features: by take, shape (sentences, features).
        foreign: features of the calls, and their share in the within-class scatter.
        relative_only: a feature that means nothing but relative to the voice: its level.
    """
    calm = np.isin(np.array(corpus.classes)[corpus.truth], CALM) & train
    rows = np.vstack([values[train] for values in features.values()])
    labels = np.tile(corpus.truth[train], len(features))
    voices = {
        name: np.array(
            [values[calm & (corpus.speakers == s)].mean(axis=0) for s in corpus.speakers[train]]
        )
        for name, values in features.items()
    }
    own = rows - np.vstack(list(voices.values()))
    keep = np.ones(rows.shape[1], bool)
    if relative_only is not None:
        keep[relative_only] = False
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    absolute = np.zeros((rows.shape[1], len(corpus.classes)))
    absolute[keep], offset = discriminant(
        ((rows - middle) / spread)[:, keep], labels, (foreign[0] / spread)[:, keep], foreign[1]
    )
    scale = own.std(axis=0) + 1e-6
    relative, relative_offset = discriminant(own / scale, labels, foreign[0] / scale, foreign[1])
    absolute /= spread[:, None]
    relative /= scale[:, None]
    usual = np.mean([values[calm].mean(axis=0) for values in features.values()], axis=0)
    found = (absolute, offset - middle @ absolute, relative, relative_offset, usual @ relative)
    return Head(*(np.asarray(array, np.float32) for array in found))


def discriminant(
    rows: Array, labels: NDArray[np.int64], foreign: Array, share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and offsets of a linear discriminant; all classes are equally likely."""
    count = labels.max() + 1
    means = np.array([rows[labels == c].mean(axis=0) for c in range(count)], np.float64)
    rest = rows - means[labels]
    weight = 1 / np.bincount(labels)[labels] / count
    scatter = (1 - share) * (rest * weight[:, None]).T @ rest + share * np.cov(foreign.T)
    scatter = (1 - SHRINK) * scatter + SHRINK * np.diag(np.diag(scatter))
    weights = np.linalg.solve(scatter, means.T)
    return weights, -0.5 * np.einsum("ij,ji->i", means, weights)


def impressions(corpus: Corpus, heads: Heads, places: NDArray[np.int64]) -> dict[str, Array]:
    """Return what the heads keep of some sentences, by take."""
    return {
        name: np.array([heads.impression(rows[i].states, corpus.prosody[name][i]) for i in places])
        for name, rows in corpus.heard.items()
    }


def leave_one_out(corpus: Corpus) -> list[Fold]:
    """Return a fold for each speaker."""
    folds = []
    for speaker in sorted(set(corpus.speakers)):
        heads = fit(corpus, corpus.speakers != speaker)
        places = np.flatnonzero(corpus.speakers == speaker)
        folds.append(Fold(speaker, heads, places, impressions(corpus, heads, places)))
    return folds


def odds_of(
    folds: Sequence[Fold],
    take: str,
    *,
    alone: bool,
    scale: tuple[float, float],
    seen: bool = True,
) -> Array:
    """Return the odds of each sentence, judged by heads that never heard its speaker.

    Args:
        folds: of all speakers.
        take: how it was recorded.
        alone: each sentence as a call of its own; else all of a speaker's are one voice.
        scale: of the heads.
        seen: whether the recognizer shows what its encoder hears.
    """
    size = sum(len(fold.places) for fold in folds)
    found = np.zeros((size, len(folds[0].heads.classes)), np.float32)
    for fold in folds:
        heads = replace(fold.heads, scale=scale)
        rows = fold.impressions[take].copy()
        if not seen:
            rows[:, 1 : 2 + 2 * len(heads.classes)] = 0
        voices = [[row] for row in rows] if alone else [list(rows)]
        judged = [odds for voice in voices for odds in heads.odds(voice)]
        found[fold.places] = judged
    return found


def scales(corpus: Corpus, folds: Sequence[Fold]) -> tuple[float, float]:
    """Return the scales under which what was left out is most likely."""

    def loss(scale: float, *, seen: bool) -> float:
        losses = []
        for take in corpus.heard:
            for alone in (True, False):
                odds = odds_of(folds, take, alone=alone, scale=(scale, scale), seen=seen)
                right = odds[np.arange(len(odds)), corpus.truth]
                losses.append(-np.log(np.maximum(right, 1e-6)).mean())
        return float(np.mean(losses))

    grid = [float(s) for s in np.geomspace(0.08, 1.2, 16)]
    both, alone = (
        min(grid, key=lambda s, seen=seen: loss(s, seen=seen))  # type: ignore[misc]
        for seen in (True, False)
    )
    return both, alone


def recall(truth: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Return the unweighted mean of the recall of each class."""
    return float(np.mean([np.mean(found[truth == c] == c) for c in sorted(set(truth))]))


def corpus_in(shared: Path, cache: Path, models: Path) -> Corpus:
    """Return the corpus, the recognizer loaded only when the cache lacks something."""
    loaded: list[Whisper] = []

    def recognizer() -> Whisper:
        if not loaded:
            loaded.append(recognizer_in(models))
        return loaded[0]

    return read(shared, cache, recognizer)


def main() -> None:
    """Train, say what the left-out speakers give, write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=Path(__file__).parents[2] / "shared")
    options.add_argument("--models", type=Path, default=user_cache_path("huiting") / "models")
    options.add_argument("--cache", type=Path, default=user_cache_path("huiting") / "emotion")
    chosen = options.parse_args()
    corpus = corpus_in(chosen.shared, chosen.cache, chosen.models)
    folds = leave_one_out(corpus)
    scale = scales(corpus, folds)
    for take in corpus.heard:
        for alone in (True, False):
            odds = odds_of(folds, take, alone=alone, scale=scale)
            figure = recall(corpus.truth, odds.argmax(axis=1))
            print(f"{take:12} {'alone' if alone else 'voice'} recall {figure:.3f}")  # noqa: T201
    heads = replace(fit(corpus, np.ones(len(corpus.truth), bool)), scale=scale)
    save(heads, OUT)
    print(f"scale {scale}; {OUT.name}: {OUT.stat().st_size / 1e3:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
