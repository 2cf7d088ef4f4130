"""What pages say, in the reader's language.

Templates and modules hold English sentences; `words/LANGUAGE/*.po` hold them in another
language, one file a family of pages. A sentence means the same wherever it stands: no two
files may translate it differently.
"""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "words"


class Words(NullTranslations):
    """The sentences of one language, as `gettext` and Jinja ask for them."""

    def __init__(self, known: dict[str, str], plural: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._known = known
        self._plural = plural

    def gettext(self, message: str) -> str:
        """Return a sentence; itself where nobody has translated it."""
        return self._known.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return a sentence about a number of things."""
        forms = self._plural.get(msgid1)
        if forms is None:
            return msgid1 if n == 1 else msgid2
        return forms[0 if n == 1 or len(forms) == 1 else 1]


@cache
def words(language: str) -> Words:
    """Return the sentences of `zh`, or of `en`: what stands in the templates."""
    known: dict[str, str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        for message in catalog:
            if not message.id or not message.string:
                continue
            if isinstance(message.id, str):
                known[message.id] = str(message.string)
            else:
                plural[message.id[0]] = tuple(message.string)
    return Words(known, plural)
