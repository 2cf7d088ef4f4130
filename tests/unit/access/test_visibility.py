import pytest

from huiting.access.permissions import PERMITTED, Permission, UserRole
from huiting.access.visibility import only

A, B = frozenset("A"), frozenset("B")
NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("role", "agent", "teams", "sites", "expected"),
    [
        pytest.param(UserRole.ADMINISTRATOR, "8001", A, B, {}, id="administrators see all"),
        pytest.param(UserRole.SUPERVISOR, None, NOBODY, NOBODY, {}, id="no limit is set"),
        pytest.param(UserRole.SUPERVISOR, None, A, B, {"team": A, "site": B}, id="limits are set"),
        pytest.param(UserRole.AGENT, "8001", A, NOBODY, {"agent": {"8001"}}, id="own calls"),
        pytest.param(UserRole.AGENT, "8001", A, B, {"agent": {"8001"}, "site": B}, id="of a site"),
        pytest.param(UserRole.AGENT, None, A, NOBODY, {"agent": set()}, id="agent without number"),
        pytest.param(UserRole.AGENT, "", A, NOBODY, {"agent": set()}, id="agent of empty number"),
        pytest.param(UserRole.TEAM_LEAD, "8001", A, NOBODY, {"team": A}, id="lead of a team"),
        pytest.param(UserRole.TEAM_LEAD, None, NOBODY, B, {"team": set(), "site": B}, id="of none"),
        pytest.param(UserRole.INTEGRATOR, None, NOBODY, B, {"site": B}, id="program of a site"),
    ],
)
def test_what_somebody_sees_follows_from_what_they_are(
    role: UserRole,
    agent: str | None,
    teams: frozenset[str],
    sites: frozenset[str],
    expected: dict[str, frozenset[str]],
) -> None:
    assert only(role, agent=agent, teams=teams, sites=sites) == expected


def test_only_administrators_administer() -> None:
    for role, permitted in PERMITTED.items():
        if role is not UserRole.ADMINISTRATOR:
            assert not permitted & {
                Permission.USERS_ADMIN, Permission.SYSTEM_ADMIN, Permission.AUDIT_READ,
            }, role  # fmt: skip


def test_agents_and_viewers_change_nothing() -> None:
    for role in (UserRole.AGENT, UserRole.VIEWER):
        assert not [p for p in PERMITTED[role] if "write" in p or "delete" in p or "export" in p]


def test_every_role_has_its_permissions() -> None:
    assert set(PERMITTED) == set(UserRole)
