"""The client against a running service: hand in, follow, read, find, export, judge, report."""

import io
import wave
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from huiting.client import (
    CallFilter,
    Client,
    Decision,
    Form,
    Kind,
    Refused,
    State,
    StillRunning,
    Stretch,
    Terms,
    Told,
)
from huiting.client.shapes.jobs import Job
from huiting.core.errors import InputError
from huiting.core.judgement import Verdict
from huiting.core.types import Role
from running import NOISE, Running
from served import refund

RULES = """\
format: huiting-rules/1
name: shop
rules:
  - id: greeting
    name: 问好
    require: {said: 您好}
    tests:
      - name: greets
        dialogue: [agent: 您好]
        expect: pass
"""


def wav(seconds: float = 1.0) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * int(8000 * seconds)))
    return held.getvalue()


@pytest.fixture
def call(client: Client, sound: Path) -> str:
    """A call that was heard."""
    [accepted] = client.recordings.hand_in(sound, metadata={"team": "A"}).accepted
    assert client.jobs.wait(accepted.job, longest=300).state is State.DONE
    return accepted.recording


def test_a_recording_is_handed_in_followed_and_read(client: Client, sound: Path) -> None:
    seen: list[Job] = []
    told = Told(datetime(2025, 3, 12, tzinfo=UTC), (Role.AGENT, Role.CUSTOMER), "zh", ("耳机",), 3)

    handed = client.recordings.hand_in([sound], metadata={"team": "A"}, told=told)
    [accepted] = handed.accepted
    job = client.jobs.wait(accepted.job, listen=seen.append)
    whole = client.calls.get(accepted.recording)

    assert (accepted.name, accepted.known, handed.batch) == (sound.name, False, None)
    assert job.state is State.DONE
    assert seen[-1] == job
    assert [s.role for s in whole.analysis.call.segments] == ["agent", "customer", "agent"]
    assert whole.call.metadata == {"team": "A", "agent": "8001"}
    assert whole.judgement is None


def test_the_same_bytes_are_known(client: Client, call: str, sound: Path) -> None:
    handed = client.recordings.hand_in(sound, metadata={"team": "A"})

    assert handed.accepted[0].known
    assert handed.accepted[0].recording == call


def test_a_large_file_goes_in_pieces(client: Client, server: Running, tmp_path: Path) -> None:
    large = tmp_path / "大.wav"
    large.write_bytes(b"RIFF large" * 12_000)  # three pieces

    [accepted] = client.recordings.hand_in(large, metadata={"店": "一"}).accepted
    client.jobs.wait(accepted.job, longest=300)

    assert accepted.name == "大.wav"
    assert server.ears.asked[-1].metadata == {"店": "一"}
    assert server.ears.asked[-1].name == "大.wav"


def test_several_become_a_batch_and_what_is_refused_is_told(client: Client, tmp_path: Path) -> None:
    (tmp_path / "good.wav").write_bytes(b"RIFF several")
    (tmp_path / "empty.wav").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("inside.wav", b"RIFF inside" * 20)

    handed = client.recordings.hand_in(sorted(tmp_path.iterdir()))
    assert handed.batch is not None
    end = client.batches.wait(handed.batch, longest=300)

    assert sorted(a.name for a in handed.accepted) == ["good.wav", "inside.wav"]
    assert [(r.name, r.trouble.code) for r in handed.refused] == [
        ("empty.wav", "undecodable-audio")
    ]
    assert (end.done, end.over) == (2, True)
    assert "good.wav" in {item.name for item in client.batches.recordings(handed.batch)}


def test_batches_are_paused_renamed_cancelled_and_tried_again(client: Client, sound: Path) -> None:
    made = client.batches.make("night")
    assert client.batches.pause(made.id).paused
    [accepted] = client.recordings.hand_in(sound, batch=made.id).accepted

    assert client.jobs.get(accepted.job).held
    assert client.batches.rename(made.id, "day").name == "day"
    assert [j.id for j in client.jobs.list(batch=made.id)] == [accepted.job]
    assert client.jobs.cancel(accepted.job).state is State.CANCELLED
    assert client.batches.retry(made.id) == 1
    assert client.batches.cancel(made.id) <= 1
    assert not client.batches.pause(made.id, paused=False).paused
    assert client.jobs.wait(accepted.job, longest=300).state.over
    assert made.id in {batch.id for batch in client.batches.list()}


