from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from huiting.access.claims import Described
from huiting.access.credentials import Credentials
from huiting.access.permissions import Permission, UserRole
from huiting.core.errors import Conflict, Forbidden, InputError, Unauthenticated, Unknown
from huiting.service.people.accounts import checked
from huiting.service.people.entrance import SignedIn
from huiting.store.people import Profile
from unit.service.people.house import BOSS, GOOD, HERE, NOON, House

WANG = Profile("Wang", " 王伟 ", "team-lead", "8001", frozenset({"甲"}), frozenset(), "zh")


def test_the_first_administrator_gets_a_password_for_once(house: House) -> None:
    first = house.accounts.first()

    assert first is not None
    assert house.accounts.first() is None
    signed = house.sign_in("admin", first.password)
    assert signed.principal.role is UserRole.ADMINISTRATOR
    assert signed.principal.must_change_password
    assert first.password not in repr(first)
    assert house.noted()[0] == ("machine", "user-added", "user:1")


def test_somebody_is_added_with_what_is_said_of_them(house: House) -> None:
    given = house.accounts.add(WANG, BOSS)

    assert given.user.profile == replace(WANG, name="wang", shown="王伟")
    assert given.user.password_until == NOON + timedelta(days=3)
    assert house.accounts.named("WANG") == house.accounts.get(given.user.id)
    assert house.accounts.all() == [given.user]
    with pytest.raises(InputError, match="no such user"):
        house.accounts.named("zhang")
    with pytest.raises(Conflict, match="taken"):
        house.accounts.add(WANG, BOSS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "wang wei"}, {"name": ""}, {"name": "a" * 65}, {"name": "a\nb"}, {"role": "king"},
        {"language": "de"}, {"shown": "a" * 101}, {"shown": "a\x00"}, {"agent": ""},
        {"teams": frozenset({" "})}, {"sites": frozenset({"x" * 101})},
        {"teams": frozenset(map(str, range(101)))},
    ],
    ids=lambda change: f"{len(str(change))} characters of {next(iter(change))}",
)  # fmt: skip
def test_what_nobody_is_called_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        checked(replace(WANG, **wrong))


def test_without_a_display_name_the_name_is_shown() -> None:
    assert checked(replace(WANG, shown=" ")).shown == "wang"


def test_whose_rights_change_must_sign_in_again(house: House) -> None:
    number = house.add(role=UserRole.SUPERVISOR)
    profile = house.accounts.get(number).profile

    def alive(signed: SignedIn) -> bool:
        try:
            return bool(house.entrance.admit(Credentials(HERE, session=signed.secret)))
        except Unauthenticated:
            return False

    signed = house.sign_in()
    house.accounts.change(number, replace(profile, shown="Other", language="en"), BOSS)
    assert alive(signed)
    for change in ({"role": "viewer"}, {"teams": frozenset({"甲"})}, {"agent": "8001"}):
        signed = house.sign_in()
        profile = replace(profile, **change)
        house.accounts.change(number, profile, BOSS)
        assert not alive(signed)
    signed = house.sign_in()
    house.accounts.disable(number, BOSS)
    assert not alive(signed)


def test_what_changed_is_noted_and_nothing_when_nothing_did(house: House) -> None:
    number = house.add()
    profile = house.accounts.get(number).profile
    house.accounts.change(number, replace(profile, role="viewer", language="zh"), BOSS)
    house.accounts.change(number, replace(profile, role="viewer", language="zh"), BOSS)

    entry = [noted.entry for noted in house.audit.read()][-1]
    assert (entry.who, entry.action, entry.subject) == ("user:1", "user-changed", f"user:{number}")
    assert entry.detail == {"fields": "role,language", "old": "supervisor", "new": "viewer"}
    assert len(house.noted()) == 2


def test_a_reset_password_is_for_once_and_for_three_days(house: House) -> None:
    number = house.add()
    signed = house.sign_in()
    given = house.accounts.reset_password(number, BOSS)

    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, session=signed.secret))
    with pytest.raises(Unauthenticated):
        house.sign_in()
    house.sign_in(password=given.password)
    house.clock.on(days=3)
    with pytest.raises(Unauthenticated):
        house.sign_in(password=given.password)
    with pytest.raises(Unknown):
        house.accounts.reset_password(99, BOSS)


