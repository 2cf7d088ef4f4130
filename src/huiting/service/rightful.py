"""Whether somebody may still have what they asked for earlier, when it is made at last.

Rights are those of now; what may be seen is what they asked for: somebody who sees more since
gets no more, and somebody who sees less gets nothing, so that no file silently lacks calls.
"""

from collections.abc import Mapping
from dataclasses import replace

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden
from huiting.service.views import View


def still(subject: str, asked: View, now: Principal, needed: Permission) -> View:
    """Return with which eyes something is made that was asked for earlier.

    Args:
        subject: what is made, such as `export 3`.
        asked: who asked, as they were then.
        now: the same, as they are now.
        needed: what they must be permitted.

    Raises:
        Forbidden: they may not have it any more, or may see other calls than they did.
    """
    check_settled(now)
    if not now.may(needed):
        raise Forbidden(now.name, f"may not do this ({needed})", "ask an administrator")
    if narrowed(asked.principal.only, now.only):
        raise Forbidden(
            subject, "who asked for it may see other calls than then", "ask for it again"
        )
    return View(replace(now, only=asked.principal.only), asked.unredacted)


def check_settled(principal: Principal) -> None:
    """Refuse who must change their password first: until then they may do nothing.

    Raises:
        Forbidden: they must.
    """
    if principal.must_change_password:
        raise Forbidden(principal.name, "the password was made by somebody else", "change it first")


def narrowed(then: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether a `Principal.only` leaves out calls that an earlier one let be seen."""
    return any(name not in then or not then[name] <= values for name, values in now.items())
