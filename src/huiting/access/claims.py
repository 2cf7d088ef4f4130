"""What the provider of single sign-on says of somebody, turned into what they are here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from huiting.access.permissions import UserRole
from huiting.core.errors import Forbidden

NAMED = 200
"""Most characters of anything that a provider names."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Which claims say what."""

    name: str = "preferred_username"
    groups: str = "groups"
    agent: str = "agent"
    roles: Mapping[str, UserRole] = field(default_factory=dict)
    """Group to role; of several, the one named first here."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """Group to team."""
    sites: Mapping[str, str] = field(default_factory=dict)
    """Group to site."""
    usual: UserRole | None = None
    """Role of whoever is in none of these groups; None: they may not come in."""
    domains: frozenset[str] = frozenset()
    """Of mail addresses that are let in; empty for all. The address must be verified."""


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as their provider describes them."""

    identity: str
    """Issuer and subject, the only thing about a person that never changes."""
    name: str
    shown: str
    role: UserRole
    agent: str | None
    teams: frozenset[str]
    sites: frozenset[str]
    language: str | None


def described(claims: Mapping[str, object], rules: ClaimRules) -> Described:
    """Return who somebody is here.

    Args:
        claims: of an ID token whose signature, issuer, audience, times and nonce were checked.
        rules: of the team.

    Raises:
        Forbidden: not of an allowed domain, in no group that has a role, or without a name.
    """
    _check_domain(claims, rules.domains)
    groups = _texts(claims.get(rules.groups))
    role = next((r for group, r in rules.roles.items() if group in groups), rules.usual)
    name = _text(claims.get(rules.name)) or _text(claims.get("email"))
    if role is None:
        raise Forbidden(name or "single sign-on", "in no group that has a role", _REMEDY)
    if not name:
        raise Forbidden("single sign-on", f"no claim {rules.name}", _REMEDY)
    locale = _text(claims.get("locale")).lower()
    return Described(
        identity=f"{_text(claims.get('iss'))} {_text(claims.get('sub'))}",
        name=name.casefold(),
        shown=_text(claims.get("name")) or name,
        role=role,
        agent=_text(claims.get(rules.agent)) or None,
        teams=frozenset(team for group, team in rules.teams.items() if group in groups),
        sites=frozenset(site for group, site in rules.sites.items() if group in groups),
        language=next((known for known in ("zh", "en") if locale.startswith(known)), None),
    )


_REMEDY = "ask whoever runs the sign-on"


def _check_domain(claims: Mapping[str, object], domains: frozenset[str]) -> None:
    if not domains:
        return
    address = _text(claims.get("email")).casefold()
    _, at, domain = address.rpartition("@")
    known = bool(at) and domain in {each.casefold() for each in domains}
    if claims.get("email_verified") is not True or not known:
        raise Forbidden("single sign-on", "not a verified address of an allowed domain", _REMEDY)


def _text(found: object) -> str:
    """Return a claim that is text or a number, without what no name holds."""
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return "".join(c for c in str(found)[:NAMED] if c.isprintable()).strip()


def _texts(found: object) -> frozenset[str]:
    """Return a claim that is a list of texts, or one text."""
    if isinstance(found, str):  # not split: a group may be called "not administrators"
        return frozenset([found])
    if isinstance(found, list | tuple):
        return frozenset(each for each in found if isinstance(each, str))
    return frozenset()
