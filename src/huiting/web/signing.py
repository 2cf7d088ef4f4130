"""Signing in and out over HTTP: the session's cookie, and the desks that routes about people use."""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request, Response

from huiting.access.claims import ClaimRules
from huiting.core.errors import Forbidden, Unknown
from huiting.service.people.accounts import AccountsDesk
from huiting.service.people.entrance import Entrance, SignedIn
from huiting.service.people.signing_in import SigningIn
from huiting.service.people.signing_on import SigningOn
from huiting.service.people.tokens import TokensDesk
from huiting.store.audit import Audit
from huiting.web.doors import cookie, foreign
from huiting.web.provider import Provider, ProviderFailed

_BROWSER = 300
"""Most characters of what a browser calls itself."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """People are known by a provider elsewhere."""

    provider: Provider
    desk: SigningOn
    rules: ClaimRules
    front: str
    """Our front page's full address."""

    def end(self, hint: str) -> str | None:
        """Return where to sign out at the provider too; None where that cannot be done now."""
        try:
            return self.provider.sign_out(hint, self.front)
        except ProviderFailed:
            return None


@dataclass(frozen=True, slots=True)
class Access:
    """Everything about people that routes use."""

    entrance: Entrance
    signing: SigningIn
    accounts: AccountsDesk
    tokens: TokensDesk
    audit: Audit
    single_sign_on: SingleSignOn | None = None


class HasAccess(Protocol):
    """What these routes need of the server's parts, found at `app.state.parts`."""

    @property
    def access(self) -> Access | None:
        """Everything about people; None where nobody signs in."""
        ...


def access(request: Request) -> Access:
    """Return everything about people; a dependency.

    Raises:
        Unknown: nobody signs in here.
    """
    parts: HasAccess = request.app.state.parts
    if parts.access is None:
        raise Unknown("people", "nobody signs in here", "start with authentication")
    return parts.access


People = Annotated[Access, Depends(access)]
"""How a route takes them."""


def check_ours(request: Request) -> None:
    """Refuse a sign-in that another site's page asks for: it would be somebody else's session.

    Raises:
        Forbidden: it does.
    """
    if foreign(request):
        raise Forbidden("sign-in", "another site's page asked for this", "use our own page")


def browser(request: Request) -> str:
    """Return what the browser calls itself."""
    return request.headers.get("user-agent", "")[:_BROWSER]


def shown(request: Request) -> str | None:
    """Return the secret of the session that this browser has."""
    return request.cookies.get(cookie(request))


def give_cookie(request: Request, response: Response, signed: SignedIn, longest: float) -> None:
    """Have the browser keep a session.

    No script can read it, no other site can make the browser send it along with a change,
    and over HTTPS it goes over HTTPS only, to this host only.
    """
    response.set_cookie(
        cookie(request),
        signed.secret,
        max_age=round(longest),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def take_cookie(request: Request, response: Response) -> None:
    """Have the browser forget its session, and all it has kept of ours."""
    response.delete_cookie(
        cookie(request), path="/", secure=request.url.scheme == "https", httponly=True,
        samesite="lax",
    )  # fmt: skip
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
