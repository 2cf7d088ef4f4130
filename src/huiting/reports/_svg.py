"""Small charts as inline SVG: they print, need no script, and say in words what they show.

Colours differ in lightness too, and each chart has a title that is read aloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from markupsafe import Markup

from huiting.insights.rates import Interval

_WIDTH, _HEIGHT = 640, 140
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 6, 8, 22
_TICKS = 4
_LINE = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
_RECT = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>')
_TEXT = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
_SVG = Markup(
    '<svg role="img" viewBox="0 0 {} {}" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
    "<title>{}</title>{}</svg>"
)
_KEY = Markup('<span class="key"><i style="background:{}"></i>{}</span>')
_DOT = Markup('<circle cx="{:.1f}" cy="8" r="3.6" fill="#1f4e79"/>')
_REACH = Markup('<line x1="{:.1f}" x2="{:.1f}" y1="8" y2="8" stroke="#1f4e79" stroke-width="2"/>')
_TICK = Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="2" y2="14" stroke="#b35900" stroke-width="2"/>')


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of every bar of a stacked chart."""

    name: str
    color: str
    values: Sequence[float]


def columns(title: str, labels: Sequence[str], layers: Sequence[Layer], every: int = 1) -> Markup:
    """Return bars beside each other, each stacked of its layers from below.

    Args:
        title: what the chart shows.
        labels: below the bars.
        layers: with a value for each bar, >= 0.
        every: how many bars a written label stands for.
    """
    totals = [sum(layer.values[n] for layer in layers) for n in range(len(labels))]
    top = _round_up(max(totals, default=0))
    width = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    height = _HEIGHT - _TOP - _BOTTOM
    parts = [_grid(top, height)]
    for n, label in enumerate(labels):
        x, y = _LEFT + n * width, float(_TOP + height)
        for layer in layers:
            tall = height * layer.values[n] / top
            y -= tall
            if tall > 0:
                parts.append(_bar(x + width * 0.12, y, width * 0.76, tall, layer.color))
        if n % every == 0:
            parts.append(_label(x + width / 2, _HEIGHT - 6, label))
    return _chart(title, Markup().join(parts), _WIDTH, _HEIGHT)


def _round_up(value: float) -> float:
    """Return the next number that four ticks divide well; at least 4."""
    if value <= _TICKS:
        return float(_TICKS)
    step = 10.0 ** int(log10(value / _TICKS))
    nice = next(m * step for m in (1, 2, 2.5, 5, 10) if m * step * _TICKS >= value)
    return float(ceil(nice) * _TICKS)


def _grid(top: float, height: float) -> Markup:
    parts = []
    for tick in range(_TICKS + 1):
        y = _TOP + height * (1 - tick / _TICKS)
        parts.append(_LINE.format(_LEFT, _WIDTH - _RIGHT, y, y))
        parts.append(_label(_LEFT - 4, y + 3.5, f"{top * tick / _TICKS:g}", "end"))
    return Markup().join(parts)


def _bar(x: float, y: float, width: float, height: float, color: str) -> Markup:
    return _RECT.format(x, y, width, height, color)


def _label(x: float, y: float, text: str, anchor: str = "middle") -> Markup:
    return _TEXT.format(x, y, anchor, text)


def _chart(title: str, body: Markup, width: int, height: int) -> Markup:
    return _SVG.format(width, height, title, title, body)


def legend(layers: Sequence[Layer]) -> Markup:
    """Return the names of layers beside their colours."""
    return Markup(" ").join(_KEY.format(layer.color, layer.name) for layer in layers)


def whisker(title: str, share: float, interval: Interval, before: float | None = None) -> Markup:
    """Return a share in [0, 1] as a dot on its interval; a tick shows what it was before."""
    width, height, reach = 150, 16, 140
    parts = [
        Markup('<line class="grid" x1="5" x2="145" y1="13" y2="13"/>'),
        _REACH.format(5 + reach * interval.low, 5 + reach * interval.high),
        _DOT.format(5 + reach * share),
    ]
    if before is not None:
        parts.append(_TICK.format(5 + reach * before))
    return _chart(title, Markup().join(parts), width, height)
