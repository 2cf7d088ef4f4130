import itertools

from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Span
from huiting.quality._floor import entries, joined, spurts, stretches, turns

LENGTH = 64.0
times = st.integers(0, 256).map(lambda n: n / 4)
spans = st.lists(
    st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair))), max_size=12
).map(joined)
speeches = st.lists(spans, max_size=4)


@given(speeches)
def test_stretches_cover_the_call_without_gap_or_overlap(speech: list[list[Span]]) -> None:
    found = stretches(speech, LENGTH)

    assert [s.span.start for s in found] == [0.0, *(s.span.end for s in found[:-1])]
    assert found[-1].span.end == LENGTH


@given(speeches)
def test_a_party_is_active_exactly_where_it_speaks(speech: list[list[Span]]) -> None:
    for stretch in stretches(speech, LENGTH):
        middle = (stretch.span.start + stretch.span.end) / 2
        speaking = {
            party
            for party, said in enumerate(speech)
            if any(s.start <= middle < s.end for s in said)
        }
        assert stretch.active == speaking


@given(speeches)
def test_neighbouring_stretches_differ_in_who_speaks(speech: list[list[Span]]) -> None:
    found = stretches(speech, LENGTH)

    assert all(a.active != b.active for a, b in itertools.pairwise(found))


@given(spans, st.integers(0, 8))
def test_joined_spans_lie_further_apart_than_the_pause(said: list[Span], pause: int) -> None:
    found = joined(said, pause / 4)

    assert all(b.start - a.end > pause / 4 for a, b in itertools.pairwise(found))
    assert [s for s in said if not any(f.start <= s.start <= s.end <= f.end for f in found)] == []


@given(speeches)
def test_turns_are_in_order_and_end_later_one_after_the_other(speech: list[list[Span]]) -> None:
    found = turns(spurts(speech, 0.5))

    assert all(a.party != b.party for a, b in itertools.pairwise(found))
    assert all(a.span.end < b.span.end for a, b in itertools.pairwise(found))


@given(speeches)
def test_who_enters_began_while_the_first_was_speaking(speech: list[list[Span]]) -> None:
    for entry in entries(spurts(speech, 0.5)):
        assert entry.first.party != entry.second.party
        assert entry.first.span.start <= entry.second.span.start <= entry.first.span.end
