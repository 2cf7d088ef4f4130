"""The digest of a day, from calls that are kept to mail that arrives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes import analysis, says
from fakes import call as heard
from huiting.app.judging import flat
from huiting.core.types import Emotion, EmotionLabel, Role
from huiting.jobs.job import State
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Wanted
from huiting.jobs.running import Running
from huiting.jobs.worker import Terms, Worker
from huiting.notify.mail import build
from huiting.notify.notice import Topic
from huiting.service.digests import DUE, ORDER, SEND, Digests
from huiting.service.hidden import Hiding
from huiting.service.outreach import Outreach, Subscriber
from huiting.service.reporting import Reporting
from huiting.store import Store
from huiting.text.entities.stage import entities_stage
from huiting.text.redaction.policy import Policy
from receivers import Postbox, postbox

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 3, 13, 0, 30, tzinfo=UTC)
"""Half past eight in Shanghai."""


@dataclass
class Post:
    store: Store
    digests: Digests
    box: Postbox

    def work(self) -> None:
        """Do what is due, until nothing is left."""
        queue = self.digests.outreach.queue
        with self.store.database.writing() as connection:
            queue.put(connection, ORDER)

        def last(running: Running) -> None:
            try:
                self.digests.send(running)
            finally:
                worker.stop()

        worker = Worker(queue, {DUE: self.digests.due, SEND: last}, Terms(slots=1))
        worker.run()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with Store.open(str(tmp_path / "calls.db")) as store, postbox() as box:
        mail = build(
            host="127.0.0.1", port=box.port, sender="h@example.com", to=["l@example.com"],
            security="none",
        )  # fmt: skip
        subscribers = {"mail": Subscriber(mail, frozenset({Topic.DIGEST}), "zh")}
        outreach = Outreach(open_queue(store.database, Mode.EMBEDDED), subscribers)
        hiding = Hiding(Policy(), entities_stage())
        reporting = Reporting(store, flat, hiding, lambda: NOW, SHANGHAI)
        digests = Digests(outreach, reporting, lambda: NOW, SHANGHAI, "https://qa.example")
        yield Post(store, digests, box)


def _keep(store: Store, number: int, at: datetime, *, angry: bool = False) -> None:
    said = "手机爆炸了，我要投诉" if angry else "我想查一下物流"
    feeling = Emotion(EmotionLabel.ANGRY, 0.9) if angry else Emotion(EmotionLabel.NEUTRAL, 0.9)
    segment = replace(says(Role.CUSTOMER, 1, 4, said), emotion=feeling)
    call = heard(says(Role.AGENT, 0, 1, "您好"), segment)
    recording = replace(
        call.recording, id=f"{number:064x}", started_at=at, metadata={"agent": f"80{number % 3}"}
    )
    found = analysis(replace(call, recording=recording))
    store.save(found, at=NOW, dialogue=flat(found))


def test_the_day_before_arrives_as_mail(post: Post) -> None:
    for number in range(12):
        at = datetime(2025, 3, 12, 9, tzinfo=SHANGHAI) + timedelta(minutes=number)
        _keep(post.store, number, at, angry=number < 4)
    _keep(post.store, 90, datetime(2025, 3, 13, 0, 10, tzinfo=SHANGHAI))
    _keep(post.store, 91, datetime(2025, 3, 11, 23, 50, tzinfo=SHANGHAI))
    post.work()

    [mail] = post.box.mails
    text = mail.get_body(("plain",))
    assert text is not None
    shown = text.get_content()
    assert mail["Subject"] == "质检日报 2025-03-12"
    assert "通话: 12" in shown
    assert "4/12" in shown
    assert "https://qa.example" in shown
    [picture] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content().startswith(b"\x89PNG")


def test_a_day_without_calls_is_told_too(post: Post) -> None:
    post.work()

    text = post.box.mails[0].get_body(("plain",))
    assert text is not None
    assert "没有通话" in text.get_content()
    assert post.box.mails[0]["Subject"] == "质检日报 2025-03-12"


def test_a_channel_that_is_away_waits_alone(post: Post) -> None:
    post.box.reply = "451 later"
    post.work()

    queue = post.digests.outreach.queue
    assert [job.state for job in queue.page(Wanted(kind=DUE)).items] == [State.DONE]
    [job] = queue.page(Wanted(kind=SEND)).items
    assert job.state is State.WAITING
    assert job.trouble is not None
    assert job.trouble.code == "delivery"
