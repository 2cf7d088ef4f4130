"""Single sign-on: off to the provider, and back."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from huiting.access import secret
from huiting.access.claims import described
from huiting.core.errors import HuitingError, Unauthenticated, Unknown
from huiting.service.people.entrance import SignedIn
from huiting.service.people.signing_on import Secrets
from huiting.web.doors import address
from huiting.web.places import ours, outside
from huiting.web.problems import documented
from huiting.web.signing import Access, People, SingleSignOn, browser, give_cookie, shown

router = APIRouter(prefix="/auth/single-sign-on", tags=["people"])
WAY = "huiting-way"
"""Cookie of a browser that is at the provider."""
_VALID = 600
"""Seconds that it may be away."""
_MOVED = {303: {"description": "Off to another page."}, **documented(404)}
Back = Annotated[
    str, Query(alias="back", max_length=500, description="Path of the page that was wanted.")
]


@router.get("", status_code=303, response_class=RedirectResponse, responses=_MOVED)
def leave(request: Request, people: People, back: Back = "/") -> RedirectResponse:
    """Send the browser to the provider of single sign-on."""
    sso, way = _single_sign_on(people), secret.key()
    try:
        departure = sso.provider.depart()
    except HuitingError as error:
        return _failed(request, error)
    sso.desk.leave(
        secret.digest(departure.state),
        secret.digest(way),
        Secrets(departure.nonce, departure.verifier),
        ours(back),
    )
    response = RedirectResponse(departure.url, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        WAY, way, max_age=_VALID, path="/", secure=secure, httponly=True, samesite="lax"
    )
    return response


@router.get("/back", status_code=303, response_class=RedirectResponse, responses=_MOVED)
def arrive(request: Request, people: People) -> RedirectResponse:
    """Let in whom the provider has sent back."""
    sso = _single_sign_on(people)
    try:
        signed, back = _arrived(request, sso)
    except HuitingError as error:
        response = _failed(request, error)
    else:
        response = RedirectResponse(outside(request, back), 303)
        give_cookie(request, response, signed, people.entrance.stay.longest.total_seconds())
    response.delete_cookie(WAY, path="/")
    return response


def _arrived(request: Request, sso: SingleSignOn) -> tuple[SignedIn, str]:
    """Return the session of whoever comes back, and the page they wanted.

    Raises:
        Unauthenticated: they did not leave from this browser lately, or are not known.
        Forbidden: they may not come in.
        ProviderFailed: the provider does not answer.
    """
    query = {name: value for name, value in request.query_params.items() if value}
    way = sso.desk.back(secret.digest(query.get("state", "")))
    here = secret.digest(request.cookies.get(WAY, ""))
    if way is None or not hmac.compare_digest(way.browser, here):
        raise Unauthenticated("single sign-on", "this browser did not ask for it", "begin again")
    arrival = sso.provider.arrive(query, way.nonce, way.verifier)
    signed = sso.desk.arrive(
        described(arrival.claims, sso.rules),
        address=address(request),
        browser=browser(request),
        hint=arrival.hint,
        before=shown(request),
    )
    return signed, way.back


def _failed(request: Request, error: HuitingError) -> RedirectResponse:
    """Send a browser to the sign-in page, which says what the error's code means."""
    return RedirectResponse(outside(request, f"/sign-in?failed={error.code}"), 303)


def _single_sign_on(people: Access) -> SingleSignOn:
    if people.single_sign_on is None:
        raise Unknown("single sign-on", "not set up here", "sign in with a password")
    return people.single_sign_on
