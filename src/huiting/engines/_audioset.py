"""Which classes of AudioSet's ontology count as which event, by name; and files that list them.

Models number the classes each in its own way; names are the same.

Source:
    Gemmeke et al., "Audio Set: an ontology and human-labeled dataset for audio events", 2017.
"""

from collections.abc import Mapping
from pathlib import Path

from huiting.core.errors import ModelUnavailable
from huiting.core.types import EventLabel

SPEECH = frozenset({
    "Speech", "Male speech, man speaking", "Female speech, woman speaking",
    "Child speech, kid speaking", "Conversation", "Narration, monologue", "Babbling",
    "Speech synthesizer",
})  # fmt: skip
EVENTS: Mapping[EventLabel, frozenset[str]] = {
    EventLabel.LAUGHTER: frozenset({
        "Laughter", "Baby laughter", "Giggle", "Snicker", "Belly laugh", "Chuckle, chortle",
    }),
    EventLabel.CRY: frozenset({
        "Crying, sobbing", "Baby cry, infant cry", "Whimper", "Wail, moan",
    }),
    EventLabel.APPLAUSE: frozenset({"Clapping", "Cheering", "Applause"}),
    EventLabel.COUGH: frozenset({"Cough", "Throat clearing"}),
    EventLabel.SNEEZE: frozenset({"Sneeze"}),
    EventLabel.BREATH: frozenset({"Sigh", "Breathing", "Gasp", "Pant"}),
}  # fmt: skip
"""Those that YAMNet's classes count as, too."""
REMEDY = "fetch the list of classes that comes with the model"
COLUMNS = 3
"""Number, identifier and name; names hold commas."""


def classes(path: Path) -> tuple[str, ...]:
    """Read a list of classes, such as `class_labels_indices.csv`; return their names in order.

    Raises:
        ModelUnavailable: it is not there, or a line is none of `number,identifier,"name"`, over
            which sherpa-onnx would end the process.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelUnavailable(str(path), f"it cannot be read ({error})", REMEDY) from error
    found: list[str] = []
    for line in lines[1:] if lines[-1] else lines[1:-1]:
        cells = line.split(",", COLUMNS - 1)
        quoted = cells[-1]
        whole = len(cells) == COLUMNS and len(quoted) > 1 and quoted[0] == quoted[-1] == '"'
        if not whole or cells[0] != str(len(found)):
            raise ModelUnavailable(str(path), f"line {len(found) + 2} lists no class", REMEDY)
        found.append(quoted[1:-1])
    return tuple(found)
