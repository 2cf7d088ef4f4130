"""Roles for recordings that are no calls: nobody is agent or customer, all are speakers."""

from collections.abc import Sequence
from dataclasses import replace

from huiting.core.ports import RoleDecider
from huiting.core.types import Call, Party, Role, RoleSource


def build() -> RoleDecider:
    """Return a decider that leaves given roles and decides none."""
    return decide


def decide(call: Call) -> Sequence[Party]:
    """Return the parties, each a speaker unless a role was given."""
    return [
        party
        if party.source is RoleSource.GIVEN
        else replace(party, role=Role.UNKNOWN, source=RoleSource.ASSUMED, confidence=None)
        for party in call.parties
    ]
