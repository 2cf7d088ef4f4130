"""Models that read text, as the settings ask for them; none of them is needed.

Several parts read with the same models: what tells meanings, what judges, what hides.
One `Readers` is made for a run and passed to all of them, so that each model is loaded
once, and the questions sent to a language model are counted once.
"""

import logging
from functools import cached_property
from pathlib import Path

from platformdirs import user_cache_path

from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.plugins import make
from huiting.core.ports import Embedder, LanguageModel, MeaningStage, NameFinder
from huiting.core.reading import Reader
from huiting.text.entities.list_file import read_entities
from huiting.text.entities.lists import EntityList
from huiting.text.entities.stage import entities_stage
from huiting.text.pronunciation import sounds_of

log = logging.getLogger(__name__)


class Readers:
    """Loads each model when it is first asked for, and keeps it.

    What it gives may be used from several threads; it is asked from one, while parts are
    put together.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def names(self) -> NameFinder | None:
        """What finds names, unless nobody wants it."""
        if not self._settings.names:
            return None
        found: NameFinder = make("huiting.engines", "lac")
        return found

    @cached_property
    def embedder(self) -> Embedder | None:
        """The model of meaning; None where this machine has none."""
        try:
            found: Embedder = make("huiting.engines", "e5")
        except ModelUnavailable as error:
            log.warning("no model of meaning", extra={"code": error.code})
            return None
        return found

    @cached_property
    def wording(self) -> Reader | None:
        """What reads wording that nobody listed; None where there is no model of meaning."""
        try:
            found: Reader = make("huiting.engines", "meaning")
        except ModelUnavailable as error:
            log.warning("no reader of wording", extra={"code": error.code})
            return None
        return found

    @cached_property
    def language_model(self) -> LanguageModel | None:
        """The language model, unless none is set; nothing is sent yet.

        Raises:
            ConfigError: its address or name is wrong, or its key cannot be read.
        """
        settings = self._settings
        if not settings.llm_url:
            return None
        found: LanguageModel = make(
            "huiting.engines",
            "llm",
            url=settings.llm_url,
            model=settings.llm_model,
            key=_secret(settings.llm_key_file),
            timeout=settings.llm_timeout,
            budget=settings.llm_budget,
            cache=user_cache_path("huiting") / "answers",
        )
        return found

    @cached_property
    def lists(self) -> tuple[EntityList, ...]:
        """The team's own entities.

        Raises:
            InputError: they cannot be read, or something in them is wrong.
        """
        return read_entities(self._settings.entities) if self._settings.entities else ()

    @cached_property
    def entities(self) -> MeaningStage:
        """What finds entities in a call: the team's, ours, and names.

        Raises:
            InputError: the team's cannot be read, or something in them is wrong.
        """
        return entities_stage(self.lists, self.names, sounds_of)


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"llm_key_file {path}", "cannot be read", "give a text file with the key"
        ) from error
