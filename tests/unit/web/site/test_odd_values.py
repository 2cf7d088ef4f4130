"""Every page is asked for with what no page of ours ever asks: none of them falls over."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

import pytest
from fastapi.dependencies.models import Dependant  # codespell:ignore dependant
from fastapi.routing import APIRoute

from huiting.web import server
from served import NOON, refund
from unit.web.site.conftest import Site

ODD = (
    "", "-1", "9" * 30, "nan", "9999-12-31", "0001-01-01", "\x00'\";--%_\\",
    "<script>alert(1)</script>", "//elsewhere.example", "\ufffe\u202e\u0661", "长" * 150,
    "WzFlMzAwLDFd",
)  # fmt: skip
LONG = 50
HEADERS = {"accept": "text/html", "accept-language": "zh"}
LEFT_OUT = ("/system/backup", "/system/seal", "/sign-out")
"""They take no values; the last one would end all others."""


def screens() -> Iterator[tuple[str, list[APIRoute]]]:
    for module in server.screens():
        routes = [route for route in module.router.routes if isinstance(route, APIRoute)]
        yield module.__name__.rpartition(".")[2], routes


def named(needs: Dependant, kind: str) -> set[str]:  # codespell:ignore dependant
    """Return the names of all parameters of a kind that a route takes, and its dependencies."""
    found: set[str] = set()
    for field in getattr(needs, kind):
        inner = getattr(field.field_info.annotation, "model_fields", None)
        found |= set(inner) if inner else {field.alias}
    for part in needs.dependencies:
        found |= named(part, kind)
    return found


@pytest.mark.parametrize("routes", [pytest.param(routes, id=name) for name, routes in screens()])
def test_odd_values_are_answered(routes: list[APIRoute], site: Site) -> None:
    site.enter()
    site.parts.store.save(refund(), at=NOON)
    for route in routes:
        if route.path not in LEFT_OUT:
            ask(site, route)


def ask(site: Site, route: APIRoute) -> None:
    needs = route.dependant  # codespell:ignore dependant
    queries = {*named(needs, "query_params"), "q", "cursor", "unredacted", "metadata", "since"}
    bodies = named(needs, "body_params")
    for value in ODD:
        path = filled(route, refund().call.recording.id, value)
        given = dict.fromkeys(sorted(queries), value)
        for method in sorted(route.methods or ()):
            asked: Mapping[str, object] = {"params": given}
            if method == "POST":
                form = dict.fromkeys(bodies, value) | {"call": refund().call.recording.id}
                long = {"data": {name: value * 40 for name, value in form.items()}}
                asked = long if len(value) > LONG else {"params": given, "data": form}
            check(site, method, path, asked)


def filled(route: APIRoute, call: str, value: str) -> str:
    known: Mapping[str, str] = {"call": call, "kind": "rules", "what": "pause", "language": "zh"}
    path = route.path
    for field in route.dependant.path_params:  # codespell:ignore dependant
        text = known.get(field.alias, quote(value, safe="") or "77")
        path = path.replace(f"{{{field.alias}}}", text)
    return path


def check(site: Site, method: str, path: str, asked: Mapping[str, object]) -> None:
    answer = site.web.request(method, path, headers=HEADERS, follow_redirects=False, **asked)  # type: ignore[arg-type]
    assert answer.status_code < 500, (method, path, urlencode(asked))
    assert "Traceback" not in answer.text
