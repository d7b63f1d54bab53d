"""Suppliers, purchase orders and inbound shipments in the API: shown, moved and received."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.models import Certificate, InboundShipment, PurchaseOrder, PurchaseReceipt, StockLevel
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.opsdesk.api.calling import get, header_of, told

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/purchase-orders/"
SHIPMENTS = "/api/v1/inbound-shipments/"
SUPPLIERS = "/api/v1/suppliers/"
USES = tuple(
    f"{name}:{use}"
    for name in ("suppliers", "purchase-orders", "inbound-shipments")
    for use in ("read", "write")
)


@pytest.fixture
def key():
    return make.api_key(make.api_client(resources=USES))


def post(client, path, key, **body):
    return client.post(path, body, content_type="application/json", **header_of(key))


@pytest.fixture
def order():
    """Placed long ago: deliveries of today and yesterday are after it."""
    return make.purchase_order(
        "PO.1", lines=[("S1", 10, "5.00"), ("S2", 4, "2.50")], ordered_on=date(2026, 1, 5)
    )


def receipt(**values):
    yesterday = timezone.now().date() - timedelta(days=1)
    values = {"sku": "S1", "delivery_note": "DN1", "accepted": 6} | values
    return {"received_on": yesterday.isoformat()} | values


def shown(**values):
    return {
        "code": "PO.1",
        "supplier": "V1",
        "warehouse": "W1",
        "currency": "CNY",
        "status": "ordered",
        "ordered_on": "2026-01-05",
        "expected_on": "2026-03-31",
        "notes": "",
        "lines": [
            {"sku": "S1", "units": 10, "unit_cost": "5.00", "received": 0, "rejected": 0,
             "open": 10},
            {"sku": "S2", "units": 4, "unit_cost": "2.50", "received": 0, "rejected": 0,
             "open": 4},
        ],
    } | values  # fmt: skip


def test_an_order_is_shown_with_its_lines(client, key, order):
    assert get(client, f"{ORDERS}PO.1/", key).json() == shown()
    assert get(client, ORDERS, key).json()["results"] == [shown()]


def test_orders_are_found_by_state_supplier_and_warehouse(client, key, order):
    found = {
        query: [one["code"] for one in get(client, f"{ORDERS}?{query}", key).json()["results"]]
        for query in ("status=ordered", "status=draft", "supplier=V1", "warehouse=W9")
    }

    assert found == {
        "status=ordered": ["PO.1"], "status=draft": [], "supplier=V1": ["PO.1"], "warehouse=W9": []
    }  # fmt: skip


def test_a_delivery_is_received_once(client, key, order):
    first = post(client, f"{ORDERS}PO.1/receipts/", key, **receipt(rejected=1))
    again = post(client, f"{ORDERS}PO.1/receipts/", key, **receipt(rejected=1))

    lines = shown()["lines"]
    lines[0] |= {"received": 6, "rejected": 1, "open": 3}
    said = {"warnings": [], "order": shown(status="partly_received", lines=lines)}
    assert (first.status_code, first.json()) == (201, {"new": True} | said)
    assert (again.status_code, again.json()) == (200, {"new": False} | said)
    assert (PurchaseReceipt.objects.get().client_name, StockLevel.objects.get().on_hand) == (
        "ERP", 6
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"accepted": 11}, 400, "accepted"),
        ({"accepted": 0}, 400, "accepted"),
        ({"accepted": -1}, 400, "accepted"),
        ({"accepted": "x"}, 400, "accepted"),
        ({"sku": "S9"}, 400, "sku"),
        ({"delivery_note": ""}, 400, "delivery_note"),
        ({"received_on": "2999-01-01"}, 400, "received_on"),
        ({"received_on": "2025-01-01"}, 400, "received_on"),
        ({"received_on": "soon"}, 400, "received_on"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(client, key, order, values, status, field):
    found, said = told(post(client, f"{ORDERS}PO.1/receipts/", key, **receipt(**values)))

    assert (found, list(said["errors"])) == (status, [field])
    assert (PurchaseReceipt.objects.count(), StockLevel.objects.count()) == (0, 0)


def test_a_delivery_note_with_other_numbers_is_a_conflict(client, key, order):
    post(client, f"{ORDERS}PO.1/receipts/", key, **receipt())

    status, said = told(post(client, f"{ORDERS}PO.1/receipts/", key, **receipt(accepted=5)))

    assert (status, list(said["errors"])) == (409, ["delivery_note"])
    assert StockLevel.objects.get().on_hand == 6


def test_a_key_that_only_reads_receives_and_moves_nothing(client, order):
    reading = make.api_key(make.api_client(resources=("purchase-orders:read",)))

    answers = [
        post(client, f"{ORDERS}PO.1/receipts/", reading, **receipt()),
        post(client, f"{ORDERS}PO.1/moves/", reading, verb="cancel", reason="x"),
    ]

    assert [one.status_code for one in answers] == [403, 403]
    assert (PurchaseReceipt.objects.count(), PurchaseOrder.objects.get().status) == (0, "ordered")


def test_a_machine_bound_to_a_store_sees_nothing_of_what_the_company_buys(client, order):
    make.store("UK")
    make.inbound_shipment(order)
    bound = make.api_key(make.api_client("bound", resources=USES, stores=("UK",)))

    lists = [get(client, path, bound).json()["results"] for path in (ORDERS, SHIPMENTS, SUPPLIERS)]
    single = [
        get(client, path, bound).status_code
        for path in (f"{ORDERS}PO.1/", f"{SHIPMENTS}PO.1:SEA-1/", f"{SUPPLIERS}V1/")
    ]
    tried = post(client, f"{ORDERS}PO.1/receipts/", bound, **receipt())

    assert (lists, single, tried.status_code) == ([[], [], []], [404, 404, 404], 404)
    assert PurchaseReceipt.objects.count() == 0


def test_the_moves_of_an_order_are_those_made_by_hand(client, key, order):
    found = get(client, f"{ORDERS}PO.1/moves/", key).json()
    forced = post(client, f"{ORDERS}PO.1/moves/", key, verb="receive")
    done = post(client, f"{ORDERS}PO.1/moves/", key, verb="cancel", reason="Too dear")

    assert [move["verb"] for move in found["moves"]] == ["inspect", "cancel"]
    assert told(forced)[0] == 403
    assert (done.status_code, done.json()) == (200, {"status": "cancelled", "moves": []})
    assert list(LifeEvent.objects.values_list("verb", "client_name")) == [("cancel", "ERP")]


def test_a_shipment_is_shown_and_moved_by_order_and_reference(client, key, order):
    make.inbound_shipment(order, "SEA:1 x", status="declared")
    address = f"{SHIPMENTS}PO.1:SEA:1%20x/"

    before = get(client, address, key).json()
    done = post(client, f"{address}moves/", key, verb="hold", reason="Papers")

    assert before == {
        "key": "PO.1:SEA:1 x",
        "purchase_order": "PO.1",
        "reference": "SEA:1 x",
        "status": "declared",
        "shipped_on": None,
        "expected_on": None,
    }
    assert done.json()["status"] == "held"
    assert InboundShipment.objects.get().status == "held"


@pytest.mark.parametrize("address", ["PO.1", "PO.1:", "PO.1:NONE", ":SEA-1", "x:SEA-1"])
def test_a_shipment_that_is_not_there(client, key, order, address):
    make.inbound_shipment(order)

    assert get(client, f"{SHIPMENTS}{address}/", key).status_code == 404


def test_shipments_are_paged_by_their_key(client, key, order):
    for reference in ("B", "A", "C"):
        make.inbound_shipment(order, reference)

    first = get(client, f"{SHIPMENTS}?page_size=2", key).json()
    second = get(client, first["next"].removeprefix("http://testserver"), key).json()

    found = [[one["reference"] for one in page["results"]] for page in (first, second)]
    assert found == [["A", "B"], ["C"]]


def test_a_supplier_is_shown_with_its_certificates(client, key):
    supplier = make.supplier(grade="B", annual_capacity=9000)
    Certificate.objects.create(supplier=supplier, number="77", valid_until=date(2027, 1, 1))

    assert get(client, f"{SUPPLIERS}V1/", key).json() == {
        "code": "V1",
        "name": "Supplier V1",
        "country": "CN",
        "currency": "CNY",
        "contact": "",
        "annual_capacity": 9000,
        "active": True,
        "grade": "B",
        "certificates": [{"kind": "ISO 9001", "number": "77", "valid_until": "2027-01-01"}],
    }
    found = get(client, f"{SUPPLIERS}?grade=A&active=true&country=CN", key).json()["results"]
    assert found == []


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(("path", "questions"), [(ORDERS, 3), (SHIPMENTS, 2), (SUPPLIERS, 3)])
def test_lists_ask_the_same_few_questions_for_any_number(
    client, key, many, path, questions, django_assert_num_queries
):
    for number in range(many):
        of = make.supplier(f"V{number}")
        make.inbound_shipment(make.purchase_order(f"P{number}", supplier=of))
    get(client, path, key)

    with django_assert_num_queries(questions):
        assert len(get(client, path, key).json()["results"]) == many
