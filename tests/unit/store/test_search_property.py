import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from huiting.store import Match, Store
from huiting.store._sound import readings, sound
from unit.store.stored import NOON, heard, line

# Few characters, so that parts of texts meet by chance; and characters that make trouble.
LETTERS = st.sampled_from("退货的了aB1２。, %_'\"\\𠮷😀\n")
TEXTS = st.text(LETTERS, max_size=12)
SAID = st.tuples(TEXTS, TEXTS)
EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@EXAMPLES
@given(
    said=st.lists(SAID, min_size=1, max_size=12),
    pick=st.integers(0),
    cut=st.tuples(st.integers(0), st.integers(1, 6)),
)
@example(said=[("退" * 12, "退货")], pick=0, cut=(0, 6))
def test_search_finds_exactly_the_segments_that_contain_the_text(
    shared_store: Store, said: list[tuple[str, str]], pick: int, cut: tuple[int, int]
) -> None:
    source = "".join(said[pick % len(said)]) or "无"
    start = cut[0] % len(source)
    wanted = source[start : start + cut[1]].replace('"', "").strip() or "无"
    shared_store.save(heard("a", *(line(text, spoken=spoken) for text, spoken in said)), at=NOON)

    hits = shared_store.search(f'"{wanted}"', limit=100)

    assert sorted(hit.ordinal for hit in hits) == [
        n for n, forms in enumerate(said) if any(plain(wanted) in plain(form) for form in forms)
    ]
    assert all(
        plain(hit.snippet[a:b]).startswith(plain(wanted)) for hit in hits for a, b in hit.marks
    )


def plain(text: str) -> str:
    """Fold what LETTERS needs, written independently of the store."""
    return text.replace("２", "2").replace("\n", " ").lower()


@EXAMPLES
@given(said=st.lists(st.text(st.sampled_from("退推腿货获的行航1a，"), max_size=6), max_size=12),
       wanted=st.text(st.sampled_from("退推货行1，"), min_size=1, max_size=3))  # fmt: skip
def test_search_by_sound_finds_exactly_what_sounds_alike(
    shared_store: Store, said: list[str], wanted: str
) -> None:
    shared_store.save(heard("a", *said), at=NOON)

    hits = shared_store.search(wanted, sounds_like=True, limit=100)

    exact = {n for n, text in enumerate(said) if wanted in text}
    alike = {n for n, text in enumerate(said) if any(r in sound(text) for r in readings(wanted))}
    assert {hit.ordinal for hit in hits if hit.match is Match.EXACT} == exact
    assert {hit.ordinal for hit in hits if hit.match is Match.SOUNDS_LIKE} == alike - exact


@pytest.mark.parametrize("length", [1, 2, 5, 300])
def test_long_runs_of_one_character_are_told_apart(shared_store: Store, length: int) -> None:
    shared_store.save(heard("a", *("哈" * n for n in (1, 2, 4, 5, 299, 300, 301))), at=NOON)

    hits = shared_store.search("哈" * length, limit=100)

    assert sorted(hit.ordinal for hit in hits) == [
        at for at, n in enumerate((1, 2, 4, 5, 299, 300, 301)) if n >= length
    ]
