"""The door of each route: which permission it takes, and what the request shows.

`Annotated[Principal, Depends(require(Permission.X))]` in a route's parameters is all that
a route says about it. Who somebody is, the `doorkeeper` of the server's parts decides.
"""

import logging
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from huiting.access.credentials import Credentials, Doorkeeper
from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, Unauthenticated

log = logging.getLogger(__name__)
COOKIE, SECURE_COOKIE = "huiting", "__Host-huiting"
"""Names of the session's cookie over HTTP (this machine only) and over HTTPS."""
PROOF = "x-csrf-token"
_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OURS = frozenset({"same-origin", "none"})

_bearer = HTTPBearer(auto_error=False, description="An API token, `hth_…`.")
_cookie = APIKeyCookie(
    name=SECURE_COOKIE,
    auto_error=False,
    description="The session of somebody who signed in; to change anything, the header "
    "`X-CSRF-Token` must come with it.",
)


class HasDoorkeeper(Protocol):
    """What the doors need of the server's parts, found at `app.state.parts`."""

    @property
    def doorkeeper(self) -> Doorkeeper:
        """Who knows who may come in."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A dependency: lets in everybody who is known, whatever they may do."""

    settled: bool = False
    """But not who must change a password first."""

    def __call__(
        self,
        request: Request,
        _token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        _session: Annotated[str | None, Depends(_cookie)],
    ) -> Principal:
        """Return who sends this request.

        Raises:
            Unauthenticated: nobody that is known.
            Forbidden: another site made the browser send it, or a password must be changed.
        """
        principal = admitted(request)
        if self.settled:
            _check_settled(principal)
        return principal


@dataclass(frozen=True, slots=True)
class Required:
    """A dependency: lets in who has a permission, or several."""

    permission: Permission
    also: tuple[Permission, ...] = ()
    """What it takes besides: a token that may change calls need not be one that may read them."""
    instead: Permission | None = None
    """What does as well as `permission`."""

    def __call__(
        self,
        request: Request,
        _token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        _session: Annotated[str | None, Depends(_cookie)],
    ) -> Principal:
        """Return who sends this request.

        Raises:
            Unauthenticated: nobody that is known.
            Forbidden: known, and may not.
        """
        principal = admitted(request)
        other = self.instead is not None and principal.may(self.instead)
        check(principal, *(() if other else (self.permission,)), *self.also)
        return principal


def require(permission: Permission, *also: Permission) -> Required:
    """Return the dependency of a route that takes this permission, and these."""
    return Required(permission, also)


def either(permission: Permission, instead: Permission) -> Required:
    """Return the dependency of a route that takes one of these permissions."""
    return Required(permission, instead=instead)


def known() -> Known:
    """Return the dependency of a route for everybody who is known: who am I, sign out."""
    return Known()


def settled() -> Known:
    """Return the dependency of a route for everybody who is known and has a password of theirs."""
    return Known(settled=True)


def check(principal: Principal, *permissions: Permission) -> None:
    """Refuse somebody who may not do all of this.

    Raises:
        Forbidden: they may not, or must change their password first.
    """
    _check_settled(principal)
    for permission in permissions:
        if not principal.may(permission):
            log.warning(
                "refused", extra={"principal": principal.id, "permission": permission.value}
            )
            raise Forbidden(
                principal.name, f"may not do this ({permission})", "ask an administrator"
            )


def _check_settled(principal: Principal) -> None:
    if principal.must_change_password:
        raise Forbidden(principal.name, "the password was made by somebody else", "change it first")


def admitted(request: Request) -> Principal:
    """Return who sends this request; asked once a request, however often it is needed."""
    found = request.scope.get("huiting.principal")
    if not isinstance(found, Principal):
        parts: HasDoorkeeper = request.app.state.parts
        found = parts.doorkeeper.admit(shown(request))
        request.scope["huiting.principal"] = found
    return found


def shown(request: Request) -> Credentials:
    """Return what a request shows of who sends it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    if scheme and bearer is None:
        raise Unauthenticated("authorization", f"{scheme} is not taken", "send a Bearer token")
    return Credentials(
        address=address(request),
        bearer=bearer,
        session=request.cookies.get(cookie(request)),
        proof=request.headers.get(PROOF),
        changes=request.method not in _HARMLESS,
        foreign=foreign(request),
    )


def address(request: Request) -> str:
    """Return where a request comes from; `security` has asked the trusted proxies."""
    return request.client.host if request.client else ""


def cookie(request: Request) -> str:
    """Return the name of the session's cookie: over HTTPS one that no other host can set."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def foreign(request: Request) -> bool:
    """Tell whether a browser says that another site's page made it send this.

    Source:
        OWASP, Cross-Site Request Forgery Prevention Cheat Sheet: Fetch Metadata, and for
        browsers without it the origin compared with the host that was asked for.
    """
    site = request.headers.get("sec-fetch-site")
    return site not in _OURS if site is not None else foreign_origin(request)


def foreign_origin(connection: HTTPConnection) -> bool:
    """Tell whether a page of another site than the one that is asked says so itself."""
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    try:
        site = urlsplit(origin).netloc.lower()
    except ValueError:
        return True
    return site != connection.headers.get("host", "").lower()
