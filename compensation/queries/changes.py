"""Who changed what a month's pay is calculated from."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Q

from accounts.models import Department, Employment
from compensation.models import Attendance, PlanVersion, Proposal, WorkTask
from kpis.models import Target
from opsdesk.core.periods import Period, day_start
from opsdesk.models import AuditEntry


@dataclass(frozen=True, slots=True)
class InputChange:
    """One change of an input: when, by whom, of what."""

    at: str
    by: str
    actor_id: int | None
    verb: str
    model: str
    record: str


def input_changes(department: Department, month: Period, plan: PlanVersion) -> list[InputChange]:
    """Return the changes of the month's inputs, oldest first.

    The month's own inputs (target, work plan, attendance, proposals) count whenever they were
    changed, those that were deleted or moved away included; employments, the plan and FX rates
    since the month began.
    """
    people = Employment.objects.during(month.start, month.end).filter(department=department)
    persons = people.values("person")
    own = Q(month=month.start)
    began = day_start(month.start, settings.COMPANY_TIME_ZONE)
    wanted = (
        _of(Target, Target.objects.filter(own, department=department))
        | _of(
            WorkTask,
            WorkTask.objects.filter(own).filter(Q(department=department) | Q(person__in=persons)),
        )
        | _of(Attendance, Attendance.objects.filter(own, person__in=persons))
        | _of(Proposal, Proposal.objects.filter(own, person__in=persons))
        | (_of(Employment, people) & Q(at__gte=began))
        | Q(model="compensation.planversion", object_id=str(plan.pk), at__gte=began)
        | _gone(department, month, list(persons.values_list("person", flat=True)))
        | (Q(model="accounts.employment", at__gte=began) & _left(department, []))
    )
    entries = AuditEntry.objects.filter(wanted).order_by("pk")
    return [_change(entry) for entry in entries] + _rates_since(began)


def _rates_since(began: datetime) -> list[InputChange]:
    """Return one entry for each person who recorded FX rates since the month began."""
    rates = AuditEntry.objects.filter(model="catalog.fxrate", at__gte=began)
    people = (
        rates.order_by("actor_name", "actor")
        .values("actor_name", "actor")
        .annotate(count=Count("pk"), last=Max("at"))
    )
    return [
        InputChange(
            at=row["last"].isoformat(timespec="seconds"),
            by=row["actor_name"],
            actor_id=row["actor"],
            verb="recorded",
            model="catalog.fxrate",
            record=str(row["count"]),
        )
        for row in people
    ]


def _gone(department: Department, month: Period, persons: list[int]) -> Q:
    """Return the entries of inputs that were the month's before they were deleted or changed."""
    first = month.start.isoformat()
    theirs = Q(detail__values__department=department.pk) | Q(detail__values__person__in=persons)
    deleted = Q(verb="deleted", detail__values__month=first) & theirs
    owned = Q(department=department) | Q(person__in=persons)
    moved = Q(detail__changed__month__0=first) & (
        _of(Target, Target.objects.filter(department=department))
        | _of(WorkTask, WorkTask.objects.filter(owned))
        | _of(Attendance, Attendance.objects.filter(person__in=persons))
        | _of(Proposal, Proposal.objects.filter(person__in=persons))
    )
    labels = [model._meta.label_lower for model in (Target, WorkTask, Attendance, Proposal)]
    return moved | (Q(model__in=labels) & (deleted | _left(department, persons)))


def _left(department: Department, persons: list[int]) -> Q:
    """Return the changes that took a record away from the department or one of ``persons``."""
    return Q(detail__changed__department__0=department.pk) | Q(
        detail__changed__person__0__in=persons
    )


def _of(model: type, rows: object) -> Q:
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]  # type: ignore[attr-defined]
    return Q(model=model._meta.label_lower, object_id__in=ids)  # type: ignore[attr-defined]


def _change(entry: AuditEntry) -> InputChange:
    at: datetime = entry.at
    return InputChange(
        at=at.isoformat(timespec="seconds"),
        by=entry.actor_name,
        actor_id=entry.actor_id,
        verb=entry.verb,
        model=entry.model,
        record=entry.record,
    )
