"""The language that Qwen3-ASR names, among those that are spoken."""

from collections.abc import Mapping, Sequence

from huiting.engines.qwen3_asr._reading import NAMES, SPOKEN

DIALECTS = frozenset({"yue", "wuu", "nan"})
"""Of Chinese, which stands for them where they are not among the languages to detect."""


def among(languages: Sequence[str]) -> tuple[str, ...]:
    """Return those of `languages` that the model knows; all it can name if there is none."""
    return tuple(c for c in languages if c in SPOKEN) or tuple(NAMES)


def nearest(code: str | None, spoken: Sequence[str]) -> str | None:
    """Return Chinese for a dialect that is not among the languages to detect."""
    dialect = code in DIALECTS and code not in spoken
    return "zh" if dialect and "zh" in spoken else code


def odds_of(code: str | None, spoken: Sequence[str]) -> Mapping[str, float]:
    """Return 1 for the language the model names, as it does not tell how sure it is.

    All are equally likely where it names none of `spoken`.
    """
    if code is None or code not in spoken:
        return dict.fromkeys(spoken, 1 / len(spoken))
    return dict.fromkeys(spoken, 0.0) | {code: 1.0}
