from hypothesis import given
from hypothesis import strategies as st

from huiting.store._grams import MAX_NEEDED, keys, needed


@given(st.text(min_size=1), st.text(), st.text(), st.text())
def test_a_text_is_filed_under_all_that_any_part_of_it_needs(
    part: str, before: str, after: str, other: str
) -> None:
    assert needed(part) <= keys([before + part + after, other])


def test_pairs_do_not_cross_parts() -> None:
    assert not needed("退货") <= keys(["退", "货"])


def test_keys_are_the_same_for_ever() -> None:
    assert keys(["退货"]) == {0x9000, 0x8D27, 903155520}


@given(st.text())
def test_keys_take_four_bytes(text: str) -> None:
    assert all(0 <= key < 2**31 for key in keys([text]))


def test_a_long_text_needs_a_bounded_number_of_keys() -> None:
    assert len(needed("".join(map(chr, range(0x4E00, 0x5E00))))) == MAX_NEEDED
