"""Programs that show a token to pages, which are made for people: no door is wider for them."""

import pytest

from huiting.access.permissions import Permission, UserRole
from served import NOON, refund
from unit.web.site.conftest import HTML, Site

READING = (
    ("GET", "/drop/{call}"), ("GET", "/drop/{call}/curve.svg"),
    ("GET", "/calls/{call}/lines/1/edit"), ("POST", "/calls/{call}/lines/1"),
    ("POST", "/calls/{call}/remarks"),
)  # fmt: skip
"""Routes that take the permission to change calls, and show them."""


def told(site: Site, method: str, path: str, *scopes: Permission) -> tuple[int, str]:
    """Return what a program with a token of these scopes is answered."""
    token = site.house.token(site.house.add("robot", UserRole.INTEGRATOR), *scopes)
    headers = HTML | {"Authorization": f"Bearer {token.secret}"}
    answer = site.web.request(method, path, headers=headers, data={"text": "好的"})
    return answer.status_code, answer.text


@pytest.mark.parametrize(("method", "path"), READING)
def test_who_may_only_change_calls_reads_none(site: Site, method: str, path: str) -> None:
    made = refund()
    site.parts.store.save(made, at=NOON)
    status, text = told(
        site, method, path.format(call=made.call.recording.id), Permission.CALLS_WRITE
    )

    assert status == 403
    assert "退货" not in text


@pytest.mark.parametrize(("method", "path"), READING)
def test_who_may_read_them_too_is_let_in(site: Site, method: str, path: str) -> None:
    made = refund()
    site.parts.store.save(made, at=NOON)
    both = (Permission.CALLS_WRITE, Permission.CALLS_READ)

    assert told(site, method, path.format(call=made.call.recording.id), *both)[0] == 200
