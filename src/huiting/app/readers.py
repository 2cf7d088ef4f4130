"""Models that read text, as the settings ask for them; none of them is needed."""

import logging
from pathlib import Path

from platformdirs import user_cache_path

from huiting.app.settings import Settings
from huiting.core.errors import ConfigError, ModelUnavailable
from huiting.core.plugins import make
from huiting.core.ports import Embedder, LanguageModel, NameFinder

log = logging.getLogger(__name__)


def names_of(settings: Settings) -> NameFinder | None:
    """Load the finder of names, unless nobody wants it."""
    if not settings.names:
        return None
    found: NameFinder = make("huiting.engines", "lac")
    return found


def embedder_of() -> Embedder | None:
    """Load the model of meaning; None where this machine has none."""
    try:
        found: Embedder = make("huiting.engines", "e5")
    except ModelUnavailable as error:
        log.warning("no model of meaning", extra={"code": error.code})
        return None
    return found


def language_model_of(settings: Settings) -> LanguageModel | None:
    """Return the language model, unless none is set; nothing is sent yet.

    Raises:
        ConfigError: its address or name is wrong, or its key cannot be read.
    """
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


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"llm_key_file {path}", "cannot be read", "give a text file with the key"
        ) from error
