"""All recordings are sealed by a job; what cannot be sealed is told at the end."""

import io
from dataclasses import replace

import pytest

from huiting.access.principal import Actor
from huiting.core.errors import Conflict, InputError
from huiting.jobs.running import Running
from huiting.jobs.work.claims import Claims
from huiting.service.keeping.desk import Keeping
from huiting.service.keeping.sealing import Sealing, Seals, seals
from huiting.vault.errors import Damaged, KeyMissing
from huiting.vault.folder import Folder
from huiting.vault.sealed import KeyRing
from served import Served

RING = KeyRing((b"k" * 32,))
BY = Actor("user:1", "root")


def keeping(served: Served) -> Keeping:
    """Return the desk of a service that has keys and recordings that are not sealed."""
    plain = served.parts.keeping.vault
    assert isinstance(plain, Folder)
    for name in (b"a", b"b", b"c"):
        plain.take(io.BytesIO(name))
    return replace(served.parts.keeping, vault=Folder(plain.root, ring=RING))


def test_a_job_seals_all(served: Served) -> None:
    desk = keeping(served)
    assert desk.seals() == Seals(0, 0, 0, 3)
    job = desk.seal(BY)
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", list(desk.handlers()), 1)
    desk.handlers()[lease.job.order.kind](Running(lease, claims))

    assert lease.job.id == job.id
    assert desk.seals() == Seals(3, 0, 0, 0)


def test_one_that_cannot_be_sealed_keeps_no_other_from_it(served: Served) -> None:
    vault = keeping(served).vault
    assert isinstance(vault, Folder)
    vault.path(next(vault.ids()).id).write_bytes(b"changed")

    with pytest.raises(Damaged):
        Sealing(vault).seal_all(lambda _stage, _share: None)
    assert seals(vault) == Seals(2, 0, 0, 1)


def test_what_was_sealed_with_a_lost_key_is_told(served: Served) -> None:
    vault = keeping(served).vault
    Sealing(vault).seal_all(lambda _stage, _share: None)
    assert isinstance(vault, Folder)
    other = Folder(vault.root, ring=KeyRing((b"x" * 32,)))

    assert seals(other) == Seals(0, 0, 3, 0)
    with pytest.raises(KeyMissing):
        Sealing(other).seal_all(lambda _stage, _share: None)


def test_one_that_goes_meanwhile_is_no_trouble(served: Served) -> None:
    vault = keeping(served).vault
    ids = sorted(held.id for held in vault.ids())

    def advance(_stage: str, share: float) -> None:
        if share == 0:
            vault.remove(ids[-1])

    Sealing(vault).seal_all(advance)
    assert seals(vault) == Seals(2, 0, 0, 0)


def test_without_a_folder_no_backup_is_made(served: Served) -> None:
    desk = served.parts.keeping
    without = replace(desk, backup=replace(desk.backup, folder=None))
    with pytest.raises(Conflict, match="no folder"):
        without.back_up(BY)
    desk.back_up(BY)
    claims = Claims(served.parts.queue.ledger)
    [lease] = claims.claim("tester", ["backup"], 1)

    with pytest.raises(InputError, match="no folder"):
        without.backup.run(Running(lease, claims))
