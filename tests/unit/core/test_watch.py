import pytest

from huiting.core.watch import Progress, Watch


class Clock:
    """Goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def heard() -> list[Progress]:
    return []


@pytest.fixture
def watch(heard: list[Progress]) -> Watch:
    return Watch(heard.append, Clock())


def test_each_stage_is_timed_and_times_of_one_name_add_up(watch: Watch) -> None:
    for stage in ("decode", "asr", "asr"):
        with watch(stage):
            pass

    assert watch.seconds == {"decode": 1.0, "asr": 2.0}


def test_a_listener_hears_the_start_and_the_progress(watch: Watch, heard: list[Progress]) -> None:
    with watch("asr"):
        watch.advance(0.5)

    assert heard == [Progress("asr", 0.0), Progress("asr", 0.5)]


@pytest.mark.parametrize(("said", "shown"), [(-0.5, 0.0), (1.5, 1.0)])
def test_progress_stays_a_share(
    watch: Watch, heard: list[Progress], said: float, shown: float
) -> None:
    watch.advance(said)

    assert heard == [Progress("", shown)]


def test_a_stage_within_a_stage_gives_back(watch: Watch, heard: list[Progress]) -> None:
    with watch("outer"):
        with watch("inner"):
            pass
        watch.advance(1.0)

    assert heard[-1] == Progress("outer", 1.0)
    assert watch.stage == ""


def test_an_error_is_timed_and_says_in_which_stage_it_was(watch: Watch) -> None:
    with pytest.raises(RuntimeError) as caught, watch("asr"):
        raise RuntimeError("boom")

    assert caught.value.__notes__ == ["in stage asr"]
    assert watch.seconds == {"asr": 1.0}
    assert watch.stage == ""


def test_nobody_needs_to_listen() -> None:
    watch = Watch()
    with watch("asr"):
        watch.advance(0.5)

    assert watch.seconds["asr"] >= 0
