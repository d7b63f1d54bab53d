"""Builders that make a row with sensible values and need no arguments."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from zlib import compress, crc32

from django.db.models import F

from accounts.actions.clients import Terms, issue_key, propose_client
from accounts.core.roles import Role
from accounts.models import AccessChange, Department, Employment, Person, Position, RoleGrant, User
from accounts.queries.access import scope_of
from catalog.actions.stock import Entry, move_stock
from catalog.core.experiment_items import ExperimentDayItem
from catalog.core.standing import RatingItem, ViolationItem
from catalog.core.traffic import AdItem, TrafficItem
from catalog.models import (
    Category,
    ComplianceChecklist,
    Experiment,
    ExperimentDay,
    FxRate,
    InboundShipment,
    Listing,
    ListingVersion,
    Product,
    Promotion,
    PromotionItem,
    PurchaseLine,
    PurchaseOrder,
    PurchaseReceipt,
    Replenishment,
    Sku,
    StockLevel,
    Store,
    StoreDepartment,
    Supplier,
    Warehouse,
)
from compensation.models import Attendance, WorkTask
from kpis.models import Target
from opsdesk.actions.moves import Mover
from orders.actions.mailboxes import save_mailbox
from orders.actions.tickets import open_ticket
from orders.core.dispute_items import DisputeItem
from orders.core.items import LineItem, OrderItem, ReturnItem, ReturnLineItem
from orders.core.review_items import ReviewItem
from orders.core.shipment_items import ChannelItem, EventItem, ShipmentItem
from orders.models import (
    Customer,
    CustomerStanding,
    Dispute,
    DisputeEvidence,
    LogisticsChannel,
    Mailbox,
    MemberTier,
    Order,
    OrderAddress,
    OrderAnomaly,
    OrderLine,
    Refund,
    RefundLine,
    Return,
    ReturnLine,
    ReturnReason,
    Review,
    ReviewKeyword,
    Shipment,
    ShipmentException,
    Ticket,
)

NUMBERS = count(1)
PASSWORD = "harbour-mail"
NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 4, 2)
MARCH = date(2026, 3, 1)


def user(name="", *, role=None, department=None, **values):
    name = name or f"user{next(NUMBERS)}"
    made = User.objects.create_user(username=name, password="pw-for-tests", is_staff=True, **values)
    if role:
        grant(made, role, department)
    return made


def grant(to, role, department=None):
    """A role as it is given while a company is set up."""
    change = AccessChange.objects.create(
        kind="grant", user=to, role=role, department=department, state="installed", proposed_at=NOW
    )
    return RoleGrant.objects.create(user=to, role=role, department=department, change=change)


def api_client(name="ERP", *, resources=("stores:read",), stores=()):
    """A machine client as it is set up by a command: confirmed, without a key."""
    terms = Terms(name, "", tuple(resources), tuple(stores))
    return propose_client(terms, by=None, at=NOW)


def api_key(client=None, *, at=None, **how):
    """The text of a new key of ``client``, valid from today's clock on unless ``at`` is given."""
    return issue_key(client or api_client(), by=None, at=at or datetime.now(UTC), **how)[1]


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


def product(code="", *, status="on_sale", category=None, **values):
    code = code or f"P{next(NUMBERS):04}"
    tree = category or Category.objects.get_or_create(code="c", defaults={"name": "Cups"})[0]
    values = {"title": f"Product {code}"} | values
    return Product.objects.create(code=code, category=tree, status=status, **values)


def checklist(of, author, **values):
    """A complete checklist that nobody has signed."""
    values = {
        "intellectual_property": True,
        "import_safety": True,
        "no_prohibited_claims": True,
        "tax_class": "9503.00",
    } | values
    return ComplianceChecklist.objects.create(product=of, author=author, written_at=NOW, **values)


def sku(code="", *, of=None, **values):
    """A SKU that costs 10.00 CNY."""
    values = {"unit_cost": Decimal(10), "cost_currency": "CNY"} | values
    return Sku.objects.create(
        code=code or f"S{next(NUMBERS):04}", product=of or product(), **values
    )


