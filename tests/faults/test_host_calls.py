"""A clip that the recognizer does not survive costs its call that clip, and other calls nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from host_calls import FACTORY, PATH
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.core.types import ConditionKind
from huiting.exports.md import Markdown
from huiting.jobs.host.limits import Limits
from huiting.jobs.host.model_host import ModelHost
from huiting.jobs.host.ticket import Task
from tones import speak, write_wav

LIMITS = Limits(parallel=3, watchdog=60.0, idle=0, beat=0.05, pause=0.01, longest_pause=0.1)
GREETING, REFUND, AT_ONCE, THANKS = 400, 500, 600, 700


def write(folder: Path, name: str, customer: Sequence[int]) -> Path:
    """Write a call whose customer says these sentences, a second and a half each."""
    said = [(1.0 + 3 * i, 2.5 + 3 * i + i / 10, tone) for i, tone in enumerate(customer)]
    agent = speak(14, (12.0, 13.0 + len(name) / 20, GREETING))
    return write_wav(folder / name, agent, speak(14, *said))


def heard(host: ModelHost, paths: Sequence[Path]) -> list[Analysis]:
    def one(path: Path) -> Analysis:
        return from_json(host.run(Task("analyze", str(path).encode(), path.name), lambda _: None))

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(one, paths))


def customer(analysis: Analysis) -> list[str]:
    return [s.text for s in analysis.call.segments if s.channel == 1]


@pytest.mark.parametrize(
    ("tone", "watchdog", "losses"),
    [
        pytest.param(REFUND, 60.0, 3, id="crash"),
        # A busy machine may stand still for so long, and what works be taken to hang.
        pytest.param(THANKS, 4.0, 6, id="hang"),
    ],
)
def test_the_call_is_completed_without_the_clip(
    tmp_path: Path, tone: int, watchdog: float, losses: int
) -> None:
    paths = [
        write(tmp_path, "one.wav", [GREETING, AT_ONCE]),
        write(tmp_path, "deadly.wav", [AT_ONCE, tone, GREETING]),
        write(tmp_path, "three.wav", [AT_ONCE]),
    ]
    with ModelHost(FACTORY, b"", PATH, replace(LIMITS, watchdog=watchdog)) as host:
        host.load()
        first, deadly, third = heard(host, paths)

        assert host.status().losses <= losses
        assert [deadly.call.rejected] == [heard(host, [paths[1]])[0].call.rejected]  # remembered
        assert host.status().losses <= losses

    assert [len(customer(a)) for a in (first, deadly, third)] == [2, 2, 1]
    assert (first.call.rejected, third.call.rejected) == ((), ())
    [stretch] = deadly.call.rejected
    assert (stretch.channel, stretch.gate) == (1, "unprocessable")
    assert stretch.span.start == pytest.approx(4.0, abs=0.1)
    assert [c.kind for c in deadly.call.conditions] == [ConditionKind.UNPROCESSABLE]
    assert "部分语音无法处理" in Markdown("zh").write(deadly).decode()
