"""What the menu leads to: each entry is shown to those who may use it."""

from dataclasses import dataclass

from huiting.access.permissions import Permission, UserRole
from huiting.access.principal import Principal


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    path: str
    title: str
    """In English; templates translate it."""
    icon: str
    """Of the sprite; listed in `frontend/icons.txt`."""
    permission: Permission | None
    """Who sees it; None for everybody."""
    role: UserRole | None = None
    """The only role that sees it; None for all."""
    instead: Permission | None = None
    """Who has this sees it too."""

    def shown(self, principal: Principal) -> bool:
        """Tell whether somebody sees it."""
        wanted = (self.permission, self.instead)
        may = self.permission is None or any(p is not None and principal.may(p) for p in wanted)
        return may and self.role in (None, principal.role)


def _(text: str) -> str:
    """Mark a sentence as one that is translated where it is shown."""
    return text


MENU = (
    Entry("/today", _("Today"), "layout-dashboard", Permission.REPORTS_READ),
    Entry("/calls", _("Calls"), "phone", Permission.CALLS_READ),
    Entry("/hand-in", _("Recognise"), "upload", Permission.CALLS_WRITE),
    Entry("/batches", _("Batches"), "stack-2", Permission.JOBS_READ),
    Entry("/review", _("Review"), "checklist", Permission.REVIEW),
    Entry("/results", _("My results"), "user-check", Permission.CALLS_READ, UserRole.AGENT),
    Entry("/library", _("Rules"), "scale", Permission.RULES_READ),
    Entry("/reports", _("Reports"), "chart-bar", Permission.REPORTS_READ),
    Entry("/live", _("Live"), "broadcast", Permission.LIVE_WATCH, None, Permission.LIVE_SPEAK),
    Entry("/vad", _("Speech detection"), "wave-sine", Permission.SYSTEM_READ),
    Entry("/compare", _("Compare engines"), "arrows-diff", Permission.CALLS_WRITE),
    Entry("/history", _("History"), "history", Permission.CALLS_DELETE),
    Entry("/system", _("System"), "server", Permission.SYSTEM_READ),
    Entry("/users", _("Users"), "users", Permission.USERS_ADMIN),
    Entry("/audit", _("Audit"), "shield-check", Permission.AUDIT_READ),
)


def menu(principal: Principal, there: frozenset[str]) -> tuple[Entry, ...]:
    """Return the entries for somebody.

    Args:
        principal: who looks.
        there: paths of the pages that exist.
    """
    return tuple(entry for entry in MENU if entry.path in there and entry.shown(principal))
