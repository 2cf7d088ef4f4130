"""All calls in the store judged again by other rules, without their audio.

As many processes as there are cores, each reading stretches of history, judging and
saving them; memory does not grow with the number of calls.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from typing import Protocol

from huiting.app.changes import Changes, Now, Tally, Verdicts, now_of
from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Judgement
from huiting.quality.rules.judge import Ruled
from huiting.store import Entry, Kept, Said, Store, Which, prepare

SLICE = 400
"""Calls given to a process at a time: a fraction of a second's work, so that none idles long."""
_FEW = 2_000
"""Calls that one process judges before others have started."""


class Judges(Protocol):
    """What judges calls: rules and scorecards."""

    @property
    def digest(self) -> str:
        """The same as long as every verdict and score stays the same."""
        ...

    @property
    def steady(self) -> bool:
        """Whether a call that did not change is judged as it was before, without being asked."""
        ...

    @property
    def asked(self) -> AbstractSet[str]:
        """Ids of the rules that are put to a call."""
        ...

    def judge(self, dialogue: Dialogue, /) -> Judgement:
        """Return what they say of a call."""
        ...

    def ruled(self, dialogue: Dialogue, /) -> Ruled:
        """Return the bare verdicts of the rules."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, and by whom; goes to every process."""

    store: str
    """The database, as `Store.open` takes it."""
    judges: Callable[[], Judges]
    """Builds what judges; called once a process, so that it need not travel."""
    build: Callable[[Analysis], Dialogue]
    """Makes what rules read of a call, where that is not kept yet."""
    at: datetime
    """When the judgements are made."""
    samples: int = 3
    """Calls shown of each change."""
    dry: bool = False
    """Save nothing."""
    alone: bool = False
    """Forget what rules said that are not asked now."""


def rejudge(
    order: Order,
    which: Which,
    *,
    rules: Sequence[str],
    processes: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Changes:
    """Judge calls of the store again and return what changes.

    Args:
        order: how.
        which: the calls.
        rules: ids of the rules, in the order in which they are to be reported.
        processes: how many work at a time; 0 for as many as there are cores.
        progress: is told how many calls of how many are done.

    Raises:
        InputError: the rules cannot be read.
        StoreError: the database cannot be used; what was saved before stays.
    """
    with Store.open(order.store) as store:
        total = store.count()
        slices = store.slices(which, SLICE)
    count = processes or os.cpu_count() or 1
    tally = Tally(order.samples)
    for counted in _counted(order, slices, count):
        tally.add(counted)
        progress(tally.calls, min(total, len(slices) * SLICE))
    return tally.changes(rules)


def _counted(order: Order, slices: Sequence[Which], processes: int) -> Iterator[Tally]:
    """Yield the tally of each stretch, in their order."""
    if processes == 1 or len(slices) * SLICE <= _FEW:
        with Store.open(order.store) as store:
            worker = _Worker(order, store, order.judges())
            yield from map(worker.count, slices)
        return
    with ProcessPoolExecutor(
        min(processes, len(slices)), get_context("spawn"), _begin, (order,)
    ) as pool:
        yield from pool.map(_count, slices)


@dataclass(slots=True)
class _Worker:
    """Judges stretches of history."""

    order: Order
    store: Store
    judges: Judges

    def count(self, which: Which) -> Tally:
        """Judge a stretch, save what is said, and count what changes."""
        tally = Tally(self.order.samples)
        entries = []
        for batch in self.store.history(self.order.build, which, keep=not self.order.dry):
            for kept in batch:
                said = kept.said
                before = self._before(said.verdicts)
                if self._stays(kept, said, before):
                    tally.count_unchanged(before, said.problems)
                elif self.order.dry:
                    name, found = kept.dialogue.name, self.judges.ruled(kept.dialogue)
                    now = Now(
                        kept.dialogue.call, name, found.verdicts, found.problems, found.findings
                    )
                    tally.count(before if kept.rules else None, now)
                else:
                    judgement = self.judges.judge(kept.dialogue)
                    now = now_of(judgement, kept.dialogue.name)
                    tally.count(before if kept.rules else None, now)
                    entries.append(self._entry(kept, judgement, others=said.verdicts.keys()))
        tally.saved += self.store.settle(entries, at=self.order.at)
        return tally

    def _before(self, verdicts: Verdicts) -> Verdicts:
        """Return what was said before, of the rules that are asked unless others are forgotten."""
        if self.order.alone:
            return verdicts
        return {rule: said for rule, said in verdicts.items() if rule in self.judges.asked}

    def _stays(self, kept: Kept, said: Said, before: Verdicts) -> bool:
        """Tell whether a call was judged by these rules already, and would be judged the same."""
        if kept.rules != self.judges.digest or not self.judges.steady:
            return False
        return before.keys() | said.problems.keys() == self.judges.asked

    def _entry(self, kept: Kept, judgement: Judgement, others: AbstractSet[str]) -> Entry:
        """Return what is to be saved: with what rules said that are not asked, and old scores."""
        strangers = others - self.judges.asked
        keeps = not self.order.alone and (strangers or not judgement.scores)
        old = kept.judgement if keeps else None
        return prepare(joined(judgement, old) if old else judgement, kept.version)


def joined(new: Judgement, old: Judgement) -> Judgement:
    """Return what rules say now, with what others said before.

    A rule that is not asked keeps its finding. A scorecard that is not filled in keeps its
    score, unless it rests on a rule that was asked now: then it is out of date, and goes.
    """
    asked = {finding.rule for finding in new.findings} | new.problems.keys()
    filled = {score.scorecard for score in new.scores}
    findings = tuple(f for f in old.findings if f.rule not in asked)
    scores = tuple(
        score
        for score in old.scores
        if score.scorecard not in filled
        and not any(rule in asked for item in score.items for rule in item.rules)
    )
    problems = {rule: why for rule, why in old.problems.items() if rule not in asked}
    return replace(
        new,
        findings=(*new.findings, *findings),
        scores=(*new.scores, *scores),
        problems={**problems, **new.problems},
    )


_orders: list[Order] = []
_workers: list[_Worker] = []
"""Of this process: its order, and the worker that is made when the first stretch comes."""


def _begin(order: Order) -> None:
    _orders.append(order)


def _count(which: Which) -> Tally:
    if not _workers:  # here and not in `_begin`, whose errors would not reach the caller
        order = _orders[0]
        _workers.append(_Worker(order, Store.open(order.store), order.judges()))
        gc.freeze()  # the rules stay: looking through them for garbage takes a tenth of the time
    return _workers[0].count(which)
