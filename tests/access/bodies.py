"""What is posted where: what a form needs, and what a button sends."""

from datetime import timedelta

from django.utils import timezone

from accounts.actions.clients import digest_of
from accounts.models import Department, Person, Position, User
from catalog.actions.pricing import shown_digest
from catalog.models import (
    Category,
    ComplianceChecklist,
    Listing,
    PriceOverride,
    Product,
    PurchaseOrder,
    Replenishment,
    Sku,
    StockLevel,
    StockMovement,
    Store,
    Supplier,
    Warehouse,
)
from compensation.models import PayRun, Proposal
from orders.models import LogisticsChannel, OrderLine, Return, ReturnReason, WorkCalendar
from tests import factories

# Where the form of a page stands, if not on the page itself.
FORM_AT = {"/admin/compensation/planversion/<id>/change/": "?edit=1"}

# A change to a stored record, on top of what its form holds.
CHANGES = {
    "accounts.user": {"last_name": "Renamed"},
    "accounts.department": {"name": "Renamed"},
    "accounts.team": {"name": "Renamed"},
    "accounts.position": {"name": "Renamed"},
    "accounts.person": {"name": "Renamed"},
    "accounts.employment": {"level": "senior"},
    "catalog.fxrate": {"rate": "8.5"},
    "catalog.category": {"name": "Renamed"},
    "orders.returnreason": {"name": "Renamed"},
    "catalog.product": {"title": "Renamed"},
    "catalog.sku": {"title": "Renamed"},
    "catalog.store": {"name": "Renamed"},
    "catalog.listing": {"locale": "de"},
    "catalog.marginpolicy": {"markup": "0.3"},
    "catalog.brandminimum": {"amount": "2.00"},
    "catalog.inboundcost": {"duty": "2.00"},
    "catalog.sellingcost": {"shipping": "2.00"},
    "catalog.competitorprice": {"price": "18.00"},
    "catalog.supplier": {"contact": "Renamed"},
    "catalog.purchaseorder": {"notes": "Renamed"},
    "catalog.inboundshipment": {"shipped_on": "2026-03-03"},
    "catalog.scorerule": {"grade_a": "90"},
    "catalog.violation": {"points": "3"},
    "catalog.promotion": {"spent": "7.00"},
    "catalog.experiment": {"name": "Renamed"},
    "catalog.settlingwindow": {"days": "31"},
    "catalog.warehouse": {"name": "Renamed"},
    "catalog.replenishmentpolicy": {"review_days": "14"},
    "catalog.signalrule": {"quiet_days": "14"},
    "catalog.storeassignment": {"from_date": "2026-02-15"},
    "orders.membertier": {"name": "Renamed"},
    "orders.retentionpolicy": {"months": "24"},
    "orders.workcalendar": {"name": "Renamed"},
    "orders.slapolicy": {"minutes": "90"},
    "orders.escalationrule": {"level": "8"},
    "orders.holdpolicy": {"duplicate_hours": "12"},
    "orders.allocationsource": {"rank": "7"},
    "orders.resolutioncode": {"name": "Renamed"},
    "orders.rootcause": {"name": "Renamed"},
    "orders.replytemplate": {"title": "Renamed"},
    "orders.dispute": {"reason": "Renamed"},
    "orders.review": {"title": "Renamed"},
    "orders.reviewkeyword": {"topic": "other"},
    "orders.logisticschannel": {"name": "Renamed"},
    "kpis.target": {"net_sales": "777.00"},
    "compensation.worktask": {"actual": "7"},
    "compensation.attendance": {"absent_days": "3"},
    "compensation.planversion": {"name": "Renamed"},
}


# A step that a machine may make of the row in the table.
STEPS = {
    "products": "clear",
    "purchase-orders": "cancel",
    "inbound-shipments": "declare",
    "violations": "accept",
    "listings": "end",
    "promotions": "cancel",
    "experiments": "cancel",
    "tickets": "resolve",
    "disputes": "win",
    "reviews": "open",
    "shipments": "deliver",
    "returns": "reject",
    "orders": "complete",
}


