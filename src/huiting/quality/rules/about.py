"""What a question looks for, in few words, for the evidence of its answer.

For phrases the phrases themselves: `不知道 / 不归我管`; for the rest the words of the rule
language: `silence: longer_than 5, announced no`. The same question is always told in the
same words.
"""

from collections.abc import Mapping
from inspect import Parameter
from typing import Any

from huiting.quality.rules.options import parameters

LONGEST = 80
"""Characters; the rest is cut."""
_PHRASES = frozenset({"said", "phrase", "wildcard", "regex", "similar"})
"""Operators of which it is enough to show what they look for."""
_LISTS = {
    "any": " / ",
    "none": " / ",
    "all": " + ",
    "of": " / ",
    "text": " / ",
    "words": " … ",
    "pattern": " / ",
    "to": " / ",
}
"""Their options that say what, each with what stands between several."""
_OR = " / "


def about(key: str, value: Any) -> str:  # noqa: ANN401  (what YAML may hold)
    """Return what an operator looks for.

    Args:
        key: of the operator, with `_` for `-`.
        value: what stands under it, its lists put in.
    """
    said = _phrases(value) if key in _PHRASES else f"{key}: {_options(key, value)}"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _phrases(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, dict):
        return _plain(value)
    options = _named(value)
    given = [_plain(v, _LISTS[name]) for name, v in options.items() if name in _LISTS]
    least = f"at_least {options['at_least']} of " if "of" in options else ""
    return least + ", ".join(given)


def _options(key: str, value: Any) -> str:  # noqa: ANN401
    """Return the options; the one that has a shorthand without its name, where it may be so."""
    known = parameters(key)
    first = next(iter(known))
    bare = known[first].kind is Parameter.POSITIONAL_OR_KEYWORD
    given = _named(value) if isinstance(value, dict) else {first: value}
    return ", ".join(
        _plain(option) if bare and name == first else f"{name} {_plain(option)}"
        for name, option in given.items()
    )


def _named(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name).replace("-", "_"): option for name, option in value.items()}


def _plain(value: Any, between: str = _OR) -> str:  # noqa: ANN401
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return between.join(map(_plain, value))
        case dict():
            return ", ".join(f"{name} {_plain(option)}" for name, option in _named(value).items())
        case _:
            return str(value)
