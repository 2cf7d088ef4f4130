import threading
from dataclasses import replace

import pytest

from huiting.access.credentials import Credentials
from huiting.access.passwords import Cost, Passwords
from huiting.access.permissions import UserRole
from huiting.core.errors import Forbidden, HuitingError, InputError, TooMany, Unauthenticated
from huiting.service.people.entrance import SignedIn
from huiting.service.people.signing_in import SigningIn
from unit.service.people.house import BOSS, GOOD, HERE, THERE, House


def vain(house: House, times: int, name: str = "wang", address: str = THERE) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated, match="name or password is wrong"):
            house.sign_in(name, "wrong", address)


def test_names_are_taken_however_they_are_written(house: House) -> None:
    house.add()

    assert house.sign_in(" ＷANG ").principal.name == "wang"


def test_nobody_learns_why_they_are_not_let_in(house: House) -> None:
    disabled, late = house.add("disabled"), house.add("late")
    house.accounts.disable(disabled, BOSS)
    given = house.accounts.reset_password(late, BOSS)
    house.clock.on(days=3)
    said = set()
    for name, password in [("wang", GOOD), ("disabled", GOOD), ("late", given.password),
                           ("late", GOOD), ("", ""), ("x" * 9_999, "y" * 9_999)]:  # fmt: skip
        with pytest.raises(Unauthenticated) as raised:
            house.sign_in(name, password)
        said.add(str(raised.value))

    assert len(said) == 1


def test_who_guesses_is_slowed_down_and_not_shut_out(house: House) -> None:
    house.add()
    vain(house, 5)

    with pytest.raises(TooMany, match="wait 15 seconds") as raised:
        house.sign_in(address=THERE)
    assert raised.value.wait == 15
    house.clock.on(seconds=15)
    vain(house, 1)
    with pytest.raises(TooMany, match="wait 30 seconds"):
        house.sign_in(address=THERE)
    house.clock.on(seconds=30)
    house.sign_in(address=THERE)
    vain(house, 5)


def test_a_try_while_waiting_makes_it_no_longer(house: House) -> None:
    house.add()
    vain(house, 5)
    for _ in range(50):
        with pytest.raises(TooMany):
            house.sign_in(address=THERE)

    house.clock.on(seconds=15)
    house.sign_in(address=THERE)


def test_names_that_nobody_has_are_slowed_down_too(house: House) -> None:
    vain(house, 5, "nobody")

    with pytest.raises(TooMany):
        house.sign_in("nobody")


def test_whoever_tries_many_names_is_slowed_down_by_the_address(house: House) -> None:
    house.add()
    for n in range(20):
        vain(house, 1, f"name{n}")

    with pytest.raises(TooMany):
        house.sign_in(address=THERE)
    house.sign_in(address=HERE)


def test_an_own_account_does_not_wash_an_address_clean(house: House) -> None:
    house.add()
    house.add("mallory")
    for _ in range(20):
        house.sign_in("mallory", address=THERE)
        vain(house, 1, f"n{_}")

    with pytest.raises(TooMany):
        house.sign_in("mallory", address=THERE)


def test_where_somebody_signed_in_before_others_cannot_slow_them_down(house: House) -> None:
    house.add()
    house.sign_in(address=HERE)
    vain(house, 5, address=THERE)

    house.sign_in(address=HERE)


def test_the_only_administrator_never_waits_longer_than_a_minute(house: House) -> None:
    house.add("boss", UserRole.ADMINISTRATOR)
    for n in range(12):
        vain(house, 1, "boss", f"10.1.1.{n}")
        house.clock.on(seconds=60)

    vain(house, 1, "boss", "10.1.2.1")
    with pytest.raises(TooMany) as raised:
        house.sign_in("boss", address="10.1.2.2")
    assert raised.value.wait == 60


def test_many_guesses_at_once_all_count(house: House) -> None:
    house.add()
    answers: list[type[HuitingError]] = []
    gate = threading.Barrier(12)

    def guess() -> None:
        gate.wait()
        try:
            house.sign_in(password="wrong", address=THERE)
        except HuitingError as error:
            answers.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (answers.count(Unauthenticated), answers.count(TooMany)) == (5, 7)


