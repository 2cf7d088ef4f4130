"""Who may come in: people added, changed, let in no longer; their programs' tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import Response

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal
from huiting.service.people.accounts import Given
from huiting.store.people import Profile
from huiting.web.doors import address, require
from huiting.web.signing import People
from huiting.web.site.showing import show

router = APIRouter(prefix="/users", include_in_schema=False)
Administrator = Annotated[Principal, Depends(require(Permission.USERS_ADMIN))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form(max_length=100)]
Many = Annotated[str, Form(max_length=5_000, description="One a line, or between commas.")]


def profile_of(
    name: Annotated[str, Form(max_length=64)],
    role: Annotated[UserRole, Form()],
    shown: Text = "",
    agent: Text = "",
    teams: Many = "",
    sites: Many = "",
    language: Text = "",
) -> Profile:
    """Return what a form says of somebody; a dependency."""
    return Profile(
        name, shown, role.value, agent.strip() or None, _several(teams), _several(sites),
        language or None,
    )  # fmt: skip


Described = Annotated[Profile, Depends(profile_of)]


def _several(text: str) -> frozenset[str]:
    """Return the entries of a text; people part them with lines, commas, Chinese commas."""
    for mark in ",，、;；":
        text = text.replace(mark, "\n")
    return frozenset(entry.strip() for entry in text.splitlines() if entry.strip())


@router.get("")
def users(request: Request, _: Administrator, people: People) -> Response:
    """List everybody."""
    return show(request, "users/list", users=people.accounts.all(), roles=list(UserRole))


@router.get("/new")
def new(request: Request, _: Administrator, __: People) -> Response:
    """Ask about somebody new."""
    nobody = Profile("", "", UserRole.REVIEWER.value, None, frozenset(), frozenset(), None)
    return show(request, "users/edit", user=None, profile=nobody, roles=list(UserRole))


@router.post("")
def add(request: Request, principal: Administrator, people: People, given: Described) -> Response:
    """Add somebody; show their password for one use, once."""
    made = people.accounts.add(given, principal.at(address(request)))
    return _told(request, made)


@router.get("/tokens")
def tokens(request: Request, _: Administrator, people: People) -> Response:
    """List the tokens of all programs."""
    names = {user.id: user.profile.shown for user in people.accounts.all()}
    return show(request, "users/tokens", tokens=people.tokens.all(), names=names)


@router.post("/tokens/{token}/revoke")
def revoke(token: Number, request: Request, principal: Administrator, people: People) -> Response:
    """End a token for good."""
    people.tokens.revoke(token, principal.at(address(request)))
    return tokens(request, principal, people)


@router.get("/{user}")
def one(user: Number, request: Request, _: Administrator, people: People) -> Response:
    """Show somebody, to be changed."""
    found = people.accounts.get(user)
    return show(request, "users/edit", user=found, profile=found.profile, roles=list(UserRole))


@router.post("/{user}")
def change(
    user: Number, request: Request, principal: Administrator, people: People, given: Described
) -> Response:
    """Say something else of somebody."""
    people.accounts.change(user, given, principal.at(address(request)))
    return show(request, "users/saved")


@router.post("/{user}/password")
def reset(user: Number, request: Request, principal: Administrator, people: People) -> Response:
    """Give somebody a password for one use; show it once."""
    return _told(request, people.accounts.reset_password(user, principal.at(address(request))))


@router.post("/{user}/{what}")
def switch(
    user: Number,
    what: Annotated[str, Path(pattern="^(disable|enable|unlock)$")],
    request: Request,
    principal: Administrator,
    people: People,
) -> Response:
    """Let somebody in no longer, or again, or let them try at once who was slowed down."""
    by = principal.at(address(request))
    if what == "unlock":
        people.signing.unlock(people.accounts.get(user).profile.name, by)
    else:
        people.accounts.disable(user, by, disabled=what == "disable")
    return show(request, "users/state", user=people.accounts.get(user))


def _told(request: Request, made: Given) -> Response:
    """Show a password for one use; it is kept nowhere, and neither is this page."""
    return show(request, "users/password", user=made.user, password=made.password)
