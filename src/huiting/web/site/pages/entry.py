"""Coming in and going out: sign-in, one's own password, language, look and sessions."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import HTMLResponse, Response

from huiting.access.principal import Principal
from huiting.core.errors import Forbidden, HuitingError
from huiting.service.people.entrance import session_of
from huiting.web.doors import address, known, settled
from huiting.web.parts import Given
from huiting.web.places import ours, outside
from huiting.web.problems import status_of, worded
from huiting.web.signing import (
    People,
    browser,
    check_ours,
    give_cookie,
    shown,
    take_cookie,
)
from huiting.web.site.showing import THEME, show
from huiting.web.site.troubles import lead
from huiting.web.tongue import COOKIE as LANGUAGE
from huiting.web.tongue import tongue

router = APIRouter(include_in_schema=False)
Anybody = Annotated[Principal, Depends(known())]
Settled = Annotated[Principal, Depends(settled())]
Secret = Annotated[str, Form(max_length=1_000)]
_YEAR = 31_536_000


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    parts: Given,
    next: str = "/",  # noqa: A002
    failed: str | None = None,
) -> Response:
    """Ask who is there.

    Args:
        request: of the browser.
        parts: of the server.
        next: the page that was wanted.
        failed: code of why single sign-on has just not let somebody in.
    """
    if parts.access is None:
        return lead(request, "/")
    single = parts.access.single_sign_on is not None
    return show(request, "entry/sign_in", next=ours(next), single_sign_on=single, failed=failed)


@router.post("/sign-in")
def sign_in(
    request: Request,
    people: People,
    name: Annotated[str, Form(max_length=200)],
    password: Secret,
    next: Annotated[str, Form(max_length=2_000)] = "/",  # noqa: A002
) -> Response:
    """Let somebody in, or say why not."""
    check_ours(request)
    try:
        signed = people.signing.sign_in(
            name, password, address=address(request), browser=browser(request),
            before=shown(request),
        )  # fmt: skip
    except HuitingError as error:
        return _mistake(request, error)
    goal = "/password" if signed.principal.must_change_password else ours(next)
    response = lead(request, goal)
    give_cookie(request, response, signed, people.entrance.stay.longest.total_seconds())
    return response


@router.post("/sign-out")
def sign_out(request: Request, principal: Anybody, people: People) -> Response:
    """End this session, here and at a provider of single sign-on."""
    hint = people.entrance.sign_out(principal, address(request))
    elsewhere = people.single_sign_on.end(hint) if people.single_sign_on and hint else None
    place = elsewhere or outside(request, "/sign-in")
    response = HTMLResponse("", headers={"HX-Redirect": place})
    take_cookie(request, response)
    return response


@router.get("/password")
def password_page(request: Request, _: Anybody, __: People) -> Response:
    """Ask for another password."""
    return show(request, "entry/password")


@router.post("/password")
def change_password(
    request: Request, principal: Anybody, people: People, old: Secret, new: Secret, again: Secret
) -> Response:
    """Change one's own password; all other sessions end."""
    if new != again:
        return show(request, "entry/mistake", mistake=None)
    try:
        signed = people.signing.change_password(
            principal, old, new, address=address(request), browser=browser(request)
        )
    except HuitingError as error:
        return _mistake(request, error)
    response = lead(request, "/")
    give_cookie(request, response, signed, people.entrance.stay.longest.total_seconds())
    return response


@router.get("/me")
def me(request: Request, principal: Settled, people: People) -> Response:
    """Show one's own account: what one may do, and where one is signed in."""
    sessions = people.entrance.sessions(principal) if principal.session is not None else ()
    return show(request, "entry/me", sessions=sessions)


@router.post("/me/sessions/{session}/end")
def end_session(
    session: Annotated[int, Path(ge=1, le=2**31 - 1)],
    request: Request,
    principal: Settled,
    people: People,
) -> Response:
    """End one of one's own sessions."""
    people.entrance.end_session(principal, session, address(request))
    return show(request, "entry/sessions", sessions=people.entrance.sessions(principal))


@router.post("/language/{language}")
def choose_language(language: Literal["zh", "en"], request: Request, parts: Given) -> Response:
    """Show pages in another language from now on; for who has signed in, wherever they do."""
    check_ours(request)
    response = _again(request)
    response.set_cookie(LANGUAGE, language, max_age=_YEAR, httponly=True, samesite="lax")
    _remember(language, request, parts)
    return response


@router.post("/theme/{theme}")
def choose_theme(theme: Literal["light", "dark", "auto"], request: Request) -> Response:
    """Show pages light or dark, or as the browser prefers."""
    check_ours(request)
    response = _again(request)
    if theme == "auto":
        response.delete_cookie(THEME)
    else:
        response.set_cookie(THEME, theme, max_age=_YEAR, httponly=True, samesite="lax")
    return response


def _remember(language: Literal["zh", "en"], request: Request, parts: Given) -> None:
    """Keep the choice with the account of who has signed in."""
    if parts.access is None:
        return
    try:
        principal = known()(request, None, None)
    except HuitingError:
        return
    number, _ = session_of(principal)
    accounts = parts.access.accounts
    profile = replace(accounts.get(number).profile, language=language)
    accounts.change(number, profile, principal.at(address(request)))


def _again(request: Request) -> Response:
    if "hx-request" not in request.headers:
        raise Forbidden("request", "not sent by our page", "use the menu")
    return HTMLResponse("", headers={"HX-Refresh": "true"})


def _mistake(request: Request, error: HuitingError) -> Response:
    """Say under the form what went wrong; htmx puts it there whatever the status is."""
    text = worded(error, tongue(request))
    return show(request, "entry/mistake", status_of(error), mistake=text)
