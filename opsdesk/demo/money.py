"""Plan, targets, work plans and attendance of the sample company, and its pay runs so far."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from accounts.core.scope import Scope
from accounts.models import Department, Employment, User
from accounts.queries.access import scope_of
from compensation.actions.calculation import calculate_run
from compensation.actions.inputs import save_month_input
from compensation.actions.payruns import approve_run, lock_run, pay_run, submit_run
from compensation.actions.plans import copy_plan, save_plan_part
from compensation.models import Attendance, PayRun, PlanVersion, VolumeKind, WorkTask
from compensation.queries.base import base_entries
from kpis.models import Target
from opsdesk.actions.records import save_record
from opsdesk.core.periods import Period, business_date, month
from opsdesk.demo.people import first_day

PAID_MONTHS = 6
TASKS = {
    "promoter": (("Posts published 发布推广", 60), ("Listings improved 优化刊登", 25)),
    "customer_service": (("Tickets answered 处理工单", 400), ("Reviews followed up 评价跟进", 30)),
}
VOLUMES = ((VolumeKind.PROMOTION, 120), (VolumeKind.FEEDBACK, 90), (VolumeKind.RECRUITING, 10))


def write(today: date, users: dict[str, User], *, at: datetime) -> None:
    """Write what pay depends on, and take the pay runs as far as they are on ``today``.

    The last ``PAID_MONTHS`` months but the latest are paid; the latest waits for approval. Must
    be called when the daily figures are computed.
    """
    random = Random(7)  # noqa: S311  (the same company each time)
    _plan(today, at=at)
    this = month(today)
    months = [this]
    for _ in range(PAID_MONTHS):
        months.insert(0, months[0].previous())
    supervisors = {"EU": users["supervisor"], "ASIA": users["supervisor2"]}
    for code, supervisor in supervisors.items():
        department = Department.objects.get(code=code)
        for period in months:
            _inputs(random, department, (period, this), by=(supervisor, users["hr"]), at=at)
        for period in months[:-2]:
            _run(department, period, supervisor, users, paid=True)
        _run(department, months[-2], supervisor, users, paid=code == "ASIA")


def _plan(today: date, *, at: datetime) -> None:
    """Version 2 names the amounts that the shipped plan leaves open."""
    shipped = PlanVersion.objects.get(number=1)
    plan = copy_plan(shipped, effective_from=first_day(today), by=None, at=at)
    for position in plan.positions.select_related("position"):
        position.attendance_bonus = Decimal(100)
        if position.position.code == "supervisor":
            position.allowance = Decimal(300)
        save_plan_part(position, by=None, at=at)


def _inputs(
    random: Random,
    department: Department,
    months: tuple[Period, Period],
    by: tuple[User, User],
    at: datetime,
) -> None:
    period, this = months
    supervisor, hr = by
    before = _on(period.start - timedelta(days=4))
    after = min(_on(period.end), at)
    known = period if period != this else period.previous()
    sold = sum((entry.amount for entry in base_entries(department, known)), Decimal(0))
    wanted = sold * Decimal(random.choice(("0.78", "0.86", "0.95", "1.05", "1.17", "1.3")))
    target = Target(
        department=department,
        month=period.start,
        net_sales=max(wanted, Decimal(50000)).quantize(Decimal("1E3")).quantize(Decimal(1)),
    )
    save_record(target, by=supervisor, at=before)
    for kind, planned in VOLUMES:
        row = WorkTask(department=department, kind=kind, name=VolumeKind(kind).label)
        row.month, row.planned = period.start, Decimal(planned)
        _task(row, random, by=supervisor, at=after)
    for employment in (
        Employment.objects.during(period.start, period.end)
        .filter(department=department)
        .select_related("person", "position")
    ):
        for name, planned in TASKS.get(employment.position.code, ()):
            row = WorkTask(person=employment.person, name=name)
            row.month, row.planned = period.start, Decimal(planned)
            _task(row, random, by=supervisor, at=after)
        if period == this:
            continue  # nobody knows yet who will be absent
        absent = random.choice((0, 0, 0, 0, 1, 2))
        attendance = Attendance(person=employment.person, month=period.start, absent_days=absent)
        save_month_input(attendance, scope=_scope(hr, after), by=hr, at=after)


def _task(row: WorkTask, random: Random, *, by: User, at: datetime) -> None:
    row.actual = Decimal(round(float(row.planned) * random.uniform(0.7, 1.15)))
    save_month_input(row, scope=_scope(by, at), by=by, at=at)


def _run(
    department: Department,
    period: Period,
    supervisor: User,
    users: dict[str, User],
    *,
    paid: bool,
) -> PayRun:
    day = _on(period.end + timedelta(days=1))
    run = calculate_run(department, period, by=supervisor, at=day)
    run = submit_run(run, scope=_scope(supervisor, day), by=supervisor, at=day)
    if not paid:
        return run
    boss, hr = users["manager"], users["hr"]
    day += timedelta(days=1)
    run = approve_run(run, digest=run.digest, scope=_scope(boss, day), by=boss, at=day)
    run = lock_run(run, scope=_scope(boss, day), by=boss, at=day)
    return pay_run(run, scope=_scope(hr, day), by=hr, at=day + timedelta(days=5))


def _scope(user: User, at: datetime) -> Scope:
    return scope_of(user, today=business_date(at, settings.COMPANY_TIME_ZONE))


def _on(day: date) -> datetime:
    """Return ten in the morning of ``day`` at the company's place, near enough."""
    return datetime.combine(day, time(2), tzinfo=UTC)
