"""The emotion curve of a call as a small SVG that prints and needs no script.

Above the middle is pleasant, below it unpleasant. Shaded are the first and the last third,
each with its mean; a triangle stands where the customer was upset, a circle where it had
softened. The parties differ in width and dashes, not in colour alone.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from huiting.core.calming import CalmDown, after_upset
from huiting.core.curves import EmotionCurve, Spoken, curves
from huiting.core.types import Role, Seconds, clock
from huiting.core.wording import named, pick
from huiting.exports._shown.mood import sentence

WIDTH, HEIGHT = 340, 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 8, 16, 16
_LINES = {
    Role.CUSTOMER: 'stroke="#a4161a" stroke-width="2.4"',
    Role.AGENT: 'stroke="#5b7a99" stroke-width="1.4" stroke-dasharray="4 3"',
}
_STYLE = 'font-family="sans-serif" font-size="9.5" fill="#4d5761"'


def picture(said: Sequence[Spoken], duration: Seconds, tongue: str) -> str | None:
    """Return the curves of customer and agent as SVG; None where nothing is known of either.

    Args:
        said: in the call, by start.
        duration: of the call.
        tongue: of its few words, `zh` or `en`.
    """
    known = [c for c in curves(said, duration, (Role.CUSTOMER, Role.AGENT)) if c.known]
    if not known or duration <= 0:
        return None
    title = "; ".join(sentence(curve, tongue) for curve in known)
    parts = [
        *_ground(duration, tongue),
        *(line for curve in known for line in _curve(curve, duration)),
        *(mark for calm in after_upset(said) for mark in _marks(calm, duration, tongue)),
        *_legend(known, tongue),
    ]
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label={quoteattr(title)} '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _x(time: float, duration: float) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, time / duration))


def _y(valence: float) -> float:
    return _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - min(1.0, max(-1.0, valence))) / 2


def _ground(duration: float, tongue: str) -> Iterator[str]:
    """Yield the thirds, the middle line, and the words at the axes."""
    third = (WIDTH - _LEFT - _RIGHT) / 3
    tall = HEIGHT - _TOP - _BOTTOM
    for at in (_LEFT, WIDTH - _RIGHT - third):
        yield (
            f'<rect x="{at:.1f}" y="{_TOP}" width="{third:.1f}" height="{tall}" fill="#f1f4f7"/>'
        )
    yield (
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{_y(0):.1f}" y2="{_y(0):.1f}" '
        'stroke="#b8c1ca" stroke-width="1"/>'
    )
    good, bad = pick(("good", "愉快"), tongue), pick(("bad", "负面"), tongue)
    yield _text(_LEFT - 3, _TOP + 8, good, "end")
    yield _text(_LEFT - 3, HEIGHT - _BOTTOM, bad, "end")
    yield _text(_LEFT, HEIGHT - 4, "0:00", "start")
    yield _text(WIDTH - _RIGHT, HEIGHT - 4, clock(duration), "end")


def _curve(curve: EmotionCurve, duration: float) -> Iterator[str]:
    """Yield a line for each stretch in which the feeling is known, and the means of the thirds."""
    look = _LINES[curve.role]
    for stretch in _stretches(curve):
        places = " ".join(f"{_x(t, duration):.1f},{_y(v):.1f}" for t, v in stretch)
        if len(stretch) == 1:  # a point alone has no length
            [(time, valence)] = stretch
            x, y = _x(time, duration), _y(valence)
            places = f"{x - 2:.1f},{y:.1f} {x + 2:.1f},{y:.1f}"
        yield f'<polyline points="{places}" fill="none" stroke-linejoin="round" {look}/>'
    if curve.role is Role.CUSTOMER:
        ends = ((0.0, curve.thirds.first.valence), (2 / 3, curve.thirds.last.valence))
        for share, mean in ends:
            if mean is not None:
                x1, x2, y = _x(share, 1.0), _x(share + 1 / 3, 1.0), _y(mean)
                yield (
                    f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#a4161a" stroke-width="1" opacity="0.55"/>'
                )


def _stretches(curve: EmotionCurve) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = [[]]
    for point in curve.points:
        if point.feeling.valence is None:
            found.append([])
        else:
            found[-1].append((point.time, point.feeling.valence))
    return [stretch for stretch in found if stretch]


def _marks(calm: CalmDown, duration: float, tongue: str) -> Iterator[str]:
    """Yield a triangle where somebody was upset, and a circle where it had softened."""
    x = _x(calm.span.start, duration)
    upset = f"{clock(calm.span.start)} {named(calm.label, tongue)}"
    yield (
        f'<path d="M{x - 4:.1f},{_TOP - 10} h8 l-4,7 z" fill="#a4161a">'
        f"<title>{escape(upset)}</title></path>"
    )
    if calm.softened and calm.after is not None:
        end = calm.span.end + calm.after
        soft = f"{clock(end)} {pick(('softened', '缓和'), tongue)}"
        yield (
            f'<circle cx="{_x(end, duration):.1f}" cy="{_TOP - 6}" r="3" fill="#fff" '
            f'stroke="#2d7a4f" stroke-width="1.6"><title>{escape(soft)}</title></circle>'
        )


def _legend(known: Sequence[EmotionCurve], tongue: str) -> Iterator[str]:
    """Yield the names of the lines, in the middle of the foot."""
    x = WIDTH / 2 - 45 * len(known) + 12
    for curve in known:
        look = _LINES[curve.role]
        yield f'<line x1="{x:.1f}" x2="{x + 20:.1f}" y1="{HEIGHT - 7}" y2="{HEIGHT - 7}" {look}/>'
        yield _text(x + 24, HEIGHT - 4, named(curve.role, tongue), "start")
        x += 80


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_STYLE}>{escape(text)}</text>'