def _pk(model, **asked):
    return str(model.objects.get(**asked).pk)


def _colleague(side):
    return _pk(Person, user__username=f"signin-{side}")


def _department(side):
    return _pk(Department, code=side)


# A record that is new, by its fields; ``side`` is the department it is meant for.
NEW = {
    "orders.ticket": lambda side: {
        "store": _pk(Store, code="home-st"),
        "channel": "phone",
        "kind": "enquiry",
        "priority": "normal",
        "subject": "New",
        "text": "Hello",
    },
    "orders.retentionpolicy": lambda side: {"from_date": "2031-01-01", "months": "24"},
    "orders.membertier": lambda side: {"code": "new", "name": "New", "from_spend": "8.00"},
    "orders.mailbox": lambda side: {
        "name": "New",
        "address": "new@example.com",
        "store": _pk(Store, code="home-st"),
        "new_password": "harbour-mail",
        "active": "on",
        "imap_folder": "INBOX",
        **{f"{way}_host": "mail.example.com" for way in ("imap", "smtp")},
        **{f"{way}_user": "new" for way in ("imap", "smtp")},
        **{f"{way}_security": "tls" for way in ("imap", "smtp")},
        "imap_port": "993",
        "smtp_port": "465",
    },
    "orders.workcalendar": lambda side: {"code": "new", "name": "New", "time_zone": "UTC"},
    "orders.slapolicy": lambda side: {
        "name": "New",
        "measure": "resolution",
        "kind": "enquiry",
        "from_date": "2031-01-01",
        "calendar": _pk(WorkCalendar, code="always"),
    },
    "orders.escalationrule": lambda side: {
        "measure": "update",
        "level": "7",
        "minutes_after_due": "0",
        "audience": "team",
    },
    "orders.holdpolicy": lambda side: {
        "store": _pk(Store, code="home-st"),
        "duplicate_hours": "24",
        "amount_days": "90",
        "amount_z": "3",
        "amount_fence": "1.5",
        "amount_fewest": "8",
        "oldest_days": "14",
    },
    "orders.allocationsource": lambda side: {
        "store": _pk(Store, code="home-st"),
        "warehouse": _pk(Warehouse, code="W1"),
        "rank": "3",
    },
    "orders.resolutioncode": lambda side: {"code": "new", "name": "New"},
    "orders.rootcause": lambda side: {"code": "new", "name": "New"},
    "orders.replytemplate": lambda side: {"code": "new", "title": "New", "text": "Hello"},
    "catalog.warehouse": lambda side: {"code": "new", "name": "New", "country": "CN"},
    "catalog.replenishmentpolicy": lambda side: {"from_date": "2031-01-01"},
    "catalog.signalrule": lambda side: {
        "kind": "stock_age",
        "verb": "clear",
        "from_date": "2031-01-01",
        "threshold": "90",
        "min_units": "1",
        "window_days": "30",
        "quiet_days": "30",
    },
    "catalog.stockmovement": lambda side: {
        "warehouse": _pk(Warehouse, code="W1"),
        "sku": str(StockMovement.objects.order_by("pk").values_list("sku", flat=True)[0]),
        "kind": "receipt",
        "units": "1",
    },
    "accounts.user": lambda side: {
        "username": "newcomer",
        "usable_password": "true",
        "password1": "a-long-new-one-71",
        "password2": "a-long-new-one-71",
    },
    "accounts.department": lambda side: {"code": "new", "name": "New"},
    "accounts.team": lambda side: {"code": "n", "name": "New", "department": _department("home")},
    "accounts.position": lambda side: {"code": "new", "name": "New"},
    "accounts.person": lambda side: {"employee_no": "E999", "name": "New"},
    "accounts.employment": lambda side: {
        "person": _colleague("home"),
        "department": _department("home"),
        "position": _pk(Position, code="analyst"),
        "level": "mid",
        "hire_date": "2024-01-01",
        "from_date": "2026-08-01",
    },
    "accounts.accesschange": lambda side: {
        "kind": "grant",
        "user": _pk(User, username="asks-z"),
        "role": "team_member",
        "reason": "Joins us",
    },
    "accounts.standin": lambda side: {
        "principal": _pk(User, username="boss-away"),
        "stand_in": _pk(User, username="signin-mine"),
        "from_date": str(timezone.now().date() + timedelta(days=30)),
        "to_date": str(timezone.now().date() + timedelta(days=40)),
    },
    "accounts.approvallimit": lambda side: {
        "role": "supervisor",
        "kind": "pay_run",
        "up_to": "50.00",
        "from_date": str(timezone.now().date() + timedelta(days=30)),
    },
    "catalog.fxrate": lambda side: {
        "date": "2026-02-02",
        "from_currency": "EUR",
        "to_currency": "CNY",
        "rate": "7.8",
    },
    "catalog.category": lambda side: {"code": "new", "name": "New"},
    "catalog.product": lambda side: {
        "code": "new",
        "title": "New",
        "category": _pk(Category, code="c1"),
        "product_type": "standard",
        "goods_class": "durable",
        "range_role": "profit",
    },
    "catalog.sku": lambda side: {
        "code": "new",
        "product": _pk(Product, code="p1"),
        "safety_stock": "0",
    },
    "catalog.store": lambda side: {
        "code": "new",
        "name": "New",
        "marketplace": "own",
        "country": "GB",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "stage": "new",
        "platform_fee_rate": "0.15",
    },
    "catalog.supplier": lambda side: {
        "code": "new",
        "name": "New",
        "country": "CN",
        "currency": "CNY",
        "active": "on",
    },
    "catalog.purchaseorder": lambda side: {
        "code": "new",
        "supplier": _pk(Supplier, code="V1"),
        "warehouse": _pk(Warehouse, code="W1"),
        "expected_on": "2027-04-01",
    },
    "catalog.inboundshipment": lambda side: {
        "order": _pk(PurchaseOrder, code="po-1"),
        "reference": "new",
    },
    "catalog.scorerule": lambda side: {
        "from_date": "2027-01-01",
        "cost_weight": "0.5",
        "quality_weight": "0.3",
        "delivery_weight": "0.2",
        "grade_a": "85",
        "grade_b": "70",
        "grade_c": "55",
        "window_days": "180",
    },
    "catalog.storedepartment": lambda side: {
        "store": _pk(Store, code="home-st"),
        "department": _department("away"),
        "from_date": "2026-08-01",
    },
    "catalog.storeassignment": lambda side: {
        "store": _pk(Store, code="home-st"),
        "person": _colleague("mine"),
        "duty": "operation",
        "share": "0.5",
        "from_date": "2026-02-01",
        "to_date": "2026-02-10",
    },
    "catalog.violation": lambda side: {
        "store": _pk(Store, code="home-st"),
        "external_id": "V-2",
        "kind": "warning",
        "severity": "minor",
        "points": "2",
        "happened_on": "2026-03-11",
    },
    "catalog.promotion": lambda side: {
        "store": _pk(Store, code="home-st"),
        "code": "PR-2",
        "name": "New",
        "warms_up_on": "2027-05-01",
        "runs_on": "2027-05-03",
        "wraps_up_on": "2027-05-08",
        "ends_on": "2027-05-10",
        "budget": "100",
    },
    "catalog.experiment": lambda side: {
        "listing": _pk(Listing, seller_sku="sell-home-71"),
        "code": "X-2",
        "name": "New",
        "hypothesis": "More clicks",
        "measure": "click_rate",
        "number_a": "1",
        "number_b": "2",
        "from_date": "2027-05-01",
        "to_date": "2027-05-15",
        "share_b": "50",
    },
    "catalog.settlingwindow": lambda side: {
        "source": "ads",
        "from_date": "2026-08-01",
        "days": "30",
    },
    "catalog.handover": lambda side: {
        "store": _pk(Store, code="home-st"),
        "duty": "operation",
        "from_person": _colleague("home"),
        "to_person": _colleague("mine"),
        "share": "1",
        "on_date": "2027-04-01",
        "reason": "Moves on",
    },
    "catalog.listing": lambda side: {
        "store": _pk(Store, code=f"{side}-st" if side in ("home", "away") else "home-st"),
        "sku": _pk(Sku, code="s1"),
        "seller_sku": "new",
        "locale": "en",
    },
    "catalog.priceoverride": lambda side: {
        "listing": _pk(Listing, seller_sku="sell-home-71"),
        "price": "9.00",
        "from_date": str(timezone.now().date() + timedelta(days=2)),
        "until_date": str(timezone.now().date() + timedelta(days=9)),
        "reason": "Old stock",
    },
    "catalog.marginpolicy": lambda side: {
        "range_role": "hero",
        "from_date": "2026-08-01",
        "min_margin": "0.05",
        "max_margin": "0.2",
        "markup": "0.2",
    },
    "catalog.brandminimum": lambda side: {
        "brand": "New",
        "currency": "EUR",
        "amount": "9.00",
        "from_date": "2026-08-01",
    },
    "catalog.inboundcost": lambda side: {
        "sku": _pk(Sku, code="s1"),
        "from_date": "2026-08-01",
        "inbound_freight": "1.00",
        "duty": "0.50",
    },
    "catalog.sellingcost": lambda side: {
        "store": _pk(Store, code="home-st"),
        "from_date": "2026-08-01",
        "shipping": "1.00",
        "tax_rate": "0.1",
    },
    "catalog.competitorprice": lambda side: {
        "listing": _pk(Listing, seller_sku="sell-home-71"),
        "competitor": "New",
        "seen_on": "2026-03-02",
        "price": "18.00",
    },
    "orders.dispute": lambda side: {
        "store": _pk(Store, code="home-st"),
        "external_id": "D-2",
        "kind": "chargeback",
        "opened_at_0": "2026-03-11",
        "opened_at_1": "09:00",
    },
    "orders.review": lambda side: {
        "store": _pk(Store, code="home-st"),
        "external_id": "R-2",
        "stars": "2",
        "written_at_0": "2026-03-11",
        "written_at_1": "09:00",
    },
    "orders.reviewkeyword": lambda side: {"phrase": "new", "language": "en", "topic": "other"},
    "orders.logisticschannel": lambda side: {
        "code": "new",
        "name": "New",
        "kind": "postal",
        "promised_days": "9",
        "silent_days": "7",
    },
    "orders.returnreason": lambda side: {"code": "new", "name": "New", "active": "on"},
    "kpis.target": lambda side: {
        "department": _department(side),
        "month": "2026-08",
        "net_sales": "500.00",
    },
    "compensation.worktask": lambda side: {
        "person": _colleague(side),
        "month": "2026-08",
        "name": "New",
        "planned": "10",
        "actual": "0",
    },
    "compensation.attendance": lambda side: {
        "person": _colleague(side),
        "month": "2026-08",
        "absent_days": "1",
    },
    "compensation.proposal": lambda side: {
        "person": _colleague(side),
        "month": "2026-08",
        "kind": "bonus",
        "amount": "150.00",
        "reason": "Fair",
    },
}