def test_what_lies_in_a_storage_is_handed_in(client: Client, server: Running) -> None:
    (server.served.folder / "pbx" / "s.wav").write_bytes(b"RIFF stored")

    handed = client.recordings.from_storage(["pbx:s.wav"], metadata={"team": "B"})
    client.jobs.wait(handed.accepted[0].job, longest=300)
    again = client.recordings.again(handed.accepted[0].recording, language="en")

    assert not again.known
    assert client.jobs.wait(again.job, longest=300).state is State.DONE


def test_noise_ends_as_a_failed_job(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    path.write_bytes(NOISE)

    job = client.jobs.wait(client.recordings.hand_in(path).accepted[0].job, longest=300)

    assert job.state is State.FAILED
    assert job.trouble is not None
    assert job.trouble.code == "undecodable-audio"


def test_who_will_not_wait_is_told_that_it_goes_on(
    client: Client, server: Running, sound: Path
) -> None:
    server.ears.silence.clear()
    [accepted] = client.recordings.hand_in(sound).accepted

    with pytest.raises(StillRunning, match=f"jobs/{accepted.job}: not over yet"):
        client.jobs.wait(accepted.job, longest=0)


def test_calls_are_found_and_read_in_parts(client: Client, call: str) -> None:
    found = list(client.calls.list(CallFilter(team="A", since=datetime(2000, 1, 1, tzinfo=UTC))))
    hits = list(client.calls.search("退货", CallFilter(team="A"), said_by=Role.CUSTOMER))

    assert found == [] or call in {entry.id for entry in found}
    assert call in {entry.id for entry in client.calls.list(CallFilter(team="A"))}
    assert call in {hit.call for hit in hits}
    assert hits[0].snippet[hits[0].marks[0][0] : hits[0].marks[0][1]] == "退货"
    assert len(list(client.calls.segments(call))) == 3
    assert list(client.calls.findings(call)) == []
    assert list(client.calls.events(call)) == []
    assert [entity.kind for entity in client.calls.entities(call)] == ["phone"]
    assert client.calls.scores(call) == ()
    assert client.calls.metrics(call).duration == 7.0
    assert client.calls.meaning(call).intents == ()
    assert client.calls.summary(call).call.id == call
    assert client.calls.versions(call)[0].engine == "whisper"
    assert {field.name for field in client.calls.fields()} >= {"agent", "team"}
    assert client.calls.values("team")[0].value == "A"


def test_what_is_private_is_covered_unless_asked_for(
    client: Client, server: Running, call: str
) -> None:
    with Client(server.url, "root", Terms(unredacted=True)) as open_eyed:
        plain = [segment.text for segment in open_eyed.calls.segments(call)]

    assert "13800138000" in plain[1]
    assert "13800138000" not in [segment.text for segment in client.calls.segments(call)][1]


def test_the_sound_of_a_call_is_fetched(client: Client, server: Running, tmp_path: Path) -> None:
    path = tmp_path / "real.wav"
    path.write_bytes(wav(7.0))
    [accepted] = client.recordings.hand_in(path).accepted
    client.jobs.wait(accepted.job, longest=300)
    with Client(server.url, "root", Terms(unredacted=True)) as open_eyed:
        whole = open_eyed.calls.audio(accepted.recording, tmp_path / "fetched.wav")

    assert whole.read_bytes() == path.read_bytes()
    with wave.open(io.BytesIO(client.calls.clip(accepted.recording, 1.0, 2.0))) as clip:
        assert clip.getnframes() == clip.getframerate()
    assert client.calls.outline(accepted.recording, 10).step > 0


def test_calls_are_exported_alone_and_together(client: Client, call: str, tmp_path: Path) -> None:
    subtitles = client.calls.export(call, "srt").decode()
    target = client.calls.export_all(
        tmp_path / "a.zip", CallFilter(team="A"), form=Form.ZIP, formats=("srt",), longest=300
    )

    assert "我要退货" in subtitles
    with zipfile.ZipFile(target) as archive:
        assert any(name.endswith(".srt") for name in archive.namelist())


def test_rules_are_checked_tried_published_and_put_to_history(client: Client, call: str) -> None:
    library = client.library
    [mistake] = library.check(Kind.RULES, RULES.replace("require", "requires"))
    assert mistake.line is not None
    assert library.check(Kind.RULES, RULES) == ()
    trial = library.trial(RULES, most=5)
    assert trial.rules[0].counts[Verdict.PASS] == trial.calls

    written = library.write(Kind.RULES, "my shop", RULES, note="first")
    entry = library.publish(Kind.RULES, "my shop", written.version)
    job = client.jobs.wait(library.rejudge().id, longest=300)

    assert entry.published == written.version
    assert job.state is State.DONE
    assert [f.verdict for f in client.calls.findings(call)] == [Verdict.PASS]
    review = client.reviews.decide(call, "greeting", Decision.CONFIRMED, comment="yes")
    assert [r.id for r in client.reviews.of(call)] == [review.id]
    assert review.id in {r.id for r in client.reviews.list(rule="greeting")}
    assert client.reviews.measured("greeting")[0].rule == "greeting"
    assert library.read(Kind.RULES, "my shop").body == RULES
    assert [v.version for v in library.versions(Kind.RULES, "my shop")] == [written.version]
    assert [e.name for e in library.list(Kind.RULES)] == ["my shop"]
    assert library.withdraw(Kind.RULES, "my shop").published is None


def test_a_rule_that_is_wrong_cannot_be_written(client: Client) -> None:
    with pytest.raises(Refused) as raised:
        client.library.write(Kind.RULES, "wrong", RULES.replace("require", "requires"))

    assert raised.value.status == 422


def test_reports_come_as_page_workbook_and_tables(client: Client, server: Running) -> None:
    server.served.save(refund("report", team="R"))
    day = Stretch(date(2025, 3, 12), date(2025, 3, 12), "team=R")

    assert client.reports.page(day, "Team R").startswith("<!DOCTYPE html>")
    assert client.reports.workbook(day).startswith(b"PK")
    assert client.reports.day(day).tables[0].columns
    assert client.reports.causes("angry", day).tables
    assert client.reports.words("all", day).tables
    assert client.reports.trends("angry", day, by="agent").tables
    assert client.reports.agents(day).tables


def test_audio_is_transcribed_in_one_call(client: Client, sound: Path) -> None:
    first = client.transcribe(sound, language="zh", hotwords=("耳机",), itn=False)
    again = client.transcribe(sound, language="zh", hotwords=("耳机",), itn=False)

    assert first.text == "您好，请讲。我要退货，电话13800138000。好的。"
    assert (first.known, again.known) == (False, True)


def test_the_service_tells_how_it_is_and_who_asks(client: Client) -> None:
    assert client.system().engine == "whisper"


def test_a_refusal_names_status_code_reason_and_remedy(client: Client, server: Running) -> None:
    with pytest.raises(Refused) as raised:
        client.jobs.get(10**9)
    error = raised.value
    assert (error.status, error.code, error.retryable) == (404, "unknown", False)
    assert (error.detail, error.remedy) == (
        "no such job", "list the jobs to see which there are",
    )  # fmt: skip
    with Client(server.url, "nobody") as stranger, pytest.raises(Refused, match="token") as raised:
        stranger.system()
    assert raised.value.status == 401
    with (
        Client(server.url, "root", Terms(language="zh")) as reader,
        pytest.raises(Refused) as raised,
    ):
        reader.jobs.get(10**9)
    assert "；" not in raised.value.remedy


def test_a_file_that_is_not_there_is_named(client: Client, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.wav: it cannot be read"):
        client.recordings.hand_in(tmp_path / "none.wav")
    with pytest.raises(InputError, match=r"none\.wav: it cannot be read"):
        client.transcribe(tmp_path / "none.wav")
