"""The desks that commands about people use, on the database that the settings name."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from huiting.access.passwords import Passwords
from huiting.access.principal import MACHINE, Actor
from huiting.app.clock import now
from huiting.app.database import store_of
from huiting.app.entrances import audit_of
from huiting.app.options import settings_of
from huiting.service.people.accounts import AccountsDesk
from huiting.service.people.entrance import Entrance
from huiting.service.people.signing_in import SigningIn
from huiting.service.people.tokens import TokensDesk
from huiting.store.audit import Audit
from huiting.store.people import People


@dataclass(frozen=True, slots=True)
class Desks:
    """What is done with people, and where it is noted."""

    accounts: AccountsDesk
    signing: SigningIn
    tokens: TokensDesk
    audit: Audit
    by: Actor
    """Who runs the command."""


@contextmanager
def desks(store: str | None, config: Path | None) -> Iterator[Desks]:
    """Open the desks while inside.

    Raises:
        StoreError: the database cannot be used.
        ConfigError: a setting is wrong.
    """
    settings = settings_of(config, store=store)
    with store_of(settings) as kept:
        people, audit, passwords = People(kept.database), audit_of(settings, kept), Passwords()
        entrance = Entrance(people, audit, now)
        yield Desks(
            AccountsDesk(people, audit, passwords, now),
            SigningIn(people, audit, passwords, entrance, now),
            TokensDesk(people, audit, now),
            audit,
            Actor(MACHINE.id, runner()),
        )


def runner() -> str:
    """Return the name under which this program runs."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return MACHINE.name
