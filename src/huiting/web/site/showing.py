"""Templates become pages: what every template can use, and how one is rendered.

A template of a whole page extends `layout.html.jinja`; one that is a part of a page, which
htmx puts in, does not. What people typed or said is escaped wherever it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from huiting.access import secret
from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.web.parts import Parts
from huiting.web.places import outside
from huiting.web.signing import shown
from huiting.web.site import assets
from huiting.web.site.formats import filters
from huiting.web.site.menu import menu
from huiting.web.site.words import words
from huiting.web.tongue import tongue

THEME = "huiting-theme"
"""Cookie of who has chosen light or dark; without it the browser's choice holds."""
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page can use, under the name `page`."""

    request: Request
    language: str
    theme: str | None
    """`light`, `dark`, or None for what the browser prefers."""
    me: Principal | None
    """None where nobody has signed in."""
    proof: str | None
    """What each change must carry (`X-CSRF-Token`)."""

    def url(self, path: str) -> str:
        """Return the address of one of our paths, also behind a proxy with a path of its own."""
        return outside(self.request, path)

    def asset(self, name: str) -> str:
        """Return the address of a script, a style or an icon; of none where it was not built."""
        return self.url(f"/static/{assets.manifest().get(name, name)}")

    def may(self, permission: str) -> bool:
        """Tell whether who looks may do something; as a template asks: `page.may("calls:write")`.

        Raises:
            ValueError: there is no such permission.
        """
        wanted = Permission(permission)
        return self.me is not None and self.me.may(wanted)

    @property
    def menu(self) -> Any:  # noqa: ANN401  (entries, for the template)
        """The menu of who looks."""
        paths = frozenset(self.request.app.state.screens)
        return () if self.me is None else menu(self.me, paths)

    @property
    def here(self) -> str:
        """Our path of this page."""
        root = self.request.scope.get("root_path", "").rstrip("/")
        return self.request.url.path.removeprefix(root)

    @property
    def built(self) -> bool:
        """Whether there are scripts and styles."""
        return assets.built()

    @property
    def signs_in(self) -> bool:
        """Whether people sign in here at all."""
        parts: Parts = self.request.app.state.parts
        return parts.access is not None


def frame(request: Request) -> Frame:
    """Return what a page for this request can use."""
    principal = request.scope.get("huiting.principal")
    me = principal if isinstance(principal, Principal) else None
    session = shown(request) if me is not None and me.session is not None else None
    theme = request.cookies.get(THEME)
    return Frame(
        request,
        tongue(request),
        theme if theme in THEMES else None,
        me,
        None if session is None else secret.proof(session),
    )


def show(
    request: Request,
    template: str,
    /,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page, or a part of one.

    Args:
        request: for whom.
        template: name without `.html.jinja`.
        status: of HTTP.
        headers: of the answer.
        values: what the template uses, besides `page`.
    """
    page = frame(request)
    parts: Parts = request.app.state.parts
    made = _environment(page.language, parts.zone).get_template(f"{template}.html.jinja")
    text = made.render(page=page, now=parts.now(), **values)
    return HTMLResponse(text, status, dict(headers or {}))


def partial(request: Request) -> bool:
    """Tell whether htmx asks for a part of a page, not a browser for all of it."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


@cache
def _environment(language: str, zone: tzinfo | None) -> Environment:
    """Return the templates in one language, with times of one zone."""
    made = Environment(
        loader=PackageLoader("huiting.web.site", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    known = words(language)
    made.install_gettext_callables(known.gettext, known.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(filters(language, zone))
    return made
