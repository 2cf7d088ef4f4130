from typing import Any

import pytest

from huiting.access.claims import ClaimRules, described
from huiting.access.permissions import UserRole
from huiting.core.errors import Forbidden

CLAIMS: dict[str, Any] = {
    "iss": "https://sso.example",
    "sub": "4711",
    "preferred_username": "Wang.Wei",
    "name": "王伟",
    "email": "wang.wei@example.com",
    "email_verified": True,
    "locale": "zh-CN",
    "agent": 8001,
    "groups": ["staff", "qa", "team-a"],
}
RULES = ClaimRules(
    roles={"admins": UserRole.ADMINISTRATOR, "qa": UserRole.SUPERVISOR, "staff": UserRole.VIEWER},
    teams={"team-a": "售后", "team-b": "售前"},
    sites={"staff": "上海"},
    domains=frozenset({"Example.com"}),
)


def test_somebody_is_who_the_provider_says() -> None:
    found = described(CLAIMS, RULES)

    assert (found.identity, found.name, found.shown) == (
        "https://sso.example 4711", "wang.wei", "王伟",
    )  # fmt: skip
    assert (found.role, found.agent, found.language) == (UserRole.SUPERVISOR, "8001", "zh")
    assert (set(found.teams), set(found.sites)) == ({"售后"}, {"上海"})


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        pytest.param({"groups": ["others"]}, "no group", id="no group that counts"),
        pytest.param({"groups": "qa staff"}, "no group", id="groups are not made of words"),
        pytest.param({"groups": None}, "no group", id="no groups"),
        pytest.param({"email": "a@evil.com"}, "allowed domain", id="another domain"),
        pytest.param({"email": "a@sub.example.com"}, "allowed domain", id="a domain below"),
        pytest.param({"email": "example.com"}, "allowed domain", id="no address but a domain"),
        pytest.param({"email_verified": "true"}, "allowed domain", id="said to be verified"),
        pytest.param({"email_verified": False}, "allowed domain", id="not verified"),
        pytest.param({"email": None}, "allowed domain", id="no address"),
    ],
)
def test_others_stay_outside(claims: dict[str, Any], reason: str) -> None:
    with pytest.raises(Forbidden, match=reason):
        described({**CLAIMS, **claims}, RULES)


def test_without_a_name_the_address_is_the_name() -> None:
    found = described({**CLAIMS, "preferred_username": None, "name": None}, RULES)

    assert (found.name, found.shown) == ("wang.wei@example.com", "wang.wei@example.com")


def test_without_a_name_and_address_nobody_comes_in() -> None:
    rules = ClaimRules(usual=UserRole.VIEWER)

    with pytest.raises(Forbidden, match="no claim preferred_username"):
        described({"iss": "a", "sub": "b"}, rules)


def test_the_usual_role_is_for_who_is_in_no_group() -> None:
    found = described({**CLAIMS, "groups": "staffer"}, ClaimRules(usual=UserRole.VIEWER))

    assert (found.role, found.teams, found.sites) == (UserRole.VIEWER, frozenset(), frozenset())


def test_what_no_name_holds_is_left_out() -> None:
    found = described({**CLAIMS, "name": "王\n\x00伟\u202e", "locale": True}, RULES)

    assert (found.shown, found.language) == ("王伟", None)
