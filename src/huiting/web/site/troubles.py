"""A problem as a page: what a browser shows where a program would get problem+json."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from huiting.access.principal import Principal
from huiting.core.errors import HuitingError
from huiting.web.doors import admitted
from huiting.web.places import outside
from huiting.web.problems import Problem
from huiting.web.site.showing import partial, show

_PROGRAMS = ("/api/", "/v1/", "/static/")


def wanted(request: Request) -> bool:
    """Tell whether a request comes from one of our pages, or from a browser's address line."""
    root = request.scope.get("root_path", "").rstrip("/")
    if request.url.path.removeprefix(root).startswith(_PROGRAMS):
        return False
    return partial(request) or "text/html" in request.headers.get("accept", "")


def page(request: Request, found: Problem) -> Response | None:
    """Return the page that tells of a problem, or lead to where it is mended; None for programs."""
    if not wanted(request):
        return None
    principal = _known(request)
    if found.status == HTTPStatus.UNAUTHORIZED:
        return lead(request, "/sign-in?next=" + quote(_here(request), safe=""))
    forbidden = found.status == HTTPStatus.FORBIDDEN
    if forbidden and principal is not None and principal.must_change_password:
        return lead(request, "/password")
    if partial(request):
        return show(request, "trouble_part", found.status, _AS_NOTICE, problem=found)
    return show(request, "trouble", found.status, problem=found)


_AS_NOTICE = {"HX-Retarget": "#notices", "HX-Reswap": "afterbegin"}


def lead(request: Request, path: str) -> Response:
    """Send a browser to another of our pages, whether htmx or the browser itself asked."""
    place = outside(request, path)
    if partial(request):
        return HTMLResponse("", headers={"HX-Redirect": place})
    return RedirectResponse(place, 303)


def _known(request: Request) -> Principal | None:
    """Return who asks, also for a path that no route answers: the page has their menu."""
    try:
        return admitted(request)
    except HuitingError:
        return None


def _here(request: Request) -> str:
    """Return the page somebody looks at, to come back to."""
    if partial(request):
        return "/"
    root = request.scope.get("root_path", "").rstrip("/")
    path = request.url.path.removeprefix(root)
    return f"{path}?{request.url.query}" if request.url.query else path
