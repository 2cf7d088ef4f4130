"""Corrected text: what was really said, kept beside what the machine wrote.

Rules, scores and searches read the machine's text; a correction changes none of them. It
tells how well the engine does on these calls, and which words it should be told.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from huiting.access.principal import Actor, Principal
from huiting.core.analysis import MadeBy
from huiting.core.errors import Conflict, Forbidden, InputError, UnknownCall
from huiting.core.types import Segment
from huiting.service.reading import Reading
from huiting.service.veiled import veiled
from huiting.service.views import View
from huiting.store import Store
from huiting.store.audit import Action, Audit, Entry
from huiting.store.remarks import Author, Correction, Heard, Remarks
from huiting.text.error_rate import NOTHING, ErrorRate, Unit, score, unit_of
from huiting.text.misheard import Misheard, misheard

LONGEST = 4_000
"""Characters of a corrected segment."""
MOST = 5_000
"""Corrected segments that are counted, the latest ones."""
_NEAR = 0.3
"""Seconds by which a segment of another version may begin or end elsewhere, to be the same."""


@dataclass(frozen=True, slots=True)
class EngineRate:
    """How much of what somebody corrected an engine had wrong."""

    engine: str
    unit: Unit
    """What is counted: characters make a CER, words a WER."""
    rate: ErrorRate
    lines: int
    """Corrected, or found right."""
    right: int
    """Of these, without an error."""


@dataclass(frozen=True, slots=True)
class Correcting:
    """Takes corrections. May be used from several threads."""

    store: Store
    reading: Reading
    audit: Audit
    now: Callable[[], datetime]

    @property
    def _kept(self) -> Remarks:
        return Remarks(self.store.database)

    def correct(
        self, call: str, segment: int, text: str | None, view: View, by: Actor, version: int | None
    ) -> Correction:
        """Keep what was really said in a segment; the same text says that the machine was right.

        Args:
            call: its id.
            segment: its place in the current analysis.
            text: what was said, empty when nobody spoke; None takes corrections back.
            view: who corrects, and what they see.
            by: the same, for the audit log.
            version: of the analysis that they look at; None for whichever is current.

        Raises:
            UnknownCall: there is no such call or no such segment.
            Conflict: the call was analyzed anew meanwhile.
            Forbidden: part of the segment is hidden from who corrects it.
            InputError: the text is too long.
        """
        plain = None if text is None else " ".join(text.split())
        if plain is not None and len(plain) > LONGEST:
            raise InputError("text", "too long", f"write at most {LONGEST} characters")
        seen = self.reading.call(call, view)
        if version is not None and version != seen.call.version:
            raise Conflict("call", "it was analyzed anew meanwhile", "load it again")
        found = self.store.analysis(seen.call.id, version=seen.call.version)
        if segment >= len(found.call.segments):
            raise UnknownCall(
                f"segment {segment}", "the call has fewer", "list the segments of the call"
            )
        original = found.call.segments[segment]
        if seen.analysis.call.segments[segment].text != original.text:
            raise Forbidden(
                view.principal.name, "part of this line is hidden", "show personal data, if you may"
            )
        heard = _heard(original, seen.call.version, segment, _engine(found.made_by))
        made = Correction(seen.call.id, heard, plain, Author(by.id, by.name), self.now())
        with self.store.database.writing() as connection:
            kept = self._kept.correct(connection, made)
            self.audit.note(connection, _entry(by, seen.call.id))
        return kept

    def page(self, call: str, view: View) -> list[Correction]:
        """Return all corrections of a call, the oldest first; without personal data by default.

        Raises:
            UnknownCall: there is no such call, or it may not be seen.
        """
        found = self.store.find(call, allowed=view.principal.only)
        corrections = self._kept.corrections(found.id, view.principal.only)
        if view.unredacted or not corrections:
            return corrections
        texts = [text for one in corrections for text in (one.heard.text, one.text or "")]
        original = self.reading.original(found.id, view.principal)
        shown = veiled(texts, original, self.reading.find, self.reading.policy)
        pairs = zip(corrections, shown[::2], shown[1::2], strict=True)
        return [
            replace(
                one, heard=replace(one.heard, text=heard), text=None if one.text is None else text
            )
            for one, heard, text in pairs
        ]

    def rates(self, principal: Principal, call: str | None = None) -> list[EngineRate]:
        """Return the error rates of each engine over what was corrected, by engine and unit.

        Who corrects picks lines that look wrong: the rate over all lines is lower.

        Args:
            principal: whose calls count.
            call: id of one; None for all of them.
        """
        found: defaultdict[tuple[str, Unit], list[ErrorRate]] = defaultdict(list)
        for pair in self._kept.pairs(principal.only, call=call, limit=MOST):
            unit = unit_of(pair.language)
            found[pair.engine, unit].append(score(pair.heard, (pair.said,), unit))
        return [
            EngineRate(
                engine, unit, sum(rates, NOTHING), len(rates), sum(not r.edits for r in rates)
            )
            for (engine, unit), rates in sorted(found.items())
        ]

    def words(self, view: View, most: int = 50) -> list[Misheard]:
        """Return words that were corrected at least twice: what hotwords might help with.

        Raises:
            Forbidden: they may be names of customers, and who asks does not ask to see them.
        """
        if not view.unredacted:
            raise Forbidden(view.principal.name, "names may be among them", "ask with unredacted")
        pairs = self._kept.pairs(view.principal.only, limit=MOST)
        return misheard(((pair.heard, pair.said) for pair in pairs), most=most)


def by_segment(
    corrections: Sequence[Correction], segments: Sequence[Segment], version: int
) -> Mapping[int, tuple[Correction, ...]]:
    """Return corrections by the segment of a version that they are about, the oldest first.

    Those of other versions count where a segment of this one is heard at the same time.
    """
    found: defaultdict[int, list[Correction]] = defaultdict(list)
    for correction in corrections:
        heard = correction.heard
        if heard.version == version:
            found[heard.segment].append(correction)
            continue
        for place, segment in enumerate(segments):
            if _same(segment, heard):
                found[place].append(correction)
    return {place: tuple(those) for place, those in found.items()}


def _same(segment: Segment, heard: Heard) -> bool:
    return (
        segment.channel == heard.channel
        and abs(segment.span.start - heard.span.start) < _NEAR
        and abs(segment.span.end - heard.span.end) < _NEAR
    )


def _heard(segment: Segment, version: int, place: int, engine: str) -> Heard:
    return Heard(
        version, place, segment.channel, segment.span, segment.text, segment.language, engine
    )  # fmt: skip


def _engine(made_by: MadeBy) -> str:
    """Return the model that recognized, where its name tells, else the kind of the engine."""
    own = (name for name in sorted(made_by.models) if name.startswith(made_by.engine))
    return next(own, made_by.engine)


def _entry(by: Actor, call: str) -> Entry:
    kind = {"kind": "correction"}
    return Entry(by.id, by.name, Action.CHANGED, f"call:{call}", by.address, detail=kind)