def _run(side, **values):
    """Bring the run of ``side`` to where a step begins."""
    PayRun.objects.filter(department__code=side).update(**values)
    return PayRun.objects.get(department__code=side)


def _step(name, side):
    """Return what the button of a pay run posts, with the run in the state that shows it."""
    nobody = {"approved_by": None, "approved_at": None}
    before = {"calculate": "calculated", "submit": "calculated", "approve": "submitted"}
    before |= {"return_to_open": "submitted"}
    if name in before:
        run = _run(side, state=before[name], **nobody)
    else:
        run = _run(side, state="approved" if name == "lock" else "locked")
    return {"digest": run.digest, "reason": "Look again"}


def _client_body(model):
    """Return what the forms and buttons of a machine client post."""
    client = model.objects.get(name="client-u")
    return {
        "digest": digest_of(client),
        "days": "30",
        "latest": str(max(key.pk for key in client.keys.all())),
        "name": "client-new",
        "resources": "stores:write",
    }


def _stock_form(name):
    """Return what is typed into the pages on which stock is moved and counted."""
    level = StockLevel.objects.order_by("pk").first()
    if name == "count":
        return {
            "number": "n1",
            "warehouse": level.warehouse_id,
            "sku": level.sku.code,
            "counted": 2,
        }
    places = {"source": level.warehouse_id, "target": factories.warehouse("W2").pk}
    return {"number": "n1", **places, "sku": level.sku.code, "units": 1, "reason": "Said so"}


