"""What is in force: the files that the settings name, and what the team has published besides."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from huiting.app.judging import Judge, context_of, judge_of
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.app.wiring import hints_of
from huiting.core.whole_file import replacing
from huiting.quality.intents.sources import read_sources
from huiting.service.library.force import Force, InForce, written
from huiting.service.library.kinds import Kind
from huiting.store.library import Version

JOINED = "hotwords.txt"
"""All hotwords that are in force, beside the folders of the documents."""


def settings_in(settings: Settings, state: InForce) -> Settings:
    """Return the settings with what is published.

    Rules, scorecards, intents and hotwords are added to those of the settings; entities and
    links to documents take the place of theirs.
    """
    hotwords = settings.hotwords
    if words := state.of(Kind.HOTWORDS):
        own = [] if hotwords is None else [hotwords]
        hotwords = words[0].parent.parent / JOINED
        if not hotwords.exists():
            texts = [path.read_text(encoding="utf-8") for path in (*own, *words)]
            with replacing(hotwords) as file:  # others may be about to read it
                file.write("\n".join(texts).encode())
    return replace(
        settings,
        rules=(*settings.rules, *state.of(Kind.RULES)),
        scorecards=(*settings.scorecards, *state.of(Kind.SCORECARDS)),
        intents=(*settings.intents, *state.of(Kind.INTENTS)),
        hotwords=hotwords,
        entities=next(iter(state.of(Kind.ENTITIES)), settings.entities),
        documents=next(iter(state.of(Kind.DOCUMENTS)), settings.documents),
    )


def together(settings: Settings) -> Callable[[Sequence[Version]], None]:
    """Return what refuses documents that do not fit each other, or what the settings name."""

    def check(documents: Sequence[Version]) -> None:
        with TemporaryDirectory(prefix="huiting-") as folder:
            found = settings_in(settings, written(documents, Path(folder)))
            judge_of(found)
            hints_of(found)
            read_sources(found.intents)

    return check


def trying(settings: Settings) -> Callable[[Sequence[Path]], Judge]:
    """Return what makes a judge of files of rules alone."""

    def judges(rules: Sequence[Path]) -> Judge:
        return Judge.read(rules, [], context_of(settings))

    return judges


@dataclass(slots=True)
class CurrentJudge:
    """The judge that is in force whenever it is asked for. May be used from several threads."""

    settings: Settings
    force: Force
    readers: Readers
    _known: tuple[str, Judge | None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> Judge | None:
        """Return it; None when there are no rules.

        Raises:
            InputError: the files of the settings have been changed and do not fit any more.
            StoreError: the database cannot be used.
        """
        state = self.force.now()
        with self._lock:
            if self._known is None or self._known[0] != state.stamp:
                judge = judge_of(settings_in(self.settings, state), self.readers)
                self._known = (state.stamp, judge)
            return self._known[1]
