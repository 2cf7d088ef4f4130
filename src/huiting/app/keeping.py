"""Keeping and removing, as the settings have it: keys, the vault, retention, backups."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from huiting import __version__
from huiting.app.clock import now
from huiting.app.recordings import kept_in
from huiting.app.settings import Resolved, Settings
from huiting.core.errors import ConfigError
from huiting.jobs.cron import Cron
from huiting.jobs.queue import Queue
from huiting.jobs.schedule import Schedule
from huiting.service.exporting import Exports
from huiting.service.hearing import Hearing
from huiting.service.keeping import retention
from huiting.service.keeping.backup import Backup
from huiting.service.keeping.bin import Bin
from huiting.service.keeping.desk import Keeping
from huiting.service.keeping.holds import Holds
from huiting.service.keeping.removal import Removal
from huiting.service.keeping.retention import Policy, Retention, Rule
from huiting.service.keeping.room import Room
from huiting.store import Store
from huiting.store.audit import Audit
from huiting.store.keeping import Group
from huiting.vault.place import Vault
from huiting.vault.sealed import KeyRing

VARIABLE = "HUITING_VAULT_KEYRING"
"""Holds keys themselves, where no file shall."""
NIGHTLY = "23 3 * * *"
DEFAULT = "default"
"""Name of the rule that all calls follow which no other fits."""


class _Rule(BaseModel):
    """A table of the setting `retention`."""

    model_config = ConfigDict(extra="forbid")

    audio: int | None = Field(None, ge=1)
    transcripts: int | None = Field(None, ge=1)
    where: dict[str, str] = {}
    language: str | None = None


_rule = TypeAdapter(_Rule)


def ring_of(settings: Settings, environment: Mapping[str, str] | None = None) -> KeyRing | None:
    """Return the keys that recordings are sealed with; None when there are none.

    Raises:
        ConfigError: they cannot be read.
    """
    environment = os.environ if environment is None else environment
    if environment.get(VARIABLE):
        return KeyRing.parse(environment[VARIABLE].replace(",", " ").split(), VARIABLE)
    return None if settings.vault_keys is None else KeyRing.read(settings.vault_keys)


def vault_of(settings: Settings, largest: int = 4 << 30) -> Vault:
    """Return where recordings are kept; what a crash left clear there is removed.

    Raises:
        ConfigError: the keys cannot be read, or the settings make no sense.
        VaultError: the folder cannot be read.
    """
    return kept_in(settings, largest, ring_of(settings))


def policy_of(settings: Settings) -> Policy:
    """Return how long what is kept.

    Raises:
        ConfigError: a rule makes no sense.
    """
    given = {**settings.retention}
    rest = given.pop(DEFAULT, None)
    rules = [_rule_of(name, table) for name, table in given.items()]
    if rest is not None:
        last = _rule_of(DEFAULT, rest)
        if last.group != Group():
            raise ConfigError(
                f"setting retention.{DEFAULT}", "it is for all that no other rule fits",
                "leave out where and language",
            )  # fmt: skip
        rules.append(last)
    return Policy(tuple(rules), settings.bin_days, settings.transcription_days)


def _rule_of(name: str, table: Mapping[str, Any]) -> Rule:
    try:
        found = _rule.validate_python(table)
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(map(str, (name, *wrong["loc"])))
        raise ConfigError(
            f"setting retention.{where}", wrong["msg"], "give audio, transcripts, where, language"
        ) from error
    if found.audio and found.transcripts and found.audio > found.transcripts:
        raise ConfigError(
            f"setting retention.{name}", "audio is not kept longer than its call",
            "let audio be at most transcripts",
        )  # fmt: skip
    return Rule(name, Group(found.where, found.language), found.audio, found.transcripts)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where there is something that may have to go."""

    store: Store
    queue: Queue
    audit: Audit
    hearing: Hearing
    """Its vault is the vault of recordings."""
    exports: Exports
    answers: Path
    """Folder of what a language model answered."""
    now: Callable[[], datetime] = now


def keeping_of(settings: Settings, kept: Kept) -> Keeping:
    """Return everything about keeping and removing.

    Raises:
        ConfigError: a setting is wrong.
    """
    store, audit, hearing, exports = kept.store, kept.audit, kept.hearing, kept.exports
    clock = kept.now
    vault = hearing.vault
    removal = Removal(
        store, audit, vault, hearing, exports, exports.folder.parent / "uploads",
        (kept.answers,),
    )  # fmt: skip
    return Keeping(
        store=store,
        queue=kept.queue,
        audit=audit,
        vault=vault,
        bin=Bin(store, audit, removal, clock),
        holds=Holds(store, audit, clock),
        retention=Retention(store, audit, vault, hearing, removal, policy_of(settings), clock),
        backup=Backup(store, vault, __version__, clock, os.environ, settings.backups),
        room=Room(hearing, exports, kept.answers, audit, clock),
    )


def answers() -> Path:
    """Return the folder of what a language model answered."""
    return user_cache_path("huiting") / "answers"


def nightly(settings: Settings) -> Schedule:
    """Return when retention is applied."""
    return Schedule(retention.KIND, Cron(NIGHTLY, settings.timezone or "UTC"), retention.ORDER)


def hearing_in(settings: Settings, store: Store, vault: Vault) -> Hearing:
    """Return what makes recordings audible and visible, where nothing else is at hand."""
    from huiting.app.serving import data_of, reading_of

    policy = reading_of(settings, store).policy
    return Hearing(vault, data_of(settings) / "heard", policy, ring=vault.ring)


def keeping_in(settings: Settings, store: Store, queue: Queue, vault: Vault) -> Keeping:
    """Return everything about keeping and removing, where nothing else is at hand.

    Raises:
        ConfigError: a setting is wrong.
    """
    from huiting.app.entrances import audit_of
    from huiting.app.serving import exports_of

    hearing = hearing_in(settings, store, vault)
    exports = exports_of(settings, store, queue)
    return keeping_of(
        settings, Kept(store, queue, audit_of(settings, store), hearing, exports, answers())
    )


def configuration(resolved: Resolved) -> dict[str, Path]:
    """Return the files that settings and rules are in, by the names they have in a backup."""
    settings = resolved.settings
    tables = {Path(source) for source in resolved.sources.values() if source.endswith(".toml")}
    named = [*tables, settings.hotwords, settings.entities, settings.documents]
    named += [*settings.rules, *settings.scorecards, *settings.intents]
    found: dict[str, Path] = {}
    for path in (path for path in named if path is not None):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for place in (one for one in inside if one.is_file()):
            name = place.name if place.name not in found else f"{len(found)}-{place.name}"
            found[name] = place
    return found
