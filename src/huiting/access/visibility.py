"""Which calls somebody may see, from what they are. Pure; the database applies it."""

from collections.abc import Collection, Mapping

from huiting.access.permissions import UserRole

AGENT, TEAM, SITE = "agent", "team", "site"
"""Metadata entries of a call that say whose it is."""


def only(
    role: UserRole, *, agent: str | None, teams: Collection[str], sites: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Return the metadata entries that a call must have to be seen; empty for all calls.

    Whoever lacks what their role needs sees nothing, not everything: an agent without a
    number, a team lead without a team.

    Args:
        role: of the person.
        agent: number under which their own calls are recorded.
        teams: they belong to; for an agent, whose own calls are all there is, they say nothing.
        sites: they belong to; agents' numbers may repeat from site to site.
    """
    if role is UserRole.ADMINISTRATOR:
        return {}
    limits: dict[str, frozenset[str]] = {}
    if role is UserRole.AGENT:
        limits[AGENT] = frozenset([agent] if agent else [])
    elif teams or role is UserRole.TEAM_LEAD:
        limits[TEAM] = frozenset(teams)
    if sites:
        limits[SITE] = frozenset(sites)
    return limits
