from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from fakes import recording, says
from huiting.core.errors import EngineError, UndecodableAudio
from huiting.core.ports import Hints, Hypothesis, Track
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import Audio, Call, ConditionKind, Party, Role, RoleSource, Span
from huiting.core.watch import Progress, Watch
from huiting.pipeline import Kit, Samples, Source, analyze, digest, with_roles
from tones import RATE, Ear, kit, speak, write_wav

AGENT = speak(8, (0.5, 2.5, 400), (5.0, 6.5, 600))
CUSTOMER = speak(8, (3.0, 4.5, 500), (7.0, 7.6, 700))
STEREO = np.stack([AGENT, CUSTOMER])


def source(values: np.ndarray = STEREO, roles: Sequence[Role] = ()) -> Source:
    return Source(Samples(values, RATE), "call", tuple(roles))


def test_a_stereo_call_is_read_in_the_order_it_was_spoken() -> None:
    call = analyze(source(), kit(), Hints()).call

    assert [(s.channel, s.role, s.text) for s in call.segments] == [
        (0, Role.AGENT, "您好工号八零零一为您服务"),
        (1, Role.CUSTOMER, "我想退货"),
        (0, Role.AGENT, "好的马上为您处理"),
        (1, Role.CUSTOMER, "谢谢"),
    ]
    assert call.language == "zh"


def test_times_are_on_the_recording_clock() -> None:
    segment = analyze(source(), kit(), Hints()).call.segments[1]

    assert segment.span.start == pytest.approx(3.0, abs=0.05)
    assert segment.span.end == pytest.approx(4.5, abs=0.05)
    assert all(2.7 < w.span.start <= w.span.end < 4.8 for w in segment.words)


def test_regions_stay_as_the_voice_detector_found_them() -> None:
    regions = analyze(source(), kit(), Hints()).call.regions

    assert [r.channel for r in regions] == [0, 1, 0, 1]
    assert regions[0].span.start == pytest.approx(0.5, abs=0.02)


def test_loudness_is_that_of_the_recording_not_of_the_raised_track() -> None:
    quiet = np.stack([AGENT, CUSTOMER * np.float32(0.05)])

    loud, low = analyze(source(quiet), kit(), Hints()).call.segments[:2]

    assert loud.loudness == pytest.approx(20 * np.log10(0.3 / 2**0.5), abs=1)
    assert low.loudness == pytest.approx(20 * np.log10(0.3 * 0.05 / 2**0.5), abs=1)


def test_roles_that_are_given_stay() -> None:
    analysis = analyze(source(roles=[Role.AGENT, Role.CUSTOMER]), kit(), Hints())

    assert [p.source for p in analysis.call.parties] == [RoleSource.GIVEN] * 2
    assert analysis.call.segments[0].role is Role.AGENT
    assert [c.role for c in analysis.call.recording.channels] == [Role.AGENT, Role.CUSTOMER]


def test_given_roles_that_what_is_said_contradicts_are_exchanged() -> None:
    agent = "您好工号八零零一为您服务请问有什么可以帮您"
    customer = "我要退货我的订单还没到"
    heard = Call(
        recording(),
        parties=(
            Party(0, None, Role.CUSTOMER, RoleSource.GIVEN),
            Party(1, None, Role.AGENT, RoleSource.GIVEN),
            Party(2, None, Role.SYSTEM, RoleSource.GIVEN),
        ),
        segments=(
            says(Role.UNKNOWN, 0, 3, agent, channel=0),
            says(Role.UNKNOWN, 4, 6, customer, channel=1),
        ),
    )

    found = with_roles(heard, lambda call: call.parties)

    assert [(p.role, p.source) for p in found.parties] == [
        (Role.AGENT, RoleSource.HEARD),
        (Role.CUSTOMER, RoleSource.HEARD),
        (Role.SYSTEM, RoleSource.GIVEN),
    ]
    assert [s.role for s in found.segments] == [Role.AGENT, Role.CUSTOMER]
    assert [c.kind for c in found.conditions] == [ConditionKind.SWAPPED]


def test_what_a_gate_refuses_is_kept_as_refused() -> None:
    phantom = np.stack([speak(8, (0.5, 2.5, 400), (5.0, 6.5, 800)), CUSTOMER])

    call = analyze(source(phantom), kit(), Hints()).call

    assert [(r.channel, r.gate) for r in call.rejected] == [(0, "phantom")]
    assert "字幕" not in "".join(s.text for s in call.segments)


def test_text_stages_run_in_order_on_every_segment() -> None:
    def stage(name: str) -> object:
        return lambda s: rewrite(s, [Change(len(s.text), len(s.text), name)], name)

    call = analyze(source(), kit(text=(stage("a"), stage("b"))), Hints()).call

    assert all(s.text == s.spoken + "ab" for s in call.segments)
    assert call.segments[0].edits[0].stages == ("a", "b")


def test_a_given_language_is_not_detected() -> None:
    call = analyze(source(), kit(), Hints(language="ja")).call

    assert call.language == "ja"


