"""`huiting users` and `huiting tokens`: who may come in, from the machine itself."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from huiting.access.permissions import Permission, UserRole
from huiting.app.display import printable
from huiting.app.options import ConfigFile, StoreUrl
from huiting.app.tongue import say

if TYPE_CHECKING:
    from huiting.service.people.accounts import Given
    from huiting.store.people import User

users = typer.Typer(help=say("Users of the service.", "服务的用户。"), no_args_is_help=True)
tokens = typer.Typer(help=say("Tokens of programs.", "程序使用的令牌。"), no_args_is_help=True)
out = Console(highlight=False)

Name = Annotated[str, typer.Argument(help=say("to sign in with", "登录名"))]
Role = Annotated[UserRole, typer.Option(help=say("what they are in the team", "角色"))]
Teams = Annotated[
    list[str] | None, typer.Option("--team", help=say("whose calls they see", "可见班组，可多次"))
]
Sites = Annotated[
    list[str] | None, typer.Option("--site", help=say("whose calls they see", "可见职场，可多次"))
]


@users.command(help=say("Add a user; prints a password for one use.", "添加用户，显示一次性密码。"))
def add(
    name: Name,
    role: Role = UserRole.VIEWER,
    shown: Annotated[str, typer.Option("--display", help=say("display name", "显示名"))] = "",
    agent: Annotated[str | None, typer.Option(help=say("agent's number", "坐席工号"))] = None,
    team: Teams = None,
    site: Sites = None,
    language: Annotated[str | None, typer.Option(help=say("zh or en", "zh 或 en"))] = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Add a user."""
    from huiting.app.people_desk import desks
    from huiting.store.people import Profile

    teams, sites = frozenset(team or ()), frozenset(site or ())
    profile = Profile(name, shown, role.value, agent, teams, sites, language)
    with desks(store, config) as desk:
        _show(desk.accounts.add(profile, desk.by))


@users.command("list", help=say("List the users.", "列出用户。"))
def show(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """List the users, by name."""
    from huiting.app.people_desk import desks

    headings = (
        say("name", "登录名"), say("display name", "显示名"), say("role", "角色"),
        say("agent", "工号"), say("teams, sites", "班组、职场"), say("signed in", "上次登录"),
        say("state", "状态"),
    )  # fmt: skip
    with desks(store, config) as desk:
        out.print(_table(headings, (_user(user) for user in desk.accounts.all())))


@users.command(help=say("Let a user in no longer.", "停用用户。"))
def disable(name: Name, store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Let a user in no longer."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        desk.accounts.disable(desk.accounts.named(name).id, desk.by)
    out.print(say("Disabled; the sessions have ended.", "已停用，会话已结束。"))


@users.command(help=say("Let a user in again.", "重新启用用户。"))
def enable(name: Name, store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Let a user in again, at once."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        user = desk.accounts.named(name)
        desk.accounts.disable(user.id, desk.by, disabled=False)
        desk.signing.unlock(user.profile.name, desk.by)
    out.print(say("Enabled.", "已启用。"))


@users.command(
    "reset-password", help=say("Give a password for one use.", "重置密码，显示一次性密码。")
)
def reset_password(name: Name, store: StoreUrl = None, config: ConfigFile = None) -> None:
    """Give a user a password for one use; nothing locks them out any longer."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        _show(desk.accounts.reset_password(desk.accounts.named(name).id, desk.by))


@users.command("role", help=say("Make a user something else in the team.", "更改用户角色。"))
def set_role(
    name: Name,
    role: Annotated[UserRole, typer.Argument(help=say("what they are from now on", "新角色"))],
    team: Teams = None,
    site: Sites = None,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Change the role of a user, and the teams and sites when they are given."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        user = desk.accounts.named(name)
        teams = user.profile.teams if team is None else frozenset(team)
        sites = user.profile.sites if site is None else frozenset(site)
        profile = replace(user.profile, role=role.value, teams=teams, sites=sites)
        desk.accounts.change(user.id, profile, desk.by)
    out.print(say("Changed; they must sign in again.", "已更改，须重新登录。"))


@tokens.command("add", help=say("Make a token; it is shown once.", "生成令牌，仅显示一次。"))
def make(
    owner: Name,
    name: Annotated[str, typer.Option(help=say("what it is for", "用途"))],
    scopes: Annotated[
        list[Permission], typer.Option("--scope", help=say("may repeat", "权限，可多次"))
    ],
    days: Annotated[int, typer.Option(min=1, max=3660, help=say("how long", "有效天数"))] = 90,
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """Make a token of a user."""
    from huiting.app.clock import now
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        user, expires = desk.accounts.named(owner), now() + timedelta(days=days)
        made = desk.tokens.make(user.id, name, set(scopes), desk.by, expires=expires)
    out.print(made.secret, soft_wrap=True)


@tokens.command("list", help=say("List the tokens.", "列出令牌。"))
def show_tokens(store: StoreUrl = None, config: ConfigFile = None) -> None:
    """List all tokens, the last made first."""
    from huiting.app.people_desk import desks

    headings = (
        say("number", "编号"), say("begins", "开头"), say("name", "用途"), say("owner", "所有者"),
        say("scopes", "权限"), say("ends", "到期"), say("used", "上次使用"), say("revoked", "吊销"),
    )  # fmt: skip
    with desks(store, config) as desk:
        names = {user.id: user.profile.name for user in desk.accounts.all()}
        rows = (
            (
                str(token.id), token.start, token.name, names[token.user],
                " ".join(sorted(token.scopes)), *map(_day, (token.expires, token.used, token.revoked)),
            )
            for token in desk.tokens.all()
        )  # fmt: skip
        out.print(_table(headings, rows))


@tokens.command(help=say("End a token for good.", "吊销令牌。"))
def revoke(
    number: Annotated[int, typer.Argument(min=1, help=say("as listed", "编号"))],
    store: StoreUrl = None,
    config: ConfigFile = None,
) -> None:
    """End a token for good."""
    from huiting.app.people_desk import desks

    with desks(store, config) as desk:
        desk.tokens.revoke(number, desk.by)
    out.print(say("Revoked.", "已吊销。"))


def _show(given: "Given") -> None:
    """Print a password for one use; it is nowhere else."""
    name, password = printable(given.user.profile.name), given.password
    out.print(
        say(
            f"{name} signs in once with {password}, within three days.",
            f"{name} 的一次性密码：{password}，三天内有效，登录后须更改。",
        ),
        soft_wrap=True,
    )


def _user(user: "User") -> tuple[str, ...]:
    profile = user.profile
    state = say("disabled", "已停用") if user.disabled else ""
    return (
        profile.name, profile.shown, profile.role, profile.agent or "",
        " ".join(sorted(profile.teams) + sorted(profile.sites)), _day(user.signed_in), state,
    )  # fmt: skip


def _day(time: object) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M}"


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table
