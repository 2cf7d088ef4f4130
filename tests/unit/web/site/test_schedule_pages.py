"""The page of reports by mail: who comes, what it says when nothing can be sent, what it does."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from huiting.access.permissions import Permission, UserRole
from huiting.access.secret import proof
from huiting.jobs.job import Order, Trouble
from huiting.jobs.queue import Wanted
from huiting.jobs.work.claims import Claims
from huiting.service.mailing.sending import SEND, subject_of
from huiting.service.mailing.terms import Postal
from huiting.store import mailings
from huiting.web.doors import COOKIE, PROOF
from huiting.web.server import build
from unit.service.people.house import GOOD
from unit.web.site.conftest import HTML, Site

PLACE = "/reports/schedules"
FORM: dict[str, Any] = {
    "of": "week",
    "every": "week",
    "hour": "9",
    "to": "lead@example.com, boss@example.com",
}


@pytest.fixture
def posting(site: Site) -> Iterator[Site]:
    """Give a service whose settings allow mail."""
    postal = Postal("Asia/Shanghai", ("example.com",), server=True)
    parts = replace(site.parts, postal=postal)
    with TestClient(build(parts), "http://testserver", follow_redirects=False) as web:
        yield replace(site, parts=parts, web=web)


@pytest.mark.parametrize("role", list(UserRole))
def test_who_may_export_comes_in(site: Site, role: UserRole) -> None:
    site.enter(role)
    may = {
        UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.TEAM_LEAD, UserRole.INTEGRATOR,
    }  # fmt: skip

    assert site.web.get(PLACE, headers=HTML).status_code == (200 if role in may else 403)


def test_the_reports_lead_there_whoever_may_export(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR)
    assert PLACE in site.read("/reports")
    site.enter(UserRole.VIEWER)
    assert PLACE not in site.read("/reports")


def test_without_settings_it_says_which_are_lacking(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR)
    page = site.read(PLACE)

    assert all(name in page for name in ("mail_domains", "channels", "timezone"))
    assert "<form class=" not in page.partition('id="schedules"')[0].partition("<main")[2]
    site.send(PLACE, 422, **FORM)


def test_without_anybody_who_signs_in_there_are_none(site: Site) -> None:
    with TestClient(build(replace(site.parts, access=None))) as web:
        number = site.enter()
        token = site.house.token(number, *_needed())
        page = web.get(PLACE, headers={**HTML, "Authorization": f"Bearer {token.secret}"})

    assert page.status_code == 200
    assert "belong to people who sign in" in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("zh", ("邮件报表", "上一周周报", "每周一"), id="Chinese"),
        pytest.param("en", ("Reports by mail", "The week before", "every Monday"), id="English"),
    ],
)
def test_a_schedule_is_made_tried_paused_and_removed(
    posting: Site, language: str, words: tuple[str, ...]
) -> None:
    posting.enter(UserRole.SUPERVISOR, language)
    assert words[0] in posting.read(PLACE)
    made = posting.send(PLACE, **FORM, team="<script>T1")
    tried = posting.send(f"{PLACE}/1/try")
    paused = posting.send(f"{PLACE}/1/pause")
    resumed = posting.send(f"{PLACE}/1/resume")

    assert all(word in made for word in words[1:])
    assert "lead@example.com, boss@example.com" in made
    assert "<script>" not in made
    assert len(posting.parts.queue.page(Wanted(kind=SEND)).items) == 1
    assert 'role="status"' in tried
    assert f"{PLACE}/1/resume" in paused
    assert f"{PLACE}/1/pause" in resumed
    assert f"{PLACE}/1/" not in posting.send(f"{PLACE}/1/remove")
    posting.send(f"{PLACE}/1/pause", 404)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The last report was not sent: zhao"), ("zh", "上一次报表未发送：")],
    ids=["English", "Chinese"],
)
def test_a_report_that_was_not_sent_is_told_of(posting: Site, language: str, words: str) -> None:
    posting.house.add("zhao", UserRole.TEAM_LEAD, teams=frozenset({"T1"}), language=language)
    _enter(posting, "zhao")
    made = posting.send(PLACE, **FORM, team="T1")
    parts = posting.parts
    with parts.store.database.writing() as connection:
        [one] = mailings.running(connection)
        order = Order(SEND, subject_of(one, one.put_for))
        parts.queue.put(connection, order)
    claims = Claims(parts.queue.ledger)
    [lease] = claims.claim("tester", [SEND], 1)
    trouble = Trouble("forbidden", "zhao: calls of this team are not yours to see", "choose yours")
    claims.fail(lease, trouble, retryable=False)

    assert words not in made
    assert words in posting.read(PLACE)


def test_an_address_of_elsewhere_is_refused(posting: Site) -> None:
    posting.enter(UserRole.SUPERVISOR)
    refused = posting.send(PLACE, 422, **{**FORM, "to": "x@evil.example"})

    assert "example.com" in refused
    assert f"{PLACE}/1/" not in posting.read(PLACE)


def test_a_team_lead_chooses_among_own_teams(posting: Site) -> None:
    posting.house.add("zhao", UserRole.TEAM_LEAD, teams=frozenset({"T1"}), language="en")
    _enter(posting, "zhao")

    assert "<option>T1</option>" in posting.read(PLACE)
    posting.send(PLACE, 403, **FORM, team="T2")


def _needed() -> tuple[Permission, ...]:
    return (Permission.REPORTS_READ, Permission.CALLS_EXPORT)


def _enter(site: Site, name: str) -> None:
    signed = site.house.sign_in(name, GOOD)
    site.web.cookies.set(COOKIE, signed.secret)
    site.web.headers[PROOF] = proof(signed.secret)
