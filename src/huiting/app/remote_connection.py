"""Which server the command line speaks to, and as whom."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from huiting.app.tongue import chinese
from huiting.core.errors import ConfigError

if TYPE_CHECKING:
    from huiting.client import Client, Terms

SERVER, TOKEN, TOKEN_FILE = "HUITING_SERVER", "HUITING_TOKEN", "HUITING_TOKEN_FILE"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of a server, before the verb."""

    server: str | None = None
    token_file: Path | None = None
    unredacted: bool = False


def client_of(context: typer.Context) -> "Client":
    """Return a client of the server that the command line names, or the environment.

    Raises:
        ConfigError: no server or no token is named.
    """
    from huiting.client import Terms

    wish = context.obj if isinstance(context.obj, Wish) else Wish()
    terms = Terms(language="zh" if chinese() else "en", unredacted=wish.unredacted)
    return connect(wish.server, wish.token_file, terms)


def connect(
    server: str | None,
    token_file: Path | None = None,
    terms: "Terms | None" = None,
    environment: Mapping[str, str] | None = None,
) -> "Client":
    """Return a client of the server that is named here, or in the environment.

    Args:
        server: its address.
        token_file: a file that holds the token; a token on a command line would be seen by all.
        terms: how the client behaves.
        environment: the process's by default.

    Raises:
        ConfigError: no server or no token is named, or the file cannot be read.
    """
    variables = os.environ if environment is None else environment
    address = server or variables.get(SERVER, "")
    if not address:
        raise ConfigError("server", "none is named", f"give --server https://NAME, or set {SERVER}")
    file = token_file or (Path(variables[TOKEN_FILE]) if variables.get(TOKEN_FILE) else None)
    token = variables.get(TOKEN, "") if file is None else _read(file)
    if not token.strip():
        raise ConfigError(
            "token", "none is given", f"set {TOKEN}, or name a file with {TOKEN_FILE}"
        )
    from huiting.client import Client, Terms

    return Client(address, token.strip(), terms or Terms())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(file), f"it cannot be read: {error.strerror}", "check its path and its rights"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            str(file), "no token of Huiting", "copy it whole, as it was shown"
        ) from error
