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
    changed; employments, the plan and FX rates since the month began.
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