def listing(seller_sku="", *, store=None, sku=None, **values):
    return Listing.objects.create(
        store=store or globals()["store"](),
        sku=sku or globals()["sku"](),
        seller_sku=seller_sku or f"L{next(NUMBERS):04}",
        **values,
    )


def warehouse(code="W1", **values):
    values = {"name": f"Warehouse {code}", "country": "CN"} | values
    return Warehouse.objects.get_or_create(code=code, defaults=values)[0]


def supplier(code="V1", **values):
    values = {"name": f"Supplier {code}", "country": "CN", "currency": "CNY"} | values
    return Supplier.objects.get_or_create(code=code, defaults=values)[0]


def customer(external_id="c1", *, store=None, **values):
    return Customer.objects.get_or_create(
        store=store or globals()["store"](), external_id=external_id, defaults=values
    )[0]


def customer_standing(of=None, *, tier="none", **values):
    """How a customer stands: one order in March, of the tier with this code."""
    day = {"first_order_on": MARCH, "last_order_on": MARCH, "day": TODAY}
    values = {"orders": 1, "year_orders": 1, "spend": Decimal(100)} | day | values
    rank = MemberTier.objects.get(code=tier)
    return CustomerStanding.objects.create(customer=of or customer(), tier=rank, **values)


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


def sold(*lines, on=date(2026, 3, 10), **values):
    """An order of goods; ``lines`` are (pieces, amount, tax), each of a SKU that costs 4.00."""
    made = order("1.00", on=on, **values)
    made.lines.all().delete()
    for number, (units, amount, tax) in enumerate(lines, 1):
        OrderLine.objects.create(
            order=made,
            line_no=number,
            store=made.store,
            business_date=on,
            kind="goods",
            sku=Sku.objects.filter(code=f"T{number}").first() or sku(f"T{number}"),
            item_code=f"T{number}",
            title=f"Thing {number}",
            quantity=units,
            unit_price=Decimal(amount),
            tax=Decimal(tax),
            unit_cost=Decimal("4.00"),
            amount=Decimal(amount),
            reporting_amount=Decimal(amount),
        )
    total = sum(Decimal(amount) for _units, amount, _tax in lines)
    Order.objects.filter(pk=made.pk).update(
        amount=total, reporting_amount=total, units=sum(line[0] for line in lines)
    )
    made.refresh_from_db()
    return made


def reason(code="defective"):
    return ReturnReason.objects.get(code=code)


