"""Accounts and tokens turned into who they are when they ask for something."""

from huiting.access.permissions import PERMITTED, Permission, UserRole
from huiting.access.principal import Principal
from huiting.access.visibility import only
from huiting.store.people import Token, User


def of_user(user: User, session: int | None = None) -> Principal:
    """Return somebody who signed in."""
    role = UserRole(user.profile.role)
    return Principal(
        id=f"user:{user.id}",
        name=user.profile.name,
        role=role,
        permissions=frozenset() if user.must_change else PERMITTED[role],
        only=_only(user, role),
        language=user.profile.language,
        user=user.id,
        session=session,
        must_change_password=user.must_change,
    )


def of_token(token: Token, owner: User) -> Principal:
    """Return a program: it may do what its scopes and its owner's role both say."""
    role = UserRole(owner.profile.role)
    scopes = {scope for scope in Permission if scope.value in token.scopes}
    return Principal(
        id=f"token:{token.id}",
        name=f"{owner.profile.name}/{token.name}",
        role=role,
        permissions=PERMITTED[role] & scopes,
        only=_only(owner, role),
        language=owner.profile.language,
        user=owner.id,
    )


def _only(user: User, role: UserRole) -> dict[str, frozenset[str]]:
    profile = user.profile
    return dict(only(role, agent=profile.agent, teams=profile.teams, sites=profile.sites))
