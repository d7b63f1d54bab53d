"""Who changed what a month's pay is calculated from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q

from accounts.models import Department, Employment
from catalog.models import FxRate, StoreDepartment
from compensation.models import Attendance, PayRun, PlanVersion, Proposal, WorkTask
from kpis.models import Target
from opsdesk.core.periods import Period, day_start
from opsdesk.models import AuditEntry


@dataclass(frozen=True, slots=True)
class InputChange:
    """One change of an input: when, by whom, of what.

    A person is ``actor_id`` and has no name here, which may be erased one day; ``by`` names the
    system or a machine client.
    """

    at: str
    by: str
    actor_id: int | None
    verb: str
    model: str
    record: str


def input_changes(department: Department, month: Period, plan: PlanVersion) -> list[InputChange]:
    """Return the changes of the month's inputs, oldest first.

    The month's own inputs (target, work plan, attendance, proposals) count whenever they were
    changed, those that were deleted or moved away included, and so do employments, stores of the
    department and plan versions that begin with it or later, and FX rates dated into it; older
    ones since the month began, also where the change took them out of the month, and so do the
    sign-ins of who is paid. Loaded orders are no input that somebody decides on.
    """
    people = Employment.objects.during(month.start, month.end).filter(department=department)
    persons = people.values("person")
    own = Q(month=month.start)
    stores = StoreDepartment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=month.start),
        department=department,
        from_date__lt=month.end,
    )
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
        | _of(Employment, people.filter(from_date__gte=month.start))
        | (_of(StoreDepartment, stores) & Q(at__gte=began))
        | _of(StoreDepartment, stores.filter(from_date__gte=month.start))
        | (Q(model="catalog.storedepartment", at__gte=began) & _left(department, []))
        | _of_plan(plan, month, began)
        | _gone(department, month, list(persons.values_list("person", flat=True)))
        | (Q(model="accounts.employment", at__gte=began) & _left(department, []))
        | (_ended(Employment, department, month) & Q(at__gte=began))
        | (_ended(StoreDepartment, department, month) & Q(at__gte=began))
        | _sign_ins(persons, began)
    )
    entries = AuditEntry.objects.filter(wanted).order_by("pk")
    return [_change(entry) for entry in entries] + _rates(month, began)


def former_sign_ins(run: PayRun) -> frozenset[int]:
    """Return the sign-ins that were those of people paid by ``run`` when its month began or since.

    Whose sign-in was taken off a person is paid by the run as much as before.
    """
    began = day_start(run.month, settings.COMPANY_TIME_ZONE)
    entries = AuditEntry.objects.filter(_sign_ins(run.payslips.values("person"), began))
    before = (entry.detail["changed"]["user"][0] for entry in entries)
    return frozenset(user for user in before if user is not None)


def _of_plan(plan: PlanVersion, month: Period, began: datetime) -> Q:
    """Return the changes of the plan: all of a version that is new, later ones of an old one."""
    entries = Q(model="compensation.planversion", object_id=str(plan.pk))
    settled = plan.used_at is not None and plan.used_at < began
    old = settled and plan.effective_from < month.start
    # A version that was to hold in the month, and was put off.
    first = month.start.isoformat()
    put_off = Q(
        model="compensation.planversion",
        detail__changed__effective_from__0__lte=first,
        detail__changed__effective_from__1__gt=first,
    )
    return (entries & Q(at__gte=began) if old else entries) | put_off


def _ended(model: Any, department: Department, month: Period) -> Q:
    """Return the changes of the days of the department's rows, those that left the month, too."""
    rows = model._default_manager.filter(department=department, from_date__lt=month.end)
    moved = Q(detail__changed__has_any_keys=["from_date", "to_date", "leave_date"])
    put_off = Q(
        model=model._meta.label_lower,
        object_id__in=_ids(model._default_manager.filter(department=department)),
        detail__changed__from_date__0__lt=month.end.isoformat(),
    )
    deleted = Q(
        model=model._meta.label_lower,
        verb="deleted",
        detail__values__department=department.pk,
    )
    return (_of(model, rows) & moved) | put_off | deleted


def _sign_ins(persons: Any, began: datetime) -> Q:
    """Return the changes, since the month began, of who signs in as one of ``persons``."""
    return Q(
        model="accounts.person",
        object_id__in=[str(pk) for pk in persons.values_list("person", flat=True)],
        at__gte=began,
        detail__changed__has_key="user",
    )


def _rates(month: Period, began: datetime) -> list[InputChange]:
    """Return one entry for each person who recorded FX rates since the month began, or for it."""
    dated = FxRate.objects.filter(date__gte=month.start, date__lt=month.end)
    rates = AuditEntry.objects.filter(
        Q(at__gte=began) | Q(object_id__in=_ids(dated)), model="catalog.fxrate"
    )
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


def _of(model: Any, rows: Any) -> Q:
    return Q(model=model._meta.label_lower, object_id__in=_ids(rows))


def _ids(rows: Any) -> list[str]:
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


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
