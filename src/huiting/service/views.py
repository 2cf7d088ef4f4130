"""Who reads, and what of personal data they see."""

from dataclasses import dataclass

from huiting.access.permissions import Permission
from huiting.access.principal import Principal
from huiting.core.errors import Forbidden


@dataclass(frozen=True, slots=True)
class View:
    """Who reads, and whether they ask to see what is private."""

    principal: Principal
    unredacted: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not permitted.

        Raises:
            Forbidden: personal data may not be seen.
        """
        if self.unredacted and not self.principal.may(Permission.CALLS_UNREDACTED):
            raise Forbidden(
                self.principal.name,
                f"may not see personal data ({Permission.CALLS_UNREDACTED})",
                "leave out unredacted, or ask an administrator",
            )