def test_the_last_administrator_stays(house: House) -> None:
    first = house.accounts.first()
    assert first is not None

    with pytest.raises(Conflict, match="only administrator"):
        house.accounts.disable(first.user.id, BOSS)
    assert house.noted() == [("machine", "user-added", "user:1")], "what failed is not noted"


def test_a_token_is_made_of_what_its_owner_may(house: House) -> None:
    owner = house.add(role=UserRole.VIEWER)
    made = house.tokens.make(owner, " CRM ", [Permission.CALLS_READ], BOSS)

    assert made.secret.startswith(made.token.start)
    assert (made.token.name, list(made.token.scopes)) == ("CRM", ["calls:read"])
    assert made.token.expires == NOON + timedelta(days=90)
    assert house.tokens.all() == house.tokens.of(owner) == [made.token]
    entry = [noted.entry for noted in house.audit.read()][-1]
    assert (entry.action, entry.detail["scopes"]) == ("token-made", "calls:read")
    assert made.secret not in str(entry)
    house.tokens.revoke(made.token.id, BOSS)
    house.tokens.revoke(made.token.id, BOSS)
    assert house.noted()[-1] == ("user:1", "token-revoked", f"token:{made.token.id}")
    assert house.noted()[-2][1] == "token-made"


@pytest.mark.parametrize(
    ("name", "scopes", "days", "reason"),
    [
        pytest.param("", {Permission.CALLS_READ}, 1, "no name", id="no name"),
        pytest.param("x" * 101, {Permission.CALLS_READ}, 1, "no name", id="a book"),
        pytest.param("CRM", set(), 1, "may do nothing", id="no scope"),
        pytest.param("CRM", {Permission.USERS_ADMIN}, 1, "may not users:admin", id="too much"),
        pytest.param("CRM", {Permission.CALLS_READ}, 0, "past", id="over"),
        pytest.param("CRM", {Permission.CALLS_READ}, 9999, "too far", id="for ever"),
    ],
)
def test_some_tokens_are_not_made(
    house: House, name: str, scopes: set[Permission], days: float, reason: str
) -> None:
    owner, expires = house.add(), NOON + timedelta(days=days)

    with pytest.raises(InputError, match=reason):
        house.tokens.make(owner, name, scopes, BOSS, expires=expires)


DESCRIBED = Described(
    "https://sso 1", "li", "李娜", UserRole.TEAM_LEAD, None, frozenset({"甲"}), frozenset(), None
)


def arrive(house: House, described: Described = DESCRIBED) -> SignedIn:
    return house.signing_on.arrive(
        described, address=HERE, browser="", hint="id token", before=None
    )


def test_whom_the_provider_describes_is_added_and_known_again(house: House) -> None:
    one, two = arrive(house), arrive(house)

    assert one.principal.user == two.principal.user
    assert one.principal.only == {"team": frozenset({"甲"})}
    assert house.entrance.sign_out(two.principal, HERE) == "id token"
    assert [action for _, action, _ in house.noted()] == [
        "user-added", "signed-in", "signed-in", "signed-out",
    ]  # fmt: skip


def test_what_the_provider_says_holds_from_the_next_sign_in(house: House) -> None:
    arrive(house)
    changed = arrive(
        house, replace(DESCRIBED, role=UserRole.VIEWER, name="other", teams=frozenset())
    )

    assert (changed.principal.role, changed.principal.only) == (UserRole.VIEWER, {})
    assert changed.principal.name == "li", "the name stays"


def test_the_language_chosen_here_stays(house: House) -> None:
    number = arrive(house).principal.user
    assert number is not None
    house.accounts.change(number, replace(house.accounts.get(number).profile, language="en"), BOSS)

    assert arrive(house).principal.language == "en"


def test_the_provider_cannot_take_over_an_account_made_here(house: House) -> None:
    house.add("li", UserRole.ADMINISTRATOR)

    with pytest.raises(Forbidden, match="was made here"):
        arrive(house)


def test_the_provider_cannot_take_the_last_administrator_away(house: House) -> None:
    arrive(house, replace(DESCRIBED, role=UserRole.ADMINISTRATOR))

    assert arrive(house).principal.role is UserRole.ADMINISTRATOR


def test_whom_an_administrator_disabled_does_not_come_in_by_the_provider(house: House) -> None:
    number = arrive(house).principal.user
    assert number is not None
    house.accounts.disable(number, BOSS)

    with pytest.raises(Unauthenticated, match="disabled"):
        arrive(house)


def test_good_passwords_are_what_the_tests_say() -> None:
    assert len(GOOD) > 12
