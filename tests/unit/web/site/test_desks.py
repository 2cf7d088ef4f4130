"""Pages of administrators: users, tokens, the audit log, the system."""

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from huiting.access.permissions import Permission, UserRole
from huiting.service.state import SettingState
from huiting.service.views import View
from huiting.web.server import build
from served import NOON, person, refund
from unit.service.people.house import BOSS
from unit.web.site.conftest import HTML, Site

PAGES = {
    "/users": {UserRole.ADMINISTRATOR},
    "/users/new": {UserRole.ADMINISTRATOR},
    "/users/tokens": {UserRole.ADMINISTRATOR},
    "/audit": {UserRole.ADMINISTRATOR},
    "/system": {UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.INTEGRATOR},
}


PIECES = {
    "/system/room": {UserRole.ADMINISTRATOR},
    "/system/rates": {UserRole.ADMINISTRATOR, UserRole.SUPERVISOR, UserRole.INTEGRATOR},
}


@pytest.mark.parametrize("role", list(UserRole))
@pytest.mark.parametrize("path", [*PAGES, *PIECES])
def test_a_page_opens_to_whom_it_is_for(site: Site, path: str, role: UserRole) -> None:
    site.enter(role)

    status = site.web.get(path, headers=HTML).status_code

    assert status == (200 if role in (PAGES | PIECES)[path] else 403)


@pytest.mark.parametrize("path", list(PAGES))
def test_pages_speak_chinese(site: Site, path: str) -> None:
    site.enter(language="zh")

    page = site.read(path)

    assert 'lang="zh-CN"' in page
    assert re.search(r"<h1[^>]*>[^<]*[\u4e00-\u9fff]", page)


def test_a_user_is_added_and_the_password_shown_once(site: Site) -> None:
    site.enter()

    part = site.send("/users", name="Li.Na", role="agent", agent="8001", teams="华东, 华南；华北")

    given = re.search(r"<code[^>]*>([^<]+)</code>", part)
    assert given is not None
    user = site.house.accounts.named("li.na")
    assert user.profile.teams == {"华东", "华南", "华北"}
    assert user.profile.agent == "8001"
    assert given[1] not in site.read(f"/users/{user.id}")
    assert site.house.sign_in("li.na", given[1]).principal.must_change_password


