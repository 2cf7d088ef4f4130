"""What documents, trials and reviews refuse, and what has no effect; the judge that is in force."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from empty_stores import empty_store
from huiting.access.principal import Actor
from huiting.app.force import CurrentJudge
from huiting.app.readers import Readers
from huiting.app.settings import Settings
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.service.library.force import Force
from huiting.service.library.kinds import Kind
from huiting.service.library.shelf import LONGEST_NOTE, Shelf, Wrong
from huiting.service.library.trial import SAMPLES, Trials
from huiting.service.reviewing import LONGEST, Reviewing
from huiting.store import Store, Which
from huiting.store.audit import Audit
from huiting.store.library import Library, Version
from huiting.store.reviews import Decision, Reviews
from served import flat, refund

NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)
BOSS = Actor("user:1", "boss", "10.0.0.1")
ENTITIES = "entities:\n  - {kind: product, name: p, words: [慧听]}\n"
RULES = """
format: huiting-rules/1
rules:
  - id: refund
    name: 退货
    why: 客户要退货
    severity: minor
    forbid: {said: {any: [退货]}, by: customer}
    tests:
      - {name: 提到, dialogue: [{customer: 我要退货}], expect: fail}
"""


def agreeing(_: Sequence[Version]) -> None:
    """Find that all documents fit each other."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(empty_store(tmp_path / "calls.db")) as opened:
        yield opened


def shelf(store: Store) -> Shelf:
    audit = Audit(store.database, lambda: NOON)
    return Shelf(Library(store.database), audit, agreeing, lambda: NOON)


def test_mistakes_survive_a_trip_between_processes(store: Store) -> None:
    with pytest.raises(Wrong) as caught:
        shelf(store).write(Kind.RULES, "shop", "rules: x", BOSS)
    again = copy(caught.value)  # by what pickle does

    assert again is not caught.value
    assert str(again) == str(caught.value)
    assert again.mistakes == caught.value.mistakes != ()


@pytest.mark.parametrize("name", ["", " a", "a ", "../a", "a/b", "𠀀" * 60, "x" * 65, ".a"])
def test_a_name_that_is_none_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="name"):
        shelf(store).write(Kind.HOTWORDS, name, "慧听", BOSS)
    with pytest.raises(InputError, match="shorten it"):
        shelf(store).write(Kind.HOTWORDS, "a", "慧听", BOSS, note="x" * (LONGEST_NOTE + 1))
    assert shelf(store).entries() == []


def test_of_some_kinds_one_document_is_in_force_at_a_time(store: Store) -> None:
    desk, library = shelf(store), Library(store.database)
    for name in ("a", "b"):
        with store.database.writing() as connection:
            version = Version(Kind.ENTITIES, name, 0, ENTITIES, "", "user:1", NOON)
            library.write(connection, version, None)
    desk.publish(Kind.ENTITIES, "a", 1, BOSS)

    with pytest.raises(InputError, match="a is in force"):
        desk.publish(Kind.ENTITIES, "b", 1, BOSS)
    desk.publish(Kind.ENTITIES, "a", 1, BOSS)
    desk.withdraw(Kind.ENTITIES, "a", BOSS)
    desk.publish(Kind.ENTITIES, "b", 1, BOSS)
    assert [one.name for one in library.published()] == ["b"]


def test_what_is_not_in_force_is_withdrawn_without_a_note(store: Store) -> None:
    desk = shelf(store)
    desk.write(Kind.HOTWORDS, "a", "慧听", BOSS)
    before = len(list(desk.audit.read()))
    desk.withdraw(Kind.HOTWORDS, "a", BOSS)

    assert len(list(desk.audit.read())) == before


@dataclass(frozen=True)
class Always:
    """Judges that say one thing of every call."""

    digest: str = "always"

    def judge(self, dialogue: Dialogue, /) -> Judgement:
        return Judgement(dialogue.call, (Finding("refund", 1, Verdict.FAIL),))


def test_a_trial_counts_all_changes_and_shows_some(store: Store) -> None:
    for number in range(SAMPLES + 3):
        made = refund(str(number))
        store.save(made, at=NOON)
        if number == 0:
            same = Judgement(made.call.recording.id, (Finding("refund", 1, Verdict.FAIL),))
            store.judge([same], at=NOON)
    trials = Trials(store, flat, lambda _: Always())
    [tried] = trials.trial("shop", RULES, Which()).rules

    assert tried.counts == {Verdict.FAIL: SAMPLES + 3}
    assert (tried.changed, len(tried.samples)) == (SAMPLES + 2, SAMPLES)
    with pytest.raises(Wrong):
        trials.trial("shop", "rules: x", Which())


def test_a_comment_without_end_is_refused(store: Store) -> None:
    desk = Reviewing(
        store, Reviews(store.database), Audit(store.database, lambda: NOON), lambda: NOON
    )

    with pytest.raises(InputError, match="shorten it"):
        desk.decide("ab", "refund", Decision.WRONG, BOSS, comment="x" * (LONGEST + 1))


def test_the_judge_changes_with_what_is_published(store: Store, tmp_path: Path) -> None:
    settings = Settings()
    force = Force(Library(store.database), tmp_path / "published")
    current = CurrentJudge(settings, force, Readers(settings))
    desk = shelf(store)
    none = current()
    desk.write(Kind.RULES, "shop", RULES, BOSS)
    desk.publish(Kind.RULES, "shop", 1, BOSS)
    judge = current()

    assert none is None
    assert judge is not None
    assert current() is judge
    assert judge.judge(flat(refund())).findings[0].verdict is Verdict.FAIL
