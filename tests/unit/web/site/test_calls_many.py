"""Ten thousand calls: a page costs about what it costs with a hundred, wherever in the list it is."""

import re
import time
from collections.abc import Iterator

import pytest

from filled import fill
from served import Served, serving
from stock import Stock

FEW, MANY = 100, 10_000
MOST = 4.0
"""Times as much as with few: what is common to both hides small differences, not a scan."""


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _filled(tmp_path_factory, FEW)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _filled(tmp_path_factory, MANY)


def _filled(factory: pytest.TempPathFactory, size: int) -> Iterator[Served]:
    with serving(factory.mktemp(f"calls-{size}")) as running:
        fill(running.parts.store, Stock(5, 200), size, 20)
        yield running


def seconds(served: Served, path: str) -> float:
    """Return what a page costs at best; time of the processor, which others cannot lengthen."""

    def once() -> float:
        begun = time.process_time()
        assert served.web.get(path).status_code == 200
        return time.process_time() - begun

    return min(once() for _ in range(4))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/calls", id="the first page"),
        pytest.param("/calls?back=1", id="the last page"),
        pytest.param("/calls?sort=duration", id="by length"),
        pytest.param("/calls?q=退货&unredacted=true", id="words that many say"),
        pytest.param("/calls?agent=8007&outcome=unsolved", id="what few have"),
        pytest.param("/calls?measure=silence_ratio:0.999:", id="what none has"),
        pytest.param("/found/count?outcome=unsolved", id="a count"),
        pytest.param("/found/values?name=agent", id="values to choose from"),
    ],
)
def test_a_page_does_not_cost_more_with_more_calls(few: Served, many: Served, path: str) -> None:
    assert seconds(many, path) < MOST * seconds(few, path) + 0.02


def test_deep_pages_hold_each_call_once(many: Served) -> None:
    path, seen = "/calls?sort=duration", set()
    for _ in range(6):
        page = many.web.get(path).text
        seen |= set(re.findall(r'name="call" value="(\w+)"', page))
        [path] = re.findall(r'href="([^"]+)"[^>]*>\s*Next page', page)
        path = path.replace("&amp;", "&")

    assert len(seen) == 300


def test_no_more_is_counted_than_anybody_reads(many: Served) -> None:
    assert "more than 1,000 calls" in many.web.get("/found/count").text
