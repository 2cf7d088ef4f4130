"""The bin, legal holds, retention, sealing, backups."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from huiting.service.keeping.holds import Covers, Held
from huiting.service.keeping.manifest import Manifest
from huiting.service.keeping.retention import Count, Policy, Rule, What
from huiting.service.keeping.sealing import Seals
from huiting.store.keeping import Binned
from huiting.web.moments import Moment

HoldId = Annotated[int, Path(ge=1, le=2**53)]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class BinEntry(BaseModel):
    """A call in the bin. Its name is not told: it may say who called."""

    call: str
    began: datetime
    duration: float = Field(description="Seconds.")
    at: datetime = Field(description="When it was put there.")
    by: str
    reason: str
    held: bool = Field(description="On legal hold: it stays.")

    @classmethod
    def of(cls, found: Binned) -> Self:
        """Return it as it is told."""
        return cls(
            call=found.call, began=found.began, duration=found.duration, at=found.at, by=found.by,
            reason=found.reason, held=found.held,
        )  # fmt: skip


class Emptied(BaseModel):
    """What became of the bin."""

    removed: int
    held: int = Field(description="On legal hold: they stay.")


class NewHold(BaseModel):
    """What is to stay; everything that is said must fit a call. Nothing said: all calls."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
    call: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    metadata: dict[Line, Line] = Field({}, max_length=20)
    since: AwareDatetime | None = Field(None, description="Calls that began then or later.")
    until: AwareDatetime | None = Field(None, description="Calls that began before.")

    def covers(self) -> Covers:
        """Return what it covers."""
        return Covers(self.call, self.metadata, self.since, self.until)


class HoldOf(BaseModel):
    """A legal hold."""

    id: int
    reason: str
    by: str
    at: datetime
    call: str | None
    metadata: dict[str, str]
    since: Moment | None
    until: Moment | None
    released_by: str | None
    released_at: datetime | None
    calls: int = Field(description="How many it covers.")

    @classmethod
    def of(cls, held: Held) -> Self:
        """Return it as it is told."""
        hold = held.hold
        return cls(
            id=hold.key, reason=hold.reason, by=hold.by, at=hold.at, call=hold.recording,
            metadata=dict(hold.metadata), since=hold.since, until=hold.until,
            released_by=hold.released_by, released_at=hold.released_at, calls=held.calls,
        )  # fmt: skip


class RuleOf(BaseModel):
    """How long some calls are kept."""

    name: str
    metadata: dict[str, str] = Field(description="Entries that a call must have.")
    language: str | None
    audio: int | None = Field(description="Days; null for as long as the call.")
    transcripts: int | None = Field(description="Days; null for ever.")

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return it as it is told."""
        return cls(
            name=rule.name, metadata=dict(rule.group.metadata), language=rule.group.language,
            audio=rule.audio, transcripts=rule.transcripts,
        )  # fmt: skip


class CountOf(BaseModel):
    """How much would go."""

    rule: str = Field(description="Empty for what follows none.")
    what: What
    days: int
    count: int
    size: int = Field(description="Bytes of audio.")
    held: int = Field(description="Would go, and are on legal hold.")

    @classmethod
    def of(cls, count: Count) -> Self:
        """Return it as it is told."""
        return cls(
            rule=count.rule, what=count.what, days=count.days, count=count.count, size=count.size,
            held=count.held,
        )  # fmt: skip


class RetentionOf(BaseModel):
    """The policy: each call follows the first rule that fits it."""

    rules: list[RuleOf]
    bin: int = Field(description="Days that calls lie in the bin.")
    transcriptions: int = Field(description="Days that text is kept which is no call's.")

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Return it as it is told."""
        rules = [RuleOf.of(rule) for rule in policy.rules]
        return cls(rules=rules, bin=policy.bin, transcriptions=policy.transcriptions)


class SealsOf(BaseModel):
    """How recordings are kept."""

    keys: int = Field(description="How many there are; 0: recordings are not sealed.")
    current: int = Field(description="Sealed with the current key.")
    older: int = Field(description="Sealed with an older one.")
    unknown: int = Field(description="Sealed with one that is not there: unreadable.")
    plain: int

    @classmethod
    def of(cls, seals: Seals, keys: int) -> Self:
        """Return it as it is told."""
        return cls(
            keys=keys, current=seals.current, older=seals.older, unknown=seals.unknown,
            plain=seals.plain,
        )  # fmt: skip


class BackupOf(BaseModel):
    """A backup."""

    name: str
    at: datetime
    huiting: str = Field(description="Version that made it.")
    recordings: int
    size: int = Field(description="Bytes of its database and recordings.")
    missing: int = Field(description="Recordings whose bytes were not there.")

    @classmethod
    def of(cls, name: str, manifest: Manifest) -> Self:
        """Return it as it is told."""
        return cls(
            name=name, at=manifest.at, huiting=manifest.huiting,
            recordings=len(manifest.recordings), missing=len(manifest.missing),
            size=sum(s.size for s in (*manifest.files, *manifest.recordings)),
        )  # fmt: skip
