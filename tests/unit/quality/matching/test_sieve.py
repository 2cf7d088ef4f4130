from collections import defaultdict
from operator import eq

from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Role
from huiting.quality.matching.sieve import ROLES, Row, Sieve

AGENT = frozenset({Role.AGENT})


def sieve(*rows: Row) -> Sieve:
    """Return a sieve whose rows are led to by each of their pairs."""
    seeds: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for place in range(len(row.classes) - 1):
            seeds[row.classes[place : place + 2]].append((number, place))
    return Sieve(rows, seeds)


def sifted(made: Sieve, said: str, role: Role = Role.AGENT) -> list[tuple[int, int, bool, bool]]:
    return [(*found,) for found in made.sift(said, [ROLES[role]] * len(said))]


def test_a_row_is_found_where_enough_of_it_is_alike() -> None:
    made = sieve(Row("abcd", 3, 5, None))

    assert sifted(made, "xabxdx") == [(0, 1, True, False)]
    assert sifted(made, "xabxxx") == []


def test_a_row_may_lack_a_syllable_or_have_one_too_many() -> None:
    made = sieve(Row("abcdef", 6, 5, None))

    assert (0, 1, False, True) in sifted(made, "xabdef")
    assert (0, 1, False, True) in sifted(made, "xabcxdef")


def test_a_row_that_repeats_itself_has_no_gap_where_none_is_allowed() -> None:
    assert sifted(sieve(Row("aaa", 4, 4, None)), "xaaaa") == []


def test_a_row_is_not_sought_in_the_lines_of_others() -> None:
    made = sieve(Row("abc", 2, 4, AGENT), Row("abd", 2, 4, None))

    assert [row for row, *_ in sifted(made, "abc", Role.CUSTOMER)] == [1]


def test_a_row_never_begins_before_the_call() -> None:
    assert sifted(sieve(Row("abc", 2, 4, None)), "bc") == []


def test_nothing_is_found_by_no_rows() -> None:
    assert sifted(sieve(), "abc") == []


@given(st.text("abc", min_size=2, max_size=5), st.text("abcx", max_size=14), st.integers(2, 5))
def test_what_a_pair_leads_to_is_counted_syllable_by_syllable(
    row: str, said: str, least: int
) -> None:
    found = {start for _, start, *_ in sifted(sieve(Row(row, least, len(row) + 1, None)), said)}

    led = {
        at - place
        for at in range(len(said) - 1)
        for place in range(len(row) - 1)
        if said[at : at + 2] == row[place : place + 2] and at >= place
    }
    assert found == {start for start in led if sum(map(eq, row, said[start:])) >= least}
