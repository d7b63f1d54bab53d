"""What the sample company buys: suppliers of different grades, and orders in every state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from catalog.actions.inbound import CUSTOMS_COURSE, save_shipment
from catalog.actions.purchasing import PURCHASE_COURSE, save_purchase_line, save_purchase_order
from catalog.actions.receiving import Delivery, receive
from catalog.actions.suppliers import save_supplier, score_suppliers
from catalog.models import (
    Certificate,
    InboundShipment,
    PurchaseOrder,
    Sku,
    Supplier,
    Warehouse,
    WarehouseKind,
)
from catalog.models.suppliers import PurchaseLine
from opsdesk.actions.moves import Mover, move
from opsdesk.actions.records import save_record
from opsdesk.core.periods import month

DAY = timedelta(days=1)
WAREHOUSE = "NINGBO"
# code, name, contact, capacity a year, price against the usual, days late, rejected of a hundred
SUPPLIERS = (
    ("YIWU", "Yiwu Homeware 义乌家居", "Lin Mei 林梅", 240_000, "0.97", 0, 0),
    ("FOSHAN", "Foshan Metalworks 佛山五金", "Wu Jian 吴建", 120_000, "1.04", 4, 6),
    ("SHANTOU", "Shantou Trading 汕头贸易", "Chen Bo 陈波", 60_000, "1.32", 15, 31),
)
BOUGHT = ("MUG", "PAN", "LAMP", "CHAIR")
# Orders that are still under way: code, supplier, SKU, pieces, the state they are in.
RUNNING = (
    ("PO-DRAFT", "YIWU", "MUG-A", 800, "draft"),
    ("PO-ORDERED", "FOSHAN", "PAN-A", 300, "ordered"),
    ("PO-CUSTOMS", "FOSHAN", "PAN-B", 250, "held"),
    ("PO-INSPECTED", "YIWU", "LAMP-A", 500, "inspected"),
    ("PO-PARTLY", "SHANTOU", "CHAIR-A", 400, "partly_received"),
    ("PO-RECEIVED", "YIWU", "MUG-B", 600, "received"),
    ("PO-SHORT", "SHANTOU", "CHAIR-B", 200, "short"),
    ("PO-CANCELLED", "SHANTOU", "LAMP-B", 100, "cancelled"),
)


def write(today: date, users: dict[str, User]) -> None:
    """Write suppliers, half a year of orders with their deliveries, what is under way, scores."""
    by = users["admin"]
    suppliers = {row[0]: _supplier(row, today, by) for row in SUPPLIERS}
    warehouse = Warehouse.objects.filter(code=WAREHOUSE).first() or save_record(
        Warehouse(code=WAREHOUSE, name="Ningbo 宁波仓", kind=WarehouseKind.DOMESTIC, country="CN"),
        by=by,
        at=_at(today - 300 * DAY),
    )
    skus = {sku.code: sku for sku in Sku.objects.filter(product__code__in=BOUGHT)}
    for months_ago in range(6, 0, -1):
        for number, row in enumerate(SUPPLIERS):
            day = today - timedelta(days=30 * months_ago + 25 + number)
            lines = [(skus[f"{code}-A"], 120 + 10 * number) for code in BOUGHT]
            order = _ordered(f"PO-{day:%y%m%d}-{row[0]}", (suppliers[row[0]], warehouse), lines,
                             (day, by))  # fmt: skip
            _deliver(order, row, by)
    for code, supplier, sku, units, state in RUNNING:
        _running(code, (suppliers[supplier], warehouse), (skus[sku], units), state, (today, by))
    _scores(today)


def _supplier(row: tuple[str, str, str, int, str, int, int], today: date, by: User) -> Supplier:
    code, name, contact, capacity, *_rest = row
    at = _at(today - 300 * DAY)
    supplier = Supplier(code=code, name=name, country="CN", currency="CNY", contact=contact)
    supplier.annual_capacity = capacity
    save_supplier(supplier, by=by, at=at)
    ends = {"YIWU": 400, "FOSHAN": 35, "SHANTOU": -20}[code]
    certificate = Certificate(
        supplier=supplier, number=f"CN-{code}-9001", valid_until=today + timedelta(days=ends)
    )
    save_record(certificate, by=by, at=at)
    return supplier


def _ordered(
    code: str,
    between: tuple[Supplier, Warehouse],
    lines: Sequence[tuple[Sku, int]],
    who: tuple[date, User],
) -> PurchaseOrder:
    day, by = who
    mover = Mover(_at(day), by)
    order = _draft(code, between, lines, (day, by))
    move(PURCHASE_COURSE, order, "order", mover)
    order.refresh_from_db()
    return order


def _draft(
    code: str,
    between: tuple[Supplier, Warehouse],
    lines: Sequence[tuple[Sku, int]],
    who: tuple[date, User],
) -> PurchaseOrder:
    (supplier, warehouse), (day, by) = between, who
    mover = Mover(_at(day), by)
    order = PurchaseOrder(code=code, supplier=supplier, warehouse=warehouse)
    order.expected_on = day + 20 * DAY
    save_purchase_order(order, mover)
    price = Decimal(next(row[4] for row in SUPPLIERS if row[0] == supplier.code))
    for sku, units in lines:
        cost = ((sku.unit_cost or Decimal(10)) * price).quantize(Decimal("0.01"))
        line = PurchaseLine(order=order, sku=sku, units=units, unit_cost=cost)
        save_purchase_line(line, mover)
    return order


def _deliver(order: PurchaseOrder, row: tuple[str, str, str, int, str, int, int], by: User) -> None:
    """Everything comes in one delivery, as late and as faulty as the supplier is."""
    if order.expected_on is None:
        raise ValueError("an order that is placed has an expected day")
    day = order.expected_on + timedelta(days=row[5])
    for line in order.lines.select_related("sku"):
        rejected = line.units * row[6] // 100
        delivery = Delivery(f"DN-{order.code}", day, line.units - rejected, rejected)
        receive(line, delivery, Mover(_at(day), by))
    move(PURCHASE_COURSE, order, "close", Mover(_at(day + DAY), by))


def _running(
    code: str,
    between: tuple[Supplier, Warehouse],
    bought: tuple[Sku, int],
    state: str,
    when: tuple[date, User],
) -> None:
    today, by = when
    day = today - (24 if state in ("partly_received", "short") else 9) * DAY
    if state == "draft":
        _draft(code, between, [bought], (today, by))
        return
    order = _ordered(code, between, [bought], (day, by))
    mover = Mover(_at(today), by)
    line = order.lines.select_related("sku").get()
    if state == "inspected":
        move(PURCHASE_COURSE, order, "inspect", mover)
    elif state == "held":
        _held(order, mover)
    elif state == "cancelled":
        move(PURCHASE_COURSE, order, "cancel", mover, reason="The price went up again 又涨价了")
    elif state != "ordered":
        part = line.units if state == "received" else line.units // 2
        receive(line, Delivery(f"DN-{code}", today, part - 4, 4), mover)
        if state == "short":
            words = "The rest will not be made any more 剩余不再生产"
            move(PURCHASE_COURSE, order, "close_short", mover, reason=words)


def _held(order: PurchaseOrder, mover: Mover) -> None:
    shipment = InboundShipment(order=order, reference="SEA-COSCO-2217")
    shipment.expected_on = order.expected_on
    save_shipment(shipment, mover)
    move(CUSTOMS_COURSE, shipment, "declare", mover)
    words = "Customs want the test report of the coating 海关要求涂层检测报告"
    move(CUSTOMS_COURSE, shipment, "hold", mover, reason=words)


def _scores(today: date) -> None:
    """Score the ends of the months, as the nights would have done."""
    this = month(today)
    for _ in range(5):
        this = this.previous()
        score_suppliers(this.last, at=_at(this.end))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=ZoneInfo(settings.COMPANY_TIME_ZONE))
