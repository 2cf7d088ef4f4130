"""Which stretches of each segment's text are to be covered, and with what.

Besides the entities themselves, every other place where a private value is said again is
covered: a name without 先生, the number that the agent repeats, the end of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from huiting.core.meaning import Entity
from huiting.core.types import Call, Recording
from huiting.text.redaction.fields import found_in
from huiting.text.redaction.policy import Action, Policy

Run = tuple[str, list[int]]
"""The digits of a number, and where each stands in the text."""
_RUN = re.compile(r"\d(?:[\d \-,，、.·]*\d)?[Xx]?")
_NUMBER = 4
"""Digits from which a value is a number that may be said again."""
_FRAGMENT = 5
"""Digits in a row of a private number that give it away; of its end four do."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A stretch of a text, and what is written there instead."""

    start: int
    end: int
    written: str


@dataclass(frozen=True, slots=True)
class Secret:
    """Something private that was found, in the forms in which it may be said again."""

    kind: str
    value: str
    digits: str
    """Empty when it is no number."""
    words: tuple[str, ...]
    """Texts that are it; empty when it is a number."""


@dataclass(frozen=True, slots=True)
class Covers:
    """All that is private in a call."""

    policy: Policy
    secrets: tuple[Secret, ...]
    by_segment: Mapping[int, tuple[Cover, ...]]
    """In order and apart."""
    beside: tuple[Secret, ...] = ()
    """Found in fields and file names, and covered there only."""

    def shown(self, place: int, text: str) -> str:
        """Return the text of a segment with its covers in place."""
        return render(text, 0, len(text), self.by_segment.get(place, ()))

    def scrubbed(self, text: str) -> str:
        """Return a text that is no speech (a file name, a field) without anything private in it.

        Here a part of a private number is not looked for: ids and times are full of digits.
        """
        secrets = (*self.secrets, *self.beside)
        covers = [*self._numbers(text, _runs(text), (), secrets), *self._words(text, secrets)]
        return render(text, 0, len(text), apart(covers))

    def unsaid(self, text: str) -> str:
        """Return a text that somebody said, or a piece of it, without anything private in it."""
        return render(text, 0, len(text), self.said_again(text, ()))

    def said_again(self, text: str, kept: Sequence[tuple[int, int]]) -> list[Cover]:
        """Return where something private stands in a text, in order and apart.

        Args:
            text: of speech.
            kept: stretches that are known to be something else, such as a sum, though a few
                digits of a private number look like them.
        """
        runs = list(_runs(text))
        numbers = self._numbers(text, runs, kept, self.secrets)
        words = self._words(text, self.secrets)
        return apart([*numbers, *self._parts(text, runs, kept), *words])

    def _numbers(
        self,
        text: str,
        runs: Iterable[Run],
        kept: Sequence[tuple[int, int]],
        secrets: Sequence[Secret],
    ) -> Iterator[Cover]:
        """Yield whole private numbers."""
        for digits, places in runs:
            for secret in secrets:
                size = len(secret.digits)
                if not size or (
                    size <= _NUMBER and (digits != secret.digits or _meets(places, kept))
                ):
                    continue
                at = digits.find(secret.digits)
                while at >= 0:
                    yield self._cover(secret, text, places[at : at + size])
                    at = digits.find(secret.digits, at + 1)

    def _parts(
        self, text: str, runs: Iterable[Run], kept: Sequence[tuple[int, int]]
    ) -> Iterator[Cover]:
        """Yield parts of private numbers that give them away, and numbers that they end."""
        for digits, places in runs:
            for secret in self.secrets:
                if not secret.digits or digits == secret.digits or _meets(places, kept):
                    continue
                if len(secret.digits) <= _NUMBER and digits.endswith(secret.digits):
                    yield self._cover(secret, text, places[-len(secret.digits) :])
                part = len(digits) >= _FRAGMENT and digits in secret.digits
                if part or (len(digits) == _NUMBER and secret.digits.endswith(digits)):
                    yield self._cover(secret, text, places)

    def _cover(self, secret: Secret, text: str, places: Sequence[int]) -> Cover:
        start, end = places[0], places[-1] + 1
        return Cover(start, end, self.policy.mark(secret.kind, text[start:end], secret.value))

    def _words(self, text: str, secrets: Sequence[Secret]) -> Iterator[Cover]:
        for secret in secrets:
            for word in secret.words:
                if word not in text and word.lower() == word.upper():
                    continue  # it has but one case: nothing else is it
                for found in re.finditer(re.escape(word), text, re.IGNORECASE):
                    mark = self.policy.mark(secret.kind, found[0], secret.value)
                    yield Cover(found.start(), found.end(), mark)


