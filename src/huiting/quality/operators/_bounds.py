"""Compare a measured number with what a rule allows: above, below, equals."""

from dataclasses import dataclass
from math import inf

from huiting.core.errors import ConfigError
from huiting.quality.operators._options import number, refuse


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number must be; of `above` and `below` the bound itself does not hold."""

    above: float | None = None
    below: float | None = None
    equals: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether the number is as it must be."""
        if self.equals is not None:
            return value == self.equals
        if self.above is not None and not value > self.above:
            return False
        return self.below is None or value < self.below

    def short_of(self, value: float) -> float:
        """Return how far the number is from what holds, >= 0; 0 on a bound."""
        if self.equals is not None:
            return abs(value - self.equals)
        under = 0.0 if self.above is None else max(0.0, self.above - value)
        over = 0.0 if self.below is None else max(0.0, value - self.below)
        return max(under, over)

    def limit(self, value: float) -> float:
        """Return the bound that the number is nearest to: the one that it passed or missed."""
        given = [bound for bound in (self.above, self.below, self.equals) if bound is not None]
        return min(given, key=lambda bound: abs(value - bound))


def bounds(
    operator: str,
    *,
    above: object = None,
    below: object = None,
    equals: object = None,
    names: tuple[str, str, str] = ("above", "below", "equals"),
    least: float = -inf,
    most: float = inf,
) -> Bounds:
    """Return what a number must be; each bound lies in [least, most].

    Args:
        operator: named in errors, as are the `names` of the options.
        above: None where there is no such bound.
        below: likewise.
        equals: likewise; stands alone.
        names: of the three options in the file.
        least: the smallest bound that makes sense.
        most: the greatest.

    Raises:
        ConfigError: no bound is given, or nothing can lie within those that are.
    """
    given = (above, below, equals)
    read = [
        None if bound is None else number(operator, name, bound, least=least, most=most)
        for name, bound in zip(names, given, strict=True)
    ]
    found = Bounds(*read)
    if found == Bounds():
        raise ConfigError(operator, "nothing to compare with", f"give {' or '.join(names)}")
    if found.equals is not None and (found.above is not None or found.below is not None):
        refuse(operator, names[2], "stands beside another bound", f"give {names[2]} alone")
    if found.above is not None and found.below is not None and found.above >= found.below:
        refuse(operator, names[0], f"nothing is above {above} and below {below}", "exchange them")
    return found
