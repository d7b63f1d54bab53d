"""Stores: their master data, whose they are, and the days to compute again."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.periods import hold_departments
from accounts.models import Department
from catalog.core.items import StoreItem, check_store
from catalog.models import (
    DirtyDay,
    FactFamily,
    Store,
    StoreDepartment,
)
from catalog.queries.stores import first_closed_month, stores_by_code
from opsdesk.actions.audit import Actor
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, PeriodClosed
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice

Who = tuple[Actor | None, datetime]
DAY = timedelta(days=1)
# A store whose beginning nobody tells has been its department's from before its first order.
BEGINNING = date(2000, 1, 1)


def mark_dirty(family: FactFamily, keys: Iterable[tuple[int, date]]) -> int:
    """Note days (store, business date) whose facts must be computed again; return how many."""
    days = [DirtyDay(family=family, store_id=store, day=day) for store, day in sorted(set(keys))]
    DirtyDay.objects.bulk_create(days, batch_size=5_000)
    return len(days)


def lock_stores(store_ids: Iterable[int]) -> None:
    """Hold the stores until the end of the transaction, in one order for all writers.

    Whoever writes orders or returns of a store holds it first: numbering a customer's orders and
    adding up refunds are right only where nobody else does the same at once. (SQLite has a
    single writer anyway.)
    """
    held = Store.objects.filter(pk__in=set(store_ids)).order_by("pk").select_for_update(no_key=True)
    list(held.values_list("pk", flat=True))


@transaction.atomic
def upsert_stores(items: Sequence[StoreItem], *, by: Actor | None, at: datetime) -> list[Outcome]:
    """Store the stores, one answer per item; a faulty one does not keep the others out.

    A department is that of ``department_from`` on; for a new store, of all its days.
    """
    known = stores_by_code(item.code for item in items)
    departments = {d.code: d for d in Department.objects.all()}
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for item in items:
        if faults := check_store(item):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif item.code in seen:
            outcomes.append(refused("code", twice(item.code), item.source_row))
        elif item.department and item.department not in departments:
            message = _(
                "There is no department %(code)s: make it first, then load the store again."
            )
            fault = message % {"code": item.department}
            outcomes.append(refused("department", fault, item.source_row))
        else:
            try:
                with transaction.atomic():
                    department = departments.get(item.department)
                    outcomes.append(_save_store(known.get(item.code), item, department, (by, at)))
            except (InvalidData, PeriodClosed) as error:
                outcomes.append(refused(error.field, error.message, item.source_row))
        seen.add(item.code)
    return outcomes


def _save_store(
    store: Store | None,
    item: StoreItem,
    department: Department | None,
    who: Who,
) -> Outcome:
    by, at = who
    is_new = store is None
    store = store or Store(code=item.code)
    given = {
        name: getattr(item, name)
        for name in ("name", "marketplace", "country", "currency", "time_zone")
    }
    given |= {"stage": item.stage} if item.stage else {}
    if item.platform_fee_rate is not None:
        given["platform_fee_rate"] = item.platform_fee_rate
    changed = is_new or any(getattr(store, name) != value for name, value in given.items())
    if changed:
        _refuse_new_currency(store, item)
        for name, value in given.items():
            setattr(store, name, value)
        save_record(store, by=by, at=at)
    if department is not None:
        place = (department, item.department_from)
        changed = _keep_department(store, place, who, is_new=is_new) or changed
    if is_new:
        return CREATED
    return UPDATED if changed else UNCHANGED


def _refuse_new_currency(store: Store, item: StoreItem) -> None:
    if store.pk and store.currency != item.currency:
        message = _(
            "The store %(code)s sells in %(old)s: its orders are kept in that currency. "
            "Make a new store for %(new)s."
        )
        words = {"code": store.code, "old": store.currency, "new": item.currency}
        raise InvalidData(message % words, field="currency")


def _keep_department(
    store: Store, place: tuple[Department, date | None], who: Who, *, is_new: bool
) -> bool:
    """Make the store the department's unless it is; tell whether anything changed."""
    (department, start), (by, at) = place, who
    spans = list(StoreDepartment.objects.filter(store=store).order_by("from_date"))
    if not spans:
        start = start or BEGINNING
    start = start or business_date(at, settings.COMPANY_TIME_ZONE)
    holding = [
        s for s in spans if s.from_date <= start and (s.to_date is None or start < s.to_date)
    ]
    if holding and holding[0].department_id == department.pk:
        return False
    span = StoreDepartment(store=store, department=department, from_date=start)
    if is_new:
        # nothing was sold yet: no figure changes, closed months included
        save_record(span, by=by, at=at)
    else:
        place_store(span, by=by, at=at)
    return True


@transaction.atomic
def place_store(span: StoreDepartment, *, by: Actor | None, at: datetime) -> StoreDepartment:
    """Make the store the department's from ``span.from_date`` on, ending what held before.

    Raises ``PeriodClosed`` where that would change a closed month, ``InvalidData`` where a later
    change stands already.
    """
    lock_stores([span.store_id])
    others = list(StoreDepartment.objects.filter(store=span.store).order_by("from_date"))
    if any(other.from_date > span.from_date for other in others):
        message = _("The store %(store)s changes department again later: undo that change first.")
        raise InvalidData(message % {"store": span.store.code}, field="department")
    departments = {span.department_id, *(other.department_id for other in others)}
    refuse_closed(departments, span.from_date, span.to_date)
    for other in others:
        if other.from_date == span.from_date:
            span.pk = other.pk
        elif other.to_date is None or other.to_date > span.from_date:
            other.to_date = span.from_date
            save_record(other, by=by, at=at)
    save_record(span, by=by, at=at)
    mark_days(span.store_id, span.from_date, span.to_date, at)
    return span


def refuse_closed(
    departments: Iterable[int], start: date, end: date | None, *, field: str = "from_date"
) -> None:
    """Hold the departments; raise ``PeriodClosed`` where one of the days is closed for one."""
    departments = set(departments)
    hold_departments(departments)
    closed = first_closed_month(departments, start, end)
    if closed is not None:
        message = _("%(month)s is closed: choose a day after it.") % {"month": f"{closed:%Y-%m}"}
        raise PeriodClosed(message, field=field)


def mark_days(store_id: int, start: date, end: date | None, at: datetime) -> None:
    """Have the periods of these days added up again: their sums go to somebody else now."""
    last = business_date(at, settings.COMPANY_TIME_ZONE) + DAY
    until = min(end, last + DAY) if end else last + DAY
    first = max(start, BEGINNING)
    days = [(store_id, first + DAY * number) for number in range((until - first).days)]
    for family in (FactFamily.SALES, FactFamily.REFUNDS):
        mark_dirty(family, days)