def test_what_is_wrong_with_a_user_is_said_as_a_notice(site: Site) -> None:
    site.enter()

    answer = site.web.post(
        "/users", data={"name": "with space", "role": "agent"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == "#notices"
    assert "with space" in answer.text


def test_a_user_is_changed_shut_out_and_let_in_again(site: Site) -> None:
    site.enter()
    number = site.house.add("wang")

    site.send(f"/users/{number}", name="wang", role="viewer", shown="<b>Wang</b>")
    shut = site.send(f"/users/{number}/disable")
    disabled = site.house.accounts.get(number).disabled
    site.send(f"/users/{number}/enable")
    site.send(f"/users/{number}/unlock")

    page = site.read("/users")
    assert "&lt;b&gt;Wang&lt;/b&gt;" in page
    assert "<b>Wang" not in page
    assert "may not come in" in shut
    assert disabled
    assert not site.house.accounts.get(number).disabled


def test_nobody_locks_out_the_last_administrator(site: Site) -> None:
    number = site.enter()

    part = site.send(f"/users/{number}/disable", status=409)

    assert 'role="alert"' in part


def test_a_token_is_revoked(site: Site) -> None:
    number = site.enter()
    made = site.house.tokens.make(number, "CRM", {Permission.CALLS_READ}, BOSS)

    before = site.read("/users/tokens")
    after = site.send(f"/users/tokens/{made.token.id}/revoke")

    assert "see calls" in before
    assert made.secret not in before
    assert "revoked" in after


def test_the_log_is_filtered_and_paged(site: Site) -> None:
    number = site.enter()
    for _ in range(60):
        site.house.tokens.make(number, "CRM", {Permission.CALLS_READ}, BOSS)

    page = site.read("/audit?action=token-made&since=2025-03-12&until=2025-03-12")
    earlier = re.search(r'href="([^"]*before=[^"]*)"', page)
    assert earlier is not None
    rest = site.read(earlier[1].replace("&amp;", "&"))

    assert page.count("made a token") == 51  # with the entry of the choice above
    assert rest.count("made a token") == 11
    assert "Nothing was noted like this" in site.read("/audit?since=2025-03-13")


def test_the_chain_is_verified(site: Site) -> None:
    site.enter()

    whole = site.send("/audit/verify")
    with site.house.store.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_changes")
        connection.exec_driver_sql("UPDATE audit SET name = 'nobody' WHERE number = 1")
    broken = site.send("/audit/verify")

    assert "as it was written" in whole
    assert "does not hold from entry 1" in broken


def test_the_system_says_how_it_is_and_is_backed_up(site: Site) -> None:
    site.enter()

    page = site.read("/system")
    part = site.send("/system/backup")

    assert "whisper-base" in page
    assert "Nothing waits and nothing runs." in page
    assert "A backup is being made" in part
    assert "back up" in site.web.get("/system/queue", headers=HTML).text


def test_what_can_be_made_again_is_freed_by_administrators_alone(site: Site) -> None:
    site.enter()
    folder = site.parts.hearing.folder
    folder.mkdir()
    (folder / "a.outline-400").write_bytes(bytes(5_000))

    before = site.read("/system/room")
    freed = site.send("/system/room/heard/free")

    assert "Free 5 kB" in before
    assert "5 kB are free again (1 files)." in freed
    assert list(folder.iterdir()) == []
    site.send("/system/room/anything/free", status=422)
    site.enter(UserRole.SUPERVISOR)
    site.send("/system/room/heard/free", status=403)
    assert site.web.get("/system/room", headers=HTML).status_code == 403


def test_the_page_says_how_often_engines_are_wrong_on_corrected_lines(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR)
    none = site.read("/system/rates")
    call = refund().call.recording.id
    site.parts.store.save(refund(), at=NOON)
    boss = person("root")
    made = site.parts.store.analysis(call).call.segments[0].text
    site.parts.correcting.correct(call, 0, made + "了", View(boss, unredacted=True), BOSS, 1)

    told = site.read("/system/rates")
    assert "Nobody has checked a line yet" in none
    assert "CER" in told
    assert 'hx-get="/system/rates"' in site.read("/system")


def test_settings_are_shown_to_administrators_with_where_they_come_from(site: Site) -> None:
    told = (
        SettingState("engine", "hearing", "whisper", "default"),
        SettingState("store", "keeping", "<b>", "HUITING_STORE"),
        SettingState("jobs", "carrying", "", "option"),
    )
    state = replace(site.parts.state(), settings=told)
    parts = replace(site.parts, state=lambda: state)
    with TestClient(build(parts), "http://testserver") as web:
        other = replace(site, web=web)
        other.enter()
        page = other.read("/system")
        other.enter(UserRole.SUPERVISOR)
        limited = other.read("/system")

    assert "HUITING_STORE" in page
    assert "&lt;b&gt;" in page
    assert "as delivered" in page
    assert "command line" in page
    assert "HUITING_STORE" not in limited


def test_the_page_says_how_a_backup_is_restored(site: Site) -> None:
    site.enter()

    page = site.read("/system")
    assert "huiting backup verify" in page
    assert "huiting restore" in page


def test_sealing_without_a_key_is_refused(site: Site) -> None:
    site.enter()

    assert 'role="alert"' in site.send("/system/seal", status=409)


def test_who_may_only_look_sees_no_backups(site: Site) -> None:
    site.enter(UserRole.SUPERVISOR)

    assert "Back up now" not in site.read("/system")


def test_somebody_makes_a_token_sees_it_once_and_revokes_it(site: Site) -> None:
    number = site.enter(UserRole.REVIEWER)

    before = site.read("/me/tokens")
    made = site.send("/me/tokens", name="CRM", scopes="calls:read", days="30")
    token = site.house.tokens.of(number)[0]
    after = site.send(f"/me/tokens/{token.id}/revoke")

    assert "administer users" not in before  # a reviewer's token may not do it
    assert re.search(r"<code[^>]*>hth_[^<]+</code>", made)
    assert "hth_" not in re.sub(r"<code>hth_[^<]{1,8}…</code>", "", site.read("/me/tokens"))
    assert token.scopes == {"calls:read"}
    assert "revoked" in after


def test_nobody_revokes_the_token_of_another(site: Site) -> None:
    other = site.house.add("other")
    made = site.house.tokens.make(other, "CRM", {Permission.CALLS_READ}, BOSS)
    site.enter(UserRole.REVIEWER)

    site.send(f"/me/tokens/{made.token.id}/revoke", status=404)

    assert site.house.tokens.get(made.token.id).revoked is None
