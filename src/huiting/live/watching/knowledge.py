"""Documents of the team's that fit what was said so far."""

from collections.abc import Callable, Iterator, Sequence

from huiting.core.dialogue import Dialogue
from huiting.core.meaning import Document
from huiting.core.ports import Sound
from huiting.live.scene import Scene
from huiting.live.updates import Cue, CueKind
from huiting.live.watching.rules import said_before


class KnowledgeWatch:
    """A `Watcher`. A document that fitted once stays."""

    def __init__(self, documents: Callable[[Dialogue], Sequence[Document]], sound: Sound) -> None:
        """Watch by a list of documents.

        Args:
            documents: says which fit; of what was said, nothing is measured.
            sound: says how each character of a text sounds.
        """
        self._documents = documents
        self._sound = sound
        self._found: dict[str, Cue] = {}
        self._lines = 0

    def look(self, scene: Scene) -> Iterator[Cue]:
        """Return all that fitted until now."""
        dialogue = said_before(scene.call, scene.settled, self._sound)
        if len(dialogue.lines) > self._lines:
            self._lines = len(dialogue.lines)
            for document in self._documents(dialogue):
                self._found.setdefault(document.link, _cue(document, scene.at))
        yield from self._found.values()


def _cue(document: Document, at: float) -> Cue:
    return Cue(
        key=f"knowledge:{document.link}",
        kind=CueKind.KNOWLEDGE,
        at=at,
        text={
            "zh": f"{document.title}（{document.because}）",
            "en": f"{document.title} ({document.because})",
        },
        link=document.link,
    )
