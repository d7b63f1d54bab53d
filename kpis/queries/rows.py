"""The orders and refunds behind a metric value."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from catalog.models import Duty, StoreAssignment, StoreDepartment
from kpis.models import ScopeKind
from opsdesk.core.periods import Period
from orders.models import Order, Refund, Return

REFUND_COLUMNS = (
    *("case", "name", "part", "state", "code"),
    *("refunded_on", "amount", "currency", "reporting_amount", "units"),
)


def orders_behind(scope_kind: str, scope_id: int, period: Period) -> QuerySet[Order, Order]:
    """Return the orders that a scope's figures of a period are made of, cancelled ones included.

    ``.sold()`` of it are those that count as sales.
    """
    days = Q(business_date__gte=period.start, business_date__lt=period.end)
    return Order.objects.filter(days, _in_scope(scope_kind, scope_id, "business_date"))


def refunds_behind(scope_kind: str, scope_id: int, period: Period) -> QuerySet[Return, Return]:
    """Return the returns that sources told to be refunded within the period, in a scope's stores.

    What was refunded here besides: ``parts_behind``.
    """
    days = Q(refunded_on__gte=period.start, refunded_on__lt=period.end)
    return Return.objects.refunded().filter(days, _in_scope(scope_kind, scope_id, "refunded_on"))


def parts_behind(scope_kind: str, scope_id: int, period: Period) -> QuerySet[Refund, Refund]:
    """Return the refunds made here within the period, in a scope's stores."""
    days = Q(refunded_on__gte=period.start, refunded_on__lt=period.end)
    return Refund.objects.filter(days, _in_scope(scope_kind, scope_id, "refunded_on"))


def refund_rows(told: QuerySet[Return, Return], parts: QuerySet[Refund, Refund]) -> QuerySet:
    """Return what sources told and what was refunded here in one list, the latest first.

    Values in the order of ``REFUND_COLUMNS``."""
    own = {"case": F("pk"), "name": F("external_id"), "state": F("status"), "part": Value(0)}
    of_case = {
        "case": F("return_case"),
        "name": F("return_case__external_id"),
        "state": F("return_case__status"),
        "part": F("number"),
    }
    rows = _named(told, own).union(_named(parts, of_case), all=True)
    return rows.order_by("-refunded_on", "-case", "-part")


def _named(found: QuerySet[Any, Any], named: dict[str, Any]) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = found.order_by().values(**named, code=F("store__code"))
    return rows.values_list(*REFUND_COLUMNS)


def _in_scope(scope_kind: str, scope_id: int, day: str) -> Q:
    """The condition that a row's store belonged to the scope on the row's day."""
    match scope_kind:
        case ScopeKind.COMPANY:
            return Q()
        case ScopeKind.STORE:
            return Q(store=scope_id)
        case ScopeKind.DEPARTMENT:
            departments = StoreDepartment.objects.filter(department=scope_id)
            return Q(Exists(_on_the_day(departments, day)))
    credited = StoreAssignment.objects.filter(person=scope_id, duty=Duty.OPERATION)
    return Q(Exists(_on_the_day(credited, day)))


def _on_the_day(rows: QuerySet[Any, Any], day: str) -> QuerySet[Any, Any]:
    return rows.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=OuterRef(day)),
        store=OuterRef("store"),
        from_date__lte=OuterRef(day),
    )
