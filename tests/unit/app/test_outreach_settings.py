"""Inboxes and channels as the settings file has them."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from huiting.app.outreach import inboxes_of, mail_of, outreach_of, postal_of, schedules_of
from huiting.app.settings import Settings, resolve
from huiting.core.errors import ConfigError
from huiting.jobs.mode import Mode, open_queue
from huiting.jobs.queue import Wanted
from huiting.notify.notice import Topic
from huiting.observe.metrics import Metrics
from huiting.service.recordings import Given, Recordings
from huiting.store import Store
from huiting.vault.folder import Folder

NOW = datetime(2025, 3, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "calls.db")) as opened:
        yield opened


def _settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "huiting.toml"
    file.write_text(text)
    return resolve({}, {}, file).settings


def _recordings(store: Store, tmp_path: Path) -> Recordings:
    return Recordings(
        store=store,
        queue=open_queue(store.database, Mode.EMBEDDED),
        vault=Folder(tmp_path / "vault"),
        describe=lambda _name: Given(),
        settings=lambda: "s",
        now=lambda: NOW,
    )


def test_a_channel_hears_of_what_it_chose(tmp_path: Path, store: Store) -> None:
    (tmp_path / "secret").write_text("SEC0123456789")
    settings = _settings(
        tmp_path,
        """
        [channels.team]
        kind = "wecom"
        url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"
        topics = ["fatal", "digest"]
        language = "en"

        [channels.usual]
        kind = "feishu"
        url = "https://open.feishu.cn/open-apis/bot/v2/hook/X"
        """
        f"""
        [channels.signed]
        kind = "dingtalk"
        url = "https://oapi.dingtalk.com/robot/send?access_token=T"
        secret_file = "{tmp_path / "secret"}"
        """,
    )

    outreach = outreach_of(settings, open_queue(store.database, Mode.EMBEDDED), Metrics("0.1.0"))
    assert outreach.subscribers["team"].topics == {Topic.FATAL, Topic.DIGEST}
    assert outreach.subscribers["team"].language == "en"
    assert outreach.subscribers["usual"].topics == {Topic.FATAL, Topic.TICKET}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('kind = "pager"', r"channels\.a.*no such kind", id="no such kind"),
        pytest.param('url = "https://x"', r"channels\.a.*kind.*missing", id="no kind"),
        pytest.param('kind = "wecom"', r"channels\.a.*url", id="an option is missing"),
        pytest.param(
            'kind = "wecom"\nurl = "https://x"\ntopics = ["all"]', "not known", id="no such topic"
        ),
        pytest.param(
            'kind = "wecom"\nurl = "https://x"\ntopics = "fatal"', "wrong kind", id="no list"
        ),
        pytest.param(
            'kind = "wecom"\nurl = "https://x"\nlanguage = "ja"', "zh or en", id="no such language"
        ),
    ],
)
def test_a_wrong_channel_is_named(text: str, reason: str, tmp_path: Path, store: Store) -> None:
    settings = _settings(tmp_path, f"[channels.a]\n{text}")

    with pytest.raises(ConfigError, match=reason):
        outreach_of(settings, open_queue(store.database, Mode.EMBEDDED))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param('path = "/nowhere"', r"inboxes\.a.*no such folder", id="no folder"),
        pytest.param('path = "/tmp"\nafter = "burn"', "move, delete, keep", id="no such ending"),
        pytest.param('path = "/tmp"\nquiet = "long"', "wrong kind", id="no number"),
    ],
)
def test_a_wrong_inbox_is_named(text: str, reason: str, tmp_path: Path, store: Store) -> None:
    settings = _settings(tmp_path, f"[inboxes.a]\n{text}")

    with pytest.raises(ConfigError, match=reason):
        inboxes_of(settings, _recordings(store, tmp_path), store, lambda: NOW, Metrics("0.1.0"))


def test_the_digest_is_sent_by_a_clock_that_is_named(tmp_path: Path) -> None:
    assert schedules_of(_settings(tmp_path, "")) == ()
    with pytest.raises(ConfigError, match="timezone"):
        schedules_of(_settings(tmp_path, 'digest = "30 8 * * *"'))

    [schedule] = schedules_of(
        _settings(tmp_path, 'digest = "30 8 * * *"\ntimezone = "Asia/Shanghai"')
    )
    assert schedule.when.last(datetime(2025, 3, 12, 9, tzinfo=UTC)) == datetime(
        2025, 3, 12, 0, 30, tzinfo=UTC
    )


def test_files_in_an_inbox_become_jobs_with_what_their_names_say(
    tmp_path: Path, store: Store
) -> None:
    (tmp_path / "in").mkdir()
    settings = _settings(
        tmp_path,
        f"""
        [inboxes.pbx]
        path = "{tmp_path / "in"}"
        metadata = "{{agent}}_{{phone}}"
        quiet = 0.05
        every = 0.05
        """,
    )
    recordings, metrics, stop = _recordings(store, tmp_path), Metrics("0.1.0"), threading.Event()
    inboxes = inboxes_of(settings, recordings, store, lambda: NOW, metrics)
    for number in range(3):
        (tmp_path / "in" / f"02{number}_138.wav").write_bytes(b"RIFF%d" % number)
    (tmp_path / "in" / "021_139.json").write_text('{"queue": "vip"}')
    (tmp_path / "in" / "021_139.wav").write_bytes(b"RIFF 139")
    (tmp_path / "in" / "empty.wav").write_bytes(b"")
    running = threading.Thread(target=inboxes.run, args=(stop,))
    running.start()
    patience = time.monotonic() + 30
    while list((tmp_path / "in").glob("*.wav")) and time.monotonic() < patience:
        time.sleep(0.02)
    stop.set()
    running.join()

    assert recordings.queue.counts(Wanted(kind="analyze")).waiting == 4
    done = sorted(path.name for path in (tmp_path / "in" / "huiting-done").iterdir())
    assert done == ["020_138.wav", "021_138.wav", "021_139.json", "021_139.wav", "022_138.wav"]
    [reason] = (tmp_path / "in" / "huiting-refused").glob("*.reason.txt")
    assert "empty" in reason.read_text()
    text = metrics.text().decode()
    assert 'huiting_arrivals_total{inbox="pbx",outcome="taken"} 4.0' in text
    assert 'huiting_arrivals_total{inbox="pbx",outcome="refused"} 1.0' in text


def test_the_first_channel_of_mail_sends_what_people_want_mailed(
    tmp_path: Path, store: Store
) -> None:
    settings = _settings(
        tmp_path,
        """
        timezone = "Asia/Shanghai"
        mail_domains = ["example.com"]
        [channels.web]
        kind = "wecom"
        url = "http://127.0.0.1:9/"
        [channels.post]
        kind = "mail"
        host = "mail.example.com"
        sender = "h@example.com"
        to = ["qa@example.com"]
        """,
    )
    mail = mail_of(outreach_of(settings, open_queue(store.database, Mode.EMBEDDED)))

    assert mail is not None
    assert [box.addr_spec for box in mail.addressed(["boss@example.com"]).to] == [
        "boss@example.com"
    ]
    assert mail.addressed(["boss@example.com"]).host == "mail.example.com"
    assert postal_of(settings).lacking == ()


def test_without_a_channel_of_mail_nobody_has_anything_mailed(store: Store) -> None:
    assert mail_of(outreach_of(Settings(), open_queue(store.database, Mode.EMBEDDED))) is None
    assert postal_of(Settings()).lacking == ("mail_domains", "channels", "timezone")
