"""Calls in lists, and how they are looked for."""

from datetime import datetime, tzinfo
from typing import Annotated, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from huiting.core.analysis import Analysis
from huiting.core.errors import InputError
from huiting.core.judgement import Judgement, Verdict
from huiting.core.meaning import Outcome, OutcomeKind, Quote, Sign, Summary
from huiting.core.types import EmotionLabel, EventLabel, Role
from huiting.store import Hit, Version, Which
from huiting.store.browse import Listed, Sort, Sought
from huiting.store.features import Bounds, Features, Measure
from huiting.web.moments import Moment

CallId = Annotated[
    str, Path(pattern="^[0-9a-f]{4,64}$", description="Id of a call, or how it begins.")
]
Unredacted = Annotated[
    bool, Query(description="Show personal data; takes the permission `calls:unredacted`.")
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Entry = Annotated[
    str, Field(min_length=3, max_length=2_200, pattern="^[^:]{1,100}:", description="name:value")
]
Share = Annotated[float, Field(ge=-1e9, le=1e9)]
_NUMBER = r"(-?\d{1,9}(\.\d{1,6})?)?"
Range = Annotated[
    str,
    Field(
        max_length=60,
        pattern=f"^({'|'.join(Measure)}):{_NUMBER}:{_NUMBER}$",
        description="name:least:most; either may be left out",
    ),
]


class CallFilter(BaseModel):
    """Which calls; all that is given must hold."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="That began then or later.")
    until: Moment | None = Field(None, description="That began before.")
    agent: Text | None = Field(None, description="The metadata entry `agent`.")
    team: Text | None = Field(None, description="The metadata entry `team`.")
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    batch: Annotated[str, Field(pattern="^[0-9a-f]{16}$")] | None = Field(
        None, description="Handed in with this batch."
    )
    metadata: list[Entry] = Field([], max_length=20, description="Entries: `name:value`.")
    rule: Text | None = Field(None, description="Id of a rule that has judged the call.")
    verdict: Verdict | None = Field(None, description="Of that rule, or of any.")
    intent: Text | None = Field(None, description="Its name, or the beginning of its path.")
    emotion: EmotionLabel | None = Field(None, description="Somebody sounds so.")
    role: Role = Field(Role.CUSTOMER, description="Who.")
    fatal: bool = Field(default=False, description="Only calls with a fatal item failed.")
    scorecard: Text | None = None
    score_min: Share | None = None
    score_max: Share | None = None
    duration_min: Share | None = Field(None, description="Seconds.")
    duration_max: Share | None = Field(None, description="Seconds.")
    q: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        None, description='Words that are said in one segment; "a phrase" in quotes.'
    )
    sounds_like: bool = Field(default=False, description="What sounds alike counts too.")
    said_by: Role | None = Field(None, description="Who says it.")
    sound: EventLabel | None = Field(None, description="It is heard.")
    outcome: OutcomeKind | None = Field(None, description="How the matter stands at the end.")
    measure: list[Range] = Field(
        [], max_length=20, description=f"Ranges: `name:least:most`. Names: {', '.join(Measure)}."
    )

    def sought(self, zone: tzinfo | None) -> Sought:
        """Return what is looked for.

        Args:
            zone: of times that state none.
        """
        entries = [tuple(entry.split(":", 1)) for entry in self.metadata]
        own = {"agent": self.agent, "team": self.team}
        given = {name: value for name, value in own.items() if value is not None}
        return Sought(
            which=Which(
                since=_in_zone(self.since, zone),
                until=_in_zone(self.until, zone),
                language=self.language,
                batch=self.batch,
                metadata={**{entry[0]: entry[1] for entry in entries}, **given},
            ),
            rule=self.rule,
            verdict=self.verdict,
            intent=self.intent,
            emotion=self.emotion,
            feeling=self.role,
            fatal=self.fatal,
            scorecard=self.scorecard,
            score=(self.score_min, self.score_max),
            duration=(self.duration_min, self.duration_max),
            text=self.q,
            sounds_like=self.sounds_like,
            said_by=self.said_by,
            features=Features(self.sound, self.outcome, dict(map(_range, self.measure))),
        )


class CallQuery(CallFilter):
    """Which calls, in which order, and what of each."""

    sort: Sort = Sort.STARTED
    order: Literal["asc", "desc"] = "desc"
    fields: Annotated[str, Field(max_length=300)] | None = Field(
        None, description="Only these, separated by commas; the id always."
    )
    unredacted: bool = Field(default=False, description="Show personal data, where permitted.")
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    cursor: Annotated[str, Field(max_length=500)] | None = None

    def wanted(self) -> set[str] | None:
        """Return the fields that are asked for; None for all.

        Raises:
            InputError: there is no such field.
        """
        if self.fields is None:
            return None
        known = list(CallEntry.model_fields)
        names = {name.strip() for name in self.fields.split(",")} - {""}
        if unknown := names.difference(known):
            raise InputError(
                "fields", f"no such field: {min(unknown)[:40]}", f"choose of {', '.join(known)}"
            )
        return names | {"id"}


class SearchQuery(CallFilter):
    """What is said, and in which calls."""

    q: Annotated[str, Field(min_length=1, max_length=500)]
    unredacted: bool = Field(default=False, description="Show personal data, where permitted.")
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=500)] | None = None


class ScoreOf(BaseModel):
    """What a scorecard gives a call."""

    scorecard: str
    version: int
    points: float | None
    most: float
    grade: str
    fatal: bool
    uncertain: bool


class CallEntry(BaseModel):
    """A call as lists show it; only `id` is always there."""

    id: str
    name: str = ""
    started_at: datetime | None = None
    duration: float = 0.0
    language: str | None = None
    metadata: dict[str, str] = {}
    version: int = 1
    analyzed_at: datetime | None = None
    segments: int = 0
    intents: list[str] = []
    scores: list[ScoreOf] = []
    verdicts: dict[Verdict, int] = Field({}, description="How many rules say so.")
    emotions: dict[EmotionLabel, int] = Field({}, description="Of the customer, in segments.")

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Return the entry of a call."""
        call = listed.call
        return cls(
            id=call.id,
            name=call.name,
            started_at=call.started_at,
            duration=call.duration,
            language=call.language,
            metadata=dict(call.metadata),
            version=call.version,
            analyzed_at=call.analyzed_at,
            segments=call.segments,
            intents=list(listed.intents),
            scores=[
                ScoreOf(
                    scorecard=s.scorecard, version=s.version, points=s.points, most=s.most,
                    grade=s.grade, fatal=s.fatal, uncertain=s.uncertain,
                )
                for s in listed.scores
            ],
            verdicts=dict(listed.verdicts),
            emotions=dict(listed.emotions),
        )  # fmt: skip


class WholeCall(BaseModel):
    """All that is known of a call."""

    call: CallEntry
    analysis: Analysis
    judgement: Judgement | None = Field(description="Null when no rules have judged it.")


class Overview(BaseModel):
    """A call at a glance."""

    call: CallEntry
    needs: list[Quote]
    outcome: Outcome | None
    churn: Sign | None
    urgency: Sign | None
    summary: Summary | None
    advice: list[str]


class HitOf(BaseModel):
    """A segment in which something is said."""

    call: str
    name: str
    started_at: datetime | None
    segment: int = Field(description="Place in the call's segments, from 0.")
    role: Role
    start: float
    end: float
    language: str | None
    snippet: str
    marks: list[tuple[int, int]] = Field(description="Where it stands in the snippet.")
    match: Literal["exact", "sounds-like"]
    score: float

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Return a hit as it is told."""
        return cls(
            call=hit.recording,
            name=hit.name,
            started_at=hit.started_at,
            segment=hit.ordinal,
            role=hit.role,
            start=hit.span.start,
            end=hit.span.end,
            language=hit.language,
            snippet=hit.snippet,
            marks=list(hit.marks),
            match=hit.match.value,
            score=hit.score,
        )


class VersionOf(BaseModel):
    """One of the analyses that a call has had."""

    number: int
    at: datetime
    huiting: str
    engine: str
    models: dict[str, str]
    settings: str

    @classmethod
    def of(cls, version: Version) -> Self:
        """Return a version as it is told."""
        return cls(
            number=version.number, at=version.at, huiting=version.huiting, engine=version.engine,
            models=dict(version.models), settings=version.settings,
        )  # fmt: skip


def _range(text: str) -> tuple[Measure, Bounds]:
    name, least, most = text.split(":")
    return Measure(name), (float(least) if least else None, float(most) if most else None)


def _in_zone(when: datetime | None, zone: tzinfo | None) -> datetime | None:
    if when is None or when.tzinfo is not None:
        return when
    if zone is not None:
        return when.replace(tzinfo=zone)
    try:
        return when.astimezone()
    except (OverflowError, ValueError, OSError) as error:
        raise InputError("time", "out of reach", "give one of this century") from error
