"""Seal what is plain, and seal anew what was sealed with an old key: the handler of `reseal`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from huiting.core.errors import Unknown
from huiting.jobs.job import Order
from huiting.jobs.running import Running
from huiting.vault.errors import VaultError
from huiting.vault.place import Vault
from huiting.vault.sealed import key_id

KIND = "reseal"
ORDER = Order(kind=KIND, subject="vault")


@dataclass(frozen=True, slots=True)
class Sealing:
    """A handler."""

    vault: Vault

    def run(self, running: Running) -> None:
        """Seal all; the handler of jobs of this kind."""
        self.seal_all(running.advance)

    def seal_all(self, advance: Callable[[str, float], None]) -> None:
        """Seal all; a recording that cannot be sealed is left, and told at the end.

        Args:
            advance: is told stage and share, and may raise to end the work.

        Raises:
            VaultError: one of them is damaged, or its key is missing; all others are sealed.
        """
        recordings = sorted({held.id for held in self.vault.ids()})
        trouble = None
        for place, recording in enumerate(recordings):
            advance("seal", place / len(recordings))
            try:
                self.vault.reseal(recording)
            except Unknown:  # removed meanwhile
                continue
            except VaultError as error:
                trouble = error
        if trouble is not None:
            raise trouble


@dataclass(frozen=True, slots=True)
class Seals:
    """How many recordings are kept in which way."""

    current: int
    """Sealed with the current key."""
    older: int
    """Sealed with an older key that is there."""
    unknown: int
    """Sealed with a key that is not there: they cannot be read."""
    plain: int


def seals(vault: Vault) -> Seals:
    """Look at all recordings.

    Raises:
        VaultError: the recordings cannot be listed.
    """
    found = Counter(vault.seals())
    plain = found.pop(b"", 0)
    keys = [key_id(key) for key in vault.ring.keys] if vault.ring else []
    current = found[keys[0]] if keys else 0
    older = sum(found[key] for key in keys[1:])
    return Seals(current, older, found.total() - current - older, plain)
