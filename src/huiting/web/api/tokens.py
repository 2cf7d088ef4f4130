"""API tokens: made by people for their programs, looked through, revoked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, Unknown
from huiting.service.people.entrance import session_of
from huiting.web.api.shapes.people import GivenToken, Number, TokenEntry, TokenOrder
from huiting.web.doors import address, settled
from huiting.web.pages import Cursor, Limit, Page, stretch
from huiting.web.problems import documented
from huiting.web.signing import People

router = APIRouter(prefix="/tokens", tags=["people"])
Somebody = Annotated[Principal, Depends(settled())]
Everybody = Annotated[bool, Query(description="Everybody's; only administrators may ask.")]
_ONE = documented(404)


@router.get("", responses=_ONE)
def tokens(
    principal: Somebody,
    people: People,
    *,
    everybody: Everybody = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[TokenEntry]:
    """List one's own tokens, the last made first."""
    user, _ = session_of(principal)
    if everybody:
        _check_administrator(principal)
    found = people.tokens.all() if everybody else people.tokens.of(user)
    return stretch([TokenEntry.of(token) for token in found], limit, cursor)


@router.post("", status_code=201, responses=_ONE)
def make(given: TokenOrder, request: Request, principal: Somebody, people: People) -> GivenToken:
    """Make a token. It may do what its scopes and its owner's role both say."""
    user, _ = session_of(principal)  # a token makes no tokens: it would outlive its end
    if given.owner not in (None, user):
        _check_administrator(principal)
    made = people.tokens.make(
        given.owner or user,
        given.name,
        set(given.scopes),
        principal.at(address(request)),
        expires=given.expires,
    )
    return GivenToken(token=TokenEntry.of(made.token), secret=made.secret)


@router.delete("/{token}", status_code=204, responses=_ONE)
def revoke(token: Number, request: Request, principal: Somebody, people: People) -> None:
    """Revoke one's own token; administrators anybody's."""
    user, _ = session_of(principal)
    found = people.tokens.get(token)
    if found.user != user and not principal.may(Permission.USERS_ADMIN):
        raise Unknown(f"token:{token}", "no such token", "look at the list of tokens")
    people.tokens.revoke(token, principal.at(address(request)))


def _check_administrator(principal: Principal) -> None:
    if not principal.may(Permission.USERS_ADMIN):
        raise Forbidden(principal.name, "others' tokens are not yours", "ask an administrator")
