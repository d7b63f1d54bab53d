"""Tables of kpis."""

from kpis.models.facts import (
    FactWork,
    PeriodFact,
    PeriodKind,
    PeriodWork,
    RefundDay,
    Restatement,
    SalesDay,
    ScopeKind,
)
from kpis.models.metrics import Direction, MetricDefinition, Unit
from kpis.models.runs import NightlyRun, NightlyStep, RunState
from kpis.models.scorecards import (
    Dimension,
    Grade,
    Scorecard,
    ScorecardItem,
    ScorecardTemplate,
)
from kpis.models.targets import Target

__all__ = [
    "Dimension",
    "Direction",
    "FactWork",
    "Grade",
    "MetricDefinition",
    "NightlyRun",
    "NightlyStep",
    "PeriodFact",
    "PeriodKind",
    "PeriodWork",
    "RefundDay",
    "Restatement",
    "RunState",
    "SalesDay",
    "ScopeKind",
    "Scorecard",
    "ScorecardItem",
    "ScorecardTemplate",
    "Target",
    "Unit",
]
