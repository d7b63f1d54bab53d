"""Monthly scorecards of everybody whose position has a template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.models import ClosedMonth, Employment
from kpis.actions.steps import StepRun
from kpis.core.formula import Measured, measure
from kpis.core.scoring import Good, Item, Scale, score_card
from kpis.models import (
    MetricDefinition,
    NightlyRun,
    PeriodFact,
    ScopeKind,
    Scorecard,
    ScorecardItem,
    ScorecardTemplate,
    Target,
)
from kpis.queries.metrics import definition_at, formula_of, period_facts
from opsdesk.core.periods import Period, month

# Net sales of the person's department over its target: no metric of facts alone.
COMPLETION = "target_completion"
NOTHING = Measured(None, None, None, None)


def make_scorecards(step: StepRun) -> None:
    """Make the scorecards of the run's month and the one before; unchanged ones stay as they are.

    People whose department has closed the month keep what they have.
    """
    this = month(step.run.as_of)
    step.expect(2)
    for period in (this.previous(), this):
        with step.piece() as tally:
            made, kept_away = scorecards_of(period, step.run)
            tally.read += len(made)
            tally.written += _write(made, period, kept_away)
            tally.job.done += 1


def scorecards_of(period: Period, run: NightlyRun) -> tuple[list[Scorecard], set[int]]:
    """Return the scorecards of a month as they are now, and the people whose month is closed."""
    jobs = _last_jobs(period)
    closed_departments = set(
        ClosedMonth.objects.filter(month=period.start).values_list("department", flat=True)
    )
    closed = {job.person_id for job in jobs if job.department_id in closed_departments}
    templates = _Templates(period)
    figures = _Figures([job for job in jobs if job.person_id not in closed], period)
    cards = []
    for job in jobs:
        template = templates.of(job)
        if template is not None and job.person_id not in closed:
            cards.append(_card(job, template, figures, run))
    return cards, closed


def _last_jobs(period: Period) -> list[Employment]:
    """Each person's last employment of the month: it decides template and department."""
    rows = Employment.objects.during(period.start, period.end).order_by("person", "from_date")
    return list({row.person_id: row for row in rows}.values())


class _Templates:
    """The monthly templates that hold in a month, with their items."""

    def __init__(self, period: Period) -> None:
        rows = ScorecardTemplate.objects.filter(
            period_kind=period.kind, effective_from__lte=period.start
        ).prefetch_related("items")
        # The newest version overwrites the older ones.
        self._held = {(row.position_id, row.level): row for row in rows.order_by("version")}

    def of(self, job: Employment) -> ScorecardTemplate | None:
        """The template of the level where there is one, else that of the position."""
        own = self._held.get((job.position_id, job.level))
        return own or self._held.get((job.position_id, ""))


@dataclass(frozen=True)
class _Reading:
    """What an item was measured with."""

    measured: Measured
    good: Good
    version: int | None


