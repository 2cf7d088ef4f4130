"""Group voice prints by speaker. Pure arithmetic; knows no audio.

Speakers are found among a bounded number of prints (`MOST`, taken evenly), since the
table of distances grows with the square; all prints are then compared with the speakers
found. A cut of the tree can put a cough into a group of its own and both speakers into
the other. So several cuts are tried, each is refined, and groups that hold too little of
the speech do not count.

How many speakers there are is read from how well the groups stand apart: one voice cut in
two has a silhouette of 0.1 to 0.25, two voices one of 0.3 to 0.7, on telephone calls.

Source:
    Rousseeuw, "Silhouettes", 1987; average-link agglomerative clustering on cosine distance, usual in diarization;
    refined by spherical k-means (Dhillon and Modha, 2001).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

MOST = 2_000
"""Prints that are clustered: 16 MB of distances."""
SOLID = 0.6
"""Seconds; a shorter print is assigned, not clustered."""
SHARE = 0.04
"""Of the clustered speech that a speaker has at least."""
CROWD = 6
"""Speakers at most when their number is estimated."""

_CUTS = 10
"""How many finer cuts of the tree are tried."""
_ROUNDS = 10
_PAIR = 2
_BAR, _BAR_FEW = 0.15, 1.0
"""Silhouette that two speakers reach: the first, and the second over the number of prints."""
_BETTER = 0.02
"""By how much one speaker more must improve it."""

Prints = NDArray[np.float32]
Weights = NDArray[np.float64]


def speakers(prints: Prints, seconds: Weights, count: int | None) -> Prints:
    """Return one mean print a speaker, each of length 1, shape (speakers, size).

    Args:
        prints: each of length 1, shape (n, size), n > 0.
        seconds: of speech behind each print, shape (n,).
        count: how many speakers; fewer come back when there are fewer prints. None to
            estimate.
    """
    chosen = _choose(seconds, count)
    prints, seconds = prints[chosen], seconds[chosen]
    if len(prints) < _PAIR or count == 1:
        return _means(prints, seconds, np.zeros(len(prints), np.intp), np.array([0]))
    from scipy.cluster.hierarchy import linkage

    tree = linkage(prints.astype(np.float64), "average", metric="cosine")
    if count is None:
        return _estimate(tree, prints, seconds)
    return _divide(tree, prints, seconds, min(count, len(prints)))


def _choose(seconds: Weights, count: int | None) -> NDArray[np.intp]:
    """Return which prints to cluster: the solid ones, or else the longest; at most `MOST`."""
    solid = np.flatnonzero(seconds >= SOLID)
    least = max(_PAIR + 1, count or 1)
    if len(solid) < least:
        solid = np.sort(np.argsort(-seconds, kind="stable")[:least])
    evenly = np.linspace(0, len(solid) - 1, min(MOST, len(solid)))
    chosen: NDArray[np.intp] = solid[evenly.round().astype(np.intp)]
    return chosen


def _estimate(tree: Weights, prints: Prints, seconds: Weights) -> Prints:
    whole = _means(prints, seconds, np.zeros(len(prints), np.intp), np.array([0]))
    best, bar = whole, _BAR + _BAR_FEW / len(prints)
    for count in range(_PAIR, min(CROWD, len(prints) - 1) + 1):
        means = _divide(tree, prints, seconds, count)
        reached = silhouette(prints, seconds, means)
        if reached > bar:
            best, bar = means, reached + _BETTER
    return best


def silhouette(prints: Prints, seconds: Weights, means: Prints) -> float:
    """Return how much nearer prints lie to their own group than to the next, in [-1, 1].

    Weighed by seconds; -1 when a mean has no print, or is the only one.
    """
    labels = _nearest(prints, means)
    member = (labels[:, None] == np.arange(len(means))) * seconds[:, None].astype(np.float32)
    held = member.sum(0)
    if len(means) < _PAIR or not held.all():
        return -1.0
    distances = 1 - prints @ prints.T
    np.fill_diagonal(distances, 0)
    to_groups, mine = distances @ member, np.arange(len(prints))
    others = np.maximum(held[labels] - seconds, np.finfo(np.float32).tiny)
    within = to_groups[mine, labels] / others
    to_groups /= held
    to_groups[mine, labels] = np.inf
    beside = to_groups.min(1)
    apart = (beside - within) / np.maximum(np.maximum(within, beside), np.finfo(np.float32).tiny)
    apart[held[labels] <= seconds] = 0  # alone in its group
    return float(apart @ seconds / seconds.sum())


def _divide(tree: Weights, prints: Prints, seconds: Weights, count: int) -> Prints:
    """Return the best of several ways to make `count` groups.

    For two speakers the best is the one whose prints lie nearest to their means. With
    more, that would rather split who speaks most than find who speaks little, and the
    first cut whose groups are all large enough is taken.
    """
    found = list(_cuts(tree, prints, seconds, count))
    if not found:  # prints too alike to be told apart
        return _means(prints, seconds, np.zeros(len(prints), np.intp), np.array([0]))
    sound = [means for means, share in found if share >= SHARE] or [found[0][0]]
    if count > _PAIR:
        return sound[0]
    return max(sound, key=lambda means: float(seconds @ (prints @ means.T).max(1)))


def _cuts(
    tree: Weights, prints: Prints, seconds: Weights, count: int
) -> Iterator[tuple[Prints, float]]:
    """Yield means of the `count` largest groups of finer and finer cuts, and the least share."""
    from scipy.cluster.hierarchy import fcluster

    for groups in range(count, min(count + _CUTS, len(prints)) + 1):
        labels = fcluster(tree, groups, "maxclust")
        largest, held = _held(labels, seconds)
        if len(largest) >= count:  # equal distances can make a cut impossible
            means = _refine(prints, seconds, _means(prints, seconds, labels, largest[:count]))
            if count == _PAIR:
                held = _sums(_nearest(prints, means), seconds, count)
            yield means, float(held[:count].min() / seconds.sum())


def _held(labels: NDArray[np.intp], seconds: Weights) -> tuple[NDArray[np.intp], Weights]:
    """Return the groups and the seconds each holds, the largest first."""
    groups, places = np.unique(labels, return_inverse=True)
    held = _sums(places, seconds, len(groups))
    order = np.argsort(-held, kind="stable")
    return groups[order], held[order]


def _sums(labels: NDArray[np.intp], seconds: Weights, groups: int) -> Weights:
    return np.bincount(labels, seconds, groups).astype(np.float64)


def _refine(prints: Prints, seconds: Weights, means: Prints) -> Prints:
    for _ in range(_ROUNDS):
        labels = _nearest(prints, means)
        alive = np.isin(np.arange(len(means)), labels)
        moved = means.copy()
        moved[alive] = _means(prints, seconds, labels, np.flatnonzero(alive))
        if np.array_equal(_nearest(prints, moved), labels):
            return moved
        means = moved
    return means


def _nearest(prints: Prints, means: Prints) -> NDArray[np.intp]:
    nearest: NDArray[np.intp] = (prints @ means.T).argmax(1)
    return nearest


def _means(
    prints: Prints, seconds: Weights, labels: NDArray[np.intp], groups: NDArray[np.intp]
) -> Prints:
    sums = np.stack([seconds[labels == g] @ prints[labels == g] for g in groups])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: Prints = (sums / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return means
