import json
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import AGENT, CUSTOMER, analysis, call, evenly, recording, says
from huiting.core.analysis import Analysis, MadeBy
from huiting.core.codec import FORMAT, VERSION, from_json, schema, to_json
from huiting.core.errors import InputError
from huiting.core.meaning import (
    Document,
    Entity,
    EntitySource,
    Intent,
    IntentSource,
    Meaning,
    Outcome,
    OutcomeKind,
    Quote,
    Sign,
)
from huiting.core.metrics import Metrics, Overlap, PartyMetrics, Silence
from huiting.core.rewrite import Change, rewrite
from huiting.core.types import (
    Call,
    Channel,
    Condition,
    ConditionKind,
    Emotion,
    EmotionLabel,
    EmotionSource,
    Event,
    EventLabel,
    EventSource,
    Party,
    Recording,
    Region,
    Rejected,
    Role,
    RoleSource,
    Segment,
    Span,
    Word,
)

SCHEMA = schema()

times = st.integers(0, 10_000_000).map(lambda n: n / 1000)
shares = st.integers(0, 10_000).map(lambda n: n / 10_000)
maybe = st.none() | shares
names = st.text(st.characters(codec="utf-8"), max_size=20)
texts = names | st.just("a\udc80.wav")
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair)))
channels = st.integers(0, 3)
speakers = st.none() | st.integers(0, 3)
roles = st.sampled_from(Role)
emotions = st.builds(
    Emotion,
    label=st.sampled_from(EmotionLabel),
    score=maybe,
    arousal=maybe,
    valence=maybe.map(lambda v: v and -v),
    odds=st.dictionaries(st.sampled_from(EmotionLabel), shares, max_size=2),
    sources=st.lists(st.sampled_from(EmotionSource), max_size=2).map(tuple),
    words=st.lists(texts, max_size=2).map(tuple),
)
events = st.builds(
    Event,
    label=st.sampled_from(EventLabel),
    span=spans,
    source=st.sampled_from(EventSource),
    channel=st.none() | channels,
    score=maybe,
    role=st.none() | roles,
    value=maybe,
    text=st.none() | texts,
)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    text = draw(texts)
    made = Segment(
        channel=draw(channels),
        speaker=draw(speakers),
        role=draw(roles),
        span=draw(spans),
        spoken=text,
        text=text,
        words=tuple(Word(c, draw(spans), draw(maybe)) for c in text[:3]),
        language=draw(st.none() | st.sampled_from(["zh", "yue", "en"])),
        confidence=draw(maybe),
        loudness=draw(st.none() | st.integers(-90, 0).map(float)),
        emotion=draw(st.none() | emotions),
    )
    at = draw(st.integers(0, len(text)))
    return rewrite(made, [Change(at, len(text), draw(texts), draw(maybe))], "itn")


recordings = st.builds(
    Recording,
    id=texts,
    path=texts,
    size=st.integers(0, 2**53),
    duration=times,
    rate=st.sampled_from([8000, 48_000]),
    codec=texts,
    channels=st.tuples(st.builds(Channel, channels, roles)),
    started_at=st.none() | st.datetimes(timezones=st.just(UTC)) | st.datetimes(),
    metadata=st.dictionaries(names, texts, max_size=3),
)
calls = st.builds(
    Call,
    recording=recordings,
    parties=st.tuples(
        st.builds(Party, channels, speakers, roles, st.sampled_from(RoleSource), maybe)
    ),
    regions=st.tuples(st.builds(Region, channels, speakers, spans)),
    segments=st.lists(segments(), max_size=3).map(tuple),
    events=st.tuples(events),
    rejected=st.tuples(st.builds(Rejected, channels, spans, texts)),
    conditions=st.tuples(
        st.builds(
            Condition,
            st.sampled_from(ConditionKind),
            st.none() | channels,
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
        )
    ),
    language=st.none() | st.just("zh"),
)
counts = st.integers(0, 1000)
party_metrics = st.builds(
    PartyMetrics,
    role=roles,
    channel=channels,
    speaker=speakers,
    talk_time=times,
    talk_ratio=maybe,
    turns=counts,
    segments=counts,
    units=counts,
    rate=maybe,
    rate_max=maybe,
    response_median=st.none() | times.map(lambda t: -t),
    response_max=st.none() | times,
    interruptions=counts,
    overlap=times,
    loudness=maybe,
    loudness_jump=maybe,
)
metrics = st.builds(
    Metrics,
    duration=times,
    speech=times,
    silence=times,
    silence_ratio=maybe,
    longest_silence=times,
    dead_air=times,
    hold=times,
    overlap=times,
    overlap_ratio=maybe,
    turns=counts,
    parties=st.tuples(party_metrics),
    silences=st.tuples(
        st.builds(Silence, spans, st.none() | roles, st.none() | roles, st.booleans())
    ),
    overlaps=st.tuples(st.builds(Overlap, spans, roles, roles, st.booleans())),
    rates=st.tuples(maybe),
)
made_by = st.builds(MadeBy, texts, texts, st.dictionaries(names, texts, max_size=2), texts)
quotes = st.builds(Quote, channels, roles, spans, texts)
signs = st.builds(Sign, shares, st.tuples(quotes))
meanings = st.builds(
    Meaning,
    entities=st.tuples(
        st.builds(
            Entity,
            kind=names,
            segment=channels,
            start=channels,
            end=channels,
            text=texts,
            value=texts,
            span=spans,
            source=st.sampled_from(EntitySource),
            score=maybe,
            role=roles,
        )
    ),
    intents=st.tuples(
        st.builds(Intent, names, shares, st.sampled_from(IntentSource), st.tuples(quotes))
    ),
    needs=st.tuples(quotes),
    outcome=st.none() | st.builds(Outcome, st.sampled_from(OutcomeKind), maybe, st.tuples(quotes)),
    churn=st.none() | signs,
    urgency=st.none() | signs,
    documents=st.tuples(st.builds(Document, texts, texts, texts)),
    advice=st.tuples(names),
)
analyses = st.builds(Analysis, calls, metrics, made_by, meanings)


