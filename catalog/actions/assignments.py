"""Who is credited with a store's sales: first assignments, and where they end."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from accounts.models import Employment, Person
from catalog.actions.stores import lock_stores, mark_days, refuse_closed
from catalog.models import StoreAssignment, StoreDepartment
from catalog.queries.stores import leads_store
from opsdesk.actions.audit import Actor
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, NotAllowed

SAME = ("store_id", "person_id", "duty", "share", "from_date")


@transaction.atomic
def assign_store(
    assignment: StoreAssignment,
    *,
    by: Actor | None,
    at: datetime,
    scope: Scope | None = None,
) -> StoreAssignment:
    """Credit a person with a store's sales from a day on, with a share.

    ``assignment`` is new, or a stored one with changes. The shares of one duty never add up to
    more than 1 on any day; a closed month is refused (``PeriodClosed``). Nobody assigns
    themselves, nor beyond the stores and people that ``scope`` (``None``: the system) leads
    (``NotAllowed``). What somebody has is not taken away here but handed over: a stored
    assignment is ended no earlier than after the last day of somebody who leaves.
    """
    store = assignment.store
    lock_stores([store.pk])
    start, end = assignment.from_date, assignment.to_date
    before = StoreAssignment.objects.filter(pk=assignment.pk).first() if assignment.pk else None
    rows = [assignment] if before is None else [before, assignment]
    _refuse_own({row.person_id for row in rows}, by)
    for row in rows:
        _refuse_foreign(row, scope)
    if before is not None:
        _refuse_taking(before, assignment)
        start, end = _changed_span(before, assignment)
    refuse_closed(departments_of(store.pk, start, end), start, end)
    refuse_too_much(assignment)
    save_record(assignment, by=by, at=at)
    mark_days(store.pk, start, end, at)
    return assignment


def departments_of(store_id: int, start: date, end: date | None) -> set[int]:
    """Return whose the store is in ``start <= day < end``."""
    spans = StoreDepartment.objects.filter(store=store_id).during(start, end or date.max)
    return set(spans.values_list("department", flat=True))


def refuse_too_much(assignment: StoreAssignment) -> None:
    """Raise ``InvalidData`` where the shares of a day would add up to more than all."""
    others = list(
        StoreAssignment.objects.filter(store=assignment.store, duty=assignment.duty)
        .during(assignment.from_date, assignment.to_date or date.max)
        .exclude(pk=assignment.pk)
        .select_related("person")
    )
    # Shares only grow on the day somebody begins: looking at those days is enough.
    days = {assignment.from_date, *(o.from_date for o in others)}
    for day in sorted(day for day in days if day >= assignment.from_date):
        holding = [o for o in others if o.from_date <= day and (not o.to_date or day < o.to_date)]
        taken = sum((other.share for other in holding), Decimal(0))
        if taken + assignment.share > 1:
            message = _(
                "On %(day)s %(taken)s %% of store %(store)s is already assigned (%(people)s): "
                "%(share)s %% more would be above 100 %%."
            )
            words = {
                "day": day.isoformat(),
                "store": assignment.store.code,
                "taken": per_cent(taken),
                "share": per_cent(assignment.share),
                "people": ", ".join(str(other.person) for other in holding),
            }
            raise InvalidData(message % words, code="share_above_one", field="share")


def per_cent(share: Decimal) -> str:
    """Write 0.5 as ``50``."""
    return f"{share * 100:f}".rstrip("0").rstrip(".")


def _refuse_own(people: set[int], by: Actor | None) -> None:
    if by is not None and Person.objects.filter(pk__in=people, user=by.pk).exists():
        message = _("Nobody assigns themselves: ask somebody else who assigns stores.")
        raise NotAllowed(message, code="own_record", field="person")


def _refuse_foreign(assignment: StoreAssignment, scope: Scope | None) -> None:
    if scope is None:
        return
    if not leads_store(scope, assignment.store_id):
        message = _("This store is not yours to assign: it belongs to another department.")
        raise NotAllowed(message, field="store")
    if not Person.objects.visible_to(scope).filter(pk=assignment.person_id).exists():
        message = _("This person belongs to another department.")
        raise NotAllowed(message, field="person")


def _refuse_taking(before: StoreAssignment, after: StoreAssignment) -> None:
    """Refuse what takes days or a share away from who has them, but for one who leaves."""
    whose = ("store_id", "person_id", "duty")
    kept = (
        all(getattr(before, name) == getattr(after, name) for name in whose)
        and after.share >= before.share
        and after.from_date <= before.from_date
        and (after.to_date is None or (before.to_date and before.to_date <= after.to_date))
    )
    if kept:
        return
    latest = Employment.objects.filter(person=before.person_id).order_by("from_date").last()
    last_day = latest.leave_date if latest is not None else None
    same = all(getattr(before, name) == getattr(after, name) for name in SAME)
    if same and last_day is not None and after.to_date is not None and after.to_date > last_day:
        return
    message = _(
        "%(person)s has this share: offer a handover, which both accept. Only somebody who leaves "
        "is taken off, after the last day."
    )
    raise NotAllowed(message % {"person": before.person}, code="handover_needed", field="to_date")


def _changed_span(before: StoreAssignment, after: StoreAssignment) -> tuple[date, date | None]:
    """Return the days for which the two differ, as tightly as their ends tell."""
    ends = [end for end in (before.to_date, after.to_date) if end is not None]
    last = max(ends) if len(ends) == 2 else None
    if all(getattr(before, name) == getattr(after, name) for name in SAME) and ends:
        return min(ends), last
    return min(before.from_date, after.from_date), last