class _Figures:
    """The facts, targets and definitions of a month, fetched for all people at once."""

    def __init__(self, jobs: Iterable[Employment], period: Period) -> None:
        jobs = list(jobs)
        people = {job.person_id for job in jobs}
        departments = {job.department_id for job in jobs}
        self.period = period
        self.facts: dict[str, dict[tuple[int, Period], PeriodFact]] = {
            ScopeKind.PERSON: period_facts(ScopeKind.PERSON, people, [period]),
            ScopeKind.DEPARTMENT: period_facts(ScopeKind.DEPARTMENT, departments, [period]),
            ScopeKind.COMPANY: period_facts(ScopeKind.COMPANY, [0], [period]),
        }
        self.targets = dict(
            Target.objects.filter(month=period.start).values_list("department", "net_sales")
        )
        self.definitions: dict[str, list[MetricDefinition]] = {}
        for row in MetricDefinition.objects.order_by("code", "-version"):
            self.definitions.setdefault(row.code, []).append(row)

    def reading(self, item: ScorecardItem, job: Employment) -> _Reading:
        """Measure the item for a person; a metric that nobody defined has no value."""
        if item.metric == COMPLETION:
            return _Reading(self._completion(job), Good.HIGH, None)
        versions = self.definitions.get(item.metric)
        if versions is None:
            return _Reading(NOTHING, Good.HIGH, None)
        definition = definition_at(versions, self.period.start)
        facts = self._facts(item.scope_kind, job)
        measured = measure(formula_of(definition), vars(facts)) if facts else NOTHING
        return _Reading(measured, Good(definition.direction), definition.version)

    def _facts(self, scope_kind: str, job: Employment) -> PeriodFact | None:
        ids: dict[str, int] = {
            ScopeKind.PERSON: job.person_id,
            ScopeKind.DEPARTMENT: job.department_id,
        }
        return self.facts.get(scope_kind, {}).get((ids.get(scope_kind, 0), self.period))

    def _completion(self, job: Employment) -> Measured:
        facts = self._facts(ScopeKind.DEPARTMENT, job)
        target = self.targets.get(job.department_id)
        if facts is None or target is None:
            return NOTHING
        sold = facts.sold_amount - facts.refund_amount
        return Measured(sold, target, sold / target, None)


def _card(
    job: Employment, template: ScorecardTemplate, figures: _Figures, run: NightlyRun
) -> Scorecard:
    items = sorted(template.items.all(), key=lambda item: item.pk)
    readings = [figures.reading(item, job) for item in items]
    result = score_card(
        [_item(item, reading) for item, reading in zip(items, readings, strict=True)]
    )
    lines = [
        _line(item, reading) | {"points": _text(points), "weight_used": _text(weight)}
        for item, reading, points, weight in zip(
            items, readings, result.points, result.weights, strict=True
        )
    ]
    return Scorecard(
        person_id=job.person_id,
        template=template,
        start=figures.period.start,
        score=result.score,
        grade=result.grade,
        lines=lines,
        run=run,
    )


def _item(item: ScorecardItem, reading: _Reading) -> Item:
    measured = reading.measured
    no_value = measured.value is None
    return Item(
        weight=item.weight,
        scale=Scale(item.target, item.floor, item.stretch, reading.good),
        part=None if no_value else measured.numerator,
        whole=Decimal(1) if measured.denominator is None else measured.denominator,
    )


def _line(item: ScorecardItem, reading: _Reading) -> dict[str, Any]:
    """What a scorecard shows of an item; numbers as text, since JSON has no decimals."""
    measured = reading.measured
    return {
        "metric": item.metric,
        "scope_kind": item.scope_kind,
        "dimension": item.dimension,
        "weight": item.weight,
        "floor": _text(item.floor),
        "target": _text(item.target),
        "stretch": _text(item.stretch),
        "numerator": _text(measured.numerator),
        "denominator": _text(measured.denominator),
        "value": _text(measured.value),
        "definition_version": reading.version,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _write(cards: Sequence[Scorecard], period: Period, kept_away: set[int]) -> int:
    """Write the scorecards that differ from the stored ones, delete those that are gone."""
    stored = Scorecard.objects.filter(
        ~Q(person__in=kept_away), start=period.start, template__period_kind=period.kind
    )
    before = {(row.person_id, row.template_id): row for row in stored}
    news = []
    for card in cards:
        old = before.pop((card.person_id, card.template_id), None)
        if old is None or _content(old) != _content(card):
            news.append(card)
    Scorecard.objects.bulk_create(
        news,
        update_conflicts=True,
        unique_fields=["person", "template", "start"],
        update_fields=["score", "grade", "lines", "run"],
        batch_size=500,
    )
    Scorecard.objects.filter(pk__in=[row.pk for row in before.values()]).delete()
    return len(news) + len(before)


def _content(card: Scorecard) -> tuple[Any, ...]:
    return card.score, card.grade, card.lines
