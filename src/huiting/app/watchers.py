"""What notices things while a call runs, as the team's rules and documents that are in force say."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from huiting.app.force import CurrentJudge, settings_in
from huiting.app.judging import context_of
from huiting.app.settings import Settings
from huiting.core.dialogue import Dialogue
from huiting.core.errors import HuitingError
from huiting.core.meaning import Document
from huiting.live.scene import Watcher
from huiting.live.watching.anger import AngerWatch
from huiting.live.watching.crosstalk import CrosstalkWatch
from huiting.live.watching.knowledge import KnowledgeWatch
from huiting.live.watching.rules import RuleWatch
from huiting.live.watching.silence import SilenceWatch
from huiting.quality import knowledge
from huiting.text.pronunciation import sounds_of

log = logging.getLogger(__name__)

Documents = Callable[[Dialogue], Sequence[Document]]


@dataclass(slots=True)
class Watchers:
    """Makes what watches a call. May be used from several threads."""

    current: CurrentJudge
    _known: tuple[str, Documents | None] = field(default=("", None), init=False)
    """The documents of a state of what is in force."""

    def __call__(self) -> Sequence[Watcher]:
        """Return fresh ones for a call; without those whose files cannot be read now."""
        found: list[Watcher] = [SilenceWatch(), AngerWatch(), CrosstalkWatch()]
        for make in (self._rules, self._documents):
            try:
                found += make()
            except HuitingError as error:
                log.warning("live calls go without some cues", extra={"code": error.code})
        return found

    def _rules(self) -> list[Watcher]:
        judge = self.current()
        if judge is None:
            return []
        rules = tuple(rule for rule in judge.together.rules if rule.id not in judge.off)
        return [RuleWatch(replace(judge.together, rules=rules), judge.context)]

    def _documents(self) -> list[Watcher]:
        state = self.current.force.now()
        if self._known[0] != state.stamp:
            self._known = state.stamp, self._read(settings_in(self.current.settings, state))
        documents = self._known[1]
        return [] if documents is None else [KnowledgeWatch(documents, sounds_of)]

    def _read(self, settings: Settings) -> Documents | None:
        if settings.documents is None:
            return None
        context = context_of(settings, self.current.readers)
        links = knowledge.read_links(settings.documents, knowledge.by_rules(context))
        return lambda dialogue: knowledge.documents_of(dialogue, links)
