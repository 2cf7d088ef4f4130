"""Who am I: signing in and out, one's own password, language and sessions."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from huiting.access import secret
from huiting.access.principal import Principal
from huiting.service.people.entrance import SignedIn, session_of
from huiting.web.api.shapes.people import (
    Me,
    MyChoice,
    Number,
    PasswordChange,
    SessionEntry,
    SignedOut,
    SignIn,
    Ways,
)
from huiting.web.doors import address, known, settled
from huiting.web.problems import documented
from huiting.web.signing import (
    Access,
    People,
    browser,
    check_ours,
    give_cookie,
    shown,
    take_cookie,
)

router = APIRouter(prefix="/auth", tags=["people"])
Anybody = Annotated[Principal, Depends(known())]
Settled = Annotated[Principal, Depends(settled())]
_MISSING = documented(404)


@router.get("/ways", responses=_MISSING)
def ways(people: People) -> Ways:
    """Say how one can sign in here."""
    return Ways(password=True, single_sign_on=people.single_sign_on is not None)


@router.post("/sign-in", responses=_MISSING)
def sign_in(given: SignIn, request: Request, response: Response, people: People) -> Me:
    """Sign in with name and password; the answer sets the session's cookie."""
    check_ours(request)
    signed = people.signing.sign_in(
        given.name,
        given.password,
        address=address(request),
        browser=browser(request),
        before=shown(request),
    )
    return _came_in(signed, request, response, people)


@router.post("/sign-out", responses=_MISSING)
def sign_out(request: Request, response: Response, principal: Anybody, people: People) -> SignedOut:
    """End this session."""
    hint = people.entrance.sign_out(principal, address(request))
    take_cookie(request, response)
    return SignedOut(url=_elsewhere(people, hint))


@router.get("/me")
def me(request: Request, principal: Anybody) -> Me:
    """Say who asks, and what they may."""
    session = shown(request) if principal.session is not None else None
    return Me.of(principal, None if session is None else secret.proof(session))


@router.patch("/me", responses=_MISSING)
def choose(given: MyChoice, request: Request, principal: Settled, people: People) -> Me:
    """Choose one's own language."""
    number, _ = session_of(principal)
    profile = people.accounts.get(number).profile
    by = principal.at(address(request))
    people.accounts.change(number, replace(profile, language=given.language), by)
    return me(request, replace(principal, language=given.language))


@router.post("/password", responses=_MISSING)
def change_password(
    given: PasswordChange, request: Request, response: Response, principal: Anybody, people: People
) -> Me:
    """Change one's own password; all other sessions end, and this one gets another cookie."""
    where, what = address(request), browser(request)
    signed = people.signing.change_password(
        principal, given.old, given.new, address=where, browser=what
    )
    return _came_in(signed, request, response, people)


@router.get("/sessions", responses=_MISSING)
def sessions(principal: Settled, people: People) -> list[SessionEntry]:
    """List one's own sessions."""
    found = people.entrance.sessions(principal)
    return [SessionEntry.of(session, principal.session) for session in found]


@router.delete("/sessions/{session}", status_code=204, responses=_MISSING)
def end_session(session: Number, request: Request, principal: Settled, people: People) -> None:
    """End one of one's own sessions."""
    people.entrance.end_session(principal, session, address(request))


def _came_in(signed: SignedIn, request: Request, response: Response, people: Access) -> Me:
    give_cookie(request, response, signed, people.entrance.stay.longest.total_seconds())
    return Me.of(signed.principal, signed.proof)


def _elsewhere(people: Access, hint: str | None) -> str | None:
    return (
        None if people.single_sign_on is None or hint is None else people.single_sign_on.end(hint)
    )
