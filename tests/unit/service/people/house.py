"""A small house with a door: everything about people on a new SQLite database, with a clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from huiting.access.passwords import Cost, Passwords
from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Actor
from huiting.service.people.accounts import AccountsDesk
from huiting.service.people.entrance import Entrance, SignedIn
from huiting.service.people.signing_in import SigningIn
from huiting.service.people.signing_on import SigningOn
from huiting.service.people.tokens import NewToken, TokensDesk
from huiting.store import Store
from huiting.store.audit import Audit
from huiting.store.people import People, Profile

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
BOSS = Actor("user:1", "boss", "10.0.0.1")
GOOD = "the otter reads my mail"
HERE, THERE = "10.0.0.1", "203.0.113.9"
PASSWORDS = Passwords(cost=Cost(memory=8, passes=1))


@dataclass
class Clock:
    """A time that goes on when told to."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def on(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class House:
    """All desks on one database."""

    store: Store
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.people = People(self.store.database)
        self.audit = Audit(self.store.database, self.clock)
        self.entrance = Entrance(self.people, self.audit, self.clock)
        self.signing = SigningIn(self.people, self.audit, PASSWORDS, self.entrance, self.clock)
        self.signing_on = SigningOn(self.people, self.audit, self.entrance, self.clock)
        self.accounts = AccountsDesk(self.people, self.audit, PASSWORDS, self.clock)
        self.tokens = TokensDesk(self.people, self.audit, self.clock)

    def add(self, name: str = "wang", role: UserRole = UserRole.SUPERVISOR, **more: object) -> int:
        """Add somebody whose password is GOOD and need not be changed."""
        profile = Profile(name, name.title(), role.value, **more)  # type: ignore[arg-type]
        number = self.accounts.add(profile, BOSS).user.id
        with self.people.writing() as desk:
            desk.accounts.set_password(number, PASSWORDS.hash(GOOD))
        return number

    def sign_in(self, name: str = "wang", password: str = GOOD, address: str = HERE) -> SignedIn:
        return self.signing.sign_in(name, password, address=address)

    def token(self, owner: int, *scopes: Permission) -> NewToken:
        return self.tokens.make(owner, "CRM", scopes, BOSS)

    def noted(self) -> list[tuple[str, str, str]]:
        """Return what the audit log holds: who, what, to whom."""
        found = [noted.entry for noted in self.audit.read()]
        return [(entry.who, entry.action, entry.subject) for entry in found]
