"""What a language model is shown of a call: its text, without what points at a person.

Whatever was found in the call is covered wherever it stands, in its other forms too, as in
a redacted copy. Where nothing was found before (a call analyzed by an older version, or
without its meaning), it is looked for now: what was never looked for is never sent.
"""

from collections.abc import Callable, Mapping

from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.core.dialogue import Dialogue, Line
from huiting.core.meaning import Meaning
from huiting.core.types import Call, Recording, Segment
from huiting.text.entities.lists import tags_of
from huiting.text.redaction.cover import covers_of
from huiting.text.redaction.policy import KEPT, Action, Policy

Hide = Callable[[Call, Meaning], Mapping[int, str]]
"""Returns the text of each segment, by its place, as it may be shown."""
HARMLESS = frozenset(
    {
        "money", "percent", "discount", "date", "time", "duration", "quantity", "coupon", "product",
        "brand", "agent_id",
    }
)  # fmt: skip
"""Kinds of entities that a model may see; every other kind is hidden from it, a team's own
kinds too, and those by which its own systems know a customer."""


def hiding(settings: Settings, readers: Readers | None = None) -> Hide | None:
    """Return what hides personal data; None when the settings say that none is to be hidden.

    Args:
        settings: whether it is to be hidden.
        readers: models that are shared with other parts; by default our own.

    Raises:
        InputError: the team's entities cannot be read.
    """
    if not settings.llm_redact:
        return None
    readers = readers or Readers(settings)
    find = readers.entities
    kinds = dict.fromkeys(KEPT, Action.TAG) | dict.fromkeys(HARMLESS, Action.KEEP)
    policy = Policy(kinds=kinds, tags=tags_of(readers.lists))

    def hide(call: Call, known: Meaning) -> Mapping[int, str]:
        entities = known.entities or find(call, known).entities
        covers = covers_of(call, entities, policy)
        return {place: covers.shown(place, s.text) for place, s in enumerate(call.segments)}

    return hide


def hiding_lines(
    settings: Settings, readers: Readers | None = None
) -> Callable[[Dialogue], Mapping[int, str]] | None:
    """Return the same for a call as rules read it; texts are by `Line.segment`.

    Raises:
        InputError: the team's entities cannot be read.
    """
    hide = hiding(settings, readers)
    if hide is None:
        return None

    def hide_lines(dialogue: Dialogue) -> Mapping[int, str]:
        whole = all(place == line.segment for place, line in enumerate(dialogue.lines))
        # Of a part of a call it is not known which line an entity stands in.
        texts = hide(_call(dialogue), dialogue.meaning if whole else Meaning())
        return {line.segment: texts[place] for place, line in enumerate(dialogue.lines)}

    return hide_lines


def _call(dialogue: Dialogue) -> Call:
    """Return as much of the call as finders read."""
    recording = Recording(
        id=dialogue.call,
        path=dialogue.name,
        size=0,
        duration=dialogue.duration,
        rate=0,
        codec="",
        channels=(),
        started_at=dialogue.started_at,
        metadata=dialogue.metadata,
    )
    return Call(recording, segments=tuple(_segment(line) for line in dialogue.lines))


def _segment(line: Line) -> Segment:
    return Segment(
        channel=line.channel,
        speaker=line.speaker,
        role=line.role,
        span=line.span,
        spoken=line.text,
        text=line.text,
        language=line.language,
    )
