"""Users: listed, added, changed, given a password for one use; for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.web.api.shapes.people import GivenPassword, Number, UserChange, UserEntry, UserProfile
from huiting.web.doors import address, require
from huiting.web.pages import Cursor, Limit, Page, stretch
from huiting.web.problems import documented
from huiting.web.signing import People

router = APIRouter(prefix="/users", tags=["people"])
Administrator = Annotated[Principal, Depends(require(Permission.USERS_ADMIN))]
_ONE = documented(404, 409)


@router.get("", responses=documented(404))
def users(
    _principal: Administrator, people: People, limit: Limit = 100, cursor: Cursor = None
) -> Page[UserEntry]:
    """List users by name, disabled ones too."""
    return stretch([UserEntry.of(user) for user in people.accounts.all()], limit, cursor)


@router.post("", status_code=201, responses=_ONE)
def add(
    given: UserProfile, request: Request, principal: Administrator, people: People
) -> GivenPassword:
    """Add a user; the answer holds a password for one use."""
    made = people.accounts.add(given.profile(), principal.at(address(request)))
    return GivenPassword(user=UserEntry.of(made.user), password=made.password)


@router.get("/{user}", responses=documented(404))
def one(user: Number, _principal: Administrator, people: People) -> UserEntry:
    """Show a user."""
    return UserEntry.of(people.accounts.get(user))


@router.patch("/{user}", responses=_ONE)
def change(
    user: Number, given: UserChange, request: Request, principal: Administrator, people: People
) -> UserEntry:
    """Change a user, or let them in no longer; whose rights change must sign in again."""
    by = principal.at(address(request))
    found = people.accounts.get(user)
    profile = given.profile(found.profile)
    if profile != found.profile:
        found = people.accounts.change(user, profile, by)
    if given.disabled is not None and given.disabled != found.disabled:
        found = people.accounts.disable(user, by, disabled=given.disabled)
    return UserEntry.of(found)


@router.post("/{user}/password", responses=documented(404))
def reset_password(
    user: Number, request: Request, principal: Administrator, people: People
) -> GivenPassword:
    """Give a user a password for one use; their sessions end."""
    made = people.accounts.reset_password(user, principal.at(address(request)))
    return GivenPassword(user=UserEntry.of(made.user), password=made.password)


@router.post("/{user}/unlock", status_code=204, responses=documented(404))
def unlock(user: Number, request: Request, principal: Administrator, people: People) -> None:
    """Let a user try again at once who was slowed down."""
    found = people.accounts.get(user)
    people.signing.unlock(found.profile.name, principal.at(address(request)))
