"""The settings in force as an administrator may see them: values without secrets, and their place.

Tables may hold passwords and keys of other services: of them only the names are shown.
"""

from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import urlsplit

from huiting.app.display import printable, without_password
from huiting.app.settings import Resolved, Settings
from huiting.service.state import SettingState

GROUPS: Mapping[str, tuple[str, ...]] = {
    "hearing": (
        "profile", "engine", "engine_", "engines", "vad", "vad_", "cutting_", "enhancer",
        "enhancer_", "punctuation", "punctuation_", "diarizer", "diarizer_", "sound_", "threads",
        "parallel", "models", "emotion", "sounds", "max_hours",
    ),
    "calls": (
        "language", "languages", "script", "hotwords", "kind", "roles", "speakers", "metadata",
        "timezone", "sidecars", "names", "home_languages",
    ),
    "judging": ("rules", "scorecards", "intents", "entities", "documents", "appeal_days"),
    "model": ("llm_",),
    "keeping": (
        "store", "recordings", "vault_keys", "retention", "bin_days", "transcription_days",
        "backups", "audit_key_file",
    ),
    "carrying": ("inboxes", "storages", "channels", "digest", "mail_domains", "mail_files", "jobs"),
    "live": ("live_",),
}  # fmt: skip
"""Names of settings, or how they begin (`_` at the end), by the group they are shown in."""
OTHER = "service"
"""The group of all others."""


def shown(found: Resolved) -> tuple[SettingState, ...]:
    """Return all settings, by group and name."""
    order = [*GROUPS, OTHER]
    states = [
        SettingState(
            field.name, group_of(field.name), value_of(getattr(found.settings, field.name)),
            found.sources[field.name],
        )
        for field in fields(Settings)
    ]  # fmt: skip
    return tuple(sorted(states, key=lambda state: (order.index(state.group), state.name)))


def group_of(name: str) -> str:
    """Return the group that a setting is shown in."""
    for group, names in GROUPS.items():
        if any(name == one or (one.endswith("_") and name.startswith(one)) for one in names):
            return group
    return OTHER


def value_of(value: object) -> str:
    """Return a value as it may be shown; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(map(str, value))
    if isinstance(value, list | tuple | frozenset | set):
        return ", ".join(map(value_of, value))
    return printable(_without_secrets(str(value)))


def _without_secrets(text: str) -> str:
    if "://" not in text:
        return text
    if not text.startswith(("http://", "https://")):
        return without_password(text)
    parts = urlsplit(text)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