def test_vain_tries_are_noted_without_what_was_typed(house: House) -> None:
    number = house.add()
    vain(house, 1)
    vain(house, 1, "my secret password")

    entries = [noted.entry for noted in house.audit.read()][-2:]
    assert [(e.action, e.subject, e.name, e.address) for e in entries] == [
        ("sign-in-failed", f"user:{number}", "wang", THERE),
        ("sign-in-failed", "", "", THERE),
    ]
    assert "secret" not in str(entries)


def test_a_password_given_by_others_must_be_changed(house: House) -> None:
    number = house.add()
    given = house.accounts.reset_password(number, BOSS)
    signed = house.sign_in(password=given.password)

    assert signed.principal.must_change_password
    assert signed.principal.permissions == frozenset()
    new = house.signing.change_password(
        signed.principal, given.password, "seven green bicycles", address=HERE
    )
    assert not new.principal.must_change_password
    house.sign_in(password="seven green bicycles")
    with pytest.raises(Unauthenticated):
        house.sign_in(password=given.password)


def test_another_password_ends_all_sessions_but_a_new_one(house: House) -> None:
    house.add()
    one, two = house.sign_in(), house.sign_in()

    new = house.signing.change_password(one.principal, GOOD, "seven green bicycles", address=HERE)

    house.entrance.admit(Credentials(HERE, session=new.secret))
    for old in (one, two):
        with pytest.raises(Unauthenticated):
            house.entrance.admit(Credentials(HERE, session=old.secret))


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param("wrong", "seven green bicycles", Forbidden, id="the old one is another"),
        pytest.param(GOOD, GOOD, Forbidden, id="the same again"),
        pytest.param(GOOD, "short", InputError, id="too short"),
        pytest.param(GOOD, "wang-wang-wang-2025", InputError, id="made of the name"),
    ],
)
def test_some_passwords_stay(house: House, old: str, new: str, error: type[HuitingError]) -> None:
    house.add()
    signed = house.sign_in()

    with pytest.raises(error):
        house.signing.change_password(signed.principal, old, new, address=HERE)
    house.sign_in()


def test_a_stolen_session_cannot_guess_the_password(house: House) -> None:
    house.add()
    signed = house.sign_in(address=THERE)
    for _ in range(20):
        with pytest.raises(Forbidden):
            house.signing.change_password(signed.principal, "wrong", "x", address=THERE)

    with pytest.raises(TooMany):
        house.signing.change_password(signed.principal, GOOD, "x", address=THERE)


def test_unlocking_lets_in_at_once(house: House) -> None:
    house.add()
    vain(house, 5)

    house.signing.unlock("wang", BOSS)
    house.sign_in(address=THERE)


def test_a_password_kept_cheaply_is_kept_dearer_at_the_next_sign_in(house: House) -> None:
    number = house.add()
    dear = Passwords(cost=Cost(memory=16, passes=1))
    signing = SigningIn(house.people, house.audit, dear, house.entrance, house.clock)
    signing.sign_in("wang", GOOD, address=HERE)

    kept = house.accounts.get(number).password
    assert kept is not None
    assert "m=16" in kept
    assert not house.accounts.get(number).must_change
    house.sign_in()


class Meddling(Passwords):
    """Something happens to the account while its password is tried."""

    def __init__(self, house: House, number: int) -> None:
        super().__init__(cost=Cost(memory=8, passes=1))
        self._house = house
        self._number = number

    def fits(self, kept: str | None, password: str) -> bool:
        self._house.accounts.disable(self._number, BOSS)
        return super().fits(kept, password)


def test_who_is_disabled_meanwhile_does_not_come_in(house: House) -> None:
    number = house.add()
    meddling = Meddling(house, number)
    signing = SigningIn(house.people, house.audit, meddling, house.entrance, house.clock)

    with pytest.raises(Unauthenticated):
        signing.sign_in("wang", GOOD, address=HERE)


def test_somebody_without_a_password_cannot_sign_in_with_one(house: House) -> None:
    profile = replace(house.accounts.get(house.add()).profile, name="sso")
    with house.people.writing() as desk:
        desk.accounts.add(profile, at=house.clock(), identity="issuer 1")

    vain(house, 1, "sso")


def test_a_secret_is_not_shown_by_accident(house: House) -> None:
    house.add()
    signed: SignedIn = house.sign_in()

    assert signed.secret not in repr(signed)
    assert signed.proof not in repr(signed)