def _return_body(line, last):
    """Return what the pages of a return post, with the return in the state that shows them."""
    if last == "return":
        return {"units_1": "0", "reason_1": _pk(ReturnReason, code="defective")}
    if last == "inspect":
        Return.objects.filter(external_id=f"ret-{line.side}-7783").update(status="received")
        said = {"units_0_1": "1", "condition_0_1": "opened", "disposal_0_1": "scrap"}
        return {"seen": "", "received_1": "1", "finish": "1"} | said
    pieces = {"lines": [{"line_no": 1, "quantity": 1}]}
    return {"external_id": "n1", "number": "n1", "units_1": "1", "confirm": "1"} | pieces


def body(line, model, form):
    """Return what is posted to the address of ``line``; ``form`` is what its page would post."""
    label = model._meta.label_lower if model else ""
    last = line.path.rstrip("/").rpartition("/")[2]
    if "/do/<name>/" in line.path and label == "compensation.payrun":
        return _step(line.row.partition(":")[2], line.side)
    if last == "start" and label == "compensation.payrun":
        _run(line.side, state="calculated", approved_by=None, approved_at=None)
        return {"department": _department(line.side), "month": "2026-03"}
    if "/listingprice/set/" in line.path:
        return {
            "price": "30.00",
            "from_date": str(timezone.now().date() + timedelta(days=2)),
            "reason": "Said so",
        }
    if label == "catalog.stocklevel" and last in ("transfer", "count"):
        return {**(form or {}), **_stock_form(last)}
    if "/shipment/send/" in line.path:
        OrderLine.objects.filter(order__store__code=f"{line.side}-st").update(quantity=5)
        parcel = {"channel": LogisticsChannel.objects.get().pk, "tracking_number": "new"}
        return {**(form or {}), **parcel, "line_1": "1"}
    if "/replenishment/orders/" in line.path:
        one = Replenishment.objects.get()
        chosen = {"proposal": one.pk, f"supplier_{one.pk}": factories.supplier().pk}
        return chosen | {"warehouse": factories.warehouse().pk}
    if last == "<verdict>" and label == "catalog.priceoverride":
        asked = PriceOverride.objects.get(listing__store__code=f"{line.side}-st")
        return {"digest": shown_digest(asked)}
    if last == "<verdict>":
        return {"digest": Proposal.objects.get(person__user__username=f"signin-{line.side}").digest}
    if label == "accounts.apiclient":
        return {**(form or {}), **_client_body(model)}
    if "/product/sign/" in line.path:
        return {"digest": ComplianceChecklist.objects.get().digest}
    if last == "<verb>" and label == "orders.ticket":
        return {"reason": "Said so", "text": "Hello"}
    if last == "erase" and label == "orders.customer":
        return {"reason": "Asked"}
    if last in ("evidence", "withdraw"):
        return {"text": "Said so", "reason": "Said so"}
    if last == "<verb>":
        return {"reason": "Said so"}
    if last == "moves":
        return {"verb": STEPS[line.path.split("/")[3]], "reason": "Said so"}
    if last in ("return", "inspect", "refund"):
        return _return_body(line, last)
    if "/receive/" in line.path:
        return {"delivery_note": "DN1", "received_on": "2026-03-20", "accepted": "4"}
    if last == "copy":
        return {"effective_from": "2028-01"}
    if last == "delete":
        return {**(form or {}), "post": "yes"}
    if last == "password":
        return {"usable_password": "true"} | dict.fromkeys(
            ("password1", "password2"), "a-long-new-one-72"
        )
    if last == "add" and label in NEW:
        return {**(form or {}), **NEW[label](line.side)}
    if last == "change":
        return {**(form or {}), **CHANGES.get(label, {})}
    return dict(form or {})
