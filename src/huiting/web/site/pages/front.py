"""The front door: where everybody's day begins, and the files that pages are made of."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, JSONResponse, Response

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.web.doors import settled
from huiting.web.site import assets
from huiting.web.site.showing import frame, show
from huiting.web.site.troubles import lead
from huiting.web.site.words import words

router = APIRouter(include_in_schema=False)
Somebody = Annotated[Principal, Depends(settled())]


@router.get("/")
def front(request: Request, principal: Somebody) -> Response:
    """Lead to the page where this person's work is."""
    there = request.app.state.screens
    wishes = ("/results",) if principal.role is UserRole.AGENT else ()
    for path in (*wishes, *_FIRST):
        if path in there and (path in wishes or principal.may(_FIRST[path])):
            return lead(request, path)
    return show(request, "nothing")


_FIRST = {"/today": Permission.REPORTS_READ, "/calls": Permission.CALLS_READ}


@router.get("/manifest.webmanifest")
def installable(request: Request) -> Response:
    """Describe the site to a browser that may install it as an app."""
    page = frame(request)
    say = words(page.language).gettext
    described = {
        "name": say("Huiting: listen to every call"),
        "short_name": say("Huiting"),
        "lang": page.language,
        "start_url": page.url("/"),
        "scope": page.url("/"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#066fd1",
        "icons": [
            {"src": page.asset("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            {"src": page.asset("icon-192.png"), "type": "image/png", "sizes": "192x192"},
            {"src": page.asset("icon-512.png"), "type": "image/png", "sizes": "512x512"},
        ],
        "shortcuts": [{"name": say("Quick drop"), "url": page.url("/drop")}],
    }
    return JSONResponse(described, media_type="application/manifest+json")


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """Give the service worker: at the top, so that it may look after all pages; never kept."""
    response = assets.served(assets.manifest().get("sw.js", ""), request)
    response.headers["Cache-Control"] = "no-cache"
    return response


@router.get("/offline")
def offline(request: Request) -> Response:
    """Say that Huiting cannot be reached: what an installed app shows then."""
    return show(request, "offline")


@router.get("/static/{name}")
def static(name: str, request: Request) -> FileResponse:
    """Give a script, a style, an icon."""
    return assets.served(name, request)
