from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fakes import recording, says
from huiting.audio.clips import Cutting
from huiting.core.analysis import MadeBy
from huiting.core.errors import EngineError, UndecodableAudio
from huiting.core.meaning import Intent, IntentSource, Meaning
from huiting.core.ports import Hints, Hypothesis, States, Track
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import (
    Audio,
    Call,
    ConditionKind,
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Party,
    Role,
    RoleSource,
    Segment,
    Span,
)
from huiting.core.watch import Progress, Watch
from huiting.pipeline import Kit, Samples, Source, analyze, digest, understand, with_roles
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


def test_speech_that_the_recognizer_does_not_survive_is_left_out_and_told() -> None:
    class Falling(Ear):
        def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
            for heard in super().transcribe(clips, hints):
                yield Hypothesis("", gate="unprocessable") if "退货" in heard.text else heard

    call = analyze(source(), kit(Falling()), Hints()).call

    assert [s.text for s in call.segments if s.channel == 1] == ["谢谢"]
    [stretch] = call.rejected
    assert (stretch.channel, stretch.gate) == (1, "unprocessable")
    [condition] = [c for c in call.conditions if c.kind is ConditionKind.UNPROCESSABLE]
    assert condition.channel == 1
    assert condition.value == pytest.approx(1.5, abs=0.1)


def test_speech_that_a_fallback_recognized_is_told() -> None:
    class Elsewhere(Ear):
        def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
            for heard in super().transcribe(clips, hints):
                yield replace(heard, fallback="cpu") if "退货" in heard.text else heard

    call = analyze(source(), kit(Elsewhere()), Hints()).call

    [condition] = [c for c in call.conditions if c.kind is ConditionKind.FALLBACK]
    assert condition.channel == 1
    assert condition.value == pytest.approx(1.5, abs=0.1)


def test_speech_that_a_second_engine_heard_too_is_told() -> None:
    class Unsure(Ear):
        def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
            for heard in super().transcribe(clips, hints):
                yield replace(heard, again="退货" in heard.text)

    call = analyze(source(), kit(Unsure()), Hints()).call

    [condition] = [c for c in call.conditions if c.kind is ConditionKind.HEARD_AGAIN]
    assert condition.channel == 1
    assert condition.value == pytest.approx(1.5, abs=0.1)


class Timeless(Ear):
    """Tells no times of words, and says so by its answers alone; notes how many clips it heard."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        self.asked.append(len(clips))
        for heard in super().transcribe(clips, hints):
            yield replace(heard, words=())


def test_a_recognizer_without_times_is_given_no_clip_with_a_pause_in_it() -> None:
    one_voice = speak(12, (1.0, 2.0, 400), (5.0, 6.0, 700), (9.0, 10.0, 600))
    timeless = Timeless()
    joining = kit(timeless, cutting=Cutting(max_gap=30.0))

    apart = analyze(source(one_voice), kit(), Hints(language="zh")).call.segments
    found = analyze(source(one_voice), joining, Hints(language="zh")).call.segments

    assert timeless.asked == [1, 3]  # the second time between the pauses
    assert [(s.span, s.text) for s in found] == [(s.span, s.text) for s in apart]
    assert len(found) == 3
    assert not any(s.words for s in found)


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


class Mute(Ear):
    """A recognizer that cannot tell languages; notes which it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str | None] = []

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        return ({} for _ in clips)

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        self.told.append(hints.language)
        return super().transcribe(clips, hints)


def test_where_languages_cannot_be_told_none_is_made_up() -> None:
    mute = Mute()
    analyze(source(), kit(mute), Hints())

    assert mute.told == [None]


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
    before = ["decode", "vad", "speakers", "language", "asr", "text", "sounds"]
    assert stages == [*before, "roles", "emotion", "metrics", "meaning"]
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


