"""Look through calls for a page of a table: forth and back, with the lines in which it is said.

What somebody may not see is not there, not even as a count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from huiting.core.errors import UnknownCall
from huiting.core.judgement import Finding
from huiting.service.reading import Reading
from huiting.service.views import View
from huiting.store import StoredCall, Which
from huiting.store.browse import Browser, Listed, Order, Place, Sought
from huiting.store.features import Numbers, numbers
from huiting.store.known import judged_last, known
from huiting.store.lines import SaidLine, Sayings, lines

LINES = 3
"""Shown of a call."""
_READ = 30
"""Lines of a call that are looked at, of which some may hold only personal data."""
_BATCH = 200
_JUDGED = 3
"""Calls that are asked what rules are called."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page of a list."""

    at: Place | None = None
    """Where the page shown before ends, or begins; None for the first or the last."""
    back: bool = False
    """The page before `at`, not the one after it."""


FIRST = Turn()


@dataclass(frozen=True, slots=True)
class Looked:
    """A call, and what a table shows of it."""

    listed: Listed
    numbers: Numbers | None
    lines: Sequence[SaidLine]
    """In which it is said, of all that are there."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a list."""

    calls: Sequence[Looked]
    before: Place | None
    """The page before this one is the one before there; None on the first page."""
    after: Place | None
    """The next page is the one after there; None on the last page."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Calls of which something is to be done."""

    ids: tuple[str, ...]
    more: bool
    """There are others that fit, and that were too many."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the calls that are found, for work that goes through all of them."""

    ids: tuple[str, ...]
    end: int | None
    """After which the next portion begins; None when nothing follows."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What calls can be chosen by."""

    rules: Mapping[str, str]
    """By id, what each is called."""
    intents: Sequence[str]
    scorecards: Sequence[str]
    fields: Sequence[str]
    """Names of metadata entries that who looks may choose by."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks through calls. May be used from several threads."""

    reading: Reading

    def leaf(self, sought: Sought, order: Order, limit: int, turn: Turn, view: View) -> Leaf:
        """Return a page of a list.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for, or calls are to be
                sorted by a score and it is not said by which.
        """
        if turn.back:
            flipped = Order(order.by, not order.descending)
            part = self.reading.page(sought, flipped, limit, turn.at, view)
            if part.end is not None or turn.at is None:
                found = list(reversed(part.entries))
                after = None if turn.at is None else (found[-1].place if found else turn.at)
                return Leaf(self._looked(found, sought, view), part.end, after)
            turn = FIRST  # too few are left for a page: show the first one, whole
        part = self.reading.page(sought, order, limit, turn.at, view)
        before = None
        if turn.at is not None:
            before = part.entries[0].place if part.entries else turn.at
        return Leaf(self._looked(part.entries, sought, view), before, part.end)

    def count(self, sought: Sought, view: View, most: int) -> int | None:
        """Return how many calls there are, counting no further than `most`.

        None for somebody who sees no personal data and looks for words: how often a number
        is said tells the number.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
        """
        if sought.text and not view.unredacted:
            return None
        return self.reading.browser.count(self.reading.limited(sought, view), most)

    def chosen(self, sought: Sought, view: View, most: int) -> Chosen:
        """Return the latest `most` calls that are found.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
        """
        if view.unredacted or not sought.text:
            limited = self.reading.limited(sought, view)
            ids = [call for _, call in self.reading.browser.ids(limited, None, most + 1)]
            return Chosen(tuple(ids[:most]), len(ids) > most)
        found: list[str] = []
        after: Place | None = None
        while len(found) <= most:
            part = self.reading.page(sought, Order(), _BATCH, after, view)
            found += [listed.call.id for listed in self._visible(part.entries, sought, view)]
            after = part.end
            if after is None:
                break
        return Chosen(tuple(found[:most]), len(found) > most)

    def portion(self, sought: Sought, view: View, after: int | None, limit: int) -> Portion:
        """Return the next calls that are found, the latest first: at most `limit`, or none.

        Raises:
            Forbidden: personal data is filtered by that may not be seen.
            InputError: the text is nothing that can be searched for.
        """
        if view.unredacted or not sought.text:
            limited = self.reading.limited(sought, view)
            found = self.reading.browser.ids(limited, after, limit)
            end = found[-1][0] if len(found) == limit else None
            return Portion(tuple(call for _, call in found), end)
        place = None if after is None else (after, after)
        part = self.reading.page(sought, Order(), limit, place, view)
        shown = tuple(listed.call.id for listed in self._visible(part.entries, sought, view))
        return Portion(shown, None if part.end is None else part.end[1])

    def these(self, ids: Sequence[str], view: View) -> Chosen:
        """Return those of these calls that are there and may be seen."""
        which = Which(among=tuple(dict.fromkeys(ids)), allowed=view.principal.only)
        found = self.reading.browser.ids(Sought(which=which), None, max(1, len(ids)))
        return Chosen(tuple(call for _, call in found), more=False)

    def choices(self, view: View) -> Choices:
        """Return what calls can be chosen by."""
        database, only = self.reading.store.database, view.principal.only
        there = known(database, allowed=only)
        names = {
            finding.rule: finding.name
            for call in judged_last(database, _JUDGED, allowed=only)
            for finding in self._findings(call)
        }
        kind = self.reading.policy.field_kind
        fields = [name for name in there.fields if view.unredacted or kind(name) is None]
        rules = {rule: names.get(rule) or rule for rule in there.rules}
        return Choices(rules, there.intents, there.scorecards, fields)

    def fields(self) -> Sequence[str]:
        """Return the names of metadata entries that calls have."""
        return known(self.reading.store.database).fields

    def _findings(self, call: str) -> Sequence[Finding]:
        try:
            judgement = self.reading.store.judgement(call)
        except UnknownCall:  # removed meanwhile
            return ()
        return judgement.findings if judgement else ()

    def _visible(self, found: Sequence[Listed], sought: Sought, view: View) -> Sequence[Listed]:
        """Return the calls that a table would show, too."""
        if not _by_whom_is_hidden(sought, view):
            return found
        said = self._said([listed.call for listed in found], sought, view)
        return [listed for listed in found if said.get(listed.call.id)]

    def _looked(self, found: Sequence[Listed], sought: Sought, view: View) -> list[Looked]:
        ids = [listed.call.id for listed in found]
        with self.reading.store.database.reading() as connection:
            measured = numbers(connection, ids)
        said = self._said([listed.call for listed in found], sought, view)
        shown = [Looked(x, measured.get(x.call.id), said.get(x.call.id, ())) for x in found]
        if not _by_whom_is_hidden(sought, view):
            return shown
        return [looked for looked in shown if looked.lines]

    def _said(
        self, calls: Sequence[StoredCall], sought: Sought, view: View
    ) -> Mapping[str, Sequence[SaidLine]]:
        """Return the lines in which it is said, without personal data where that is not seen."""
        if not sought.text or not calls:
            return {}
        sayings = Sayings(sought.text, sought.sounds_like, sought.said_by)
        most = LINES if view.unredacted else _READ
        found = lines(self.reading.store.database, [c.id for c in calls], sayings, most)
        if view.unredacted:
            return found
        texts = self.reading.texts(calls)
        return {
            call: [
                shown
                for line in own
                if (shown := _covered(line, texts.get(call, ()), sayings)) is not None
            ][:LINES]
            for call, own in found.items()
        }


def _by_whom_is_hidden(sought: Sought, view: View) -> bool:
    """Tell whether a call may be found for what is hidden.

    Somebody else may say it in what is shown of it: that this one does is then hidden.
    """
    return sought.said_by is not None and bool(sought.text) and not view.unredacted


def _covered(line: SaidLine, texts: Sequence[tuple[str, str]], sayings: Sayings) -> SaidLine | None:
    """Return a line without personal data; None for one in which it is said in nothing else."""
    if line.ordinal >= len(texts):  # analyzed anew meanwhile
        return None
    forms = list(dict.fromkeys(texts[line.ordinal]))
    snippet, marks = Browser.excerpt(sayings.text, forms, sounds_like=sayings.sounds_like)
    return replace(line, snippet=snippet, marks=marks) if marks else None
