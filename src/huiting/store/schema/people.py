"""Who may come in: accounts, what limits them, sessions, tokens, vain attempts; the audit log."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from huiting.store.schema.base import Base, Big, Instant


class AccountRow(Base):
    """Somebody who may sign in. Never deleted, since the audit log names its number."""

    __tablename__ = "account"
    __table_args__ = ({"sqlite_autoincrement": True},)

    key: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    """What they sign in with; lower case."""
    shown: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    agent: Mapped[str | None] = mapped_column(Text)
    """Number under which their own calls are recorded."""
    language: Mapped[str | None] = mapped_column(Text)
    password: Mapped[str | None] = mapped_column(Text)
    """Argon2 hash; none for who signs in elsewhere only."""
    must_change: Mapped[bool]
    """The password was made by somebody else."""
    password_until: Mapped[datetime | None] = mapped_column(Instant)
    """When a one-time password ends."""
    disabled: Mapped[bool]
    created: Mapped[datetime] = mapped_column(Instant)
    signed_in: Mapped[datetime | None] = mapped_column(Instant)
    identity: Mapped[str | None] = mapped_column(Text, unique=True)
    """Issuer and subject at the provider of single sign-on."""


class AccountLimitRow(Base):
    """A team or a site to which somebody's sight is limited."""

    __tablename__ = "account_limit"

    account: Mapped[int] = mapped_column(
        ForeignKey("account.key", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    """`team` or `site`."""
    value: Mapped[str] = mapped_column(Text, primary_key=True)


class SessionRow(Base):
    """A browser in which somebody signed in."""

    __tablename__ = "login_session"
    __table_args__ = ({"sqlite_autoincrement": True},)

    key: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the cookie's value."""
    account: Mapped[int] = mapped_column(ForeignKey("account.key", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(Instant)
    seen: Mapped[datetime] = mapped_column(Instant, index=True)
    """Last used, to the minute."""
    ended: Mapped[datetime | None] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(Text)
    hint: Mapped[str | None] = mapped_column(Text)
    """What the provider of single sign-on wants to hear at sign-out."""


class TokenRow(Base):
    """A program's way in. Kept when revoked, since the audit log names its number."""

    __tablename__ = "api_token"
    __table_args__ = ({"sqlite_autoincrement": True},)

    key: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token."""
    start: Mapped[str] = mapped_column(Text)
    """Its first characters, by which a person knows it again."""
    name: Mapped[str] = mapped_column(Text)
    account: Mapped[int] = mapped_column(ForeignKey("account.key", ondelete="CASCADE"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Instant)
    expires: Mapped[datetime | None] = mapped_column(Instant)
    used: Mapped[datetime | None] = mapped_column(Instant)
    """To the minute."""
    revoked: Mapped[datetime | None] = mapped_column(Instant)


class FailedSignInRow(Base):
    """Sign-ins tried in vain, of an account's name or from an address."""

    __tablename__ = "failed_sign_in"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    """`account` or `address`."""
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int]
    last: Mapped[datetime] = mapped_column(Instant, index=True)


class SignOnRow(Base):
    """A browser that is at the provider of single sign-on just now."""

    __tablename__ = "sign_on"

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the `state` it must bring back."""
    browser: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the cookie it was sent off with."""
    nonce: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)
    back: Mapped[str] = mapped_column(Text)
    """Path of the page it wanted."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class AuditRow(Base):
    """Something that somebody did. Triggers refuse to change it, or to delete it unsealed."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject"), Index("ix_audit_who", "who"))

    number: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    who: Mapped[str] = mapped_column(Text)
    """`user:12`, `token:7`; empty for nobody known."""
    name: Mapped[str] = mapped_column(Text)
    """What they are called then."""
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    """What it was done to: `call:` and id, `user:12`; empty for nothing in particular."""
    address: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    """JSON object of short values; never what was said in a call."""
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the previous one's digest and all of this; see `_chain`."""


class AuditSealRow(Base):
    """A stretch of the audit log that was looked through, and may be deleted when it is old."""

    __tablename__ = "audit_seal"

    last: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Number of its last entry; the first follows the seal before."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of its last entry."""
    until: Mapped[datetime] = mapped_column(Instant)
    """When its last entry was made."""
    at: Mapped[datetime] = mapped_column(Instant)
    mark: Mapped[str] = mapped_column(String(64))
    """Of the mark of the seal before and all of this."""
