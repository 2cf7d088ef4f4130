"""Train the emotion classifier and write its weights.

Usage: python tools/train_emotion.py [--shared ../shared] [--cache FOLDER]

Linear discriminants on EMO-DB in all takes of `emotion_corpus`. A part of the within-class
scatter comes from the synthetic calls in `calls/open`, whose voices feel nothing: so that
Mandarin, Japanese and English sounds are no emotion. Another is how sounds differ within a
sentence, which is what is said, not how. Then each speaker in turn is left out of everything,
and what comes out for them sets the scale of the odds; and each speaker together with two of
the ten sentences, for what is said is half of what the encoder hears. Nothing is random.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from emotion_corpus import TAKES, Heard, Sentence, heard, load, recognizer_in, sentences
from numpy.typing import NDArray
from platformdirs import user_cache_path

from huiting.audio.decode import decode
from huiting.core.types import Audio, Span
from huiting.engines._emotion_heads import CALM, Array, Head, Heads, save
from huiting.engines._prosody import LEVEL, prosody
from huiting.engines.whisper import Whisper

OUT = Path(__file__).parents[1] / "src" / "huiting" / "engines" / "emotion.npz"
SOUND = 15
"""Frames that are one sound: 0.3 s."""
FOREIGN = 0.1
"""Share of the within-class scatter that comes from the calls."""
SHORTEST = 0.5
"""Seconds of a turn that is used."""
PAIRS = 5
"""Parts of the sentences' wordings, two in each, that are left out in turn."""

Scatters = Mapping[tuple[str, str], tuple[NDArray[np.float64], int]]
"""By speaker and wording: products of what sounds differ by, summed, and of how many."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a discriminant is learnt."""

    sounds: float
    """How much the differences of sounds within a sentence add to the within-class scatter."""
    shrink: float
    """Of the within-class scatter, towards its diagonal."""
    foreign: float = FOREIGN


BROAD = Recipe(sounds=0.1, shrink=0.15)
"""For any wording; of the encoder and of prosody together."""
FINE = Recipe(sounds=0.0, shrink=0.1)
"""What the wordings of the corpus allow; of the encoder alone."""
PLAIN = Recipe(sounds=0.0, shrink=0.1, foreign=0.0)
"""Of prosody alone, which hardly hears what is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """EMO-DB in all takes, and the calls."""

    sentences: Sequence[Sentence]
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    """Class of each sentence."""
    speakers: NDArray[np.str_]
    wordings: NDArray[np.str_]
    heard: dict[str, list[Heard]]
    """By take."""
    prosody: dict[str, Array]
    """By take, shape (sentences, features)."""
    scatters: Scatters
    calls: list[Heard]
    calls_prosody: Array


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Sentences, and heads that never heard them nor others of their kind."""

    heads: Heads
    places: NDArray[np.int64]
    impressions: dict[str, Array]
    """By take, in the order of `places`."""


def read(shared: Path, cache: Path, recognizer: Callable[[], Whisper]) -> Corpus:
    """Return everything that is learnt from; what is slow to compute comes from the cache."""
    found = sentences(shared)
    takes = {take.name: load(found, take, cache, recognizer) for take in TAKES}
    labels = [sentence.label for sentence in found]
    classes = tuple(sorted(set(labels)))
    calls = turns(shared, cache, recognizer)
    speakers = np.array([sentence.speaker for sentence in found])
    wordings = np.array([sentence.wording for sentence in found])
    return Corpus(
        sentences=found,
        classes=classes,
        truth=np.array([classes.index(label) for label in labels]),
        speakers=speakers,
        wordings=wordings,
        heard=takes,
        prosody={name: _prosody(rows) for name, rows in takes.items()},
        scatters=_scatters(takes.values(), speakers, wordings),
        calls=calls,
        calls_prosody=_prosody(calls),
    )


