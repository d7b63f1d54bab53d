"""The pages of suppliers, purchase orders and shipments: what they show, and what is done there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.actions.suppliers import score_suppliers
from catalog.models import (
    Certificate,
    InboundShipment,
    PurchaseLine,
    PurchaseOrder,
    PurchaseReceipt,
    ScoreRule,
    StockLevel,
    Supplier,
)
from opsdesk.core.periods import business_date
from tests import factories as make
from tests.factories import NOW
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
LIST = "admin:catalog_purchaseorder_changelist"
TODAY = business_date(timezone.now(), "Asia/Shanghai")


@pytest.fixture
def buyer(client):
    make.grant(user := make.user("buyer"), Role.TEAM_MEMBER)
    make.employment(make.person(user=user))
    return sign_in(client, user)


@pytest.fixture
def order():
    return make.purchase_order(
        "PO1",
        lines=[("S1", 10, "5.00"), ("S2", 4, "2.50")],
        ordered_on=TODAY - timedelta(days=40),
        expected_on=TODAY - timedelta(days=1),
    )


def page(order, name="change"):
    return reverse(f"admin:catalog_purchaseorder_{name}", args=[order.pk])


def receive(client, order, code="S1", **values):
    line = order.lines.get(sku__code=code)
    address = reverse("admin:catalog_purchaseorder_receive", args=[order.pk, line.pk])
    values = {"delivery_note": "DN1", "received_on": TODAY.isoformat(), "accepted": 6} | values
    return client.post(address, values)


def formset(prefix, rows=(), *, initial=0):
    sent = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for number, row in enumerate(rows):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def test_an_order_is_made_with_its_lines_as_a_draft(buyer):
    sent = {
        "code": "PO7",
        "supplier": make.supplier(currency="USD").pk,
        "warehouse": make.warehouse().pk,
        "expected_on": "2027-01-05",
        "notes": "",
    }
    lines = [{"sku": make.sku("S1").pk, "units": 5, "unit_cost": "2.50"}]

    answer = buyer.post(reverse("admin:catalog_purchaseorder_add"), sent | formset("lines", lines))

    assert answer.status_code == 302, answer.context["errors"]
    made = PurchaseOrder.objects.get()
    assert (made.status, made.currency, made.expected_on) == ("draft", "USD", date(2027, 1, 5))
    assert list(made.lines.values_list("sku__code", "units", "unit_cost")) == [
        ("S1", 5, Decimal("2.50"))
    ]


def test_the_page_of_an_order_tells_money_pieces_and_next_steps(buyer, order):
    text = buyer.get(page(order)).content.decode()

    for part in ("60.00", "late", "Record inspection", "10 of 10 still to come"):
        assert part in text
    assert "Receive the rest" not in text


def test_lines_of_a_placed_order_are_not_on_its_form(buyer, order):
    line = order.lines.first()
    sent = {"notes": "Called them"} | formset(
        "lines", [{"id": line.pk, "order": order.pk, "sku": line.sku_id, "units": 99,
                   "unit_cost": "1"}], initial=1,
    ) | formset("shipments")  # fmt: skip

    answer = buyer.post(page(order), sent)

    assert answer.status_code == 302
    assert PurchaseLine.objects.get(pk=line.pk).units == 10
    assert PurchaseOrder.objects.get().notes == "Called them"


def test_a_delivery_is_received_on_the_page(buyer, order):
    answer = receive(buyer, order, rejected=1, note="Dented")

    assert told(answer) == ["Recorded: delivery note DN1."]
    assert PurchaseReceipt.objects.values_list("accepted", "rejected", "note").get() == (
        6, 1, "Dented"
    )  # fmt: skip
    assert StockLevel.objects.get().on_hand == 6
    text = buyer.get(page(order)).content.decode()
    assert "3 of 10 still to come" in text and "Dented" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"accepted": 11}, "Of S1 10 pieces were ordered and 10 are still to come; 11 are more. "
         "Make another order for what came beyond it."),
        ({"accepted": ""}, "accepted: This field is required."),
        ({"received_on": "soon"}, "received on: Enter a valid date."),
    ],
)  # fmt: skip
def test_a_delivery_that_cannot_be_is_refused_on_the_page(buyer, order, values, said):
    assert told(receive(buyer, order, **values)) == [said]
    assert (PurchaseReceipt.objects.count(), StockLevel.objects.count()) == (0, 0)


def test_a_warning_of_customs_is_shown(buyer, order):
    make.inbound_shipment(order, "SEA-1")

    assert told(receive(buyer, order)) == [
        "Recorded: delivery note DN1.",
        "Shipment SEA-1 stands with customs as “Not declared”.",
    ]


def test_who_may_not_keep_stock_receives_nothing(client, order):
    auditor = sign_in(client, make.user(role=Role.AUDITOR))

    assert auditor.get(page(order)).status_code == 200
    assert receive(auditor, order).status_code == 403
    assert PurchaseReceipt.objects.count() == 0


def test_a_line_of_another_order_is_not_received_here(buyer, order):
    other = make.purchase_order("PO2").lines.get()
    address = reverse("admin:catalog_purchaseorder_receive", args=[order.pk, other.pk])

    assert buyer.post(address, {}).status_code == 404


def test_a_shipment_is_added_on_the_page_and_begins_undeclared(buyer, order):
    sent = {"notes": ""} | formset("shipments", [{"reference": "SEA-1", "order": order.pk}])

    answer = buyer.post(page(order), sent | formset("lines"))

    assert answer.status_code == 302
    shipment = InboundShipment.objects.get()
    assert (shipment.reference, shipment.status) == ("SEA-1", "not_declared")
    text = buyer.get(page(order)).content.decode()
    assert reverse("admin:catalog_inboundshipment_move", args=[shipment.pk, "declare"]) in text


def test_the_paper_shows_what_is_bought_and_nothing_to_press(buyer, order):
    text = buyer.get(page(order, "print")).content.decode()

    assert "Purchase order PO1" in text and "60.00 CNY" in text
    assert "/receive/" not in text


def test_late_orders_are_found_and_told_on_the_home_page(buyer, order):
    make.purchase_order("IN-TIME", lines=[("S3", 1, "1")], expected_on=TODAY)
    make.purchase_order("DONE", lines=[("S4", 1, "1")], status="received",
                        expected_on=date(2026, 1, 1))  # fmt: skip

    late = buyer.get(reverse(LIST), {"late": "yes"}).content.decode()
    still = buyer.get(reverse(LIST), {"late": "open"}).content.decode()
    home = buyer.get(reverse("admin:index")).content.decode()

    assert [code for code in ("PO1", "IN-TIME", "DONE") if code in late] == ["PO1"]
    assert [code for code in ("PO1", "IN-TIME", "DONE") if code in still] == ["PO1", "IN-TIME"]
    assert "Purchase orders that are late" in home


def test_a_list_tells_both_currencies_or_a_dash(buyer, order):
    make.rate("7.2000000000", on=date(2020, 1, 1), source="USD")
    for code, currency in (("US", "USD"), ("JP", "JPY")):
        of = make.supplier(code, currency=currency)
        make.purchase_order(f"PO-{code}", supplier=of, lines=[("S1", 10, "5.00")])

    found = buyer.get(reverse(LIST)).context["cl"].result_list

    assert {one.code: one.cost.reporting for one in found} == {
        "PO1": Decimal("60.00"), "PO-US": Decimal("360.00"), "PO-JP": None
    }  # fmt: skip


@pytest.mark.parametrize("name", ["purchaseorder", "inboundshipment", "supplier", "scorerule"])
def test_lists_ask_the_same_few_questions_for_any_number(
    buyer, name, django_assert_max_num_queries
):
    address = reverse(f"admin:catalog_{name}_changelist")
    counts = []
    for number in (1, 2, 3):
        of = make.supplier(f"V{number}")
        make.inbound_shipment(make.purchase_order(f"P{number}", supplier=of))
        ScoreRule.objects.create(
            from_date=date(2026, 1, number), cost_weight=1, quality_weight=0, delivery_weight=0
        )
        buyer.get(address)
        with django_assert_max_num_queries(40) as found:
            buyer.get(address)
        counts.append(len(found))

    assert counts[0] == counts[2]


def test_the_page_of_a_supplier_tells_how_the_score_came_about(buyer, order):
    make.purchase_receipt(order.lines.get(sku__code="S1"), 8, rejected=2,
                          on=order.expected_on)  # fmt: skip
    score_suppliers(TODAY, at=NOW)
    supplier = Supplier.objects.get()
    Certificate.objects.create(supplier=supplier, number="OLD", valid_until=date(2020, 1, 1))

    text = buyer.get(reverse("admin:catalog_supplier_change", args=[supplier.pk])).content.decode()

    # quality 100 × (1 − 2/10), delivery 100 × 10/14; (0.4 × 80 + 0.3 × 71.42857…) / 0.7
    for part in ("2 / 10", "10 / 14", "71.4286", "76.3265", "57.14 %", "unknown", "badge-grade-B",
                 "ISO 9001 OLD (2020-01-01)", "PO1", "<svg"):  # fmt: skip
        assert part in text, part


def test_certificates_that_end_are_found_and_told_on_the_home_page(buyer):
    days = {"SOON": 60, "LATER": 61, "ENDED": -1, "NEVER": None}
    for code, ahead in days.items():
        until = None if ahead is None else TODAY + timedelta(days=ahead)
        Certificate.objects.create(
            supplier=make.supplier(code, name=code), number="1", valid_until=until
        )
    address = reverse("admin:catalog_supplier_changelist")

    found = {
        asked: [one.code for one in buyer.get(address, {"papers": asked})
                .context["cl"].result_list]
        for asked in ("ending", "ended")
    }  # fmt: skip

    assert found == {"ending": ["SOON"], "ended": ["ENDED"]}
    assert "Certificates that end within 60 days" in buyer.get("/admin/").content.decode()


def test_a_supplier_of_no_currency_is_refused_at_its_field(buyer):
    sent = {"code": "V1", "name": "Cups", "country": "CN", "currency": "RMB", "active": "on"}

    answer = buyer.post(reverse("admin:catalog_supplier_add"), sent | formset("certificates"))

    assert answer.context["adminform"].form.errors == {
        "currency": ["RMB is no ISO 4217 currency such as EUR."]
    }
    assert Supplier.objects.count() == 0


def test_only_who_keeps_master_data_writes_rules(client, buyer):
    address = reverse("admin:catalog_scorerule_add")
    sent = {"from_date": "2027-01-01", "cost_weight": "0.5", "quality_weight": "0.2",
            "delivery_weight": "0.2", "grade_a": 80, "grade_b": 70, "grade_c": 60,
            "window_days": 90}  # fmt: skip

    refused = buyer.post(address, sent).status_code
    boss = sign_in(client, make.manager())
    wrong = boss.post(address, sent)
    right = boss.post(address, sent | {"delivery_weight": "0.3"})

    assert (refused, wrong.status_code, right.status_code) == (403, 200, 302)
    assert "The three weights add up to 1" in wrong.content.decode()
    assert ScoreRule.objects.count() == 2
