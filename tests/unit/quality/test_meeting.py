from dataclasses import replace

from fakes import AGENT, CUSTOMER, call, says
from huiting.core.types import Party, Role, RoleSource
from huiting.quality.meeting import build


def test_in_a_meeting_all_are_speakers_unless_a_role_was_given() -> None:
    parties = (
        Party(0, 0, Role.AGENT, RoleSource.HEARD, 0.8),
        Party(0, 1, Role.UNKNOWN, RoleSource.ASSUMED),
        Party(1, None, Role.CUSTOMER, RoleSource.GIVEN),
    )
    meeting = replace(call(says(AGENT, 0, 1), says(CUSTOMER, 2, 3)), parties=parties)

    assert build()(meeting) == [
        Party(0, 0, Role.UNKNOWN, RoleSource.ASSUMED),
        Party(0, 1, Role.UNKNOWN, RoleSource.ASSUMED),
        parties[2],
    ]