def test_a_voice_that_says_little_has_the_language_of_the_others() -> None:
    short = np.stack([AGENT, speak(8, (3.0, 3.5, 700))])

    segments = analyze(source(short), kit(), Hints()).call.segments

    assert {s.language for s in segments} == {"zh"}


class Unsure(Ear):
    """A recognizer that names no language."""

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        del hints
        return super().transcribe(clips, Hints())


def test_a_call_whose_language_nobody_names_has_none() -> None:
    assert analyze(source(speak(8, (1, 2, 700))), kit(Unsure()), Hints()).call.language is None


class Halves:
    """A `Diarizer`: whoever speaks before the middle is another than who speaks after."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> Sequence[tuple[int, Span]]:
        self.asked.append(count)
        return [(int(span.start > track.duration / 2), span) for span in speech]


def test_a_mono_call_is_divided_between_its_speakers() -> None:
    mono = AGENT + CUSTOMER
    diarizer = Halves()

    call = analyze(source(mono), kit(diarizer=diarizer), Hints()).call

    assert [(s.speaker, s.role) for s in call.segments] == [
        (0, Role.AGENT),
        (0, Role.AGENT),
        (1, Role.CUSTOMER),
        (1, Role.CUSTOMER),
    ]
    assert diarizer.asked == [2]


@pytest.mark.parametrize(
    ("speakers", "asked"),
    [
        pytest.param(3, [3], id="a number is passed on"),
        pytest.param(0, [None], id="0 lets it estimate"),
        pytest.param(1, [], id="1 leaves the recording whole"),
    ],
)
def test_how_many_speak_is_an_option(speakers: int, asked: list[int | None]) -> None:
    diarizer = Halves()

    analyze(source(AGENT), kit(diarizer=diarizer, speakers=speakers), Hints())

    assert diarizer.asked == asked


def test_dual_mono_is_one_track_and_its_roles_mean_nothing() -> None:
    twice = np.stack([AGENT + CUSTOMER] * 2)

    analysis = analyze(source(twice, [Role.AGENT, Role.CUSTOMER]), kit(diarizer=Halves()), Hints())

    assert ConditionKind.DUAL_MONO in [c.kind for c in analysis.call.conditions]
    assert {p.source for p in analysis.call.parties} == {RoleSource.HEARD}
    assert len(analysis.call.segments) == 4


def test_a_silent_recording_has_no_segments_and_says_so() -> None:
    analysis = analyze(source(np.zeros((2, RATE * 3), np.float32)), kit(diarizer=Halves()), Hints())

    assert analysis.call.segments == ()
    assert analysis.call.language is None
    assert ConditionKind.SILENT in [c.kind for c in analysis.call.conditions]
    assert analysis.metrics.speech == 0


def test_a_file_gives_what_its_samples_give(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", AGENT, CUSTOMER)

    from_file = analyze(Source(path, "a"), kit(), Hints())
    from_bytes = analyze(Source(path.read_bytes(), "b"), kit(), Hints())

    assert from_file.call.segments == from_bytes.call.segments
    assert from_file.call.recording.id == from_bytes.call.recording.id
    assert from_file.call.recording.codec == "pcm_s16le"


def test_a_long_recording_is_recognized_in_bounded_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiting.pipeline.BATCH", 3.0)
    ear = Ear()

    call = analyze(source(), kit(ear), Hints()).call

    assert len(ear.batches) > 1
    assert len(call.segments) == 4


def test_progress_names_the_stages_and_ends_at_one() -> None:
    heard: list[Progress] = []

    analyze(source(), kit(), Hints(), Watch(heard.append))

    stages = list(dict.fromkeys(p.stage for p in heard))
    assert stages == ["decode", "vad", "speakers", "language", "asr", "text", "roles", "metrics"]
    assert max(p.done for p in heard if p.stage == "asr") == pytest.approx(1.0)


def test_a_model_that_fails_names_its_stage() -> None:
    with pytest.raises(EngineError) as caught:
        analyze(source(), kit(Ear(fail_at=500)), Hints())

    assert "in stage asr" in caught.value.__notes__


def test_a_file_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"not audio" * 100)

    with pytest.raises(UndecodableAudio, match=r"x\.wav"):
        analyze(Source(tmp_path / "x.wav", "x"), kit(), Hints())


@pytest.mark.parametrize(
    ("other", "hints", "known"),
    [
        pytest.param(kit(speakers=3), Hints(), source(), id="another option"),
        pytest.param(kit(), Hints(language="en"), source(), id="another hint"),
        pytest.param(kit(), Hints(), source(roles=[Role.AGENT, Role.CUSTOMER]), id="known roles"),
    ],
)
def test_what_can_change_a_result_changes_its_digest(
    other: Kit, hints: Hints, known: Source
) -> None:
    usual = digest(source(), kit(), Hints())

    assert digest(source(), kit(), Hints()) == usual
    assert digest(known, other, hints) != usual
    assert analyze(source(), kit(), Hints()).made_by.settings == usual
