"""Searches that people keep: their own, and those of others that are shared with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiting.access.principal import Principal
from huiting.store.searches import Draft, KeptSearch, Searches


@dataclass(frozen=True, slots=True)
class Kept:
    """A search, as somebody may use it."""

    key: int
    name: str
    query: str
    columns: tuple[str, ...]
    shared: bool
    mine: bool
    """Only who made it may change it."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Searching:
    """Kept searches. May be used from several threads.

    Raises of all methods: those of `Searches`.
    """

    searches: Searches
    now: Callable[[], datetime]

    def keep(self, draft: Draft, principal: Principal) -> Kept:
        """Keep a search; one of the same name takes its place."""
        made = self.searches.keep(draft, principal.id, principal.only, self.now())
        return _seen(made, principal)

    def list(self, principal: Principal) -> Sequence[Kept]:
        """Return the searches that somebody may use, one's own first."""
        found = self.searches.list(principal.id, principal.only)
        return [_seen(kept, principal) for kept in found]

    def find(self, key: int, principal: Principal) -> Kept:
        """Return a search that somebody may use."""
        return _seen(self.searches.find(key, principal.id, principal.only), principal)

    def remove(self, key: int, principal: Principal) -> None:
        """Remove a search of one's own."""
        self.searches.remove(key, principal.id, self.now())

    def restore(self, key: int, principal: Principal) -> Kept:
        """Bring back a search of one's own that was removed within a day."""
        return _seen(self.searches.restore(key, principal.id), principal)


def _seen(kept: KeptSearch, principal: Principal) -> Kept:
    draft = kept.draft
    return Kept(
        kept.key, draft.name, draft.query, draft.columns, draft.shared,
        kept.owner == principal.id, kept.at,
    )  # fmt: skip
