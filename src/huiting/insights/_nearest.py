"""Names as an answer lists them."""

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

LISTED = 8


def nearest(name: str, there: Iterable[str], most: int = LISTED) -> str:
    """Return names that there are, those most like `name` first, with how many more there are."""
    listed = sorted(there)
    ranked: Sequence[tuple[str, float, int]] = process.extract(
        name, listed, scorer=fuzz.WRatio, limit=most
    )
    more = len(listed) - len(ranked)
    return ", ".join(found for found, *_ in ranked) + (f", … (+{more})" if more else "")
