"""Which recognizers the settings name, and how each is loaded.

`engine` is the one that hears what nobody asks otherwise for. The table `engines` names more:
requests may ask for them, and a circuit joins them.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from huiting.app.choices import Choice, enhancer_of, model_of
from huiting.app.settings import Settings
from huiting.core.errors import ConfigError
from huiting.core.plugins import declared, make, parameters
from huiting.core.ports import Recognizer
from huiting.engines import catalogue
from huiting.engines.enhanced import Enhanced
from huiting.engines.footprint import footprint
from huiting.engines.resting import Roster

CIRCUIT = "circuit"
"""The engine that is made of others."""
REMOTE = "remote"
"""The engine that asks a server."""


def names_of(settings: Settings) -> tuple[str, ...]:
    """Return what recognizers are called, the usual one first."""
    return tuple(dict.fromkeys((settings.engine, *settings.engines)))


def choice_of(settings: Settings) -> Choice:
    """Return which recognizer `settings.engine` names.

    Raises:
        ConfigError: its table makes no sense.
    """
    table = dict(settings.engines.get(settings.engine, {}))
    engine, model = table.pop("engine", settings.engine), ""
    if engine != REMOTE:  # whose model is its server's, and its own option
        model = table.pop("model", "")
    if not isinstance(engine, str) or not isinstance(model, str):
        raise ConfigError(
            f"setting engines.{settings.engine}", "engine or model is no text", "write a name"
        )
    return Choice(settings.engine, engine, model, table | dict(settings.engine_options))


def named(settings: Settings, name: str) -> Settings:
    """Return the settings with another recognizer of theirs; options belong to the one they name.

    Raises:
        ConfigError: none is called so.
    """
    if name == settings.engine:
        return settings
    if name not in settings.engines:
        raise ConfigError(
            f"engine {name!r}", "none is called so", f"choose {', '.join(names_of(settings))}"
        )
    return replace(settings, engine=name, engine_options={})


def parts_of(settings: Settings) -> tuple[str, ...]:
    """Return the names of those that the recognizer of the settings is made of; none but a circuit's.

    Raises:
        ConfigError: it names itself, or another circuit.
    """
    choice = choice_of(settings)
    if choice.engine != CIRCUIT:
        return ()
    options = choice.options
    found = [
        options.get("primary"),
        options.get("fallback"),
        (options.get("doubt") or {}).get("ask"),
    ]
    found += (options.get("languages") or {}).values()
    names = tuple(dict.fromkeys(name for name in found if name))
    for name in names:
        if name == choice.name or choice_of(part(settings, name)).engine == CIRCUIT:
            raise ConfigError(
                f"engine {choice.name}", f"{name} is a circuit too", "name engines that hear"
            )
    return names


def languages_of(settings: Settings) -> tuple[str, ...]:
    """Return among which languages one is detected: ours, and those a circuit has an engine for.

    Raises:
        ConfigError: there is no such engine.
    """
    choice = choice_of(settings)
    named = (choice.options.get("languages") or {}) if choice.engine == CIRCUIT else ()
    return tuple(dict.fromkeys((*settings.languages, *named)))


def models_of(settings: Settings) -> tuple[catalogue.Model, ...]:
    """Return the catalogue entries that the recognizer of the settings needs."""
    parts = parts_of(settings)
    if parts:
        found = [model for name in parts for model in models_of(part(settings, name))]
        return tuple(dict.fromkeys(found))
    entry = model_of(choice_of(settings), settings.models)
    return (entry,) if entry else ()


def load(
    settings: Settings, threads: int, others: Callable[[str], Recognizer] | None = None
) -> Recognizer:
    """Load the recognizer of the settings; it gets those of our options that it has.

    Args:
        settings: with the one wanted as `engine`.
        threads: cores it may use.
        others: gives those that a circuit is made of.

    Raises:
        ConfigError: there is no such engine, or it is no recognizer.
        ModelUnavailable: weights are missing or wrong, or it does not fit.
    """
    choice = choice_of(settings)
    ours: dict[str, Any] = {
        "profile": settings.profile,
        "threads": threads,
        "languages": settings.languages,
        "states": settings.emotion,
    }
    if choice.engine == CIRCUIT:
        parts_of(settings)  # refuses one that would never come to an end
        ours = {"recognizers": others}
    elif entry := model_of(choice, settings.models):
        ours["weights"] = catalogue.weights(entry.name, settings.models).folder
    known = parameters("huiting.engines", choice.engine)
    options = {name: value for name, value in ours.items() if name in known}
    found: Recognizer = make("huiting.engines", choice.engine, **options | dict(choice.options))
    if not hasattr(found, "transcribe"):
        raise ConfigError(
            f"setting engine: {choice.engine!r}", "this is no recognizer", "choose whisper"
        )
    return found


def untimed(settings: Settings) -> bool:
    """Tell whether words may come without times from the recognizer of the settings, or a part.

    An engine says so by a function `untimed` in its module, which is told its options.

    Raises:
        ConfigError: there is no such engine.
    """
    parts = parts_of(settings)
    if parts:
        return any(untimed(part(settings, name)) for name in parts)
    choice = choice_of(settings)
    says = declared("huiting.engines", choice.engine, "untimed")
    if says is None:
        return False
    entry = model_of(choice, settings.models)
    known = settings.languages if settings.language == "auto" else (settings.language,)
    ours = {"languages": known, "weights": settings.models / entry.name if entry else ""}
    return bool(says(ours | dict(choice.options)))


Share = Callable[[Recognizer], AbstractContextManager[Recognizer]]
"""Lets several threads use a recognizer, while inside."""


def roster_of(
    settings: Settings,
    threads: int,
    share: Share,
    loading: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Roster:
    """Return all recognizers of the settings by name; none is loaded yet.

    Args:
        settings: which there are.
        threads: cores that each may use.
        share: for each but a circuit, which is shared by its parts.
        loading: entered while one is loaded.
    """
    settings = replace(settings, languages=languages_of(settings))

    @contextmanager
    def entered(name: str) -> Iterator[Recognizer]:
        wanted = part(settings, name)
        with loading():
            found = load(wanted, threads, roster.get)
        if choice_of(wanted).engine == CIRCUIT:
            yield found
            return
        enhancer = enhancer_of(settings)
        found = Enhanced(found, enhancer) if enhancer else found
        with share(found) as shared:
            yield shared

    roster = Roster(entered, patience=settings.engine_idle * 60, taken=footprint)
    return roster


def servers_of(settings: Settings) -> tuple[str, ...]:
    """Return the addresses that speech is sent to, of all recognizers that may be asked for."""
    choices = [choice_of(part(settings, name)) for name in names_of(settings)]
    found = [str(choice.options.get("url", "")) for choice in choices if choice.engine == REMOTE]
    return tuple(dict.fromkeys(url for url in found if url))


def part(settings: Settings, name: str) -> Settings:
    """Return the settings of a part of a circuit: one of the table, or an engine by its own name."""
    return (
        settings if name == settings.engine else replace(settings, engine=name, engine_options={})
    )
