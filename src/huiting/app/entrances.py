"""Who may come in and from where, as the settings have it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huiting.access.addresses import networks
from huiting.access.buckets import Rate
from huiting.access.claims import ClaimRules
from huiting.access.passwords import Passwords
from huiting.access.permissions import UserRole
from huiting.app.clock import now
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.service.people.accounts import AccountsDesk
from huiting.service.people.entrance import Entrance
from huiting.service.people.measured import Measured
from huiting.service.people.signing_in import SigningIn
from huiting.service.people.signing_on import SigningOn
from huiting.service.people.tokens import TokensDesk
from huiting.store import Store
from huiting.store.audit import Audit
from huiting.store.people import People
from huiting.web.live.terms import Terms
from huiting.web.parts import Limits
from huiting.web.provider import Client, Provider
from huiting.web.security import Rules, usual_hosts
from huiting.web.signing import Access, SingleSignOn

BURST = 4.0
"""Times as many requests at once as in a second."""
PERSON = Rate(20.0, 200.0)
"""Requests of one person or program: a page asks for a call in a dozen parts."""
BACK = "/api/v1/auth/single-sign-on/back"
_CLAIMS = ("name", "groups", "agent")


def audit_of(settings: Settings, store: Store) -> Audit:
    """Return the audit log.

    Raises:
        ConfigError: its key cannot be read.
    """
    return Audit(store.database, now, _secret(settings.audit_key_file).encode()[:64])


def access_of(settings: Settings, store: Store) -> Access:
    """Return everything about people.

    Raises:
        ConfigError: single sign-on is set wrongly.
    """
    people, audit = People(store.database), audit_of(settings, store)
    passwords = Passwords()
    entrance = Entrance(people, audit, now)
    return Access(
        entrance=entrance,
        signing=SigningIn(people, audit, passwords, entrance, now),
        accounts=AccountsDesk(people, audit, passwords, now),
        tokens=TokensDesk(people, audit, now),
        audit=audit,
        single_sign_on=_sign_on(settings, people, audit, entrance),
    )


def measured(access: Access) -> Measured:
    """Return the doorkeeper, who lets nobody ask too often."""
    return Measured(access.entrance, PERSON, time.monotonic)


def rules_of(settings: Settings, host: str, limits: Limits) -> Rules:
    """Return whose requests are let through.

    Raises:
        ConfigError: an address is none.
    """
    return Rules(
        allowed=networks(settings.allowed_addresses),
        proxies=networks(settings.trusted_proxies),
        hosts=settings.hosts or (() if settings.trusted_proxies else usual_hosts(host)),
        body=limits.body,
        upload=limits.upload,
        rate=Rate(settings.rate, BURST * settings.rate) if settings.rate else None,
        origins=_origins(settings),
    )


def live_terms_of(settings: Settings) -> Terms:
    """Return what live connections may do.

    Raises:
        ConfigError: an address is none, or a token cannot be read.
    """
    named = [(networks([text])[0], path) for text, path in settings.live_tokens.items()]
    narrow = sorted(named, key=lambda pair: pair[0].prefixlen, reverse=True)
    trusted = tuple((network, _secret(path)) for network, path in narrow)
    return Terms(trusted=trusted, origins=_origins(settings))


def _origins(settings: Settings) -> frozenset[str]:
    return frozenset(origin.rstrip("/").lower() for origin in settings.live_origins)


def _sign_on(
    settings: Settings, people: People, audit: Audit, entrance: Entrance
) -> SingleSignOn | None:
    given = dict(settings.sign_on)
    if not given:
        return None
    if not settings.address:
        raise ConfigError("setting sign_on", "it is not known where we are", "set address too")
    address = settings.address.rstrip("/")
    authority, secret = given.pop("authority_file", None), given.pop("secret_file", None)
    client = Client(
        issuer=_text(given, "issuer"),
        id=_text(given, "client_id"),
        back=address + BACK,
        secret=_secret(None if secret is None else Path(str(secret))),
        scope=str(given.pop("scope", "openid profile email")),
        authority=None if authority is None else Path(str(authority)),
    )
    rules = _claims(given)
    if given:
        raise ConfigError(
            f"setting sign_on: {', '.join(sorted(given))}", "not known", "see docs/guides/users"
        )
    return SingleSignOn(
        Provider(client, now), SigningOn(people, audit, entrance, now), rules, f"{address}/"
    )


def _claims(given: dict[str, Any]) -> ClaimRules:
    """Take what claims say out of the settings."""
    named = {name: str(given.pop(f"{name}_claim")) for name in _CLAIMS if f"{name}_claim" in given}
    usual = given.pop("usual_role", None)
    try:
        return ClaimRules(
            roles={group: UserRole(role) for group, role in _table(given, "roles").items()},
            teams=_table(given, "teams"),
            sites=_table(given, "sites"),
            usual=None if usual is None else UserRole(usual),
            domains=_domains(given),
            **named,
        )
    except ValueError as error:
        known = ", ".join(UserRole)
        raise ConfigError("setting sign_on: a role", str(error), f"choose {known}") from error


def _table(given: dict[str, Any], name: str) -> Mapping[str, str]:
    found = given.pop(name, {})
    if not isinstance(found, Mapping):
        raise ConfigError(f"setting sign_on.{name}", "no table", 'write {GROUP = "VALUE"}')
    return {str(group): str(value) for group, value in found.items()}


def _domains(given: dict[str, Any]) -> frozenset[str]:
    """Take the domains out; a text alone would be the domains of its letters."""
    found = given.pop("domains", [])
    if not isinstance(found, (list, tuple)) or not all(isinstance(d, str) and d for d in found):
        raise ConfigError("setting sign_on.domains", "no list of domains", 'write ["example.com"]')
    return frozenset(found)


def _text(given: dict[str, Any], name: str) -> str:
    found = given.pop(name, None)
    if not isinstance(found, str) or not found:
        raise ConfigError(f"setting sign_on.{name}", "it is missing", "write it down")
    return found


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), "the secret cannot be read", "check the file") from error
