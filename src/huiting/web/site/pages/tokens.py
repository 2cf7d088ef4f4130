"""One's own tokens: what programs of one's own show to come in."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Unknown
from huiting.service.people.entrance import session_of
from huiting.service.people.tokens import NewToken
from huiting.web.doors import address, settled
from huiting.web.parts import Given
from huiting.web.signing import Access, People
from huiting.web.site.showing import show

router = APIRouter(prefix="/me/tokens", include_in_schema=False)
Somebody = Annotated[Principal, Depends(settled())]


@router.get("")
def tokens(request: Request, principal: Somebody, people: People) -> Response:
    """List one's own tokens."""
    return _shown(request, principal, people, "entry/tokens")


@router.post("")
def make(
    request: Request,
    principal: Somebody,
    people: People,
    parts: Given,
    name: Annotated[str, Form(max_length=100)],
    scopes: Annotated[list[Permission], Form(max_length=len(Permission))],
    days: Annotated[int, Form(ge=1, le=3_650)] = 90,
) -> Response:
    """Make a token; show its secret, once."""
    user, _ = session_of(principal)
    by, until = principal.at(address(request)), parts.now() + timedelta(days=days)
    made = people.tokens.make(user, name, set(scopes), by, expires=until)
    return _shown(request, principal, people, "entry/tokens_list", made)


@router.post("/{token}/revoke")
def revoke(
    token: Annotated[int, Path(ge=1, le=2**31 - 1)],
    request: Request,
    principal: Somebody,
    people: People,
) -> Response:
    """End one of one's own tokens for good."""
    user, _ = session_of(principal)
    if people.tokens.get(token).user != user:
        raise Unknown(f"token:{token}", "no such token", "look at the list of tokens")
    people.tokens.revoke(token, principal.at(address(request)))
    return _shown(request, principal, people, "entry/tokens_list")


def _shown(
    request: Request,
    principal: Principal,
    people: Access,
    template: str,
    made: NewToken | None = None,
) -> Response:
    user, _ = session_of(principal)
    return show(
        request, template, tokens=people.tokens.of(user), made=made,
        scopes=[scope for scope in Permission if principal.may(scope)],
    )  # fmt: skip
