"""The provider of single sign-on: OpenID Connect's authorization code flow with PKCE.

Knows the protocol; who somebody is here, `access.claims` says.

Source:
    OpenID Connect Core 1.0, 3.1; Discovery 1.0, 4; RP-Initiated Logout 1.0; RFC 7636 (PKCE);
    RFC 9207 (the issuer in the answer).
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from huiting.access import secret
from huiting.access.addresses import parse
from huiting.core.errors import ConfigError, HuitingError, Unauthenticated

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a pair of keys: never `none`, never one with a shared secret."""
_TIMEOUT = 10.0
_LEEWAY = 60
"""Seconds that two clocks may differ."""
_FRESH, _RUSH = timedelta(hours=1), timedelta(seconds=10)
"""How long what the provider publishes is taken to hold; and at least, when a key is missing."""
_MOST = 1 << 20
"""Bytes of an answer."""


class ProviderFailed(HuitingError):
    """The provider does not answer, or not as the standard says."""

    code = "provider"
    retryable = True


@dataclass(frozen=True, slots=True)
class Client:
    """What we are to the provider."""

    issuer: str
    id: str
    back: str
    """Our address that the provider sends browsers back to."""
    secret: str = field(default="", repr=False)
    """Empty for a public client."""
    scope: str = "openid profile email"
    authority: Path | None = None
    """Certificates of a team's own authority; None for the usual ones."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A browser about to leave for the provider."""

    url: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whom the provider knows."""

    claims: Mapping[str, object]
    hint: str = field(repr=False)
    """The ID token, which the provider wants to see at sign-out."""


@dataclass(frozen=True, slots=True)
class _Published:
    """What the provider says of itself."""

    at: datetime
    metadata: Mapping[str, Any]
    keys: KeySet


class Provider:
    """One provider. May be used from several threads; asks it nothing before somebody signs in."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        """Use a provider.

        Args:
            client: what we are to it.
            now: the time, with its zone.

        Raises:
            ConfigError: its address is not HTTPS and not on this machine.
        """
        if not _safe(client.issuer):
            raise ConfigError(
                "OIDC issuer", f"{client.issuer!r} is not HTTPS", "give its https:// URL"
            )
        self._client = client
        self._now = now
        self._lock = Lock()
        self._known: _Published | None = None

    def depart(self) -> Departure:
        """Return where to send a browser, and what it must bring back.

        Raises:
            ProviderFailed: it cannot be reached.
        """
        published = self._published(_FRESH)
        state, nonce, verifier = secret.key(), secret.key(), secret.key()
        url = prepare_grant_uri(
            published.metadata["authorization_endpoint"],
            self._client.id,
            "code",
            self._client.back,
            self._client.scope,
            state,
            nonce=nonce,
            code_challenge=secret.challenge(verifier),
            code_challenge_method="S256",
        )
        return Departure(str(url), state, nonce, verifier)

    def arrive(self, query: Mapping[str, str], nonce: str, verifier: str) -> Arrival:
        """Return whom the provider has sent back.

        Args:
            query: parameters of the address it sent the browser to; its state was checked.
            nonce: of the departure.
            verifier: of the departure.

        Raises:
            Unauthenticated: the provider did not let them in, or the answer is not genuine.
            ProviderFailed: it cannot be reached.
        """
        published = self._published(_FRESH)
        if query.get("iss", self._client.issuer) != self._client.issuer:
            raise _refused("another provider sent this")
        if "error" in query or "code" not in query:
            raise _refused("the provider did not let you in")
        answer = self._exchange(published.metadata, query["code"], verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("the provider sent no ID token")
        claims = self._checked(token, nonce, answer.get("access_token"))
        more = self._more(published.metadata, answer.get("access_token"), claims)
        return Arrival({**more, **claims}, token)

    def sign_out(self, hint: str, back: str) -> str | None:
        """Return where to send a browser so that it is signed out there too; None for nowhere."""
        published = self._published(_FRESH)
        end = published.metadata.get("end_session_endpoint")
        if not isinstance(end, str) or not _safe(end):
            return None
        query = urlencode(
            {
                "id_token_hint": hint,
                "client_id": self._client.id,
                "post_logout_redirect_uri": back,
            }
        )
        return f"{end}{'&' if '?' in end else '?'}{query}"

    def _exchange(self, metadata: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        """Return what the provider gives for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.back,
            "client_id": self._client.id,
            "code_verifier": verifier,
        }
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth: httpx.Auth | None = None
        if self._client.secret and "client_secret_basic" in ways:
            auth = httpx.BasicAuth(self._client.id, self._client.secret)
        elif self._client.secret:
            form["client_secret"] = self._client.secret
        with self._http() as http:
            return _json(http, "POST", metadata["token_endpoint"], data=form, auth=auth)

    def _checked(self, token: str, nonce: str, access_token: object) -> Mapping[str, object]:
        """Return the claims of an ID token that is genuine, for us, and of this sign-in."""
        try:
            decoded = self._decoded(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self._client.issuer},
                    "aud": {"essential": True, "value": self._client.id},
                },
                params={"client_id": self._client.id, "nonce": nonce, "access_token": access_token},
            )
            claims.validate(now=int(self._now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _refused("the ID token is not genuine") from error
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        """Decode with the keys that are known; once more with new ones, after a rotation."""
        try:
            return jwt.decode(token, self._published(_FRESH).keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            return jwt.decode(token, self._published(_RUSH).keys, algorithms=ALGORITHMS)

    def _more(
        self, metadata: Mapping[str, Any], access_token: object, claims: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return what the provider tells besides the ID token: often the groups."""
        url = metadata.get("userinfo_endpoint")
        if not isinstance(url, str) or not _safe(url) or not isinstance(access_token, str):
            return {}
        headers = {"Authorization": f"Bearer {access_token}"}
        with self._http() as http:
            found = _json(http, "GET", url, headers=headers)
        if found.get("sub") != claims["sub"]:
            raise _refused("the provider speaks of somebody else")
        return found

    def _published(self, fresh: timedelta) -> _Published:
        """Return what the provider publishes, asked for again when it is not fresh."""
        with self._lock:
            known, now = self._known, self._now()
            if known is None or now - known.at >= fresh:
                self._known = known = self._fetched(now)
            return known

    def _fetched(self, now: datetime) -> _Published:
        with self._http() as http:
            url = str(get_well_known_url(self._client.issuer, external=True))
            metadata = _json(http, "GET", url)
            if metadata.get("issuer") != self._client.issuer:
                raise ProviderFailed("single sign-on", "it says that it is another", _REMEDY)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not _safe(str(metadata.get(name))):
                    raise ProviderFailed("single sign-on", f"no safe {name}", _REMEDY)
            try:
                keys = KeySet.import_key_set(_key_set(_json(http, "GET", metadata["jwks_uri"])))
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderFailed(
                    "single sign-on", "its keys cannot be read", _REMEDY
                ) from error
        return _Published(now, metadata, keys)

    def _http(self) -> httpx.Client:
        # Neither proxies nor certificates from the environment: settings say what is trusted.
        authority = self._client.authority
        verify = True if authority is None else ssl.create_default_context(cafile=str(authority))
        return httpx.Client(
            timeout=_TIMEOUT, follow_redirects=False, trust_env=False, verify=verify
        )


_REMEDY = "check the setting of the issuer, and the provider"


def _json(http: httpx.Client, method: str, url: str, **more: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Ask for a JSON object of a bearable size.

    Raises:
        ProviderFailed: the answer is none.
    """
    try:
        with http.stream(method, url, headers=more.pop("headers", None), **more) as answer:
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST:
                    raise ProviderFailed("single sign-on", "an answer without end", _REMEDY)
            if answer.status_code != httpx.codes.OK:
                raise ProviderFailed("single sign-on", f"answer {answer.status_code}", _REMEDY)
        found = httpx.Response(200, content=body).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderFailed(
            "single sign-on", f"no answer ({type(error).__name__})", _REMEDY
        ) from error
    if not isinstance(found, dict):
        raise ProviderFailed("single sign-on", "an answer of another form", _REMEDY)
    return found


def _key_set(found: Mapping[str, Any]) -> Any:  # noqa: ANN401  (joserfc's own form of JSON)
    """Return the public keys for signatures; what else is published is left out."""
    keys = [k for k in found["keys"] if k.get("kty") in ("RSA", "EC") and k.get("use") != "enc"]
    return {"keys": keys}


def _safe(url: str) -> bool:
    """Tell whether an address is HTTPS, or on this machine."""
    found = urlsplit(url)
    here = parse(found.hostname or "")
    alone = found.hostname == "localhost" or (here is not None and here.is_loopback)
    return found.scheme == "https" or (found.scheme == "http" and alone)


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated("single sign-on", reason, "try again, or ask whoever runs it")