@given(analyses)
@settings(deadline=None, max_examples=50)
def test_what_is_written_reads_back_the_same(made: Analysis) -> None:
    assert from_json(to_json(made)) == made


@given(analyses)
@settings(deadline=None, max_examples=20)
def test_what_is_written_fits_the_published_schema(made: Analysis) -> None:
    jsonschema.validate(json.loads(to_json(made)), SCHEMA)


@given(analyses)
@settings(deadline=None, max_examples=20)
def test_the_same_analysis_gives_the_same_bytes(made: Analysis) -> None:
    assert to_json(made) == to_json(from_json(to_json(made)))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"format": "other"}, id="another format"),
        pytest.param({"version": 1}, id="another version"),
        pytest.param({"call": {}}, id="no recording"),
        pytest.param({"metrics": None}, id="no metrics"),
    ],
)
def test_the_schema_refuses(change: dict[str, object]) -> None:
    body = json.loads(to_json(analysis(call(says(AGENT, 0, 1))))) | change

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, SCHEMA)


def test_times_are_written_to_the_millisecond_and_keep_their_order() -> None:
    words = evenly("您好啊", 0, 1)
    written = from_json(to_json(analysis(call(says(AGENT, 0, 1, "您好啊", words=words)))))
    (segment,) = written.call.segments

    assert [word.span.end for word in segment.words] == [0.333, 0.667, 1.0]


def test_json_is_utf_8_sorted_and_ends_with_a_line_feed() -> None:
    data = to_json(analysis(call(says(AGENT, 0, 1, "您好"))))

    assert "您好".encode() in data
    assert data.endswith(b"}\n")
    body = json.loads(data)
    assert list(body) == sorted(body)
    assert (body["format"], body["version"]) == (FORMAT, VERSION)


def test_a_file_name_that_is_no_utf_8_is_written_as_utf_8_and_comes_back() -> None:
    made = analysis(Call(recording(path="a\udc80.wav")))
    data = to_json(made)

    assert data.decode() != ""
    assert from_json(data).call.recording.path == "a\udc80.wav"


@pytest.mark.parametrize("level", [float("-inf"), float("nan")], ids=["infinite", "no number"])
def test_a_number_that_json_has_no_word_for_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(analysis(call(says(AGENT, 0, 1, loudness=level))))


GOOD = json.loads(to_json(analysis(call(says(AGENT, 0, 1), says(CUSTOMER, 2, 3)))))


CHANGED = json.loads(to_json(analysis(call(says(AGENT, 0, 1)))))
CHANGED["call"]["segments"][0]["text"] = "not what the edits give"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"\xff", "not JSON", id="no text"),
        pytest.param(b"{", "not JSON", id="half a file"),
        pytest.param(b"[]", "not an analysis", id="a list"),
        pytest.param(b"{}", "not an analysis", id="something else"),
        pytest.param({**GOOD, "version": 9}, "format version 9, not 2", id="from the future"),
        pytest.param(
            {k: v for k, v in GOOD.items() if k != "call"},
            "damaged: .*\ncall\n",
            id="a part is missing",
        ),
        pytest.param({**GOOD, "metrics": {}}, "damaged", id="numbers are missing"),
        pytest.param(CHANGED, "text is not spoken with edits applied", id="changed by hand"),
    ],
)
def test_what_is_no_analysis_is_refused_by_name(
    data: bytes | dict[str, object], reason: str
) -> None:
    written = data if isinstance(data, bytes) else json.dumps(data).encode()

    with pytest.raises(InputError, match=reason) as caught:
        from_json(written, "old.json")
    assert caught.value.subject == "old.json"


def test_an_analysis_of_version_1_is_still_read() -> None:
    old = json.loads(to_json(analysis(call(says(AGENT, 0, 1)))))
    old["version"] = 1
    del old["meaning"], old["call"]["events"], old["call"]["segments"][0]["emotion"]

    read = from_json(json.dumps(old).encode())

    assert read.meaning == Meaning()
    assert read.call.segments[0].emotion is None


def test_a_start_time_keeps_its_zone() -> None:
    zoned = replace(recording(), started_at=datetime.fromisoformat("2025-03-12T10:15:23+08:00"))
    read = from_json(to_json(analysis(Call(zoned)))).call.recording.started_at

    assert read is not None
    assert read.isoformat() == "2025-03-12T10:15:23+08:00"
