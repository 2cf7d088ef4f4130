"""The bin hides calls from everything; holds keep them; what is due by age is found."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from huiting.core.errors import Conflict, InputError, Unknown, UnknownCall
from huiting.core.types import Role
from huiting.store import Store, Which, keeping, received
from huiting.store.browse import NEWEST_FIRST, Browser, Sought
from huiting.store.keeping import Due, Group, Hold
from huiting.store.received import Described
from unit.store.stored import NOON, heard, identity

LATER = NOON + timedelta(days=400)


@pytest.fixture
def two(store: Store) -> Store:
    """Calls a (team A, English) and b (team B)."""
    store.save(heard("a", "退货 phone", metadata={"team": "A"}, language="en"), at=NOON)
    store.save(heard("b", "退货", metadata={"team": "B"}), at=NOON)
    return store


def put(store: Store, name: str, allowed: Mapping[str, frozenset[str]] | None = None) -> None:
    with store.database.writing() as connection:
        keeping.put_in_bin(connection, identity(name), allowed or {}, "user:1", NOON, "a reason")


def hold(store: Store, **said: object) -> Hold:
    with store.database.writing() as connection:
        return keeping.add_hold(connection, Hold("a case", "user:1", NOON, **said))  # type: ignore[arg-type]


def test_a_call_in_the_bin_is_found_by_nothing(two: Store) -> None:
    put(two, "a")
    browser = Browser(two.database)

    assert [call.id for call in two.calls()] == [identity("b")]
    assert {hit.recording for hit in two.search("退货")} == {identity("b")}
    assert [e.call.id for e in browser.page(Sought(), NEWEST_FIRST, 10)] == [identity("b")]
    assert browser.ids(Sought(), None, 10)[0][1] == identity("b")
    assert [field.text for field in browser.values("team")] == ["B"]
    assert (two.count(), browser.count(Sought(), 10)) == (1, 1)
    assert not two.visible(identity("a"), {})
    assert len(two.slices(Which(), 10)) == 1
    for ask in (two.find, two.analysis, two.versions, two.names, two.judgement, two.delete):
        with pytest.raises(UnknownCall):
            ask(identity("a"))


def test_what_went_wrong_with_a_call_in_the_bin_is_not_told(two: Store) -> None:
    two.fail("a.wav", InputError("a", "b", "c"), at=NOON, recording=identity("a"))
    two.fail("other.wav", InputError("a", "b", "c"), at=NOON)
    put(two, "a")

    assert [failure.path for failure in two.failures()] == ["other.wav"]


def test_a_call_comes_back_as_it_was(two: Store) -> None:
    put(two, "a")
    with two.database.writing() as connection:
        assert keeping.in_bin(connection, identity("a"))
        assert keeping.take_from_bin(connection, identity("a"))
        assert not keeping.take_from_bin(connection, identity("a"))

    assert two.count() == 2
    assert {hit.role for hit in two.search("phone")} == {Role.AGENT}


def test_analyzing_again_leaves_a_call_in_the_bin(two: Store) -> None:
    put(two, "a")
    two.save(heard("a", "退货 again", metadata={"team": "A"}), at=LATER)

    assert two.count() == 1


def test_the_bin_shows_only_what_may_be_seen(two: Store) -> None:
    mine = {"team": frozenset({"A"})}
    with pytest.raises(UnknownCall):
        put(two, "b", mine)
    put(two, "a")
    put(two, "b")
    with two.database.writing() as connection:
        shown = keeping.binned(connection, mine)
        pages = [keeping.binned(connection, after=after, limit=1) for after in (None, 2, 1)]

        assert [(entry.call, entry.by, entry.reason, entry.held) for entry in shown] == [
            (identity("a"), "user:1", "a reason", False)
        ]
        assert [[e.call for e in page] for page in pages] == [
            [identity("b")], [identity("a")], [],
        ]  # fmt: skip
        assert not keeping.take_from_bin(connection, identity("b"), mine)
        with pytest.raises(UnknownCall, match="not in the bin"):
            keeping.check_binned(connection, identity("b"), mine)
        keeping.check_binned(connection, identity("a"), mine)


@pytest.mark.parametrize(
    ("said", "covers_a", "covers_b"),
    [
        pytest.param({}, 1, 1, id="everything"),
        pytest.param({"recording": identity("a")}, 1, 0, id="one call"),
        pytest.param({"metadata": {"team": "B"}}, 0, 1, id="a team"),
        pytest.param({"since": NOON}, 1, 1, id="from then on"),
        pytest.param({"until": NOON}, 0, 0, id="before then"),
        pytest.param({"metadata": {"team": "A"}, "since": LATER}, 0, 0, id="all must fit"),
    ],
)
def test_what_a_hold_covers_cannot_go(
    two: Store, said: dict[str, object], covers_a: int, covers_b: int
) -> None:
    made = hold(two, **said)
    with two.database.reading() as connection:
        for name, covered in (("a", covers_a), ("b", covers_b)):
            if covered:
                with pytest.raises(Conflict, match="legal hold"):
                    keeping.check_free(connection, identity(name))
            else:
                keeping.check_free(connection, identity(name))
        assert keeping.covered(connection, made) == covers_a + covers_b
    if covers_a:
        with pytest.raises(Conflict):
            put(two, "a")


def test_a_released_hold_keeps_nothing_and_stays_on_record(two: Store) -> None:
    key = hold(two).key
    with two.database.writing() as connection:
        released = keeping.release_hold(connection, key, "user:2", LATER)
        again = keeping.release_hold(connection, key, "user:3", LATER + timedelta(days=1))

        assert released == again
        assert (released.released_by, released.released_at) == ("user:2", LATER)
        assert keeping.holds(connection) == []
        assert keeping.holds(connection, over=True) == [released]
        assert keeping.holds(connection, over=True, after=key) == []
        keeping.check_free(connection, identity("a"))
        with pytest.raises(Unknown):
            keeping.release_hold(connection, key + 1, "user:2", LATER)


def hand_in(store: Store, name: str, **metadata: str) -> None:
    with store.database.writing() as connection:
        started = NOON if metadata.pop("started", "") else None
        entry = Described(identity(name), 7, f"{name}.wav", metadata, started, (), "user:1", NOON)
        received.add(connection, entry)


def test_a_hold_covers_what_was_handed_in_and_is_no_call_yet(store: Store) -> None:
    hand_in(store, "c", team="A", started="yes")
    hold(store, metadata={"team": "A"}, until=NOON + timedelta(seconds=1))
    with store.database.reading() as connection:
        with pytest.raises(Conflict):
            keeping.check_free(connection, identity("c"))
        keeping.check_free(connection, identity("unknown"))


def test_a_hold_on_an_id_covers_it_before_anything_is_known_of_it(store: Store) -> None:
    hold(store, recording=identity("c"))
    with store.database.reading() as connection, pytest.raises(Conflict):
        keeping.check_free(connection, identity("c"))


def names(due: list[Due]) -> set[str]:
    return {name for name in "abcde" for one in due if one.recording == identity(name)}


def test_each_group_has_its_own_calls(two: Store) -> None:
    for name in ("a", "b"):
        hand_in(two, name)
    hand_in(two, "c", team="A")
    hand_in(two, "d", team="C")
    english, team = Group(language="en"), Group({"team": "A"})
    rest = Group(others=(english, team))
    with two.database.reading() as connection:
        of_calls = [keeping.calls_due(connection, g, LATER) for g in (english, team, rest)]
        of_audio = [keeping.audio_due(connection, g, LATER) for g in (english, team, rest)]
        of_files = [keeping.files_due(connection, g, LATER) for g in (english, team, rest)]
        nothing = keeping.calls_due(connection, Group(), NOON)

    assert list(map(names, of_calls)) == [{"a"}, {"a"}, {"b"}]
    assert list(map(names, of_audio)) == [{"a"}, {"a"}, {"b"}]
    assert list(map(names, of_files)) == [set(), {"c"}, {"d"}]
    assert nothing == []


def test_what_is_due_comes_a_page_at_a_time_and_says_what_is_held(two: Store) -> None:
    for name in ("c", "d", "e"):
        hand_in(two, name, team="A" if name == "e" else "C")
    hold(two, metadata={"team": "A"})
    put(two, "b")
    ids = sorted(map(identity, "ab"))
    with two.database.reading() as connection:
        first = keeping.calls_due(connection, Group(), LATER, limit=1)
        second = keeping.calls_due(connection, Group(), LATER, after=ids[0], limit=1)
        files = keeping.files_due(connection, Group({"team": "A"}), LATER, limit=1)
        binned = keeping.bin_due(connection, LATER)

    assert [due.recording for due in first + second] == ids
    assert {due.held for due in first + second if due.recording == identity("a")} == {True}
    assert [(due.recording, due.held, due.size) for due in files] == [(identity("e"), True, 7)]
    assert [(due.recording, due.held) for due in binned] == [(identity("b"), False)]


def test_times_are_those_of_the_zone_they_name(two: Store) -> None:
    put(two, "a")
    with two.database.reading() as connection:
        assert keeping.binned(connection)[0].at == datetime(2025, 3, 12, 12, tzinfo=UTC)
