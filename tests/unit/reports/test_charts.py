"""Small charts."""

import xml.etree.ElementTree as ET

import pytest

from huiting.insights.rates import Interval
from huiting.reports._svg import Layer, columns, legend, whisker

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("values", [[], [0], [3], [1, 2, 399], [0.5, 12_345]])
def test_bars_stay_inside_the_chart(values: list[float]) -> None:
    chart = ET.fromstring(columns("t", [str(v) for v in values], [Layer("a", "red", values)]))
    bars = [(float(r.attrib["y"]), float(r.attrib["height"])) for r in chart.iter(f"{SVG}rect")]

    assert len(bars) == sum(v > 0 for v in values)
    assert all(y >= 0 and y + height <= 140 for y, height in bars)


def test_layers_stand_on_each_other() -> None:
    layers = [Layer("a", "red", [1]), Layer("b", "blue", [3])]
    chart = ET.fromstring(columns("t", ["x"], layers))
    first, second = chart.iter(f"{SVG}rect")

    assert float(second.attrib["y"]) + float(second.attrib["height"]) == pytest.approx(
        float(first.attrib["y"])
    )
    assert float(second.attrib["height"]) == pytest.approx(
        3 * float(first.attrib["height"]), abs=0.2
    )


def test_labels_are_escaped() -> None:
    chart = columns("<t>", ["<x>"], [Layer("<a>", "red", [1])]) + legend([Layer("<a>", "red", [])])

    assert "<x>" not in chart
    assert "<a>" not in chart
    assert "&lt;t&gt;" in chart


@pytest.mark.parametrize(("before", "lines"), [(None, 2), (0.2, 3)])
def test_a_share_is_a_dot_on_its_interval(before: float | None, lines: int) -> None:
    chart = ET.fromstring(whisker("t", 0.5, Interval(0.4, 0.6), before))

    assert next(chart.iter(f"{SVG}circle")).attrib["cx"] == "75.0"
    assert len(list(chart.iter(f"{SVG}line"))) == lines
