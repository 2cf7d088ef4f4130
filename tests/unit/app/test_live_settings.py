"""Live calls as the settings have them."""

from pathlib import Path

import pytest

from huiting.app.live import limits_of, plan_of
from huiting.app.live_hosting import small
from huiting.app.serving import current_judge
from huiting.app.settings import Settings
from huiting.app.watchers import Watchers
from huiting.core.errors import ConfigError
from huiting.live.updates import Cue
from huiting.service.live.limits import Limits, Unconsented
from huiting.service.views import View
from huiting.store import Store
from huiting.store.library import Library
from live_service import ROOT, With, live_in, opened, pcm, send, to_the_end, until
from tones import speak

RULES = """format: huiting-rules/1
rules:
  - id: no-promise
    name: 不作承诺
    severity: critical
    forbid: {said: 马上, by: agent}
"""
DOCUMENTS = """format: huiting-documents/1
documents:
  - title: 退货流程
    link: https://kb.example/returns
    because: 客户要退货
    when: {said: 退货, by: customer}
"""
CALL = pcm(speak(7.0, (0.5, 2.0, 400), (5.0, 6.0, 600)), speak(7.0, (3.0, 4.2, 500)))


def test_by_default_the_limits_are_the_usual_ones() -> None:
    assert limits_of(Settings()) == Limits()


def test_limits_are_those_of_the_settings() -> None:
    settings = Settings(
        live_calls=3, live_calls_per_user=2, live_gap=5.0, max_hours=1.0, live_unconsented="all"
    )

    assert limits_of(settings) == Limits(
        calls=3, own=2, gap=5.0, longest=3600.0, unconsented=Unconsented.ALL
    )


def test_how_calls_are_cut_is_set_by_options() -> None:
    assert plan_of(Settings(live_options={"pause": "0.4", "interim": False})).pause == 0.4


@pytest.mark.parametrize(
    ("options", "why"),
    [
        pytest.param({"paws": 1}, "paws: there is no such option", id="a name nobody knows"),
        pytest.param({"pause": "long"}, "live_options", id="no number"),
        pytest.param({"longest": 0.1}, "need longest", id="what would never end"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        plan_of(Settings(live_options=options))


def test_what_is_not_heard_while_a_call_runs_is_not_loaded() -> None:
    found = small(Settings(speakers=2, sounds=True))

    assert (found.sounds, found.speakers) == (False, 1)


def watchers(folder: Path, store: Store, **settings: object) -> Watchers:
    found = Settings(store=f"sqlite:///{folder / 'calls.db'}", **settings)  # type: ignore[arg-type]
    return Watchers(current_judge(found, Library(store.database)))


def names(made: Watchers) -> list[str]:
    return [type(watcher).__name__ for watcher in made()]


def test_calls_are_watched_by_what_is_in_force(tmp_path: Path) -> None:
    rules, documents = tmp_path / "rules.yaml", tmp_path / "documents.yaml"
    rules.write_text(RULES, "utf-8")
    documents.write_text(DOCUMENTS, "utf-8")
    built_in = ["SilenceWatch", "AngerWatch", "CrosstalkWatch"]
    with Store.open(str(tmp_path / "calls.db")) as store:
        assert names(watchers(tmp_path, store)) == built_in
        both = watchers(tmp_path, store, documents=documents, rules=(rules,))
        assert names(both) == [*built_in, "RuleWatch", "KnowledgeWatch"]
        documents.write_text("nonsense")
        damaged = watchers(tmp_path, store, documents=documents, rules=(rules,))
        assert names(damaged) == [*built_in, "RuleWatch"]


def test_what_the_rules_and_documents_of_a_team_say_is_told_while_a_call_runs(
    tmp_path: Path,
) -> None:
    rules, documents = tmp_path / "rules.yaml", tmp_path / "documents.yaml"
    rules.write_text(RULES, "utf-8")
    documents.write_text(DOCUMENTS, "utf-8")
    with Store.open(str(tmp_path / "library.db")) as store:
        how = With(watchers=watchers(tmp_path, store, documents=documents, rules=(rules,)))
        with live_in(tmp_path, how) as place:
            line = opened(place.live, language="zh")
            events = line.events()
            send(line, CALL)
            told = until(events, lambda e: isinstance(e.what, Cue) and "no-promise" in e.what.key)
            found = place.live.one(line.id, View(ROOT, unredacted=True))
            line.finish()
            told += to_the_end(events)[0]

    cues = {e.what.key: e.what for e in told if isinstance(e.what, Cue)}
    assert cues["rule:no-promise"].severity == "fatal"
    assert [piece.channel for piece in cues["rule:no-promise"].evidence] == [0]
    assert cues["knowledge:https://kb.example/returns"].link == "https://kb.example/returns"
    assert found.cues[0].key == "rule:no-promise"
    assert found.need >= 100
