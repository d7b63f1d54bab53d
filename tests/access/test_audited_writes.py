"""No write without its entry: what changed in the tables, against what the trail says."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from accounts.actions.people import start_employment
from accounts.core.roles import Role
from accounts.models import Employment, Person, Position
from catalog.actions.fx import record_rates
from catalog.actions.handovers import accept_handover, offer_handover
from catalog.actions.products import upsert_categories, upsert_products, upsert_skus
from catalog.actions.purchasing import upsert_purchase_lines
from catalog.actions.receiving import Delivery, receive
from catalog.actions.stores import place_store, upsert_stores
from catalog.actions.suppliers import score_suppliers, upsert_suppliers
from catalog.core.items import CategoryItem, ProductItem, RateItem, SkuItem, StoreItem
from catalog.core.supply_items import PurchaseLineItem, SupplierItem
from catalog.models import Handover, StoreDepartment
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import approve_run, lock_run, pay_run, submit_run
from compensation.models import PayRun
from kpis.models import NightlyRun
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import Mover, move
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry, Job
from orders.actions.attachments import given_file
from orders.actions.channels import upsert_channels
from orders.actions.disputes import upsert_disputes
from orders.actions.evidence import add_evidence, withdraw_evidence
from orders.actions.inspections import LineSaid, PiecesSaid, end_late, save_inspection
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.actions.rates import reconvert
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.return_course import RETURN_COURSE
from orders.actions.return_opening import LineBack, open_return
from orders.actions.returns import upsert_returns
from orders.actions.reviews import link_reviews, upsert_reviews
from orders.actions.shipment_exceptions import (
    pass_exceptions,
    raise_exceptions,
    take_exceptions,
)
from orders.actions.shipments import upsert_shipments
from orders.actions.tracking import upsert_events
from orders.core.address_items import CustomerItem
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.core.shipment_items import ShippedLine
from orders.models import Order
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
MARCH = Period.parse("2026-03")

# Where the entry stands that tells of a part: the column that leads there.
PART_OF = {
    "orders.orderline": "order_id",
    "orders.payment": "order_id",
    "orders.orderanomaly": "order_id",
    "orders.returnline": "return_case_id",
    "orders.reviewversion": "review_id",
    "orders.shipmentline": "shipment_id",
    "orders.trackingevent": "shipment_id",
    "orders.returnpieces": "return_case_id",
    "orders.refundline": "refund_id",
    "compensation.payrunevent": "run_id",
    "compensation.baserow": "run_id",
    "compensation.payslip": "run_id",
    "compensation.fundentry": "run_id",
    "compensation.planposition": "version_id",
    "compensation.fundtier": "version_id",
    "accounts.apikey": "client_id",
    "opsdesk.importreject": "batch_id",
}
WHOLE = {
    "orders.orderline": "orders.order",
    "orders.payment": "orders.order",
    "orders.orderanomaly": "orders.order",
    "orders.returnline": "orders.return",
    "orders.reviewversion": "orders.review",
    "orders.shipmentline": "orders.shipment",
    "orders.trackingevent": "orders.shipment",
    "orders.returnpieces": "orders.return",
    "orders.refundline": "orders.refund",
    "compensation.payrunevent": "compensation.payrun",
    "compensation.baserow": "compensation.payrun",
    "compensation.payslip": "compensation.payrun",
    "compensation.fundentry": "compensation.payrun",
    "compensation.planposition": "compensation.planversion",
    "compensation.fundtier": "compensation.planversion",
    "accounts.apikey": "accounts.apiclient",
    "opsdesk.importreject": "opsdesk.importbatch",
}
EXEMPT = {
    "orders.ticketstep": "what the clocks are counted from; the step itself has an entry",
    "orders.ticketclock": "computed",
    "orders.escalation": "raised by the clocks",
    "opsdesk.lifeevent": "the entry of a step stands at the thing that made it",
    "opsdesk.auditentry": "the trail itself",
    "opsdesk.auditwaiting": "the trail itself",
    "opsdesk.auditseal": "the trail itself",
    "opsdesk.audithead": "the trail itself",
    "opsdesk.job": "says how far the work is; what the work changes has entries",
    "accounts.closedmonth": "written with the lock of its pay run",
    "catalog.dirtyday": "days to compute again",
    "catalog.ratenews": "days to convert again",
    "catalog.supplierscore": "computed",
    "catalog.stocklevel": "the sum of the movements, which have entries",
    "orders.customer": "what the order that names it tells; its erasure has an entry",
    "catalog.reviewday": "computed",
    "orders.reviewmention": "computed",
    "orders.keywordday": "computed",
    "orders.customerstanding": "computed",
    "kpis.salesday": "computed",
    "kpis.refundday": "computed",
    "kpis.periodfact": "computed",
    "kpis.factwork": "work of the night",
    "kpis.periodwork": "work of the night",
    "kpis.restatement": "computed",
    "kpis.nightlystep": "says how far the night is",
    "kpis.metricdefinition": "shipped, nobody edits it yet",
    "kpis.scorecard": "computed",
    "kpis.scorecardtemplate": "shipped, nobody edits it yet",
    "kpis.scorecarditem": "shipped, nobody edits it yet",
    "compensation.payslipline": "part of a payslip, which its pay run tells of",
    "compensation.plantier": "part of a plan position",
}
# Written by machines beside what people decide.
SILENT = {
    # computed from its clocks and steps
    "orders.ticket": {"next_due_at", "next_measure", "queue_at", "first_answered_at"}
    | {"resolved_at", "closed_at", "escalation_level", "updated_at", "source_updated_at"},
    # how far it was fetched, and how a mail is tried: what comes of it has its entry
    "orders.mailbox": {"uid_validity", "last_uid", "polled_at", "fault", "fault_detail"}
    | {"leased_until", "fence"},
    "orders.incomingmail": {"attempts"},
    "orders.outgoingmail": {"state", "attempts", "failures", "not_before", "leased_until"}
    | {"fault", "detail"},
    "accounts.user": {"last_login", "session_version"},
    "accounts.apikey": {"last_used_at"},
    # noted by the submission of the pay run, which has its entry
    "compensation.planversion": {"used_at"},
    "orders.order": {"source_updated_at"},
    "orders.return": {"source_updated_at"},
    "orders.dispute": {"source_updated_at"},
    "orders.review": {"source_updated_at"},
    # what the night has done with it
    "orders.reviewkeyword": {"is_counted"},
    "orders.shipment": {"source_updated_at"},
    "opsdesk.importbatch": {"rows_read", "created", "updated", "unchanged", "rejected"}
    | {"set_aside", "notes"},
    "kpis.nightlyrun": {"state", "finished_at", "number", "as_of"},
}


def ours():
    for app in apps.get_app_configs():
        if app.path.startswith(str(settings.BASE_DIR)) and "site-packages" not in app.path:
            yield from app.get_models()


def rows():
    """Every row of what must be audited, by kind and number."""
    found = {}
    for model in ours():
        label = model._meta.label_lower
        if label in EXEMPT:
            continue
        silent = SILENT.get(label, set())
        for row in model._base_manager.values():
            content = {name: str(value) for name, value in row.items() if name not in silent}
            found[label, row[model._meta.pk.attname]] = content
    return found


def whole(key, row):
    label, number = key
    return (WHOLE[label], int(row[PART_OF[label]])) if label in WHOLE else (label, number)


class Watch:
    """What changed since the last look, and what the trail says of it."""

    def __init__(self):
        self.look()

    def look(self):
        self.rows = rows()
        self.last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def unaudited(self):
        after = rows()
        keys = self.rows.keys() | after.keys()
        changed = {
            whole(key, after.get(key) or self.rows[key])
            for key in keys
            if self.rows.get(key) != after.get(key)
        }
        return changed, changed - set(self.told())

    def told(self):
        """How many entries there are of each record."""
        entries = AuditEntry.objects.filter(pk__gt=self.last)
        return Counter((e.model, int(e.object_id)) for e in entries.iterator() if e.object_id)


def test_every_table_is_audited_part_of_something_that_is_or_exempt_for_a_reason():
    labels = {model._meta.label_lower for model in ours()}

    assert PART_OF.keys() == WHOLE.keys()
    assert (PART_OF.keys() | EXEMPT.keys()) - labels == set()


def order(name="1", *, price="10.00", placed_at=NOW, **values):
    line = make.line_item(1, unit_price=price, quantity=5)
    values = {"customer": CustomerItem("c", "GB")} | values
    return make.order_item(name, lines=[line], placed_at=placed_at, **values)


def back(name="R1", **values):
    lines = [make.return_line_item(1, quantity=1, refund="10.00", order_line_no=1)]
    return make.return_item(name, order="1", lines=lines, **values)


def send(*items):
    return upsert_orders(items, source=Source(), at=NOW)


def a_store(code="DE", **values):
    given = {
        "name": code,
        "marketplace": "own",
        "country": "DE",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
    }
    return StoreItem(code, **(given | values))


def some_rates(value="9"):
    return [RateItem(date(2026, 3, n), "GBP", "CNY", Decimal(value)) for n in range(1, 20)]


def in_pounds():
    make.store(currency="GBP")
    record_rates(some_rates(), by=None, at=NOW)
    march = datetime(2026, 3, 10, tzinfo=UTC)
    send(*(order(str(n), placed_at=march, currency="GBP") for n in range(1, 5)))
    upsert_returns([back(currency="GBP", refunded_at=march)], source=Source(), at=NOW)
    reconvert(None, at=NOW)


def stores():
    upsert_stores([a_store("A"), a_store("B", department="ops")], by=None, at=NOW)
    yield
    upsert_stores([a_store("A", name="New"), a_store("B"), a_store("C")], by=None, at=NOW)


def categories_products_and_skus():
    upsert_categories([CategoryItem("a", "A"), CategoryItem("b", "B")], by=None, at=NOW)
    upsert_products([ProductItem("p", "P", "a"), ProductItem("q", "Q", "a")], by=None, at=NOW)
    upsert_skus([SkuItem("s", "p", "S"), SkuItem("t", "p", "T")], by=None, at=NOW)
    yield
    upsert_categories([CategoryItem("a", "A"), CategoryItem("b", "New", "a")], by=None, at=NOW)
    upsert_products([ProductItem("p", "New", "b"), ProductItem("r", "R", "a")], by=None, at=NOW)
    upsert_skus([SkuItem("s", "q", "S"), SkuItem("u", "p", "U")], by=None, at=NOW)


def rates():
    record_rates(some_rates("8"), by=None, at=NOW)
    yield
    mixed = [*some_rates("8")[:3], *some_rates("9")[3:]]
    record_rates([*mixed, RateItem(TODAY, "EUR", "CNY", Decimal(8))], by=None, at=NOW)


def orders_new_and_changed():
    make.store()
    send(order("1"), order("2"))
    yield
    send(order("1"), order("2", price="11.00"), order("3"))


def returns_new_and_changed():
    make.store()
    send(order("1"))
    upsert_returns([back("R1"), back("R2")], source=Source(), at=NOW)
    yield
    again = [back("R1"), back("R2", reason="broken"), back("R3")]
    upsert_returns(again, source=Source(), at=NOW)


def an_inspection(case, clerk):
    case.refresh_from_db()
    said = [LineSaid(1, 3, (PiecesSaid(3, "unopened", "restock", make.warehouse()),))]
    save_inspection(case, said, clerk, seen=case.handled_at)


def a_refund(case, clerk, name="n1"):
    ask = RefundAsk((LineAsk(1, 1),), extra=Decimal("1.00"))
    refund_return(case, RefundOrder(ask, name), clerk, reason="angry")


def a_return(status):
    """A return of three pieces whose item has a SKU, and who works on it."""
    make.store()
    make.sku("A1")
    make.warehouse()
    send(order("1"))
    clerk = make.mover(make.manager())
    case = make.return_case(Order.objects.get(), lines=[(1, 3)], status=status)
    return case, clerk


def a_return_is_opened():
    _case, clerk = a_return("rejected")
    yield
    open_return(Order.objects.get(), [LineBack(1, 3, make.reason())], clerk)


def what_came_is_counted():
    case, clerk = a_return("received")
    yield
    an_inspection(case, clerk)


def an_inspection_ends():
    case, clerk = a_return("received")
    an_inspection(case, clerk)
    yield
    move(RETURN_COURSE, case, "inspect", clerk)


def a_return_is_rejected_after_its_inspection():
    case, clerk = a_return("received")
    an_inspection(case, clerk)
    move(RETURN_COURSE, case, "inspect", clerk)
    yield
    move(RETURN_COURSE, case, "reject", clerk, reason="used")


def a_part_is_refunded():
    case, clerk = a_return("inspected")
    yield
    a_refund(case, clerk)


def goods_that_come_after_their_money():
    case, clerk = a_return("received")
    a_refund(case, clerk)
    an_inspection(case, clerk)
    case.refresh_from_db()
    yield
    end_late(case, clerk)


def a_source_tells_news_of_what_people_work_on():
    case, clerk = a_return("requested")
    move(RETURN_COURSE, case, "approve", clerk)
    told = back(case.external_id, source_updated_at=NOW + timedelta(hours=1))
    yield
    upsert_returns([told], source=Source(), at=NOW)


def an_order_takes_what_was_refunded_here_along():
    in_pounds()
    sold = Order.objects.order_by("pk").last()
    make.part_refund(make.return_case(sold), "1.00")
    record_rates([RateItem(date(2026, 3, 10), "GBP", "CNY", Decimal(7))], by=None, at=NOW)
    yield
    reconvert(None, at=NOW)


def a_late_order_renumbers_the_others():
    make.store()
    send(*(order(str(n), placed_at=NOW + timedelta(days=n)) for n in range(3)))
    yield
    send(order("late", placed_at=NOW - timedelta(days=1)))


def a_cancelled_order_renumbers_the_others():
    make.store()
    send(*(order(str(n), status="paid", placed_at=NOW + timedelta(days=n)) for n in range(3)))
    somebody = make.user()
    yield
    first = Order.objects.get(external_id="0")
    move(ORDER_COURSE, first, "cancel", Mover(NOW, somebody), reason="Twice")


def an_order_on_another_day_takes_its_refund_along():
    in_pounds()
    record_rates([RateItem(date(2026, 3, 20), "GBP", "CNY", Decimal(7))], by=None, at=NOW)
    yield
    later = datetime(2026, 3, 25, tzinfo=UTC)
    send(order("1", placed_at=later, currency="GBP"))


def another_rate_converts_again():
    in_pounds()
    yield
    record_rates(some_rates("8"), by=None, at=NOW)
    reconvert(None, at=NOW)


def a_store_changes_department():
    shop, new = make.store(), make.department("new")
    yield
    span = StoreDepartment(store=shop, department=new, from_date=TODAY)
    place_store(span, by=None, at=NOW)


def a_new_employment_ends_the_old_one():
    old = make.employment()
    yield
    new = Employment(
        person=old.person,
        department=old.department,
        position=Position.objects.get(code="supervisor"),
        from_date=TODAY,
        hire_date=old.hire_date,
    )
    start_employment(new, by=None, at=NOW)


def a_month_from_open_to_paid():
    make.employment(make.person("E1"), position="supervisor")
    make.order("600.00", on=date(2026, 3, 1))
    make.target("1000.00")
    people = [make.user(role=Role.HR_PAYROLL), make.manager("b1"), make.manager("b2")]
    hr, boss, deputy = ((user, make.scope(user)) for user in people)
    NightlyRun.objects.create(as_of=date(2026, 4, 1), state="done", started_at=NOW)
    yield
    run = calculate_run(make.department(), MARCH, by=hr[0], at=NOW)
    submit_run(run, scope=hr[1], by=hr[0], at=NOW)
    approve_run(run, digest=run.digest, scope=boss[1], by=boss[0], at=NOW)
    lock_run(PayRun.objects.get(), scope=deputy[1], by=deputy[0], at=NOW)
    pay_run(PayRun.objects.get(), scope=hr[1], by=hr[0], at=NOW)


def lines_of_a_draft_from_outside():
    for code in ("S1", "S2", "S3"):
        make.sku(code)
    make.purchase_order("PO1", status="draft", lines=[("S1", 10, "5"), ("S2", 1, "5")])
    yield
    given = (("S1", 10), ("S2", 2), ("S3", 3))
    lines = [PurchaseLineItem("PO1", "V1", "W1", sku, units, Decimal(5)) for sku, units in given]
    upsert_purchase_lines(lines, by=None, at=NOW)
    upsert_suppliers([SupplierItem("V2", "New", "CN", "CNY")], by=None, at=NOW)


def a_delivery_comes_in():
    line = make.purchase_order("PO1").lines.get()
    receive(line, Delivery("DN1", TODAY, 1), Mover(NOW))
    yield
    receive(line, Delivery("DN2", TODAY, 4, 1), Mover(NOW))


def suppliers_get_another_grade():
    [line] = make.purchase_order().lines.all()
    make.purchase_receipt(line, 10)
    yield
    score_suppliers(TODAY, at=NOW)


def disputes_new_changed_and_moved():
    make.store()
    disputes("1", "2", "3")
    yield
    disputes("1", "4")
    disputes("2", kind="chargeback")
    disputes("3", status="won")


def disputes(*numbers, **values):
    items = [make.dispute_item(number, **values) for number in numbers]
    upsert_disputes(items, scope=None, by=None, at=NOW)


def reviews_new_changed_and_linked():
    make.store()
    reviews("1", "2", "3")
    reviews("4", item="LATE", text="It is broken")
    make.sku("LATE")
    yield
    reviews("1", "5", stars=5)
    reviews("2", stars=4, text="A little late")
    reviews("6", stars=1)
    link_reviews(at=NOW)


def reviews(*numbers, **values):
    items = [make.review_item(number, **values) for number in numbers]
    upsert_reviews(items, scope=None, by=None, at=NOW)


def evidence_comes_and_goes():
    of = make.dispute()
    first = add_evidence(of, make.mover(), text="Ours", file=given_file("a.pdf", make.PDF))
    yield
    withdraw_evidence(first, make.mover(), reason="Wrong")
    add_evidence(of, make.mover(), text="Right")


def parcels(*numbers, **values):
    lines = (ShippedLine(1, 1),)
    items = [make.shipment_item(f"S{n}", order=str(n), lines=lines, **values) for n in numbers]
    upsert_shipments(items, scope=None, by=None, at=NOW)


def channels():
    upsert_channels([make.channel_item("A"), make.channel_item("B")], by=None, at=NOW)
    yield
    items = [make.channel_item("A"), make.channel_item("B", name="New"), make.channel_item("C")]
    upsert_channels(items, by=None, at=NOW)


def shipments_new_and_changed():
    make.store()
    make.channel()
    send(*(order(str(n), status="completed") for n in range(1, 4)))
    parcels(1, 2)
    yield
    parcels(1)
    parcels(2, cost=Decimal(5))
    parcels(3, dispatched_at=NOW)


def news_moves_shipments_and_orders_and_raises_exceptions():
    make.store()
    make.channel()
    send(*(order(str(n), status="allocated") for n in range(1, 4)))
    parcels(1, 2, 3)
    yield
    news = [make.event_item("picked_up", shipment=f"S{n}") for n in (1, 2)]
    upsert_events([*news, make.event_item("other", shipment="S3")], scope=None, by=None, at=NOW)


def the_night_raises_exceptions_and_lets_them_pass():
    late = {"status": "in_transit", "promised_on": TODAY - timedelta(days=3)}
    make.shipment_exception(make.shipment("S1", status="in_transit"), "late")
    for number in (2, 3):
        make.shipment(f"S{number}", **late)
    yield
    raise_exceptions(TODAY, Mover(NOW))
    pass_exceptions(TODAY, Mover(NOW))


def many_exceptions_are_taken():
    rows = [make.shipment_exception(kind=kind) for kind in ("late", "lost")]
    me = make.mover(make.user(role=Role.MANAGER))
    yield
    take_exceptions([row.pk for row in rows], me)


BULK = [
    disputes_new_changed_and_moved,
    evidence_comes_and_goes,
    reviews_new_changed_and_linked,
    channels,
    shipments_new_and_changed,
    news_moves_shipments_and_orders_and_raises_exceptions,
    the_night_raises_exceptions_and_lets_them_pass,
    many_exceptions_are_taken,
    lines_of_a_draft_from_outside,
    a_delivery_comes_in,
    suppliers_get_another_grade,
    stores,
    categories_products_and_skus,
    rates,
    orders_new_and_changed,
    returns_new_and_changed,
    a_return_is_opened,
    what_came_is_counted,
    an_inspection_ends,
    a_return_is_rejected_after_its_inspection,
    a_part_is_refunded,
    a_source_tells_news_of_what_people_work_on,
    goods_that_come_after_their_money,
    an_order_takes_what_was_refunded_here_along,
    a_late_order_renumbers_the_others,
    a_cancelled_order_renumbers_the_others,
    an_order_on_another_day_takes_its_refund_along,
    another_rate_converts_again,
    a_store_changes_department,
    a_new_employment_ends_the_old_one,
]


@pytest.mark.parametrize("path", BULK, ids=lambda path: path.__name__)
def test_changed_rows_are_entries_no_more_and_no_less(path):
    make.department()
    steps = path()
    next(steps)
    watch = Watch()

    next(steps, None)

    changed, unaudited = watch.unaudited()
    assert changed
    assert unaudited == set()
    assert watch.told() == dict.fromkeys(changed, 1)


def test_every_step_of_a_pay_run_is_audited():
    steps = a_month_from_open_to_paid()
    next(steps)
    watch = Watch()

    next(steps, None)

    changed, unaudited = watch.unaudited()
    assert (unaudited, changed >= {("compensation.payrun", PayRun.objects.get().pk)}) == (
        set(),
        True,
    )


def test_a_handover_is_audited_from_offer_to_acceptance():
    giver, taker = (make.person(n, user=make.user(n.lower())) for n in ("G", "T"))
    for one in (giver, taker):
        make.employment(one)
    lead = make.user("lead", role=Role.SUPERVISOR, department=make.department())
    shop = make.store()
    shop.assignments.create(person=giver, share=Decimal(1), from_date=date(2026, 1, 1))
    watch = Watch()

    offered = Handover(
        store=shop,
        from_person=giver,
        to_person=taker,
        share=Decimal(1),
        on_date=date(2026, 5, 1),
        reason="Another market",
    )
    offer_handover(offered, scope=make.scope(lead), by=lead, at=NOW)
    changed, unaudited = watch.unaudited()

    assert (bool(changed), unaudited) == (True, set())
    for side in (giver.user, taker.user):
        watch.look()
        accept_handover(Handover.objects.get(), by=side, at=NOW)
        changed, unaudited = watch.unaudited()
        assert (bool(changed), unaudited) == (True, set())


def posts(client):
    """One page after the other, as an address with what is posted to it, each with its role."""
    ops, person = make.department(), make.person("E7")
    make.employment(person)
    job = Job.objects.create(kind="x", key="x", state="failed", not_before=NOW, staged_at=NOW)
    supervisor = {"role": Role.SUPERVISOR, "department": ops}
    yield {"role": Role.MANAGER}, "admin:accounts_department_add", [], {"code": "n", "name": "N"}
    yield (
        {"role": Role.MANAGER},
        "admin:accounts_department_change",
        [ops.pk],
        {
            "code": "ops",
            "name": "Other",
        },
    )
    yield (
        supervisor,
        "admin:kpis_target_add",
        [],
        {
            "department": ops.pk,
            "month": "2026-03",
            "net_sales": "100.00",
        },
    )
    yield (
        {"role": Role.HR_PAYROLL},
        "admin:accounts_person_add",
        [],
        {
            "employee_no": "E8",
            "name": "Somebody",
        },
    )
    yield (
        {"role": Role.HR_PAYROLL},
        "admin:accounts_person_change",
        [person.pk],
        {
            "employee_no": "E7",
            "name": "Else",
            "email": "e@example.com",
        },
    )
    yield (
        {"role": Role.HR_PAYROLL},
        "admin:compensation_attendance_add",
        [],
        {
            "person": person.pk,
            "month": "2026-03",
            "absent_days": "1",
            "late_count": "0",
        },
    )
    yield {"role": Role.MANAGER}, "admin:opsdesk_job_retry", [job.pk], {}
    yield {"role": Role.MANAGER}, "admin:kpis_nightlyrun_start", [], {}


def test_what_is_posted_to_a_page_is_audited(client):
    silent = []
    for who, name, args, values in posts(client):
        sign_in(client, make.user(**who))
        watch = Watch()

        response = client.post(reverse(name, args=args), values)

        changed, unaudited = watch.unaudited()
        if response.status_code != 302 or unaudited or not (changed or watch.told()):
            silent.append((name, response.status_code, unaudited))
    assert silent == []
    assert not AuditEntry.objects.filter(detail__icontains="e@example.com").exists()
    assert not AuditEntry.objects.filter(detail__icontains="Somebody").exists()
    assert Person.objects.filter(name="Somebody").exists()


def test_what_commands_write_is_audited():
    make.employment(make.person("E1"), position="supervisor")
    make.order("600.00", on=date(2026, 3, 1))
    make.target("1000.00")
    watch = Watch()

    call_command("payrun", "calculate", "ops", "2026-03", verbosity=0)
    call_command("nightly", "--as-of", "2026-04-01")

    changed, unaudited = watch.unaudited()
    assert (bool(changed), unaudited) == (True, set())
