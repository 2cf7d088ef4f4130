"""A service to look at in a browser: calls of some days, two of them with audio, people of each role.

Everything is made up or recorded by ourselves, and the clock stands still: what a page shows
is the same on every day.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from huiting.access.permissions import UserRole
from huiting.core.analysis import Analysis
from huiting.core.codec import from_json
from huiting.service.mailing.terms import Postal
from huiting.store import Store
from huiting.vault.folder import Folder
from huiting.web.noting import Noting
from huiting.web.server import build
from huiting.web.signing import Access
from running import Ears, listening, spoken, working
from served import USUAL, Clock, Served, parts_in
from stock import LAST, Stock
from unit.service.people.house import GOOD, House

NOW = datetime(2025, 4, 1, 9, 30, tzinfo=UTC)
"""When everybody looks: half an hour after the last call has begun."""
CALLS, DAILY, SEGMENTS = 30, 5, 24
SAMPLES = Path(__file__).parents[2] / "samples"
HEARD = Path(__file__).parent / "heard"
"""What was heard in two of the samples: `python tests/browser/hear.py` makes these files."""


@dataclass(frozen=True, slots=True)
class Site:
    """A service that runs."""

    served: Served
    house: House
    ears: Ears
    url: str
    _keys: dict[str, str] = field(default_factory=dict)

    def key(self, role: UserRole, language: str) -> str:
        """Return the secret of the session of somebody of this role, for the cookie; one for all."""
        name = name_of(role, language)
        if name not in self._keys:
            self._keys[name] = self.house.sign_in(name, GOOD).secret
        return self._keys[name]


def name_of(role: UserRole, language: str) -> str:
    """Return with which name somebody signs in; the password of all is `GOOD`."""
    return f"{role.value}.{language}"


def fill(folder: Path) -> None:
    """Make the folder of a service."""
    with Store.open(str(folder / "calls.db")) as store:
        stock = Stock(SEGMENTS, DAILY)
        for number in range(CALLS):
            stock.keep(store, stock.analysis(number))
        house = House(store)
        for role in UserRole:
            for language in ("zh", "en"):
                _settle(house, role, language)
        vault = Folder(folder / "recordings")
        for analysis, file in heard():
            with file.open("rb") as stream:
                assert vault.take(stream).id == analysis.call.recording.id
            stock.keep(store, analysis)
        days = parts_in(folder, store, Clock(NOW), USUAL).reporting.days
        days.catch_up(lambda: True)  # as the schedule of a running service does


def heard() -> Iterator[tuple[Analysis, Path]]:
    """Yield what was heard in samples, and the files."""
    for path in sorted(HEARD.glob("*.json.gz")):
        analysis = from_json(gzip.decompress(path.read_bytes()))
        recording = replace(analysis.call.recording, started_at=LAST)
        [file] = SAMPLES.glob(path.name.replace(".json.gz", ".*"))
        yield replace(analysis, call=replace(analysis.call, recording=recording)), file


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Serve a folder that was filled; whatever is handed in is heard as `running.spoken`."""
    clock, ears = Clock(NOW), Ears(spoken())
    ears.silence.set()
    with Store.open(str(folder / "calls.db")) as store:
        house = House(store)
        house.clock.time = NOW
        access = Access(
            house.entrance, house.signing, house.accounts, house.tokens, house.audit, None
        )
        parts = replace(
            parts_in(folder, store, clock, USUAL),
            access=access, doorkeeper=house.entrance, noting=Noting(house.audit),
            postal=Postal("Asia/Shanghai", ("example.com",), server=True),
        )  # fmt: skip
        served = Served(parts, None, clock, folder)  # type: ignore[arg-type]  # pages are asked for by a browser
        with working(served, ears), listening(build(parts)) as url:
            yield Site(served, house, ears, url)


def _settle(house: House, role: UserRole, language: str) -> None:
    agent = "8001" if role is UserRole.AGENT else None
    teams = frozenset({"T1"}) if role is UserRole.TEAM_LEAD else frozenset()
    house.add(name_of(role, language), role, language=language, agent=agent, teams=teams)
