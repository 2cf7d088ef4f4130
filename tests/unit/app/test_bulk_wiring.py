"""What a worker is given to do something of all calls, as the settings have it."""

from pathlib import Path

from huiting.access.principal import Actor
from huiting.app.bulk import working_of
from huiting.app.keeping import vault_of
from huiting.app.queues import queue_of
from huiting.app.serving import Wish as Service
from huiting.app.serving import current_judge, parts_of
from huiting.app.settings import Settings
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.bulk.wish import Act, Wish
from huiting.service.bulk.work import KIND
from huiting.service.people.entrance import ALONE
from huiting.store.audit import Wanted
from huiting.store.library import Library
from served import NOON, refund

BY = Actor(ALONE.id, ALONE.name)


def test_every_act_is_done_by_the_worker_of_the_service(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "calls.db"), recordings=tmp_path / "recordings")
    with parts_of(settings, Service(sign_in=False)) as parts:
        parts.store.save(refund(), at=NOON)
        judge = current_judge(settings, Library(parts.store.database))
        working = working_of(settings, parts.store, parts.queue, vault_of(settings), judge)
        claims = Claims(parts.queue.ledger)
        told = {}
        for act in (Act.ASSIGN, Act.HEAR, Act.REMOVE):
            key = parts.many.ask(Wish(act), ALONE, BY).work.asked.id
            [lease] = claims.claim("tester", [KIND], 1)
            working(Running(lease, claims))
            told[act] = parts.many.find(key, ALONE).work.tally

        assert set(working.deeds) == set(Act)
        assert told[Act.ASSIGN].left == {"nothing": 1}
        assert told[Act.HEAR].left == {"silent": 1}
        assert told[Act.REMOVE].done == 1


def test_work_that_is_cancelled_is_noted_by_whatever_program_ends_it(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "calls.db"), recordings=tmp_path / "recordings")
    with parts_of(settings, Service(sign_in=False)) as parts:
        parts.store.save(refund(), at=NOON)
        asked = parts.many.ask(Wish(Act.REMOVE), ALONE, BY)
        assert asked.number is not None
        queue_of(settings, parts.store).cancel(asked.number)
        found = parts.reviewing.audit.entries(Wanted(subject=f"bulk:{asked.work.asked.id}"))

        assert [n.entry.detail["new"] for n in found] == ["cancelled", "asked"]
