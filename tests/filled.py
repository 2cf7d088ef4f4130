"""Stores of any size for measurements: some calls saved as a worker saves them, the rest copies."""

from copies import multiply
from huiting.store import Store
from stock import Stock

_SPREAD = 7_919
"""Neighbors in time are copies of different calls; a prime."""


def fill(store: Store, stock: Stock, size: int, originals: int) -> None:
    """Fill an empty store with calls [0, size), of which `originals` are saved one by one."""
    step = size // originals
    saved = range(0, originals * step, step)
    for number in reversed(saved):
        stock.keep(store, stock.analysis(number))
    rest = (number for number in reversed(range(size)) if number not in saved)
    pairs = ((number, saved[number * _SPREAD % originals]) for number in rest)
    multiply(store, stock, saved, pairs)