class Loud:
    """An `EmotionTagger`: whoever is louder than their own mean is angry."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def listen(self, clip: Audio, states: States | None, /) -> np.ndarray:
        frames = len(states.values) if states else 0
        return np.array([np.abs(clip.samples).mean(), clip.duration, frames], np.float32)

    def judge(
        self, segments: Sequence[Segment], impressions: Sequence[np.ndarray], /
    ) -> Sequence[Emotion]:
        self.asked.append([f"{s.role}: {s.text}" for s in segments])
        usual = np.mean([i[0] for i in impressions])
        labels = (EmotionLabel.NEUTRAL, EmotionLabel.ANGRY)
        return [Emotion(labels[int(i[0] > usual * 1.1)], float(i[1])) for i in impressions]


def test_each_voice_is_judged_by_itself_with_its_final_text_and_role() -> None:
    tagger = Loud()
    loud = np.stack([speak(8, (0.5, 2.5, 400), (5.0, 6.5, 600)), CUSTOMER])
    loud[0, 5 * RATE :] *= 2

    call = analyze(source(loud), kit(emotion=tagger), Hints()).call

    assert tagger.asked == [
        ["agent: 您好工号八零零一为您服务", "agent: 好的马上为您处理"],
        ["customer: 我想退货", "customer: 谢谢"],
    ]
    moods = [s.emotion.label for s in call.segments if s.emotion is not None]
    assert moods == [EmotionLabel.NEUTRAL] * 2 + [EmotionLabel.ANGRY, EmotionLabel.NEUTRAL]


def test_emotion_is_heard_in_the_segment_alone() -> None:
    segments = analyze(source(), kit(emotion=Loud()), Hints()).call.segments

    lengths = [s.emotion.score for s in segments if s.emotion is not None]
    assert lengths == pytest.approx([s.span.duration for s in segments], abs=0.01)


class Tagging(Ear):
    """An engine that tags emotion and events, and shows its states."""

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        for clip, heard in zip(clips, super().transcribe(clips, hints), strict=True):
            yield Hypothesis(
                heard.text,
                heard.words,
                heard.language,
                heard.confidence,
                emotion=Emotion(EmotionLabel.HAPPY, sources=(EmotionSource.ENGINE,)),
                events=(Event(EventLabel.LAUGHTER, Span(0.1, 0.2), EventSource.ENGINE),),
                states=States(np.zeros((round(clip.duration / 0.02), 4), np.float32), 0.02),
            )


def test_what_the_engine_tags_is_kept_on_the_recording_clock() -> None:
    call = analyze(source(), kit(Tagging(), emotion=Loud()), Hints()).call

    assert {s.emotion.label for s in call.segments if s.emotion} == {EmotionLabel.HAPPY}
    laughs = [(e.channel, e.span.start) for e in call.events if e.label is EventLabel.LAUGHTER]
    assert [channel for channel, _ in laughs] == [0, 1, 0, 1]
    starts = [s.span.start for s in call.segments]
    assert all(abs(at - start) < 0.6 for (_, at), start in zip(laughs, starts, strict=True))


def test_states_of_a_segment_are_as_long_as_it_is() -> None:
    states = States(np.arange(100, dtype=np.float32).reshape(50, 2), 0.02)

    assert states.cut(Span(0.2, 0.4)).values[:, 0].tolist() == list(range(20, 40, 2))
    assert len(states.cut(Span(3.0, 4.0)).values) == 1


class Bell:
    """A `SoundTagger` that hears a bell at the first second of every channel."""

    def events(self, track: Track, channel: int, speech: Sequence[Span], /) -> Sequence[Event]:
        assert speech
        return [Event(EventLabel.RINGBACK, Span(1, 2), EventSource.SIGNAL, channel, 1.0)]


def test_sounds_are_listened_for_on_every_channel() -> None:
    events = analyze(source(), kit(sounds=Bell()), Hints()).call.events

    assert [e.channel for e in events if e.label is EventLabel.RINGBACK] == [0, 1]


def refunds(call: Call, known: Meaning, /) -> Meaning:
    said = any("退货" in s.text for s in call.segments if s.role is Role.CUSTOMER)
    found = (Intent("售后/退货", 0.9, IntentSource.WORDS),) if said else ()
    return Meaning(intents=(*known.intents, *found))


def test_meaning_is_told_from_the_finished_call() -> None:
    made = MadeBy("0", "ear", {}, meaning="lists 1")

    analysis = analyze(source(), kit(meaning=(refunds, refunds), made_by=made), Hints())

    assert [i.name for i in analysis.meaning.intents] == ["售后/退货", "售后/退货"]
    assert analysis.made_by.meaning == "lists 1"


def test_meaning_is_told_again_without_the_audio() -> None:
    first = analyze(source(), kit(), Hints())

    again = understand(first, kit(meaning=(refunds,), made_by=MadeBy("0", "", {}, meaning="2")))

    assert (first.meaning.intents, len(again.meaning.intents)) == ((), 1)
    assert again.call is first.call
    assert (again.made_by.settings, again.made_by.meaning) == (first.made_by.settings, "2")


def test_a_stage_that_fails_leaves_the_rest_and_is_tried_again_by_the_next_run() -> None:
    def down(call: Call, known: Meaning, /) -> Meaning:
        raise EngineError("model", "no answer", "look at the server")

    made_by = MadeBy("0", "", {}, meaning="lists")
    watch = Watch()
    first = analyze(source(), kit(meaning=(down, refunds), made_by=made_by), Hints(), watch)
    again = understand(first, kit(meaning=(refunds,), made_by=made_by))

    assert (len(first.meaning.intents), first.made_by.meaning) == (1, "")
    assert again.made_by.meaning == "lists"
    assert [str(problem) for problem in watch.problems] == ["model: no answer; look at the server"]
