"""Passwords: which are taken, and how they are kept (argon2id)."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from huiting.access.common_passwords import remainder
from huiting.core.errors import ConfigError, InputError

LONGEST = 128
"""Characters; more are refused, so that nobody has us hash a book."""
_OWN = 4
"""Characters that a password must have besides what everybody would try."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What it takes to try one password.

    Source:
        OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane.
    """

    memory: int = 19_456
    """KiB."""
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Checks and keeps passwords. May be used from several threads."""

    def __init__(self, shortest: int = 12, cost: Cost | None = None) -> None:
        """Take what the team has set.

        Args:
            shortest: least characters.
            cost: of one try.

        Raises:
            ConfigError: shorter than anybody should allow.
        """
        if not 8 <= shortest <= LONGEST:  # noqa: PLR2004  (NIST SP 800-63B)
            raise ConfigError("password length", f"{shortest} characters", f"set 8 to {LONGEST}")
        cost = cost or Cost()
        self._shortest = shortest
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes, type=Type.ID)
        self._nobody = self._hasher.hash("nobody has this password")

    def check(self, password: str, personal: Iterable[str] = ()) -> None:
        """Accept a password that somebody wants to have.

        There are no rules about kinds of characters: they make passwords worse.

        Args:
            password: the wish.
            personal: what others know of the person: names.

        Raises:
            InputError: too short, too long, or what everybody would try.
        """
        length = len(_normal(password))
        if length < self._shortest:
            raise InputError(
                "password",
                f"{length} characters",
                f"take at least {self._shortest}; a sentence will do",
            )
        if length > LONGEST:
            raise InputError("password", f"{length} characters", f"take at most {LONGEST}")
        if remainder(password, personal) < _OWN:
            raise InputError(
                "password",
                "made of common words, names, dates or rows of keys",
                "take a few words that do not belong together",
            )

    def hash(self, password: str) -> str:
        """Return what to keep of a password: parameters, salt and hash."""
        return self._hasher.hash(_normal(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Tell whether this is the password of which `kept` was kept.

        Takes as long when there is none, so that nobody learns which names exist.
        """
        too_long = len(password) > LONGEST
        try:
            self._hasher.verify(kept or self._nobody, "" if too_long else _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None and not too_long

    def outdated(self, kept: str) -> bool:
        """Tell whether it was kept at another cost than passwords are now."""
        return self._hasher.check_needs_rehash(kept)


def _normal(password: str) -> str:
    """Return the form that does not depend on the keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)
