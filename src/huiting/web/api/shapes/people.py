"""People, their sessions and tokens, and what they did, as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.store.audit import Noted, Verified
from huiting.store.people import Profile, Session, Token, User

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
Password = Annotated[str, Field(max_length=1_000, json_schema_extra={"format": "password"})]
Language = Literal["zh", "en"]


class Closed(BaseModel):
    """Something that takes what it names, and nothing else."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Closed):
    """Who wants to come in."""

    name: Annotated[str, Field(max_length=200)]
    password: Password


class Ways(BaseModel):
    """How one can sign in here."""

    password: bool
    single_sign_on: bool


class Me(BaseModel):
    """Who asks."""

    id: str = Field(description="`user:12` or `token:7`.")
    name: str
    role: UserRole
    permissions: list[Permission]
    only: dict[str, list[str]] = Field(
        description="Metadata entries that a call must have to be seen; empty for all calls."
    )
    language: Language | None
    must_change_password: bool
    csrf: str | None = Field(
        description="To be sent as `X-CSRF-Token` with every change; null for programs."
    )

    @classmethod
    def of(cls, principal: Principal, proof: str | None) -> Self:
        """Show who asks."""
        return cls(
            id=principal.id,
            name=principal.name,
            role=principal.role,
            permissions=sorted(principal.permissions),
            only={name: sorted(values) for name, values in principal.only.items()},
            language=_language(principal.language),
            must_change_password=principal.must_change_password,
            csrf=proof,
        )


class MyChoice(Closed):
    """What one may change of oneself."""

    language: Language | None


class PasswordChange(Closed):
    """Another password."""

    old: Password
    new: Password


class SignedOut(BaseModel):
    """What to do after signing out."""

    url: str | None = Field(description="Go there to sign out at the provider too.")


class SessionEntry(BaseModel):
    """A browser in which somebody is signed in."""

    id: int
    created: datetime
    seen: datetime = Field(description="Last used, to the minute.")
    address: str
    browser: str
    current: bool = Field(description="It is this one.")

    @classmethod
    def of(cls, session: Session, current: int | None) -> Self:
        """Show a session."""
        return cls(
            id=session.id, created=session.created, seen=session.seen, address=session.address,
            browser=session.browser, current=session.id == current,
        )  # fmt: skip


class UserProfile(Closed):
    """What is said of somebody."""

    name: Name = Field(description="To sign in with.")
    shown: Annotated[str, Field(max_length=100)] = Field("", description="As others see it.")
    role: UserRole
    agent: Text | None = Field(None, description="Number under which their calls are recorded.")
    teams: list[Text] = Field([], max_length=100, description="Whose calls they see; all if empty.")
    sites: list[Text] = Field([], max_length=100, description="Likewise.")
    language: Language | None = None

    def profile(self) -> Profile:
        """Return it as it is kept."""
        return Profile(
            self.name, self.shown, self.role.value, self.agent, frozenset(self.teams),
            frozenset(self.sites), self.language,
        )  # fmt: skip


class UserChange(Closed):
    """What is to be said of somebody from now on; what is not given stays."""

    name: Name | None = None
    shown: Annotated[str, Field(max_length=100)] | None = None
    role: UserRole | None = None
    agent: Text | None = None
    teams: list[Text] | None = Field(None, max_length=100)
    sites: list[Text] | None = Field(None, max_length=100)
    language: Language | None = None
    disabled: bool | None = None

    def profile(self, before: Profile) -> Profile:
        """Return what is said of them then. An agent number given as null is taken away."""
        given = self.model_fields_set

        def new(name: str, old: object) -> object:
            value = getattr(self, name)
            return old if name not in given or (value is None and name in _NEEDED) else value

        shown = UserProfile.model_validate(
            {
                "name": new("name", before.name),
                "shown": new("shown", before.shown),
                "role": new("role", before.role),
                "agent": new("agent", before.agent),
                "teams": new("teams", sorted(before.teams)),
                "sites": new("sites", sorted(before.sites)),
                "language": new("language", before.language),
            }
        )
        return shown.profile()


_NEEDED = frozenset({"name", "shown", "role", "teams", "sites"})


class UserEntry(BaseModel):
    """Somebody who may sign in."""

    id: int
    name: str
    shown: str
    role: UserRole
    agent: str | None
    teams: list[str]
    sites: list[str]
    language: Language | None
    disabled: bool
    must_change_password: bool
    single_sign_on: bool
    created: datetime
    signed_in: datetime | None = Field(description="The last time.")

    @classmethod
    def of(cls, user: User) -> Self:
        """Show somebody, never what is kept of the password."""
        profile = user.profile
        return cls(
            id=user.id, name=profile.name, shown=profile.shown, role=UserRole(profile.role),
            agent=profile.agent, teams=sorted(profile.teams), sites=sorted(profile.sites),
            language=_language(profile.language), disabled=user.disabled,
            must_change_password=user.must_change, single_sign_on=user.identity is not None,
            created=user.created, signed_in=user.signed_in,
        )  # fmt: skip


class GivenPassword(BaseModel):
    """Somebody, and a password for one use that nobody will see again."""

    user: UserEntry
    password: str = Field(description="Must be changed at the first sign-in, within three days.")


class TokenOrder(Closed):
    """A token that is wanted."""

    name: Text = Field(description="What it is for.")
    scopes: list[Permission] = Field(min_length=1, max_length=len(Permission))
    expires: datetime | None = Field(None, description="In 90 days when not given.")
    owner: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="Another user; only administrators may."
    )


class TokenEntry(BaseModel):
    """A program's way in."""

    id: int
    start: str = Field(description="Its first characters.")
    name: str
    owner: int
    scopes: list[str]
    created: datetime
    expires: datetime | None
    used: datetime | None = Field(description="To the minute.")
    revoked: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        """Show a token, never its secret."""
        return cls(
            id=token.id, start=token.start, name=token.name, owner=token.user,
            scopes=sorted(token.scopes), created=token.created, expires=token.expires,
            used=token.used, revoked=token.revoked,
        )  # fmt: skip


class GivenToken(BaseModel):
    """A new token, and its secret that nobody will see again."""

    token: TokenEntry
    secret: str


class AuditEntry(BaseModel):
    """Something that somebody did."""

    number: int
    at: datetime
    who: str
    name: str
    action: str
    subject: str
    address: str
    result: str
    detail: dict[str, str | int | float | bool | None]
    digest: str

    @classmethod
    def of(cls, noted: Noted) -> Self:
        """Show an entry."""
        entry = noted.entry
        return cls(
            number=noted.number, at=noted.at, who=entry.who, name=entry.name, action=entry.action,
            subject=entry.subject, address=entry.address, result=entry.result,
            detail=dict(entry.detail), digest=noted.digest,
        )  # fmt: skip


class AuditState(BaseModel):
    """Whether the log is as it was written."""

    whole: bool
    checked: int
    pruned: int = Field(description="Number of the last entry deleted after its time.")
    head: str = Field(description="Keep it elsewhere; ask with it as `head` later.")
    broken: int | None = Field(description="Number of the first entry that is not as it was.")
    reason: str | None

    @classmethod
    def of(cls, found: Verified) -> Self:
        """Show what was found."""
        broken = found.broken
        return cls(
            whole=broken is None, checked=found.checked, pruned=found.pruned, head=found.head,
            broken=None if broken is None else broken.number,
            reason=None if broken is None else broken.reason,
        )  # fmt: skip


def _language(text: str | None) -> Language | None:
    return "zh" if text == "zh" else "en" if text == "en" else None
