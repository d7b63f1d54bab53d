"""Everything a department's month of pay depends on, as plain values."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import Department, Employment, Person
from compensation.core.inputs import Extra, PersonInputs, RunInputs, Segment, Task
from compensation.core.plan import PlanTerms, collection_cutoff
from compensation.models import (
    Attendance,
    PayRun,
    Proposal,
    ProposalKind,
    ProposalState,
    WorkTask,
)
from compensation.queries.base import ZERO, BaseEntry
from kpis.models import PeriodKind, Scorecard, Target
from opsdesk.core.periods import Period

ONE_DAY = timedelta(days=1)


def gather(
    department: Department, month: Period, terms: PlanTerms, entries: list[BaseEntry]
) -> RunInputs:
    """Return the inputs of the department's pay for ``month``; ``entries`` is its base."""
    carried = carried_base(department, month)
    target = Target.objects.filter(department=department, month=month.start).first()
    return RunInputs(
        department=department.code,
        month=month.start,
        currency=settings.REPORTING_CURRENCY,
        terms=terms,
        orders_amount=sum((entry.amount for entry in entries if entry.order_id), ZERO),
        refunds_amount=-sum((entry.amount for entry in entries if entry.return_id), ZERO),
        carried_base=carried,
        target=target.net_sales if target else None,
        people=_people(department, month, terms, (carried, entries)),
        department_volumes=_volumes(department, month),
    )


def carried_base(department: Department, month: Period) -> Decimal:
    """Return what the month before left below zero (0 or negative)."""
    before = PayRun.objects.filter(department=department, month=month.previous().start).first()
    return before.carried_out if before else ZERO


def _people(
    department: Department,
    month: Period,
    terms: PlanTerms,
    base: tuple[Decimal, list[BaseEntry]],
) -> tuple[PersonInputs, ...]:
    """Everybody employed in the department on a day of the month."""
    stays: dict[Person, list[Employment]] = defaultdict(list)
    for employment in (
        Employment.objects.during(month.start, month.end)
        .filter(department=department)
        .select_related("person", "position")
        .order_by("person__employee_no", "from_date")
    ):
        stays[employment.person].append(employment)
    known = _Known(list(stays), month, grades=bool(terms.grade_factors))
    return tuple(
        _person(person, stays[person], terms, base, known.of(person, department))
        for person in stays
    )


def _person(
    person: Person,
    stays: list[Employment],
    terms: PlanTerms,
    base: tuple[Decimal, list[BaseEntry]],
    known: dict[str, Any],
) -> PersonInputs:
    last = stays[-1]
    collected = None
    if last.leave_date is not None:
        cutoff = collection_cutoff(terms, last.hire_date, last.leave_date)
        carried, entries = base
        collected = carried + sum(
            (e.amount for e in entries if e.collected_on and e.collected_on <= cutoff), ZERO
        )
    return PersonInputs(
        employee_no=person.employee_no,
        segments=tuple(_segment(stay) for stay in stays),
        hire_date=last.hire_date,
        leave_date=last.leave_date,
        collected_base=collected,
        **known,
    )


def _segment(stay: Employment) -> Segment:
    ends = [day for day in (stay.to_date, stay.leave_date and stay.leave_date + ONE_DAY) if day]
    return Segment(
        from_day=stay.from_date,
        # An employment without an end goes on beyond every month that is calculated.
        to_day_exclusive=min(ends) if ends else stay.from_date.max,
        position=stay.position.code,
        base_salary=stay.base_salary,
    )


class _Known:
    """What is known of people's month, fetched for all of them at once."""

    def __init__(self, people: list[Person], month: Period, *, grades: bool) -> None:
        self.month = month
        mine = {"person__in": people, "month": month.start}
        self.tasks: dict[int, list[Task]] = defaultdict(list)
        for row in WorkTask.objects.filter(**mine).order_by("pk"):
            self.tasks[row.person_id or 0].append(_task(row))
        self.absent = dict(
            Attendance.objects.filter(**mine).values_list("person_id", "absent_days")
        )
        self.proposals: dict[int, list[Proposal]] = defaultdict(list)
        approved = Proposal.objects.filter(**mine, state=ProposalState.APPROVED)
        for proposal in approved.order_by("pk"):
            self.proposals[proposal.person_id].append(proposal)
        # A grade that the plan makes nothing of must not make a submitted run look changed.
        scorecards = Scorecard.objects.filter(
            ~Q(grade=""),
            person__in=people if grades else [],
            start=month.start,
            template__period_kind=PeriodKind.MONTH,
        )
        self.grades = dict(scorecards.values_list("person_id", "grade"))
        # Ordered by day, so that each person's last department of the month remains.
        stays = Employment.objects.during(month.start, month.end).filter(person__in=people)
        self.home = dict(stays.order_by("from_date").values_list("person_id", "department_id"))

    def of(self, person: Person, department: Department) -> dict[str, Any]:
        """Return the part of ``PersonInputs`` that does not come from employment."""
        proposals = self.proposals[person.pk]
        over = [p.amount for p in proposals if p.kind == ProposalKind.OVER_ACHIEVEMENT]
        return {
            "tasks": tuple(self.tasks[person.pk]),
            "absent_days": self.absent.get(person.pk),
            "misconduct": any(p.kind == ProposalKind.MISCONDUCT for p in proposals),
            "over_achievement": over[0] if over else None,
            "extras": tuple(
                Extra(p.kind, p.amount, p.reason, p.pk)
                for p in proposals
                if p.kind in (ProposalKind.BONUS, ProposalKind.DEDUCTION)
            ),
            "grade": self.grades.get(person.pk),
            "paid_elsewhere": self.home[person.pk] != department.pk,
        }


def _volumes(department: Department, month: Period) -> dict[str, tuple[Task, ...]]:
    volumes: dict[str, tuple[Task, ...]] = {}
    rows = WorkTask.objects.filter(department=department, month=month.start).order_by("pk")
    for row in rows:
        volumes[row.kind] = (*volumes.get(row.kind, ()), _task(row))
    return volumes


def _task(row: WorkTask) -> Task:
    return Task(row.pk, row.name, row.planned, row.actual)
