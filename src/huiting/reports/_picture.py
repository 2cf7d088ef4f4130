"""A chart as a PNG, for mail: bars with numbers, and no words, so that no font is missed."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

_SIZE = (640, 180)
_LEFT, _BOTTOM, _TOP = 36, 24, 12
_INK, _GRID = "#4d5761", "#dde2e7"
_TICKS = 4


def bars(labels: Sequence[str], layers: Sequence[tuple[str, Sequence[int]]]) -> bytes:
    """Return bars beside each other, each stacked of its layers from below.

    Args:
        labels: below the bars; ASCII.
        layers: a colour, and a count >= 0 for each bar.
    """
    width, height = _SIZE
    picture = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(picture)
    totals = [sum(counts[n] for _, counts in layers) for n in range(len(labels))]
    step = max(1, -(-max(totals, default=0) // _TICKS))
    top, room = step * _TICKS, height - _TOP - _BOTTOM
    for tick in range(_TICKS + 1):
        y = height - _BOTTOM - room * tick / _TICKS
        draw.line((_LEFT, y, width, y), fill=_GRID)
        draw.text((_LEFT - 5, y), str(step * tick), fill=_INK, anchor="rm")
    column = (width - _LEFT) / max(1, len(labels))
    for n, label in enumerate(labels):
        x, y = _LEFT + n * column, float(height - _BOTTOM)
        for color, counts in layers:
            tall = room * counts[n] / top
            if tall > 0:
                draw.rectangle((x + column * 0.15, y - tall, x + column * 0.85, y), fill=color)
            y -= tall
        draw.text((x + column / 2, height - _BOTTOM + 6), label, fill=_INK, anchor="mt")
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
