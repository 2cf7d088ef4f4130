"""What calls are looked for by besides words: numbers, outcome and sounds of an analysis."""

from collections import Counter

from sqlalchemy import Connection, insert

from huiting.core.analysis import Analysis
from huiting.core.metrics import PartyMetrics
from huiting.core.types import Role
from huiting.store.schema import MeasureRow, SoundRow


def write(connection: Connection, key: int, analysis: Analysis) -> None:
    """Write the rows of a recording that has none."""
    connection.execute(insert(MeasureRow).values(recording=key, **numbers_of(analysis)))
    heard = Counter(event.label.value for event in analysis.call.events)
    rows = [{"recording": key, "label": label, "times": times} for label, times in heard.items()]
    if rows:
        connection.execute(insert(SoundRow), rows)


def numbers_of(analysis: Analysis) -> dict[str, float | str | None]:
    """Return the columns of a call's row; None for what it cannot give."""
    metrics, outcome = analysis.metrics, analysis.meaning.outcome
    agents = [party for party in metrics.parties if party.role is Role.AGENT]
    agent, customer = _main(metrics.parties, Role.AGENT), _main(metrics.parties, Role.CUSTOMER)
    return {
        "outcome": None if outcome is None else outcome.kind.value,
        "silence_ratio": metrics.silence_ratio,
        "longest_silence": metrics.longest_silence,
        "dead_air": metrics.dead_air,
        "hold": metrics.hold,
        "overlap_ratio": metrics.overlap_ratio,
        "interruptions": sum(party.interruptions for party in agents) if agents else None,
        "agent_share": None if agent is None else agent.talk_ratio,
        "agent_rate": None if agent is None else agent.rate,
        "customer_rate": None if customer is None else customer.rate,
        "response": None if agent is None else agent.response_median,
    }


def _main(parties: tuple[PartyMetrics, ...], role: Role) -> PartyMetrics | None:
    """Return the party of a role that talks most."""
    own = [party for party in parties if party.role is role]
    return max(own, key=lambda party: party.talk_time, default=None)