def return_case(of=None, *, lines=((1, 1),), status="requested", **values):
    """An open return; ``lines`` are (number of the order's line, pieces)."""
    of = of or sold((2, "20.00", "3.80"), (1, "5.00", "0.95"))
    values = {
        "external_id": f"r{next(NUMBERS):05}",
        "requested_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    } | values
    made = Return.objects.create(
        store=of.store,
        order=of,
        status=status,
        currency=of.currency,
        fx_rate=of.fx_rate,
        amount=0,
        reporting_amount=0,
        units=sum(units for _line_no, units in lines),
        **values,
    )
    for number, (line_no, units) in enumerate(lines, 1):
        line = of.lines.get(line_no=line_no)
        ReturnLine.objects.create(
            return_case=made,
            line_no=number,
            order_line=line,
            kind="goods",
            sku=line.sku,
            item_code=line.item_code,
            title=line.title,
            quantity=units,
            amount=0,
            reporting_amount=0,
            reason=reason(),
        )
    return made


def part_refund(case=None, amount="10.00", *, on=date(2026, 3, 12), units=1, **values):
    """A part of a return that was refunded here, of its first line."""
    case = case or return_case(status="inspected")
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    number = case.refunds.count() + 1
    made = Refund.objects.create(
        return_case=case,
        store=case.store,
        number=number,
        external_id=f"n{number}",
        currency=case.currency,
        fx_rate=case.fx_rate,
        amount=Decimal(amount),
        tax=0,
        shipping=0,
        reporting_amount=Decimal(amount),
        units=units,
        refunded_at=at,
        refunded_on=on,
        method="original",
    )
    cost = Decimal("4.00") * units
    line = {"cost": cost, "restocked": units} | values
    RefundLine.objects.create(
        refund=made,
        return_line=case.lines.order_by("line_no").first(),
        quantity=units,
        amount=Decimal(amount),
        tax=0,
        reporting_amount=Decimal(amount),
        reporting_cost=line["cost"],
        restocked=line["restocked"],
        restocked_cost=line["cost"] and Decimal("4.00") * line["restocked"],
    )
    told = {"status": "refunded", "in_parts": True, "refunded_at": at, "refunded_on": on}
    Return.objects.filter(pk=case.pk).update(**told)
    case.refresh_from_db()
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


def purchase_order(code="", *, lines=(("S1", 10, "5.00"),), status="ordered", **values):
    """A purchase order as it stands; ``lines`` are (SKU, pieces, unit cost)."""
    values = {"ordered_on": date(2026, 3, 1), "expected_on": date(2026, 3, 31)} | values
    if status == "draft":
        values["ordered_on"] = None
    of = values.pop("supplier", None) or supplier()
    made = PurchaseOrder.objects.create(
        code=code or f"PO{next(NUMBERS):04}",
        supplier=of,
        warehouse=values.pop("warehouse", None) or warehouse(),
        currency=of.currency,
        status=status,
        **values,
    )
    for name, units, cost in lines:
        item = Sku.objects.filter(code=name).first() or sku(name)
        PurchaseLine.objects.create(order=made, sku=item, units=units, unit_cost=Decimal(cost))
    return made


def purchase_receipt(line, accepted=1, *, rejected=0, on=date(2026, 3, 20), **values):
    """A delivery as it was recorded, without what follows from it."""
    PurchaseLine.objects.filter(pk=line.pk).update(
        received=F("received") + accepted, rejected=F("rejected") + rejected
    )
    return PurchaseReceipt.objects.create(
        line=line,
        external_id=values.pop("external_id", f"DN{next(NUMBERS)}"),
        received_on=on,
        accepted=accepted,
        rejected=rejected,
        recorded_at=NOW,
        **values,
    )


def inbound_shipment(order=None, reference="SEA-1", **values):
    return InboundShipment.objects.create(
        order=order or purchase_order(), reference=reference, **values
    )


def rating_item(day=TODAY, *, store="UK", **values):
    return RatingItem(**{"store": store, "day": day, "account_health": 950} | values)


def violation_item(number="V-1", *, store="UK", **values):
    """A warning of 4 points that happened two days ago."""
    given = {"kind": "warning", "severity": "minor", "points": 4, "happened_on": date(2026, 3, 31)}
    return ViolationItem(store=store, number=number, **given | values)


def traffic_item(day=TODAY, *, store="UK", **values):
    given = {"impressions": 1000, "page_views": 80, "visitors": 60, "add_to_cart": 9, "clicks": 70}
    return TrafficItem(store=store, day=day, **given | values)


def ad_item(day=TODAY, *, store="UK", campaign="C-1", **values):
    given = {"spend": Decimal("12.50"), "clicks": 50, "orders": 5, "sales": Decimal("100.00")}
    return AdItem(store=store, day=day, campaign=campaign, **{"impressions": 2000} | given | values)


def mover(by=None, *, at=NOW):
    """Who moves stock; nobody means the system."""
    return Mover(at, by, scope(by) if by is not None else None)


def stock(units=10, *, sku=None, warehouse=None, at=NOW):
    """A level with so many pieces, received at ``at``."""
    place, what = warehouse or globals()["warehouse"](), sku or globals()["sku"]()
    entry = Entry(place, what, "receipt", units, happened_at=at)
    move_stock([entry], mover(at=at))
    return StockLevel.objects.get(warehouse=place, sku=what)


def promotion(code="AUTUMN", *, store=None, status="planned", **values):
    """Warm-up from April 1st to 2nd, run until the 4th, wrap-up on the 5th: five days."""
    days = {"warms_up_on": date(2026, 4, 1), "runs_on": date(2026, 4, 3)}
    days |= {"wraps_up_on": date(2026, 4, 5), "ends_on": date(2026, 4, 6)}
    values = {"name": f"Promotion {code}", "budget": Decimal(100)} | days | values
    return Promotion.objects.create(
        store=store or globals()["store"](), code=code, status=status, **values
    )


def promotion_item(of, listing=None, *, units=0, **values):
    """A listing in a promotion that keeps so many pieces in the warehouse W1."""
    if units:
        values.setdefault("warehouse", warehouse())
    found = listing or globals()["listing"](store=of.store)
    return PromotionItem.objects.create(promotion=of, listing=found, reserved_units=units, **values)


def proposal(code="", *, quantity=7, **values):
    """An open proposal to buy pieces of a SKU."""
    numbers = dict.fromkeys(("mean", "deviation", "z", "lead_time_days", "review_days"), 1)
    numbers |= dict.fromkeys(("safety_stock", "reorder_point", "on_hand", "on_order"), 1)
    known = Sku.objects.filter(code=code).first()
    return Replenishment.objects.create(
        sku=known or sku(code), day=TODAY, quantity=quantity, **numbers | values
    )


def listing_version(of, number=None, **values):
    """A version of a listing as it was written; it is not made the current one."""
    values = {"title": "A cup", "score": 50, "reason": "First text", "written_at": NOW} | values
    return ListingVersion.objects.create(
        listing=of, number=number or of.versions.count() + 1, **values
    )


def experiment(code="X1", *, listing=None, status="planned", **values):
    """Two versions of a live listing against each other from March 30th to April 2nd."""
    of = listing or globals()["listing"](status="live", price=Decimal(10))
    for number in (1, 2):
        if not of.versions.filter(number=number).exists():
            listing_version(of, number, title=f"Cup {number}")
    first, second = of.versions.order_by("number")[:2]
    days = {"from_date": date(2026, 3, 30), "to_date": date(2026, 4, 3)}
    pair = {"version_a": first, "version_b": second}
    values = {"name": f"Experiment {code}", "hypothesis": "More clicks"} | days | pair | values
    return Experiment.objects.create(listing=of, code=code, status=status, **values)


def experiment_day(of, arm="a", day=date(2026, 3, 30), *, impressions=1000, clicks=20, orders=2):
    return ExperimentDay.objects.create(
        experiment=of, arm=arm, day=day, impressions=impressions, clicks=clicks, orders=orders
    )


def experiment_day_item(day=date(2026, 3, 30), *, arm="a", **values):
    given = {"store": "UK", "listing": "L1", "experiment": "X1"}
    given |= {"impressions": 1000, "clicks": 20, "orders": 2}
    return ExperimentDayItem(day=day, arm=arm, **given | values)


def agent(name="", *, department="ops"):
    """Somebody who works on the tickets of a department."""
    return user(name, role=Role.TEAM_MEMBER, department=globals()["department"](department))


def ticket(*, store=None, at=NOW, text="Where is my parcel?", by=None, **values):
    """A ticket opened at ``at``, by the system unless ``by`` is given."""
    values = {"subject": "Parcel", "channel": "email", "kind": "enquiry"} | values
    made = Ticket(store=store or globals()["store"](), **values)
    return open_ticket(made, text, mover(by, at=at))


def dispute(external_id="", *, store=None, status="opened", **values):
    """A dispute opened on April 1st at noon, without an order and a deadline."""
    shop = store or globals()["store"]()
    opened = {"opened_at": datetime(2026, 4, 1, 12, tzinfo=UTC), "business_date": date(2026, 4, 1)}
    values = {"currency": shop.currency, "amount": Decimal("20.00")} | opened | values
    number = external_id or f"d{next(NUMBERS):05}"
    return Dispute.objects.create(store=shop, external_id=number, status=status, **values)


def dispute_item(number="D-1", *, store="UK", **values):
    given = {"opened_at": datetime(2026, 4, 1, 12, tzinfo=UTC)}
    return DisputeItem(store=store, number=number, **given | values)


def evidence(of, text="The neighbour signed for it.", **values):
    """A text as evidence, written as it stands."""
    return DisputeEvidence.objects.create(dispute=of, text=text, at=NOW, **values)


def review(external_id="", *, store=None, stars=5, on=date(2026, 4, 1), **values):
    """A review as it is stored; nothing follows from it."""
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return Review.objects.create(
        store=store or globals()["store"](),
        external_id=external_id or f"v{next(NUMBERS):05}",
        stars=stars,
        written_at=at,
        business_date=on,
        **values,
    )


def review_item(number="R-1", *, store="UK", stars=5, **values):
    given = {"written_at": datetime(2026, 4, 1, 12, tzinfo=UTC), "language": "en"}
    return ReviewItem(store=store, number=number, stars=stars, **given | values)


def keyword(phrase="broken", *, language="en", topic="quality", **values):
    """The keyword of this phrase, the shipped one where there is one."""
    values = {"topic": topic, "is_counted": True} | values
    return ReviewKeyword.objects.get_or_create(phrase=phrase, language=language, defaults=values)[0]


def order_address(of, **values):
    given = {
        "recipient": "Ann Lee",
        "line1": "1 High Street",
        "city": "Leeds",
        "postal_code": "LS1 1AA",
        "country": "GB",
    } | values
    return OrderAddress.objects.create(order=of, **given)


def anomaly(of=None, kind="amount", *, found=None, **values):
    held = of or order(status="on_hold", held_from="paid")
    amount = {"amount": "9.00", "low": "1.00", "high": "2.00", "currency": "CNY", "count": 9}
    return OrderAnomaly.objects.create(
        order=held, store=held.store, kind=kind, found=found or amount, found_at=NOW, **values
    )


def png(width=2, height=1, *, end=True):
    """A white picture; its head alone says how large it is."""

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)

    size = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00"
    rows = (b"\x00" + b"\xff" * min(width, 9)) * min(height, 9)
    parts = [chunk(b"IHDR", size), chunk(b"IDAT", compress(rows))]
    parts += [chunk(b"IEND", b"")] if end else []
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(width=2, height=1, *, end=True):
    """A picture by its segments; nobody would see anything in it."""
    sizes = height.to_bytes(2) + width.to_bytes(2)
    head = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + sizes + b"\x01\x01\x11\x00"
    return head + b"\xff\xda\x00\x03\x00\x01\x02" + (b"\xff\xd9" if end else b"")


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def channel(code="POST", **values):
    """A postal channel that promises ten days, and fifteen to remote areas."""
    values = {
        "name": f"Channel {code}",
        "kind": "postal",
        "promised_days": 10,
        "promised_days_remote": 15,
    } | values
    return LogisticsChannel.objects.get_or_create(code=code, defaults=values)[0]


