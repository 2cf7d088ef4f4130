"""Whatever happens to processes, servers, disks and clocks: what was accepted ends, once."""

from pathlib import Path

import pytest

from faults.server import Server, programs
from faults.stage import Stage, play, small_disk
from huiting.jobs.mode import Mode

ROUNDS = 12
CLUSTER_ROUNDS = 15
DISK = 128
"""MiB of the disk of a server."""


@pytest.mark.parametrize("seed", [1, 2], ids=["other machines", "one machine"])
def test_embedded_jobs_end_once_whatever_happens(tmp_path: Path, seed: int) -> None:
    with small_disk(tmp_path) as folder:
        toll = play(Stage(folder, Mode.EMBEDDED, seed), ROUNDS)

    assert toll.rounds == ROUNDS
    assert toll.done > 0


@pytest.mark.postgresql
@pytest.mark.parametrize("seed", [3, 4], ids=["other machines", "one machine"])
def test_jobs_of_a_cluster_end_once_whatever_happens(tmp_path: Path, seed: int) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL's programs are not installed")
    server = Server(disk=DISK, clock=True)
    try:
        toll = play(Stage(tmp_path, Mode.CLUSTER, seed, server), CLUSTER_ROUNDS)
    finally:
        server.close()

    assert toll.rounds == CLUSTER_ROUNDS
    assert toll.done > 0