def _scatters(
    takes: Iterable[Sequence[Heard]], speakers: NDArray[np.str_], wordings: NDArray[np.str_]
) -> Scatters:
    apart: dict[tuple[str, str], list[Array]] = {}
    for rows in takes:
        for row, speaker, wording in zip(rows, speakers, wordings, strict=True):
            starts = range(0, max(1, len(row.states) - SOUND // 2), SOUND)
            sounds = np.array([row.states[at : at + SOUND].mean(axis=0) for at in starts])
            apart.setdefault((str(speaker), str(wording)), []).append(
                sounds - row.states.mean(axis=0)
            )
    found = {}
    for place, parts in apart.items():
        every = np.vstack(parts).astype(np.float64)
        found[place] = every.T @ every, len(every)
    return found


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


def fit(corpus: Corpus, train: NDArray[np.bool_]) -> Heads:
    """Return heads that have learnt from some of the sentences, their scale not yet set."""
    encoded = {name: _means(rows) for name, rows in corpus.heard.items()}
    called = _means(corpus.calls)
    size = called.shape[1]
    both = {name: np.hstack([values, corpus.prosody[name]]) for name, values in encoded.items()}
    both_called = np.hstack([called, corpus.calls_prosody])
    pupil = Pupil(corpus, train, _sounds(corpus, train))
    broad = pupil.head(both, both_called, BROAD, relative_only=size + LEVEL)
    fine = pupil.head(encoded, called, FINE)
    return Heads(
        classes=corpus.classes,
        whole=added(broad, fine),
        prosody=pupil.head(corpus.prosody, corpus.calls_prosody, PLAIN, relative_only=LEVEL),
        scale=(0.3, 0.3),
    )


def _means(rows: Sequence[Heard]) -> Array:
    return np.array([row.states.mean(axis=0) for row in rows])


def _sounds(corpus: Corpus, train: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how sounds differ within the sentences that are learnt from, a covariance."""
    pairs = zip(corpus.speakers[train], corpus.wordings[train], strict=True)
    cells = {(str(speaker), str(wording)) for speaker, wording in pairs}
    parts = [corpus.scatters[cell] for cell in sorted(cells)]
    total = np.sum([products for products, _ in parts], axis=0)
    return np.asarray(total / sum(count for _, count in parts))


def added(broad: Head, fine: Head) -> Head:
    """Return the sum of two heads, one of which knows only the first of the features."""
    more = {}
    for field in fields(Head):
        first, second = getattr(broad, field.name), getattr(fine, field.name)
        if second.ndim > 1:
            second = np.pad(second, ((0, len(first) - len(second)), (0, 0)))
        more[field.name] = first + second
    return Head(**more)


@dataclass(frozen=True, slots=True, eq=False)
class Pupil:
    """What heads are learnt from."""

    corpus: Corpus
    train: NDArray[np.bool_]
    """Which sentences are learnt from."""
    sounds: NDArray[np.float64]
    """How the encoder's features differ within a sentence."""

    def head(
        self,
        features: dict[str, Array],
        foreign: Array,
        recipe: Recipe,
        *,
        relative_only: int | None = None,
    ) -> Head:
        """Return one head.

        Args:
            features: by take, shape (sentences, features); the encoder's come first.
            foreign: those of the calls.
            recipe: how.
            relative_only: a feature that means nothing but relative to the voice: its level.
        """
        corpus, train = self.corpus, self.train
        calm = np.isin(np.array(corpus.classes)[corpus.truth], CALM) & train
        rows = np.vstack([values[train] for values in features.values()])
        labels = np.tile(corpus.truth[train], len(features))
        own = rows - np.vstack([self._voices(values, calm) for values in features.values()])
        keep = np.ones(rows.shape[1], bool)
        if relative_only is not None:
            keep[relative_only] = False
        middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
        nuisance = self._nuisance(foreign, recipe)
        absolute = np.zeros((rows.shape[1], len(corpus.classes)))
        absolute[keep], offset = discriminant(
            ((rows - middle) / spread)[:, keep],
            labels,
            (nuisance / np.outer(spread, spread))[np.ix_(keep, keep)],
            recipe,
        )
        scale = own.std(axis=0) + 1e-6
        relative, relative_offset = discriminant(
            own / scale, labels, nuisance / np.outer(scale, scale), recipe
        )
        absolute /= spread[:, None]
        relative /= scale[:, None]
        usual = np.mean([values[calm].mean(axis=0) for values in features.values()], axis=0)
        found = (absolute, offset - middle @ absolute, relative, relative_offset, usual @ relative)
        return Head(*(np.asarray(array, np.float32) for array in found))

    def _voices(self, values: Array, calm: NDArray[np.bool_]) -> Array:
        """Return for each sentence that is learnt from how its speaker sounds when calm."""
        speakers = self.corpus.speakers
        usual = {s: values[calm & (speakers == s)].mean(axis=0) for s in set(speakers[self.train])}
        return np.array([usual[s] for s in speakers[self.train]])

    def _nuisance(self, foreign: Array, recipe: Recipe) -> NDArray[np.float64]:
        """Return differences that are no emotion, a covariance of the features."""
        found = recipe.foreign * np.cov(foreign.T)
        size = len(self.sounds)
        if recipe.sounds:
            found[:size, :size] += recipe.sounds * self.sounds
        return np.asarray(found)


def discriminant(
    rows: Array, labels: NDArray[np.int64], nuisance: NDArray[np.float64], recipe: Recipe
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and offsets of a linear discriminant; all classes are equally likely."""
    count = labels.max() + 1
    means = np.array([rows[labels == c].mean(axis=0) for c in range(count)], np.float64)
    rest = rows - means[labels]
    weight = 1 / np.bincount(labels)[labels] / count
    scatter = (1 - recipe.foreign) * (rest * weight[:, None]).T @ rest + nuisance
    scatter = (1 - recipe.shrink) * scatter + recipe.shrink * np.diag(np.diag(scatter))
    weights = np.linalg.solve(scatter, means.T)
    return weights, -0.5 * np.einsum("ij,ji->i", means, weights)


def fold(corpus: Corpus, train: NDArray[np.bool_], test: NDArray[np.bool_]) -> Fold:
    """Return what heads that learnt from some sentences keep of others, by take."""
    heads = fit(corpus, train)
    places = np.flatnonzero(test)
    kept = {
        name: np.array(
            [heads.impression(rows[i].states, corpus.prosody[name][i], 1.0) for i in places]
        )
        for name, rows in corpus.heard.items()
    }
    return Fold(heads, places, kept)


def leave_one_out(corpus: Corpus) -> list[Fold]:
    """Return a fold for each speaker."""
    every = sorted(set(corpus.speakers))
    return [fold(corpus, corpus.speakers != s, corpus.speakers == s) for s in every]


def leave_wording_out(corpus: Corpus) -> list[Fold]:
    """Return folds of a speaker's two wordings: heads know neither the voice nor the words."""
    wordings = sorted(set(corpus.wordings))
    each = -(-len(wordings) // PAIRS)
    folds = []
    for speaker in sorted(set(corpus.speakers)):
        for at in range(0, len(wordings), each):
            said = np.isin(corpus.wordings, wordings[at : at + each])
            test = (corpus.speakers == speaker) & said
            if test.any():
                folds.append(fold(corpus, (corpus.speakers != speaker) & ~said, test))
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
    """Return the scales under which what was left out is most likely.

    Args:
        corpus: what is true.
        folds: `leave_wording_out`, as nobody who calls says what actors did.
    """

    def loss(scale: float, *, seen: bool) -> float:
        losses = []
        for take in corpus.heard:
            odds = odds_of(folds, take, alone=True, scale=(scale, scale), seen=seen)
            right = odds[np.arange(len(odds)), corpus.truth]
            losses.append(-np.log(np.maximum(right, 1e-6)).mean())
        return float(np.mean(losses))

    grid = [float(s) for s in np.geomspace(0.04, 1.2, 20)]
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
    voices, wordings = leave_one_out(corpus), leave_wording_out(corpus)
    scale = scales(corpus, wordings)
    for take in corpus.heard:
        for name, folds, alone in (
            ("alone", voices, True),
            ("voice", voices, False),
            ("other words", wordings, True),
        ):
            odds = odds_of(folds, take, alone=alone, scale=scale)
            figure = recall(corpus.truth, odds.argmax(axis=1))
            print(f"{take:12} {name} recall {figure:.3f}")  # noqa: T201
    heads = replace(fit(corpus, np.ones(len(corpus.truth), bool)), scale=scale)
    save(heads, OUT)
    print(f"scale {scale}; {OUT.name}: {OUT.stat().st_size / 1e3:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
