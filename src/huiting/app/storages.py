"""Storages from which recordings may be handed in over the API, as the settings have them."""

from collections.abc import Mapping
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.core.plugins import make
from huiting.service.fetching import Folder, Server, Storage, Storages

KINDS = ("s3", "sftp")
_FILES = ("secret_file", "key_file", "known_hosts")
_NAME = "a name is letters, digits, - and _"


def storages_of(settings: Settings) -> Storages:
    """Return the storages; nothing is asked of any server yet.

    Raises:
        ConfigError: one of them is set wrongly.
    """
    return Storages({name: _storage(name, given) for name, given in settings.storages.items()})


def _storage(name: str, given: str | Mapping[str, Any]) -> Storage:
    if not name.isascii() or not name.replace("-", "a").replace("_", "a").isalnum():
        raise ConfigError(f"setting storages.{name}", _NAME, "choose another name")
    if isinstance(given, str):
        return Folder(Path(given))
    options = dict(given)
    kind = options.pop("kind", "")
    if kind not in KINDS:
        raise ConfigError(
            f"setting storages.{name}.kind", "not known", f"choose {' or '.join(KINDS)}"
        )
    for file in _FILES:
        if file in options:
            options[file] = Path(str(options[file]))

    made = make("huiting.intake", kind, **options)
    if kind == "s3":
        return Server(name, made.shown, lambda: nullcontext(made))
    return Server(name, made.shown, lambda: closing(make("huiting.intake", kind, **options)))
