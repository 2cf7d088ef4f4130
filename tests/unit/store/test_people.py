"""Accounts, sessions, tokens and failures on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.access.permissions import UserRole
from huiting.core.errors import Conflict, TooMany, Unknown
from huiting.store import Store
from huiting.store.people import ADMINISTRATOR, People, Profile, SignOn, sign_ons
from huiting.store.people.failures import ACCOUNT, ADDRESS
from huiting.store.people.sessions import KEPT
from unit.store.stored import NOON

WANG = Profile(
    "wang", "王伟", "team-lead", "8001", frozenset({"甲", "乙"}), frozenset({"上海"}), "zh"
)
BOSS = Profile("boss", "Boss", ADMINISTRATOR)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def people(store: Store) -> People:
    return People(store.database)


def test_the_role_that_must_be_there_is_the_administrators() -> None:
    assert UserRole.ADMINISTRATOR.value == ADMINISTRATOR


def test_somebody_is_kept_as_described(people: People) -> None:
    with people.writing() as desk:
        added = desk.accounts.add(WANG, at=NOON, password="$argon2", until=LATER, identity="i s")
        desk.accounts.add(BOSS, at=NOON)

    assert (added.profile, added.created, added.signed_in) == (WANG, NOON, None)
    assert (added.must_change, added.password_until, added.disabled) == (True, LATER, False)
    assert "$argon2" not in repr(added)
    with people.reading() as desk:
        assert desk.accounts.get(added.id) == added
        assert desk.accounts.named("wang") == desk.accounts.identified("i s") == added
        assert desk.accounts.named("WANG") is None
        assert [user.profile.name for user in desk.accounts.all()] == ["boss", "wang"]
        assert desk.accounts.all()[0].must_change is False


def test_nobody_is_told_apart_from_unknown(people: People) -> None:
    with people.reading() as desk, pytest.raises(Unknown, match="no such user"):
        desk.accounts.get(9)


def test_what_is_said_of_somebody_can_change(people: People) -> None:
    other = replace(WANG, shown="伟", teams=frozenset({"丙"}), sites=frozenset(), agent=None)
    with people.writing() as desk:
        number = desk.accounts.add(WANG, at=NOON).id

        assert desk.accounts.change(number, other).profile == other
        desk.accounts.set_password(number, "kept")
        desk.accounts.came_in(number, LATER)
        desk.accounts.identify(number, "issuer 5")
        changed = desk.accounts.get(number)
    assert (changed.password, changed.must_change) == ("kept", False)
    assert (changed.signed_in, changed.identity) == (LATER, "issuer 5")


def test_two_cannot_have_one_name_or_identity(people: People) -> None:
    with people.writing() as desk:
        number = desk.accounts.add(WANG, at=NOON, identity="i s").id
        boss = desk.accounts.add(BOSS, at=NOON).id
        with pytest.raises(Conflict, match="taken"):
            desk.accounts.add(WANG, at=NOON)
        with pytest.raises(Conflict, match="taken"):
            desk.accounts.change(number, replace(WANG, name="boss"))
        with pytest.raises(Conflict, match="identity is taken"):
            desk.accounts.identify(boss, "i s")

        assert [user.profile.name for user in desk.accounts.all()] == ["boss", "wang"]


def test_an_administrator_is_always_left(people: People) -> None:
    with people.writing() as desk:
        one = desk.accounts.add(BOSS, at=NOON).id
        two = desk.accounts.add(replace(BOSS, name="two"), at=NOON).id
        desk.accounts.disable(two, disabled=True)

        with pytest.raises(Conflict, match="the only administrator"):
            desk.accounts.disable(one, disabled=True)
        with pytest.raises(Conflict, match="the only administrator"):
            desk.accounts.change(one, replace(BOSS, role="viewer"))
        assert desk.accounts.change(one, replace(BOSS, shown="Chief")).profile.shown == "Chief"
        assert desk.accounts.disable(two, disabled=False).disabled is False
        assert desk.accounts.disable(one, disabled=True).disabled is True


def test_numbers_are_never_given_twice(people: People) -> None:
    with people.writing() as desk:
        number = desk.accounts.add(WANG, at=NOON).id
        desk.connection.exec_driver_sql("DELETE FROM account")

        assert desk.accounts.add(WANG, at=NOON).id > number


def test_a_session_is_found_by_its_digest_until_it_ends(people: People) -> None:
    with people.writing() as desk:
        user = desk.accounts.add(WANG, at=NOON).id
        number = desk.sessions.open(user, "d1", at=NOON, address="::1", browser="B" * 999, hint="h")
        desk.sessions.touch(number, LATER)
        found = desk.sessions.found("d1")

        assert found is not None
        assert (found.id, found.user, found.created, found.seen) == (number, user, NOON, LATER)
        assert (found.address, len(found.browser), found.ended) == ("::1", 300, None)
        assert desk.sessions.found("d2") is None
        assert desk.sessions.end(user, LATER, number=number) == 1
        assert desk.sessions.end(user, LATER, number=number) == 0
        assert [(s.ended, s.hint) for s in desk.sessions.of(user)] == [(LATER, None)]


def test_all_sessions_but_one_can_end(people: People) -> None:
    with people.writing() as desk:
        user, other = (desk.accounts.add(p, at=NOON).id for p in (WANG, BOSS))
        one, two, _ = (desk.sessions.open(u, str(u) + d, at=NOON)
                       for u, d in ((user, "a"), (user, "b"), (other, "c")))  # fmt: skip

        assert desk.sessions.end(other, LATER, number=one) == 0, "not somebody else's"
        assert desk.sessions.end(user, LATER, but=two) == 1
        assert [s.id for s in desk.sessions.of(user) if s.ended is None] == [two]


def test_addresses_are_known_for_a_month(people: People) -> None:
    with people.writing() as desk:
        user = desk.accounts.add(WANG, at=NOON).id
        desk.sessions.open(user, "a", at=NOON, address="10.0.0.1")

        assert desk.sessions.known_address(user, "10.0.0.1")
        assert not desk.sessions.known_address(user, "10.0.0.2")
        desk.sessions.open(user, "b", at=NOON + KEPT + timedelta(days=1), address="10.0.0.3")
        assert not desk.sessions.known_address(user, "10.0.0.1")


def test_a_token_is_known_by_its_digest(people: People) -> None:
    with people.writing() as desk:
        user = desk.accounts.add(WANG, at=NOON).id
        token = desk.tokens.add(user, "d", start="hth_abcd", name="CRM", scopes={"b", "a"},
                                at=NOON, expires=LATER)  # fmt: skip
        desk.tokens.touch(token.id, LATER)
        desk.tokens.revoke(token.id, LATER)
        desk.tokens.revoke(token.id, LATER + timedelta(days=1))

        found = desk.tokens.found("d")
        assert found == replace(token, used=LATER, revoked=LATER)
        assert (sorted(token.scopes), token.expires, token.user) == (["a", "b"], LATER, user)
        assert desk.tokens.found("e") is None
        assert desk.tokens.all() == desk.tokens.of(user) == [found]
        with pytest.raises(Unknown, match="no such token"):
            desk.tokens.get(99)


def test_failures_are_counted_until_they_are_forgotten(people: People) -> None:
    with people.writing() as desk:
        for _ in range(3):
            desk.failures.add(ACCOUNT, "wang\x00", NOON)
        desk.failures.add(ADDRESS, "wang", NOON)
        desk.failures.take_back(ADDRESS, "wang")
        desk.failures.take_back(ADDRESS, "wang")

        tries, none = desk.failures.of(ACCOUNT, "wang\x00"), desk.failures.of(ADDRESS, "wang")
        assert tries is not None
        assert none is not None
        assert (tries.failures, tries.last, none.failures) == (3, NOON, 0)
        desk.failures.forget(ACCOUNT, "wang\x00")
        assert desk.failures.of(ACCOUNT, "wang\x00") is None


def test_failures_of_yesterday_count_no_more(people: People) -> None:
    tomorrow = NOON + timedelta(days=1, seconds=1)
    with people.writing() as desk:
        for name in ("wang", "boss"):
            desk.failures.add(ACCOUNT, name, NOON)
        desk.failures.add(ACCOUNT, "wang", tomorrow)

        tries = desk.failures.of(ACCOUNT, "wang")
        assert tries is not None
        assert tries.failures == 1
        assert desk.failures.of(ACCOUNT, "boss") is None


WAY = SignOn("browser", "nonce", "verifier", "/calls", NOON)


def test_a_way_to_the_provider_leads_back_once(people: People) -> None:
    with people.writing() as desk:
        desk.sign_ons.begin("state", WAY)

        assert desk.sign_ons.end("another", NOON) is None
        assert desk.sign_ons.end("state", NOON) == WAY
        assert desk.sign_ons.end("state", NOON) is None


def test_a_way_that_took_too_long_leads_nowhere(people: People) -> None:
    with people.writing() as desk:
        desk.sign_ons.begin("state", WAY)

        assert desk.sign_ons.end("state", NOON + timedelta(minutes=11)) is None


def test_only_so_many_can_be_away(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ons, "MOST", 2)
    with people.writing() as desk:
        desk.sign_ons.begin("a", WAY)
        desk.sign_ons.begin("b", WAY)
        with pytest.raises(TooMany, match="too many at once"):
            desk.sign_ons.begin("c", WAY)
        desk.sign_ons.begin("d", replace(WAY, at=NOON + timedelta(hours=1)))
