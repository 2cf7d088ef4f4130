"""What the filters of the table offer, beside what the calls themselves have."""

from huiting.core.judgement import Verdict
from huiting.core.meaning import OutcomeKind
from huiting.core.types import EmotionLabel, EventLabel, Role
from huiting.service.bulk.few import MOST
from huiting.web.site.calls.chips import MEASURES, PERIODS

OFFERS = {
    "roles": (Role.CUSTOMER, Role.AGENT, Role.SYSTEM, Role.UNKNOWN),
    "verdicts": (Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS, Verdict.NOT_APPLICABLE),
    "outcomes": tuple(OutcomeKind),
    "emotions": tuple(label for label in EmotionLabel if label is not EmotionLabel.UNKNOWN),
    "sounds": tuple(EventLabel),
    "languages": ("zh", "yue", "en", "ja", "ko"),
    "measures": MEASURES,
    "periods": PERIODS,
    "most": MOST,
}
"""By the names that templates use."""
