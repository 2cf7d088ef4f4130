"""The whole service where there is no network: nothing is missing, and nothing tries to leave."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from networks.serving import started
from networks.spaces import missing, python, space

pytestmark = [
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.model,
]
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = (
    ROOT / "samples" / "8030_20250413090909_16055550130_in.amr",
    ROOT / "samples" / "8029_20250412152233_15455550129_in.mp3",
)
ALONE = Path(__file__).with_name("alone.py")
CALLER = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
ASKER = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.53', 53))"
SETTINGS = {
    "HUITING_METADATA": "{agent}_{time:%Y%m%d%H%M%S}_{phone}_{direction}",
    "HUITING_RULES": str(ROOT / "rules" / "common.yaml"),
}


def test_the_service_does_the_full_job_without_a_network_and_nothing_tries_to_leave(
    tmp_path: Path,
) -> None:
    with space("alone") as alone:
        ways = alone.ip("route", "show", "table", "all") + alone.ip("-6", "route", "show")
        with started(alone, tmp_path, SETTINGS, "--no-sign-in") as service:
            words = python(str(ALONE), service.address, *map(str, SAMPLES))
            told = json.loads(alone.run(*words))
            processes = len(alone.processes())
        tried = alone.vain()
        for program in (CALLER, ASKER):
            refused = subprocess.run(
                alone.command(*python("-c", program)),
                check=False, capture_output=True, env=os.environ,
            )  # fmt: skip
            assert b"unreachable" in refused.stderr
        seen = alone.vain()

    assert all("127.0.0.1" in way or "dev lo" in way for way in ways.splitlines())
    assert [call["state"] for call in told["calls"]] == ["done", "done"], told
    assert all(call["segments"] and call["subtitles"] for call in told["calls"])
    assert all(call["judged"] and call["audio"] == "RIFF" for call in told["calls"])
    assert sorted(row[0] for row in told["agents"]) == ["8029", "8030"]
    assert told["report"] > 1_000
    assert processes >= 3  # the server, the worker, the models
    assert tried == 0
    assert seen == 2  # this is how it would have been seen
