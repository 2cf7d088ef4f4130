"""What somebody who may not see all calls is told: nothing of the others, by any question."""

from collections.abc import Mapping
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiting.core.analysis import Analysis
from huiting.core.dialogue import Dialogue
from huiting.core.errors import InputError, UnknownCall
from huiting.core.judgement import Finding, Judgement, Verdict
from huiting.quality.dialogue import dialogue_of, silent
from huiting.store import Store, Which
from unit.store.stored import NOON, heard, identity

VALUES = st.sampled_from(["甲", "乙", "A", "a", "甲'--", "%", "\x00"])
METADATA = st.dictionaries(st.sampled_from(["agent", "team", "site"]), VALUES, max_size=3)
ALLOWED = st.dictionaries(
    st.sampled_from(["agent", "team", "site", "other"]),
    st.frozensets(VALUES, max_size=3),
    max_size=3,
)
_numbers = count()


def read(analysis: Analysis) -> Dialogue:
    return dialogue_of(analysis, silent)


def may_see(metadata: Mapping[str, str], allowed: Mapping[str, frozenset[str]]) -> bool:
    """Say it again, independently of the store."""
    return all(name in metadata and metadata[name] in allowed[name] for name in allowed)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(METADATA, min_size=1, max_size=6), allowed=ALLOWED)
def test_nothing_outside_is_ever_returned(
    shared_store: Store, calls: list[dict[str, str]], allowed: dict[str, frozenset[str]]
) -> None:
    store, mark = shared_store, f"批次{next(_numbers)}号"
    names = [f"{mark}-{n}" for n in range(len(calls))]
    for call in list(store.calls()):
        store.delete(call.id)
    for name, metadata in zip(names, calls, strict=True):
        made = heard(name, "我要退货", metadata=metadata)
        store.save(made, at=NOON, dialogue=read(made))
        finding = Finding("greeting", 1, Verdict.FAIL)
        store.judge([Judgement(identity(name), (finding,), rules="rules")], at=NOON)
    mine = {
        identity(n) for n, metadata in zip(names, calls, strict=True) if may_see(metadata, allowed)
    }

    which = Which(allowed=allowed)
    assert {call.id for call in store.calls(allowed=allowed)} == mine
    assert {hit.recording for hit in store.search("退货", allowed=allowed, limit=99)} == mine
    alike = store.search("推货", sounds_like=True, allowed=allowed, limit=99)
    assert {hit.recording for hit in alike} == mine
    assert {d.call for d in store.dialogues(read, allowed=allowed)} == mine
    batches = [kept for batch in store.history(read, which) for kept in batch]
    assert {kept.dialogue.call for kept in batches} == mine
    assert {found.call for found in store.findings(allowed=allowed)} == mine
    assert store.count(allowed=allowed) == len(mine)
    assert sum(len(list(b)) for w in store.slices(which, 2)
               for b in store.history(read, w)) == len(mine)  # fmt: skip
    for name in names:
        assert store.visible(identity(name), allowed) is (identity(name) in mine)


@pytest.fixture
def two(store: Store) -> Store:
    """A call of 8001 and one of 8002 under the same file name."""
    for agent in ("8001", "8002"):
        made = heard(agent, "退货", metadata={"agent": agent}, path=f"/{agent}/call.wav")
        store.save(made, at=NOON)
    return store


MINE = {"agent": frozenset({"8001"})}


def test_a_call_of_others_is_as_one_that_never_was(two: Store) -> None:
    for ask in (two.find, two.analysis, two.versions, two.names, two.judgement, two.delete):
        with pytest.raises(UnknownCall, match="no such call"):
            ask(identity("8002"), allowed=MINE)

    assert two.count() == 2


@pytest.mark.parametrize("name", [identity("8002")[:12], "/8002/call.wav"], ids=["start", "path"])
def test_no_name_finds_a_call_of_others(two: Store, name: str) -> None:
    with pytest.raises(UnknownCall):
        two.find(name, allowed=MINE)


def test_a_name_that_others_use_too_is_plain_for_who_sees_one(two: Store) -> None:
    with pytest.raises(InputError, match="several calls"):
        two.find("call")

    assert two.find("call", allowed=MINE).id == identity("8001")


def test_who_may_see_no_value_sees_no_call(two: Store) -> None:
    assert list(two.calls(allowed={"agent": frozenset()})) == []
    assert two.search("退货", allowed={"agent": frozenset()}) == []


def test_what_may_be_seen_may_be_deleted(two: Store) -> None:
    two.delete(identity("8001"), allowed=MINE)

    assert not two.visible(identity("8001"), {})
    assert two.visible(identity("8002"), {})
