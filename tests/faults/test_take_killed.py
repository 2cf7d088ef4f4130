"""Whoever takes a recording in is killed: nothing half is ever seen, and what is left is swept."""

import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from huiting.vault.bucket import Bucket
from huiting.vault.copies import Copies
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing
from s3_server import s3_server

ROUNDS, PARTLY = 8, 2
KEYS = KeyRing((b"k" * 32,))
SOUND = random.Random(20260105).randbytes(14 << 20)
ID = hashlib.sha256(SOUND).hexdigest()
PROGRAM = """
import sys, time
from pathlib import Path
from huiting.vault import bucket
from huiting.vault.bucket import Server, connect
from huiting.vault.copies import Copies
from huiting.vault.remote import Remote
from huiting.vault.sealed import KeyRing

url, name, folder, sound, sealed = sys.argv[1:]
bucket.PART = 5 << 20
place = connect(name, "calls", Server(url, "eu-west-1", "", "key", "sesame-open"))
ring = KeyRing((b"k" * 32,)) if sealed == "sealed" else None
remote = Remote(place, Copies(Path(folder), 1 << 30), ring=ring)
remote.check()
print("ready", flush=True)
with open(sound, "rb") as stream:
    remote.take(stream)
print("done", flush=True)
"""


def test_of_a_take_that_is_killed_nothing_half_is_seen(tmp_path: Path) -> None:
    chance = random.Random(20260105)
    sound = tmp_path / "sound"
    sound.write_bytes(SOUND)
    whole = 0
    with s3_server() as s3:
        bucket = s3.bucket()
        for number in range(ROUNDS):
            sealed = "sealed" if number % 2 else "plain"
            folder = tmp_path / str(number)
            remote = Remote(bucket, Copies(folder, 1 << 30), ring=KEYS)
            # However quick it is: of the first ones only a part ever comes.
            pipe = tmp_path / f"pipe{number}" if number < PARTLY else None
            if pipe:
                os.mkfifo(pipe)
            arguments = [s3.url, bucket.bucket, str(folder), str(pipe or sound)]
            with subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *arguments, sealed],
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                if pipe:
                    with pipe.open("wb", buffering=0) as end:
                        end.write(SOUND[: len(SOUND) // 2])
                        process.send_signal(signal.SIGKILL)
                        process.wait()
                else:
                    time.sleep(chance.uniform(0.0, 0.6))
                    process.send_signal(signal.SIGKILL)
            names = [found.name for found in bucket.listed()]
            assert all(name.startswith(f"{ID[:2]}/{ID[2:4]}/{ID}") for name in names)
            if names:  # the server got all of it before the end
                whole += 1
                remote.copies.forget("")
                assert b"".join(remote.open(ID)) == SOUND
                remote.remove(ID)
            remote.sweep(time.time() + 60)
            assert [path for path in folder.rglob("*") if path.is_file()] == []
        until = time.monotonic() + 60
        while uploads(bucket) and time.monotonic() < until:  # begun by a last request
            remote.sweep(time.time() + 60)
        assert uploads(bucket) == 0
        remote.take(io.BytesIO(SOUND))
        assert b"".join(remote.open(ID)) == SOUND

    assert whole <= ROUNDS - PARTLY


def uploads(bucket: Bucket) -> int:
    pages = bucket._pages("list_multipart_uploads", "")
    return sum(len(page.get("Uploads", ())) for page in pages)
