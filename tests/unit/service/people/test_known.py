"""Who somebody is when work is done that they asked for earlier: as they are then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from huiting.access.permissions import Permission, UserRole
from huiting.core.errors import Forbidden
from huiting.service.people.entrance import ALONE
from huiting.service.people.known import Known
from huiting.service.people.tokens import LIFE
from huiting.store import Store
from unit.service.people.house import BOSS, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Store.open(str(tmp_path / "calls.db")) as store:
        yield House(store)


@pytest.fixture
def known(house: House) -> Known:
    return Known(house.people, house.clock)


def test_a_person_has_the_rights_of_now(house: House, known: Known) -> None:
    number = house.add("wang", UserRole.SUPERVISOR)
    assert known(f"user:{number}").may(Permission.CALLS_DELETE)
    with house.people.writing() as desk:
        profile = desk.accounts.get(number).profile
        limited = replace(profile, role=UserRole.TEAM_LEAD.value, teams=frozenset({"A"}))
        desk.accounts.change(number, limited)
    now = known(f"user:{number}")

    assert not now.may(Permission.CALLS_DELETE)
    assert now.only == {"team": frozenset({"A"})}


def test_a_program_has_what_its_token_and_its_owner_have(house: House, known: Known) -> None:
    number = house.add("wang", UserRole.SUPERVISOR)
    made = house.tokens.make(number, "robot", [Permission.CALLS_DELETE], BOSS)
    identity = f"token:{made.token.id}"
    assert known(identity).permissions == {Permission.CALLS_DELETE}

    house.clock.on(days=LIFE.days + 1)
    with pytest.raises(Forbidden, match="come in"):
        known(identity)
    house.clock.time -= timedelta(days=LIFE.days + 1)
    with house.people.writing() as desk:
        desk.tokens.revoke(made.token.id, house.clock())
    with pytest.raises(Forbidden):
        known(identity)


@pytest.mark.parametrize("identity", ["user:7", "token:7", "user:x", "machine"])
def test_nobody_is_refused(known: Known, identity: str) -> None:
    with pytest.raises(Forbidden):
        known(identity)


def test_who_is_disabled_is_refused_with_their_tokens(house: House, known: Known) -> None:
    number = house.add("wang", UserRole.SUPERVISOR)
    made = house.tokens.make(number, "robot", [Permission.CALLS_READ], BOSS)
    with house.people.writing() as desk:
        desk.accounts.disable(number, disabled=True)
    for identity in (f"user:{number}", f"token:{made.token.id}"):
        with pytest.raises(Forbidden):
            known(identity)


def test_who_is_alone_at_the_machine_stays_so(known: Known) -> None:
    assert known("local") == ALONE
