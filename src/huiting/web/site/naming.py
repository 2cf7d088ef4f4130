"""What codes that `core.wording` does not know are called: roles of users, states of jobs."""

from collections.abc import Mapping
from enum import StrEnum

from huiting.access.permissions import UserRole
from huiting.core import wording
from huiting.jobs.job import State

_NAMES: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    UserRole: {
        UserRole.ADMINISTRATOR: ("administrator", "管理员"),
        UserRole.SUPERVISOR: ("QA supervisor", "质检主管"),
        UserRole.REVIEWER: ("reviewer", "质检员"),
        UserRole.TEAM_LEAD: ("team lead", "班组长"),
        UserRole.AGENT: ("agent", "坐席"),
        UserRole.INTEGRATOR: ("integrator", "系统集成"),
        UserRole.VIEWER: ("viewer", "只读"),
    },
    State: {
        State.WAITING: ("waiting", "等待中"),
        State.RUNNING: ("running", "处理中"),
        State.DONE: ("done", "完成"),
        State.FAILED: ("failed", "失败"),
        State.CANCELLED: ("cancelled", "已取消"),
    },
}


def named(thing: StrEnum, language: str) -> str:
    """Return what a code is called in `zh` or `en`."""
    pairs = _NAMES.get(type(thing))
    if pairs is None:
        return wording.named(thing, language)
    return wording.pick(pairs[thing.value], language)
