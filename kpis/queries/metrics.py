"""Metric values of a scope, with everything that says how they came about."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Max, Min, TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Department, Person
from catalog.models import Store
from kpis.core.formula import Formula, Measured, measure
from kpis.models import MetricDefinition, PeriodFact, ScopeKind, Unit
from kpis.queries.closing import frozen_periods
from opsdesk.core.periods import Period
from opsdesk.core.ratios import Ratio


class ValueState(TextChoices):
    """Whether a figure may still change: its sources are late by design."""

    PRELIMINARY = "preliminary", _("Preliminary")
    SETTLED = "settled", _("Settled")
    FROZEN = "frozen", _("Frozen")


@dataclass(frozen=True)
class MetricValue:
    """A metric of a scope in a period; ``value`` is ``None`` where nothing was measured.

    ``run`` is the nightly run that computed it last, ``None`` where there are no facts at all.
    """

    code: str
    name: str
    unit: str
    direction: str
    version: int
    period: Period
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    currency: str
    coverage: Ratio | None
    state: ValueState
    run: int | None


def metric_values(
    codes: Sequence[str],
    scope_kind: str,
    scope_id: int,
    periods: Sequence[Period],
    *,
    today: date,
) -> list[MetricValue]:
    """Return the metrics of a scope, for each period in the order of ``codes``.

    A period without facts has no value: nothing was measured, which is not 0. An unknown code
    raises ``KeyError``. Five statements at most, whatever is asked.
    """
    definitions = definitions_of(codes)
    facts = period_facts(scope_kind, [scope_id], periods)
    frozen = frozen_periods(scope_kind, scope_id, periods)
    found = []
    for period in periods:
        state = _state(period, frozen, today)
        for code in codes:
            definition = definition_at(definitions[code], period.start)
            found.append(_value(definition, facts.get((scope_id, period)), period, state))
    return found


def metric_series(
    code: str, scope_kind: str, scope_id: int, first: Period, last: Period
) -> list[tuple[Period, Decimal | None]]:
    """Return a metric from ``first`` to ``last`` without a gap; ``None`` where there is no value.

    Both are of one kind. Two statements, however long the series is.
    """
    periods = periods_between(first, last)
    definitions = definitions_of([code])[code]
    facts = period_facts(scope_kind, [scope_id], periods)
    series = []
    for period in periods:
        figures = facts.get((scope_id, period))
        measured = figures and _measure(definition_at(definitions, period.start), figures)
        series.append((period, measured.value if measured else None))
    return series


def periods_between(first: Period, last: Period) -> list[Period]:
    """Return ``first``, the periods that follow, and ``last``."""
    periods = [first]
    while periods[-1].start < last.start:
        periods.append(periods[-1].next())
    return periods


def known_days(scope_kind: str, scope_id: int) -> tuple[date, date] | None:
    """Return the first and the last day with facts of a scope, ``None`` where there are none."""
    found = PeriodFact.objects.filter(
        scope_kind=scope_kind, scope_id=scope_id, period_kind="day"
    ).aggregate(first=Min("start"), last=Max("start"))
    return (found["first"], found["last"]) if found["first"] else None


def metric_scope_visible(scope: Scope, kind: str, scope_id: int) -> bool:
    """Tell whether ``scope`` may see the metrics of a company, department, store or person."""
    if not scope.may(Right.SALES_VIEW):
        return False
    match kind:
        case ScopeKind.COMPANY:
            return scope.everything and scope_id == 0
        case ScopeKind.DEPARTMENT:
            return Department.objects.visible_to(scope).filter(pk=scope_id).exists()
        case ScopeKind.STORE:
            return Store.objects.visible_to(scope).filter(pk=scope_id).exists()
        case ScopeKind.PERSON:
            own = scope.person_id is not None and scope.person_id == scope_id
            others = scope.may(Right.PEOPLE_VIEW)
            return own or (others and Person.objects.visible_to(scope).filter(pk=scope_id).exists())
    return False


def definitions_of(codes: Iterable[str]) -> dict[str, list[MetricDefinition]]:
    """Return the versions of each metric, newest first; an unknown code raises ``KeyError``."""
    wanted = list(codes)
    found: dict[str, list[MetricDefinition]] = defaultdict(list)
    for row in MetricDefinition.objects.filter(code__in=wanted).order_by("code", "-version"):
        found[row.code].append(row)
    return {code: dict(found)[code] for code in wanted}


def definition_at(versions: Sequence[MetricDefinition], day: date) -> MetricDefinition:
    """Return the version that holds on ``day``; before the first one, the first."""
    return next((row for row in versions if row.effective_from <= day), versions[-1])


def period_facts(
    scope_kind: str, scope_ids: Iterable[int], periods: Iterable[Period]
) -> dict[tuple[int, Period], PeriodFact]:
    """Return the stored sums by scope and period; what is not there was not measured."""
    starts: dict[str, list[date]] = defaultdict(list)
    for period in periods:
        starts[period.kind].append(period.start)
    found = {}
    for kind, days in starts.items():
        rows = PeriodFact.objects.filter(
            scope_kind=scope_kind,
            scope_id__in=list(scope_ids),
            period_kind=kind,
            start__range=(min(days), max(days)),
        )
        for row in rows:
            found[row.scope_id, Period(kind, row.start)] = row
    return found


def formula_of(definition: MetricDefinition) -> Formula:
    """Return what a stored definition says."""
    coverage = definition.coverage
    return Formula(
        numerator=definition.numerator,
        denominator=definition.denominator,
        coverage=(coverage["part"], coverage["whole"]) if coverage else None,
    )


def _measure(definition: MetricDefinition, facts: PeriodFact) -> Measured:
    return measure(formula_of(definition), vars(facts))


def _state(period: Period, frozen: set[Period], today: date) -> ValueState:
    if period in frozen:
        return ValueState.FROZEN
    settles = period.end + timedelta(days=settings.RETURNS_SETTLING_DAYS)
    return ValueState.SETTLED if settles <= today else ValueState.PRELIMINARY


def _value(
    definition: MetricDefinition, facts: PeriodFact | None, period: Period, state: ValueState
) -> MetricValue:
    measured = _measure(definition, facts) if facts else Measured(None, None, None, None)
    is_money = definition.unit in (Unit.MONEY, Unit.MONEY_EACH)
    return MetricValue(
        code=definition.code,
        name=gettext(definition.name),
        unit=definition.unit,
        direction=definition.direction,
        version=definition.version,
        period=period,
        numerator=measured.numerator,
        denominator=measured.denominator,
        value=measured.value,
        currency=settings.REPORTING_CURRENCY if is_money else "",
        coverage=measured.coverage,
        state=state,
        run=facts.run_id if facts else None,
    )
