"""Builders that make a row with sensible values and need no arguments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from accounts.core.roles import Role
from accounts.models import Department, Employment, Person, Position, RoleGrant, User
from accounts.queries.access import scope_of
from catalog.models import FxRate, Store, StoreDepartment
from compensation.models import Attendance, WorkTask
from kpis.models import Target
from orders.core.items import LineItem, OrderItem, ReturnItem, ReturnLineItem
from orders.models import Customer, Order, OrderLine, Return, ReturnLine

NUMBERS = count(1)
NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 4, 2)
MARCH = date(2026, 3, 1)


def user(name="", *, role=None, department=None, **values):
    name = name or f"user{next(NUMBERS)}"
    made = User.objects.create_user(username=name, password="pw-for-tests", is_staff=True, **values)
    if role:
        RoleGrant.objects.create(user=made, role=role, department=department)
    return made


def manager(name="manager"):
    return user(name, role=Role.MANAGER)


def scope(of, today=TODAY):
    return scope_of(of, today=today)


def department(code="ops"):
    return Department.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def person(employee_no="", *, name="", **values):
    number = employee_no or f"E{next(NUMBERS):03}"
    return Person.objects.create(employee_no=number, name=name or f"Name {number}", **values)


def employment(of=None, *, position="promoter", department=None, since=date(2024, 1, 1), **values):
    values = {"hire_date": since, "from_date": since, "level": "mid"} | values
    return Employment.objects.create(
        person=of or person(),
        position=Position.objects.get(code=position),
        department=department or globals()["department"](),
        **values,
    )


def store(code="UK", *, department=None, since=date(2000, 1, 1), **values):
    values = {
        "name": f"Shop {code}",
        "marketplace": "own",
        "country": "GB",
        "currency": "CNY",
        "time_zone": "Europe/London",
    } | values
    made, new = Store.objects.get_or_create(code=code, defaults=values)
    if new:
        StoreDepartment.objects.create(
            store=made, department=department or globals()["department"](), from_date=since
        )
    return made


def customer(external_id="c1", *, store=None):
    return Customer.objects.get_or_create(
        store=store or globals()["store"](), external_id=external_id
    )[0]


def order(amount="100.00", *, on=date(2026, 3, 10), store=None, **values):
    """An order of one goods line in a store whose currency is the reporting currency."""
    shop = store or globals()["store"]()
    placed = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    values = {
        "external_id": f"o{next(NUMBERS):05}",
        "status": "completed",
        "currency": shop.currency,
        "fx_rate": Decimal(1),
        "units": 1,
        "has_goods": True,
        "created_at": placed,
        "updated_at": placed,
    } | values
    made = Order.objects.create(
        store=shop,
        placed_at=placed,
        business_date=on,
        amount=Decimal(amount),
        reporting_amount=Decimal(amount),
        **values,
    )
    OrderLine.objects.create(
        order=made,
        line_no=1,
        store=shop,
        business_date=on,
        kind="goods",
        item_code="A1",
        title="Thing",
        quantity=1,
        unit_price=Decimal(amount),
        amount=Decimal(amount),
        reporting_amount=Decimal(amount),
    )
    return made


def refund(amount="10.00", *, on=date(2026, 3, 12), store=None, **values):
    """A refunded return of one goods line; without an order unless one is given."""
    shop = store or globals()["store"]()
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    values = {
        "external_id": f"r{next(NUMBERS):05}",
        "status": "refunded",
        "currency": shop.currency,
        "fx_rate": Decimal(1),
        "units": 1,
    } | values
    made = Return.objects.create(
        store=shop,
        requested_at=at,
        refunded_at=at,
        refunded_on=on,
        amount=Decimal(amount),
        reporting_amount=Decimal(amount),
        created_at=at,
        updated_at=at,
        **values,
    )
    ReturnLine.objects.create(
        return_case=made,
        line_no=1,
        kind="goods",
        quantity=1,
        amount=Decimal(amount),
        reporting_amount=Decimal(amount),
    )
    return made


def target(net_sales="1000.00", *, department=None, month=MARCH):
    return Target.objects.create(
        department=department or globals()["department"](),
        month=month,
        net_sales=Decimal(net_sales),
    )


def work_task(of=None, *, planned="10", actual="10", month=MARCH, **values):
    return WorkTask.objects.create(
        person=of,
        month=month,
        name=values.pop("name", f"Task {next(NUMBERS)}"),
        planned=Decimal(planned),
        actual=Decimal(actual),
        **values,
    )


def attendance(of, *, absent_days=0, month=MARCH):
    return Attendance.objects.create(person=of, month=month, absent_days=absent_days)


def line_item(line_no=1, *, quantity=1, unit_price="10.00", **values):
    values = {"kind": "goods", "sku": "A1", "title": "Thing"} | values
    return LineItem(line_no=line_no, quantity=quantity, unit_price=Decimal(unit_price), **values)


def order_item(external_id="1001", *, store="UK", placed_at=NOW, lines=None, **values):
    """An order as it comes from outside: one line of 10.00 unless other lines are given."""
    values = {"currency": "CNY", "status": "completed"} | values
    return OrderItem(
        store=store,
        external_id=external_id,
        placed_at=placed_at,
        lines=tuple(lines or [line_item()]),
        **values,
    )


def return_line_item(line_no=1, *, quantity=1, refund="10.00", **values):
    values = {"kind": "goods", "sku": "A1", "title": "Thing"} | values
    return ReturnLineItem(
        line_no=line_no, quantity=quantity, refund_amount=Decimal(refund), **values
    )


def return_item(external_id="R1", *, order=None, refunded_at=NOW, lines=None, **values):
    """A refunded return as it comes from outside: one line of 10.00 unless others are given."""
    values = {"store": "UK", "currency": "CNY", "status": "refunded", "reason": ""} | values
    return ReturnItem(
        external_id=external_id,
        order=order,
        requested_at=NOW,
        refunded_at=refunded_at,
        lines=tuple(lines or [return_line_item(order_line_no=1 if order else None)]),
        **values,
    )


def rate(value="9.0000000000", *, on=TODAY, source="GBP", target="CNY"):
    return FxRate.objects.create(
        date=on, from_currency=source, to_currency=target, rate=Decimal(value)
    )