def shipment(external_id="", *, order=None, store=None, **values):
    """A shipment as it stands, without the news that led there: ready unless told otherwise."""
    of = order or globals()["order"](store=store)
    values = {"created_at": NOW, "updated_at": NOW} | values
    return Shipment.objects.create(
        store=of.store,
        order=of,
        external_id=external_id or f"sh{next(NUMBERS):05}",
        channel=values.pop("channel", None) or channel(),
        **values,
    )


def shipment_exception(of=None, kind="silent", **values):
    """An exception of a shipment that waits since April 1st."""
    of = of or shipment(status="in_transit")
    values = {"about": date(2026, 3, 25), "raised_on": date(2026, 4, 1)} | values
    return ShipmentException.objects.create(shipment=of, store=of.store, kind=kind, **values)


def channel_item(code="POST", **values):
    given = {"name": f"Channel {code}", "kind": "postal", "promised_days": 10}
    return ChannelItem(code=code, **given | values)


def shipment_item(external_id="S1", *, store="UK", **values):
    """A shipment as it comes from outside, of order 1001 by the channel POST."""
    given = {"order": "1001", "channel": "POST"} | values
    return ShipmentItem(store=store, external_id=external_id, **given)


def event_item(code="in_transit", at=NOW, *, shipment="S1", store="UK", **values):
    return EventItem(store=store, shipment=shipment, at=at, code=code, **values)


def mailbox(*, store=None, **values):
    """A mailbox of a store at servers of this machine without TLS, as the tests serve them."""
    shop = store or globals()["store"]()
    given = {"name": f"Service {shop.code}", "address": f"service@{shop.code.lower()}.example"}
    for way in ("imap", "smtp"):
        given |= {f"{way}_host": "127.0.0.1", f"{way}_port": 1, f"{way}_security": "none"}
        given |= {f"{way}_user": "desk"}
    return save_mailbox(Mailbox(store=shop, **given | values), PASSWORD, mover())
