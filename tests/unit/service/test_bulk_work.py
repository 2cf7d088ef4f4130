"""Something is done of all calls that a search finds: by portions, by who may, once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Connection

from huiting.access.principal import Actor, Principal
from huiting.core.errors import ConfigError, Conflict, EngineError, Forbidden, InputError, Unknown
from huiting.core.errors import StoreError as StoreTrouble
from huiting.core.judgement import Verdict
from huiting.jobs.errors import Cancelled, LeaseLost
from huiting.jobs.job import State
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.bulk import work as working
from huiting.service.bulk.deeds import Deed, Note, Task
from huiting.service.bulk.desk import Counted, Many
from huiting.service.bulk.wish import Act, Wish, read
from huiting.service.bulk.work import KIND, Working
from huiting.service.keeping.holds import Covers
from huiting.service.recordings import Asked, Given, Options
from huiting.service.views import View
from huiting.store import Which, bulk
from huiting.store.audit import Wanted
from huiting.store.browse import Sought
from served import NOON, PEOPLE, Served, bulk_of, refund, serving, somebody
from unit.service.working import FakeJudges

BY = Actor("user:root", "root", "10.0.0.1")
ROOT = PEOPLE["root"]
ALL = Sought()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def many(served: Served) -> Many:
    return served.parts.many


def full(served: Served, count: int = 5, team: str = "A") -> list[str]:
    """Keep calls that begin one after another; return them, the latest first."""
    made = []
    for number in range(count):
        one = refund(f"{team}{number}", team=team)
        recording = replace(
            one.call.recording, started_at=NOON - timedelta(minutes=count - number)
        )  # fmt: skip
        made.append(replace(one, call=replace(one.call, recording=recording)))
    served.parts.store.save_all(made, at=NOON)
    return [one.call.recording.id for one in reversed(made)]


def begin(served: Served) -> Running:
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", [KIND], 1)
    return Running(lease, claims)


def there(served: Served) -> set[str]:
    found = served.parts.looking.portion(ALL, View(ROOT), None, 1000).ids
    return set(found)


def actions(served: Served, subject: str) -> list[tuple[str, object, object]]:
    found = served.parts.reviewing.audit.entries(Wanted(subject=subject))
    return [(n.entry.action, n.entry.detail.get("new"), n.entry.detail.get("count")) for n in found]


def test_all_that_is_found_goes_into_the_bin_and_comes_back_as_one(
    served: Served, many: Many
) -> None:
    calls = full(served)
    kept, alone = calls[1], calls[2]
    served.parts.keeping.holds.add(Covers(kept), "a case", BY)
    served.parts.keeping.bin.put(alone, "by itself", ROOT, BY)
    asked = many.ask(Wish(Act.REMOVE, ALL, reason="old"), ROOT, BY)
    bulk_of(served.parts, portion=2)(begin(served))
    done = many.find(asked.work.asked.id, ROOT)

    assert asked.work.asked.total == 4
    assert there(served) == {kept}
    assert (done.over, done.in_bin) == (True, 3)
    assert (done.work.tally.done, done.work.tally.left) == (3, {"held": 1})
    assert actions(served, f"bulk:{asked.work.asked.id}") == [
        ("deleted", "done", 3), ("deleted", "asked", 4),
    ]  # fmt: skip
    assert actions(served, f"call:{calls[0]}") == [("deleted", None, None)]

    undone = many.undo(asked.work.asked.id, ROOT, BY)
    bulk_of(served.parts, portion=2)(begin(served))
    assert many.find(undone.work.asked.id, ROOT).work.tally.done == 3
    assert there(served) == set(calls) - {alone}  # somebody else put that one away
    with pytest.raises(Conflict):
        many.undo(asked.work.asked.id, ROOT, BY)


def test_what_came_since_the_calls_were_counted_stays(served: Served, many: Many) -> None:
    calls = full(served, 3)
    counted = many.counted(ALL, View(ROOT))
    new = served.save(refund("new"))
    asked = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY, counted.newest)
    replace(bulk_of(served.parts, portion=2), pause=0.001)(begin(served))

    assert counted == Counted(3, more=False, newest=counted.newest)
    assert asked.work.asked.total == len(calls)
    assert there(served) == {new}


def test_who_searched_what_is_forgotten_when_it_is_over(served: Served, many: Many) -> None:
    full(served, 2)
    wish = Wish(Act.REMOVE, Sought(text="退货"), unredacted=True)
    key = many.ask(wish, ROOT, BY).work.asked.id
    assert "退货" in many.find(key, ROOT).work.asked.wish
    bulk_of(served.parts)(begin(served))

    assert "退货" not in many.find(key, ROOT).work.asked.wish
    served.clock.at += bulk.KEPT + timedelta(days=1)
    full(served, 1, "B")
    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    with pytest.raises(Unknown):
        many.find(key, ROOT)


def test_words_are_looked_for_in_what_is_shown(served: Served, many: Many) -> None:
    full(served, 3)
    sought = Sought(text="退货")
    counted = many.counted(sought, View(ROOT))
    asked = many.ask(Wish(Act.REMOVE, sought), ROOT, BY)
    bulk_of(served.parts, portion=2)(begin(served))

    assert asked.work.asked.total is None  # how many say it would tell what they say
    assert counted.count == many.find(asked.work.asked.id, ROOT).work.tally.done == 3
    assert there(served) == set()


@pytest.mark.parametrize("text", ["13800138000", "鲸鱼"], ids=["a hidden number", "said by nobody"])
def test_of_words_that_nobody_is_seen_to_say_nothing_is_done(
    served: Served, many: Many, text: str
) -> None:
    full(served, 3)
    sought = Sought(text=text)

    assert many.counted(sought, View(ROOT)).count == 0
    with pytest.raises(InputError, match="none is chosen"):
        many.ask(Wish(Act.REMOVE, sought), ROOT, BY)


@pytest.mark.parametrize(("most", "more"), [(4, "more"), (5, "no more")], ids=["4", "5"])
def test_words_that_more_calls_say_than_may_be_are_followed_no_further(
    served: Served, many: Many, monkeypatch: pytest.MonkeyPatch, most: int, more: str
) -> None:
    """Nobody counted them, since their number would tell what is said."""
    monkeypatch.setattr(working, "MOST", most)
    calls = full(served, 5)
    key = many.ask(Wish(Act.REMOVE, Sought(text="退货")), ROOT, BY).work.asked.id
    usual = bulk_of(served.parts, portion=3)
    if more == "more":
        with pytest.raises(InputError, match="more than 4"):
            usual(begin(served))
    else:
        usual(begin(served))

    assert many.find(key, ROOT).work.tally.done == most
    assert there(served) == set(calls[most:])


def test_who_must_change_the_password_has_nothing_done(served: Served, many: Many) -> None:
    calls = full(served, 2)
    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    reset = replace(ROOT, permissions=frozenset(), must_change_password=True)
    with pytest.raises(Forbidden, match="made by somebody else"):
        bulk_of(served.parts, lambda _: reset)(begin(served))

    assert there(served) == set(calls)


def test_rights_are_looked_up_again_for_each_portion(served: Served, many: Many) -> None:
    calls = full(served, 4)
    looked: list[str] = []

    def fading(identity: str) -> Principal:
        looked.append(identity)
        if len(looked) > 1:
            return replace(ROOT, permissions=frozenset())
        return somebody(identity)

    key = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    with pytest.raises(Forbidden, match="may not do this"):
        bulk_of(served.parts, fading, portion=2)(begin(served))

    assert looked == [ROOT.id, ROOT.id]
    assert there(served) == set(calls[2:])
    assert many.find(key, ROOT).work.tally.done == 2


def test_calls_that_may_not_be_seen_any_more_are_left_alone(served: Served, many: Many) -> None:
    mine, others = full(served, 2), full(served, 2, "B")
    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    moved = replace(ROOT, only={"team": frozenset({"A"})})
    bulk_of(served.parts, lambda _: moved)(begin(served))

    assert there(served) == set(others)
    assert not set(mine) & there(served)


def test_who_is_gone_has_nothing_done(served: Served, many: Many) -> None:
    calls = full(served, 2)

    def gone(identity: str) -> Principal:
        raise Forbidden(identity, "may not come in any more", "have somebody else ask for it")

    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    with pytest.raises(Forbidden, match="come in"):
        bulk_of(served.parts, gone)(begin(served))

    assert there(served) == set(calls)


class Meddling:
    """A `Deed` in whose middle something happens."""

    def __init__(self, deed: Deed, what: object) -> None:
        self._deed = deed
        self._what = what
        self.portions = 0

    def __call__(self, ids: Sequence[str], task: Task, note: Note) -> None:
        def noted(connection: Connection, tally: object) -> None:
            note(connection, tally)  # type: ignore[arg-type]
            self.portions += 1
            if self.portions == 2 and callable(self._what):
                self._what()

        self._deed(ids, task, noted)


def meddled(served: Served, act: Act, what: object, portion: int = 2) -> Working:
    usual = bulk_of(served.parts, portion=portion)
    deeds = {**usual.deeds, act: Meddling(usual.deeds[act], what)}
    return replace(usual, deeds=deeds)


def test_a_portion_that_was_not_written_to_the_end_is_done_again(
    served: Served, many: Many
) -> None:
    full(served)

    def die() -> None:
        raise KeyboardInterrupt  # as if the worker were killed

    key = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    first = begin(served)
    with pytest.raises(KeyboardInterrupt):
        meddled(served, Act.REMOVE, die)(first)
    assert many.find(key, ROOT).work.tally.done == 2
    first._claims.give_back(first.lease)
    bulk_of(served.parts, portion=2)(begin(served))

    assert there(served) == set()
    assert many.find(key, ROOT).work.tally.done == 5
    assert [a for a, _, _ in actions(served, f"bulk:{key}")] == ["deleted", "deleted"]


@pytest.mark.parametrize("act", [Act.REMOVE, Act.HEAR, Act.RESTORE])
def test_calls_that_go_just_before_are_counted_and_left_alone(
    served: Served, many: Many, act: Act
) -> None:
    calls = full(served, 3)
    removed = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    if act is not Act.REMOVE:
        bulk_of(served.parts)(begin(served))
    if act is Act.HEAR:
        many.undo(removed, ROOT, BY)
        bulk_of(served.parts)(begin(served))
    usual, desk = bulk_of(served.parts), served.parts.keeping.bin
    change = desk.restore if act is Act.RESTORE else lambda c, p, b: desk.put(c, "", p, b)

    def quicker(ids: Sequence[str], task: Task, note: Note) -> None:
        change(calls[0], ROOT, BY)
        usual.deeds[act](ids, task, note)

    key = removed
    if act is Act.HEAR:
        key = many.ask(Wish(act, ALL), ROOT, BY).work.asked.id
    if act is Act.RESTORE:
        key = many.undo(removed, ROOT, BY).work.asked.id
    replace(usual, deeds={act: quicker})(begin(served))
    left = many.find(key, ROOT).work.tally.left

    assert left["gone"] == 1
    assert (calls[0] in there(served)) == (act is Act.RESTORE)


def test_who_lost_the_job_changes_nothing(served: Served, many: Many) -> None:
    calls = full(served)
    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    late = begin(served)
    late._claims.give_back(late.lease)
    begin(served)  # another has it now
    with pytest.raises(LeaseLost):
        bulk_of(served.parts)(late)

    assert there(served) == set(calls)


def test_what_was_done_before_it_was_cancelled_stays_and_can_be_undone(
    served: Served, many: Many
) -> None:
    calls = full(served)
    key = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    running = begin(served)
    with pytest.raises(Cancelled):
        meddled(served, Act.REMOVE, running.cancel)(running)
    running._claims.cancel(running.lease)
    found = many.find(key, ROOT)

    assert (found.over, found.in_bin, found.work.tally.done) == (True, 4, 4)
    assert [one.work.asked.id for one in many.removals(ROOT)] == [key]
    many.undo(key, ROOT, BY)
    bulk_of(served.parts)(begin(served))
    assert there(served) == set(calls)


def test_one_s_own_work_is_seen_and_cancelled_by_oneself(served: Served, many: Many) -> None:
    full(served, 2)
    key = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    with pytest.raises(Unknown):
        many.find(key, PEOPLE["other"])
    with pytest.raises(Conflict, match="goes on"):
        many.undo(key, ROOT, BY)
    assert [one.work.asked.id for one in many.under_way(ROOT)] == [key]
    assert many.under_way(PEOPLE["other"]) == []
    ended = many.cancel(key, ROOT, BY)

    assert ended.job is not None
    assert ended.job.state is State.CANCELLED
    assert many.under_way(ROOT) == []
    assert actions(served, f"bulk:{key}")[0][1] == "cancelled"
    many.cancel(key, ROOT, BY)  # it is over: nothing more is noted
    noted = [standing for _, standing, _ in actions(served, f"bulk:{key}")]
    assert noted == ["cancelled", "cancelling", "asked"]


def test_calls_are_judged_by_the_rules_in_force(served: Served, many: Many) -> None:
    calls = full(served, 4)
    judges = FakeJudges("rules-1", Verdict.FAIL)
    key = many.ask(Wish(Act.JUDGE, ALL), ROOT, BY).work.asked.id
    bulk_of(served.parts, judges=lambda: judges, portion=3)(begin(served))
    assert many.find(key, ROOT).work.tally.done == 4
    assert served.parts.store.judgement(calls[3]) is not None
    many.ask(Wish(Act.JUDGE, ALL), ROOT, BY)
    bulk_of(served.parts, judges=lambda: judges)(begin(served))

    assert sorted(judges.judged) == sorted(calls)  # once


def test_a_call_that_cannot_be_judged_is_counted_and_the_others_done(
    served: Served, many: Many
) -> None:
    full(served, 2)
    judges = FakeJudges(error=ConfigError("rule", "wrong", "mend it"))
    key = many.ask(Wish(Act.JUDGE, ALL), ROOT, BY).work.asked.id
    bulk_of(served.parts, judges=lambda: judges)(begin(served))

    assert many.find(key, ROOT).work.tally.left == {"failed": 2}


def test_what_may_go_by_itself_is_tried_again(served: Served, many: Many) -> None:
    full(served, 2)
    judges = FakeJudges(error=EngineError("model", "away", "wait"))
    many.ask(Wish(Act.JUDGE, ALL), ROOT, BY)

    with pytest.raises(EngineError):
        bulk_of(served.parts, judges=lambda: judges)(begin(served))


def test_without_rules_nothing_is_judged(served: Served, many: Many) -> None:
    full(served, 1)
    many.ask(Wish(Act.JUDGE, ALL), ROOT, BY)

    with pytest.raises(ConfigError):
        bulk_of(served.parts)(begin(served))


def test_calls_are_heard_again_in_a_batch_behind_what_just_came(served: Served, many: Many) -> None:
    parts = served.parts
    kept = parts.recordings.accept(BytesIO(b"RIFF"), "8001_a.wav", Given(), Asked(ROOT))
    made = refund("x")
    recording = replace(made.call.recording, id=kept.recording)
    served.save(replace(made, call=replace(made.call, recording=recording)))
    full(served, 1)  # of which there is no audio
    wish = Wish(Act.HEAR, ALL, options=Options(language="en"), name="again")
    asked = many.ask(wish, ROOT, BY)
    bulk_of(parts, portion=1)(begin(served))
    found = many.find(asked.work.asked.id, ROOT)

    assert found.work.tally.done == 1
    assert found.work.tally.left == {"silent": 1}
    assert found.batch is not None
    progress = parts.batches.find(found.batch, ROOT)
    assert (progress.batch.name, progress.recordings) == ("again", 1)
    [item] = parts.batches.items(found.batch, ROOT, 0, 10)
    assert item.job is not None
    job = parts.queue.get(item.job)
    assert (job.order.priority, job.order.payload["options"]) == (-1, '{"language": "en"}')


def test_calls_are_assigned_for_review_once(served: Served, many: Many) -> None:
    full(served, 3)
    judges = FakeJudges()
    many.ask(Wish(Act.JUDGE, ALL), ROOT, BY)
    bulk_of(served.parts, judges=lambda: judges)(begin(served))
    tallies = []
    for _ in range(2):
        key = many.ask(Wish(Act.ASSIGN, ALL), ROOT, BY).work.asked.id
        bulk_of(served.parts, portion=2)(begin(served))
        tallies.append(many.find(key, ROOT).work.tally)

    assert [tally.done for tally in tallies] == [3, 0]
    assert tallies[1].left == {"nothing": 3}
    assert served.parts.to_review.waiting(ROOT).common == 3


@pytest.mark.parametrize(
    ("wish", "who", "error"),
    [
        (Wish(Act.REMOVE, ALL), "lead", Forbidden),
        (Wish(Act.REMOVE, Sought(text="8001"), unredacted=True), "lead", Forbidden),
        (Wish(Act.REMOVE, Sought(which=Which(metadata={"agent": "0"}))), "root", InputError),
        (Wish(Act.REMOVE, Sought(which=Which(metadata={"phone": "1"}))), "root", Forbidden),
        (Wish(Act.HEAR, ALL, options=Options(engine="no such")), "root", InputError),
        (Wish(Act.ASSIGN, ALL), "viewer", Forbidden),
    ],
    ids=["may not", "personal data", "none", "hidden field", "no such engine", "no reviewer"],
)
def test_what_cannot_be_is_refused_at_once(
    served: Served, many: Many, wish: Wish, who: str, error: type[Exception]
) -> None:
    full(served, 1)

    with pytest.raises(error):
        many.ask(wish, PEOPLE[who], BY)


def test_too_many_are_refused(served: Served, many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    full(served, 3)
    monkeypatch.setattr("huiting.service.bulk.desk.MOST", 2)

    assert many.counted(ALL, View(ROOT)).too_many
    with pytest.raises(InputError, match="more than 2"):
        many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)


def test_only_a_removal_is_undone(served: Served, many: Many) -> None:
    full(served, 1)
    key = many.ask(Wish(Act.ASSIGN, ALL), ROOT, BY).work.asked.id

    with pytest.raises(Unknown):
        many.undo(key, ROOT, BY)


def test_a_wish_of_another_version_is_told() -> None:
    with pytest.raises(InputError, match="another version"):
        read('{"act": "sing"}')


def test_the_work_of_a_search_that_finds_none_any_more_ends_well(
    served: Served, many: Many
) -> None:
    [call] = full(served, 1)
    key = many.ask(Wish(Act.REMOVE, ALL), ROOT, BY).work.asked.id
    served.parts.keeping.bin.put(call, "", ROOT, BY)
    bulk_of(served.parts)(begin(served))

    found = many.find(key, ROOT)
    assert found.over
    assert found.work.tally.seen == 0


def test_a_database_that_is_away_for_a_moment_is_waited_for(
    served: Served, many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(served, 1)
    many.ask(Wish(Act.REMOVE, ALL), ROOT, BY)
    monkeypatch.setattr("huiting.jobs.running._WAITS", (0.0,))
    usual = bulk_of(served.parts)
    failures = [StoreTrouble("database", "away", "wait")]

    def who(identity: str) -> Principal:
        if failures:
            raise failures.pop()
        return somebody(identity)

    replace(usual, who=who)(begin(served))
    assert there(served) == set()
