"""What can be permitted, and what each role is permitted.

A route names one permission; a token's scopes are permissions too.
"""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do. The value is what tokens and documents call it."""

    CALLS_READ = "calls:read"
    """See calls, their transcripts, verdicts and scores; search."""
    CALLS_AUDIO = "calls:audio"
    """Play and download recordings and clips, personal data covered."""
    CALLS_UNREDACTED = "calls:unredacted"
    """See and hear what redaction covers."""
    CALLS_EXPORT = "calls:export"
    CALLS_WRITE = "calls:write"
    """Hand in recordings, recognize or judge them again, correct and comment."""
    CALLS_DELETE = "calls:delete"
    """Put calls into the bin, and back; never while on legal hold."""
    REVIEW = "review:write"
    """Confirm or reject verdicts."""
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    """Change rules, scorecards, hotwords, intents, entities; publish them."""
    REPORTS_READ = "reports:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    """Cancel and retry."""
    TRANSCRIBE = "transcribe"
    """Have audio recognized without keeping it as a call."""
    LIVE_SPEAK = "live:speak"
    """Send the audio of a call while it runs, and see what is heard in it."""
    LIVE_WATCH = "live:watch"
    """See the calls that run, of those one may see."""
    USERS_ADMIN = "users:admin"
    AUDIT_READ = "audit:read"
    SYSTEM_READ = "system:read"
    SYSTEM_ADMIN = "system:admin"
    """Retention, legal hold, purge, backup, settings."""


class UserRole(StrEnum):
    """What a person is in the team."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"
    TEAM_LEAD = "team-lead"
    AGENT = "agent"
    """Sees only calls of their own."""
    INTEGRATOR = "integrator"
    """A program: what it may do is what its tokens say."""
    VIEWER = "viewer"


_P = Permission
_LOOK = frozenset({_P.CALLS_READ, _P.REPORTS_READ})
_HEAR = _LOOK | {_P.CALLS_AUDIO, _P.RULES_READ, _P.JOBS_READ}
_LEAD = _HEAR | {_P.CALLS_EXPORT, _P.REVIEW, _P.LIVE_WATCH}
_REVIEW = _HEAR | {_P.REVIEW, _P.CALLS_WRITE, _P.TRANSCRIBE}
_SUPERVISE = (
    _REVIEW
    | _LEAD
    | {
        _P.LIVE_SPEAK,
        _P.RULES_WRITE,
        _P.CALLS_UNREDACTED,
        _P.CALLS_DELETE,
        _P.JOBS_WRITE,
        _P.SYSTEM_READ,
    }
)

PERMITTED: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.ADMINISTRATOR: frozenset(Permission),
    UserRole.SUPERVISOR: frozenset(_SUPERVISE),
    UserRole.REVIEWER: frozenset(_REVIEW),
    UserRole.TEAM_LEAD: frozenset(_LEAD),
    UserRole.AGENT: frozenset({_P.CALLS_READ, _P.CALLS_AUDIO, _P.LIVE_SPEAK}),
    UserRole.INTEGRATOR: frozenset(Permission)
    - {_P.USERS_ADMIN, _P.AUDIT_READ, _P.SYSTEM_ADMIN, _P.REVIEW},
    UserRole.VIEWER: _LOOK,
}
"""Most that each role may do; a token may do what its scopes and its owner's role both have."""
