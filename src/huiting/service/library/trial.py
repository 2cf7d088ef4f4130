"""Rules tried out on calls before anybody publishes them: what they say, what would change."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.judgement import Finding, Verdict
from huiting.service.analysis import Judges
from huiting.service.library.kinds import Kind, mistakes
from huiting.service.library.shelf import Wrong
from huiting.store import Kept, Store, Which

MOST = 500
"""Calls of one trial: somebody waits for it."""
SAMPLES = 20
"""Changes shown of each rule."""


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that would be another one."""

    call: str
    """Id of the recording."""
    before: Verdict | None
    """None where the rule said nothing."""
    after: Verdict
    at: float | None
    """Seconds at which to listen; None for the whole call."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule says of the calls."""

    rule: str
    name: str
    counts: Mapping[Verdict, int]
    changed: int
    samples: tuple[Change, ...]
    """Of the changes; at most `SAMPLES`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a document of rules says of some calls."""

    calls: int
    rules: tuple[Tried, ...]
    problems: Mapping[str, int]
    """Rule id to the calls in which it could not be judged."""


@dataclass(frozen=True, slots=True)
class Trials:
    """Tries rules out. May be used from several threads."""

    store: Store
    flat: Callable[[Analysis], Dialogue]
    judges: Callable[[Sequence[Path]], Judges]
    """Makes of files of rules what judges calls."""

    def trial(self, name: str, body: str, which: Which, most: int = MOST) -> Trial:
        """Return what rules say of the latest `most` calls of `which`.

        Raises:
            Wrong: the text has mistakes.
        """
        if found := mistakes(Kind.RULES, name, body):
            first = found[0]
            raise Wrong(f"rules {name}", first.reason, first.remedy, tuple(found))
        with TemporaryDirectory(prefix="huiting-") as folder:
            path = Path(folder) / f"{name}.yaml"
            path.write_text(body, encoding="utf-8")
            judges = self.judges([path])
        return _counted(islice(self._calls(which), min(most, MOST)), judges)

    def _calls(self, which: Which) -> Iterator[Kept]:
        for batch in self.store.history(self.flat, which):
            yield from batch


def _counted(calls: Iterator[Kept], judges: Judges) -> Trial:
    counts: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    changed: Counter[str] = Counter()
    names: dict[str, str] = {}
    problems: Counter[str] = Counter()
    total = 0
    for kept in calls:
        total += 1
        before = kept.judgement
        said = {finding.rule: finding.verdict for finding in before.findings} if before else {}
        now = judges.judge(kept.dialogue)
        problems.update(now.problems.keys())
        for finding in now.findings:
            names[finding.rule] = finding.name
            counts[finding.rule][finding.verdict] += 1
            if said.get(finding.rule) is not finding.verdict:
                changed[finding.rule] += 1
                if len(changes[finding.rule]) < SAMPLES:
                    changes[finding.rule].append(_change(kept, finding, said.get(finding.rule)))
    rules = tuple(
        Tried(rule, names[rule], dict(counts[rule]), changed[rule], tuple(changes[rule]))
        for rule in names
    )
    return Trial(total, rules, dict(problems))


def _change(kept: Kept, finding: Finding, before: Verdict | None) -> Change:
    at = next((piece.span.start for piece in finding.evidence if piece.span), None)
    return Change(kept.dialogue.call, before, finding.verdict, at)