def covers_of(call: Call, entities: Sequence[Entity], policy: Policy) -> Covers:
    """Return all that is private in a call under a policy; the entities are those found in it."""
    private = [e for e in entities if policy.action(e.kind) is not Action.KEEP]
    secrets = [_secret(e.kind, e.value, e.text) for e in private]
    for name, value in call.recording.metadata.items():
        kind = policy.field_kind(name)
        if kind is None or policy.action(kind) is Action.KEEP:
            continue
        # A field named after telephones may say `mobile`, which is no number to look for.
        if value.strip() and (kind != "phone" or len(_digits(value)) >= _NUMBER):
            secrets.append(_secret(kind, value.strip(), value.strip()))
    unique = _unique(secrets)
    covers = Covers(policy, unique, {})
    return Covers(policy, unique, _by_segment(call, entities, covers))


def with_fields(covers: Covers, recording: Recording) -> Covers:
    """Return the covers with what is private in the fields of a recording and in its name."""
    found = [e for e in found_in(recording) if covers.policy.action(e.kind) is not Action.KEEP]
    return replace(covers, beside=_unique([_secret(e.kind, e.value, e.text) for e in found]))


def _unique(secrets: Sequence[Secret]) -> tuple[Secret, ...]:
    return tuple(dict.fromkeys(sorted(secrets, key=_longest_first)))


def _by_segment(
    call: Call, entities: Sequence[Entity], covers: Covers
) -> Mapping[int, tuple[Cover, ...]]:
    found: dict[int, tuple[Cover, ...]] = {}
    policy = covers.policy
    those: defaultdict[int, list[Entity]] = defaultdict(list)
    for entity in entities:
        those[entity.segment].append(entity)
    for place, segment in enumerate(call.segments):
        here = [e for e in those[place] if policy.action(e.kind) is not Action.KEEP]
        kept = [(e.start, e.end) for e in those[place] if e not in here and not e.text.isdecimal()]
        own = [Cover(e.start, e.end, policy.written(e)) for e in here]
        again = covers.said_again(segment.text, kept)
        found[place] = tuple(apart([*own, *again]))
    return {place: covers for place, covers in found.items() if covers}


def _secret(kind: str, value: str, text: str) -> Secret:
    digits = _digits(value)
    letters = sum(c.isalpha() for c in value)
    if len(digits) >= _NUMBER and letters <= 1:
        return Secret(kind, value, digits, ())
    words = {w.strip() for w in (value, text) if sum(c.isalnum() for c in w) > 1}
    return Secret(kind, value, "", tuple(sorted(words, key=len, reverse=True)))


def _longest_first(secret: Secret) -> tuple[int, str, str]:
    return -len(secret.value), secret.kind, secret.value


def _digits(text: str) -> str:
    return re.sub(r"[^\dX]", "", text.upper())


def _runs(text: str) -> Iterator[Run]:
    """Yield the numbers of a text, and where each of their digits stands."""
    for run in _RUN.finditer(text):
        places = [i for i in range(*run.span()) if text[i].isdecimal() or text[i] in "Xx"]
        yield "".join(text[i].upper() for i in places), places


def _meets(places: Sequence[int], kept: Sequence[tuple[int, int]]) -> bool:
    return any(a <= places[-1] and places[0] < b for a, b in kept)


def apart(covers: Sequence[Cover]) -> list[Cover]:
    """Return covers in order and apart; of two that overlap one becomes as wide as both."""
    joined: list[Cover] = []
    for cover in sorted(covers, key=lambda c: (c.start, -c.end)):
        if joined and cover.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Cover(last.start, max(last.end, cover.end), last.written)
        else:
            joined.append(cover)
    return joined


def render(text: str, start: int, end: int, covers: Sequence[Cover]) -> str:
    """Return the stretch [start, end) of a text with what touches it covered."""
    pieces, at = [], start
    for cover in covers:
        if cover.end <= start or end <= cover.start:
            continue
        pieces += [text[at : max(at, cover.start)], cover.written]
        at = cover.end
    return "".join([*pieces, text[at:end]])


def moved(place: int, covers: Sequence[Cover]) -> int:
    """Return where an offset that no cover contains stands in the covered text."""
    return place + sum(len(c.written) - (c.end - c.start) for c in covers if c.end <= place)
