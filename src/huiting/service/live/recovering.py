"""Taking up live calls that an earlier process left, or that could not be put away."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from huiting.core.errors import HuitingError
from huiting.service.live import spool as spools
from huiting.service.live.keeping import Keeper
from huiting.service.live.ongoing import Means, Ongoing
from huiting.service.troubles import Locked
from huiting.vault.sealed import KeyRing

log = logging.getLogger(__name__)

LATER = 60.0
"""Seconds until a call that could not be put away is tried again."""
STRAY = 3_600.0
"""Seconds after which a folder in which no call began is removed."""


class Recovering:
    """Takes up what was left. May be used from several threads.

    Args:
        root: folder of what comes.
        means: what all calls share.
        keeper: says what time it is.
        ring: keys that what came is sealed with; None for in the clear.
    """

    def __init__(self, root: Path, means: Means, keeper: Keeper, ring: KeyRing | None) -> None:
        self._root = root
        self._means = means
        self._keeper = keeper
        self._ring = ring
        self._later: dict[str, float] = {}
        """When what could not be put away is tried again, by folder."""

    def calls(self, known: Callable[[str], Ongoing | None]) -> Iterator[Ongoing]:
        """Yield each call that was taken up; its side may come back, unless it had ended.

        Args:
            known: gives a call of this process by its id.
        """
        now = self._means.clock()
        for folder in spools.left(self._root):
            call = known(folder.name)
            if call is not None and (not call.waits or now < _due(call)):
                continue
            if now < self._later.get(folder.name, now):
                continue
            self._later[folder.name] = now + LATER
            found = self._take_up(folder)
            if found is not None:
                yield found

    def _take_up(self, folder: Path) -> Ongoing | None:
        try:
            spool = spools.take_up(folder, self._ring)
        except Locked:  # another process hears it
            self._later.pop(folder.name, None)
            return None
        except HuitingError as error:
            log.warning("live call not taken up", extra={"call": folder.name, "code": error.code})
            return None
        if spool is None:
            spools.remove_stray(folder, self._keeper.now().timestamp() - STRAY)
            return None
        call = Ongoing(spool, self._means)
        call.left_behind()
        return call


def _due(call: Ongoing) -> float:
    """Return when a call that could not be put away is tried again."""
    return float("inf") if call.over_since is None else call.over_since + LATER
