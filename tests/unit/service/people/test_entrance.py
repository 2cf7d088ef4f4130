from dataclasses import replace
from datetime import timedelta

import pytest

from huiting.access.credentials import Credentials, Doorkeeper
from huiting.access.permissions import PERMITTED, Permission, UserRole
from huiting.core.errors import Forbidden, Unauthenticated, Unknown
from huiting.service.people.entrance import Open
from unit.service.people.house import BOSS, HERE, House


def test_who_signed_in_is_known_by_the_session(house: House) -> None:
    number = house.add(role=UserRole.AGENT, agent="8001", language="zh")
    signed = house.sign_in()

    found = house.entrance.admit(Credentials(HERE, session=signed.secret))

    assert found == signed.principal
    assert (found.id, found.name, found.user) == (f"user:{number}", "wang", number)
    assert (found.only, found.language) == ({"agent": frozenset({"8001"})}, "zh")
    assert found.permissions == PERMITTED[UserRole.AGENT]
    assert signed.secret not in repr(signed)


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(Credentials(HERE), id="nothing"),
        pytest.param(Credentials(HERE, session="made up"), id="another session"),
        pytest.param(Credentials(HERE, session=""), id="an empty session"),
        pytest.param(Credentials(HERE, bearer="hth_made_up"), id="another token"),
        pytest.param(Credentials(HERE, bearer="\x00\ud800"), id="no token at all"),
    ],
)
def test_others_are_not_known(house: House, shown: Credentials) -> None:
    house.add()
    house.sign_in()

    with pytest.raises(Unauthenticated):
        house.entrance.admit(shown)


def test_what_the_database_holds_opens_no_door(house: House) -> None:
    house.add()
    signed = house.sign_in()
    with house.store.database.reading() as connection:
        [digest] = connection.exec_driver_sql("SELECT digest FROM login_session").scalars()

    assert digest != signed.secret
    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, session=digest))


def test_a_change_takes_the_proof_that_our_page_asked(house: House) -> None:
    house.add()
    signed, other = house.sign_in(), house.sign_in()
    shown = Credentials(HERE, session=signed.secret, proof=signed.proof, changes=True)

    assert house.entrance.admit(shown) == signed.principal
    for wrong in (None, "", other.proof, signed.secret):
        with pytest.raises(Forbidden, match="X-CSRF-Token"):
            house.entrance.admit(replace(shown, proof=wrong))
    with pytest.raises(Forbidden, match="no page of ours"):
        house.entrance.admit(replace(shown, foreign=True))


def test_a_session_ends_when_it_is_not_used(house: House) -> None:
    house.add()
    shown = Credentials(HERE, session=house.sign_in().secret)
    for _ in range(3):
        house.clock.on(minutes=29)
        house.entrance.admit(shown)

    house.clock.on(minutes=30)
    with pytest.raises(Unauthenticated, match="it has ended"):
        house.entrance.admit(shown)


def test_a_session_ends_though_it_is_used(house: House) -> None:
    house.add()
    shown = Credentials(HERE, session=house.sign_in().secret)
    for _ in range(12 * 3 - 1):
        house.clock.on(minutes=20)
        house.entrance.admit(shown)

    house.clock.on(minutes=20)
    with pytest.raises(Unauthenticated):
        house.entrance.admit(shown)


def test_signing_in_again_makes_another_session_and_ends_the_one_before(house: House) -> None:
    house.add()
    one = house.sign_in()
    two = house.signing.sign_in("wang", "the otter reads my mail", address=HERE, before=one.secret)

    assert one.secret != two.secret
    house.entrance.admit(Credentials(HERE, session=two.secret))
    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, session=one.secret))


def test_who_signs_out_is_out(house: House) -> None:
    number = house.add()
    signed = house.sign_in()

    assert house.entrance.sign_out(signed.principal, HERE) is None

    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, session=signed.secret))
    who = f"user:{number}"
    assert house.noted()[-2:] == [(who, "signed-in", who), (who, "signed-out", who)]


def test_one_sees_and_ends_ones_own_sessions_only(house: House) -> None:
    house.add()
    house.add("zhang")
    mine, also, other = house.sign_in(), house.sign_in(), house.sign_in("zhang")
    assert also.principal.session is not None
    assert other.principal.session is not None

    assert len(house.entrance.sessions(mine.principal)) == 2
    house.entrance.end_session(mine.principal, also.principal.session, HERE)
    assert [s.id for s in house.entrance.sessions(mine.principal)] == [mine.principal.session]
    with pytest.raises(Unknown, match="no such session"):
        house.entrance.end_session(mine.principal, other.principal.session, HERE)
    house.entrance.admit(Credentials(HERE, session=other.secret))


def test_a_program_may_do_what_its_scopes_and_its_owner_may(house: House) -> None:
    owner = house.add(role=UserRole.SUPERVISOR, sites=frozenset({"上海"}))
    token = house.token(owner, Permission.CALLS_READ, Permission.RULES_WRITE)
    shown = Credentials(HERE, bearer=token.secret, changes=True, foreign=True)

    found = house.entrance.admit(shown)
    assert (found.id, found.name) == (f"token:{token.token.id}", "wang/CRM")
    assert found.permissions == {Permission.CALLS_READ, Permission.RULES_WRITE}
    assert found.only == {"site": frozenset({"上海"})}

    profile = house.accounts.get(owner).profile
    house.accounts.change(owner, replace(profile, role=UserRole.VIEWER.value), BOSS)
    assert house.entrance.admit(shown).permissions == {Permission.CALLS_READ}
    assert token.secret not in repr(token)


def test_a_token_that_is_over_or_revoked_opens_nothing(house: House) -> None:
    owner = house.add()
    one, two, three = (house.token(owner, Permission.CALLS_READ) for _ in range(3))

    house.tokens.revoke(one.token.id, BOSS)
    with pytest.raises(Unauthenticated, match="revoked or over"):
        house.entrance.admit(Credentials(HERE, bearer=one.secret))
    house.entrance.admit(Credentials(HERE, bearer=two.secret))
    house.accounts.disable(owner, BOSS)
    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, bearer=two.secret))
    house.accounts.disable(owner, BOSS, disabled=False)
    house.clock.on(days=90)
    with pytest.raises(Unauthenticated):
        house.entrance.admit(Credentials(HERE, bearer=three.secret))


def test_when_a_token_was_used_is_kept_to_the_minute(house: House) -> None:
    token = house.token(house.add(), Permission.CALLS_READ)
    shown, began = Credentials(HERE, bearer=token.secret), house.clock.time
    used = []
    for _ in range(3):
        house.entrance.admit(shown)
        used.append(house.tokens.get(token.token.id).used)
        house.clock.on(seconds=40)

    assert used == [began, began, began + timedelta(seconds=80)]


def test_a_program_has_no_session(house: House) -> None:
    token = house.token(house.add(), Permission.CALLS_READ)
    program = house.entrance.admit(Credentials(HERE, bearer=token.secret))

    with pytest.raises(Forbidden, match="only for people"):
        house.entrance.sessions(program)


def test_alone_on_the_machine_nobody_signs_in_and_other_sites_are_refused() -> None:
    keeper: Doorkeeper = Open()

    assert keeper.admit(Credentials(HERE, changes=True)).may(Permission.SYSTEM_ADMIN)
    with pytest.raises(Forbidden, match="another site"):
        keeper.admit(Credentials(HERE, changes=True, foreign=True))
