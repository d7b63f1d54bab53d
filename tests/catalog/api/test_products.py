"""Products, SKUs and categories for machines, and the steps they may make."""

import pytest
from django.test import Client

from catalog.models import Category, Product
from opsdesk.models import LifeEvent
from tests import factories as make

pytestmark = pytest.mark.django_db
USES = ("products:read", "products:write", "skus:read", "categories:read")


def client(*uses, stores=()):
    key = make.api_key(make.api_client(resources=uses or USES, stores=stores))
    return Client(headers={"Authorization": f"Api-Key {key}"})


def post(url, body, *uses):
    return client(*uses).post(url, body, content_type="application/json")


def test_a_product_is_shown_with_where_it_stands():
    make.product("P1", title="Cup", brand="Ours", status="on_sale")

    found = client().get("/api/v1/products/P1/").json()

    assert found == {
        "code": "P1",
        "title": "Cup",
        "category": "c",
        "brand": "Ours",
        "product_type": "standard",
        "goods_class": "durable",
        "range_role": "profit",
        "special_stock": False,
        "high_ticket": False,
        "status": "on_sale",
    }


def test_products_are_asked_for_by_status():
    make.product("P1", status="on_sale")
    make.product("P2", status="idea")

    found = client().get("/api/v1/products/?status=idea").json()

    assert [row["code"] for row in found["results"]] == ["P2"]


def test_a_sku_says_what_it_costs_as_text():
    make.sku("S1", of=make.product("P1"), title="Red", weight_g=120)

    assert client().get("/api/v1/skus/S1/").json() == {
        "code": "S1",
        "product": "P1",
        "title": "Red",
        "unit_cost": "10.00",
        "cost_currency": "CNY",
        "weight_g": 120,
        "safety_stock": 0,
        "lead_time_days": None,
    }


def test_categories_name_their_parent():
    root = Category.objects.create(code="a", name="A")
    Category.objects.create(code="b", name="B", parent=root)

    rows = client().get("/api/v1/categories/").json()["results"]

    assert rows == [
        {"code": "a", "name": "A", "parent": None},
        {"code": "b", "name": "B", "parent": "a"},
    ]


def test_a_machine_of_a_store_sees_what_is_listed_there():
    store = make.store("DE")
    listed = make.listing(store=store, sku=make.sku("S1"))
    make.sku("S2")
    bound = client(stores=("DE",))

    assert [row["code"] for row in bound.get("/api/v1/skus/").json()["results"]] == ["S1"]
    assert bound.get("/api/v1/skus/S2/").status_code == 404
    codes = [row["code"] for row in bound.get("/api/v1/products/").json()["results"]]
    assert codes == [listed.sku.product.code]


def test_the_steps_from_a_state_are_listed_with_what_stands_against_them():
    make.product("P1", status="compliance_review")

    found = client().get("/api/v1/products/P1/moves/").json()

    assert found == {
        "status": "compliance_review",
        "moves": [
            {
                "verb": "clear_for_sale",
                "to": "ready",
                "needs_reason": False,
                "refusals": [
                    "“Clear for sale” takes a person.",
                    "Fill in a compliance checklist first.",
                ],
            },
            {
                "verb": "reject",
                "to": "rejected",
                "needs_reason": True,
                "refusals": ["“Reject” takes a person."],
            },
        ],
    }


def test_a_step_is_made_and_the_new_state_told():
    make.product("P1", status="on_sale")

    answer = post("/api/v1/products/P1/moves/", {"verb": "clear", "reason": "Season over"})

    assert (answer.status_code, answer.json()["status"]) == (200, "clearance")
    assert Product.objects.get().status == "clearance"
    event = LifeEvent.objects.get()
    assert (event.client_name, event.reason) == ("ERP", "Season over")


@pytest.mark.parametrize(
    ("status", "body", "uses", "answer", "code"),
    [
        ("idea", {"verb": "clear", "reason": "x"}, USES, 409, "invalid_transition"),
        ("idea", {"verb": "research"}, USES, 403, "no_person"),
        ("on_sale", {"verb": "clear"}, USES, 400, "invalid"),
        ("ready", {"verb": "put_on_sale"}, USES, 400, "not_ready"),
        ("on_sale", {"verb": "fly"}, USES, 409, "unknown_step"),
        ("on_sale", {}, USES, 400, "required"),
        ("on_sale", {"verb": "optimise"}, ("products:read",), 403, "resource_not_open"),
    ],
)
def test_a_refused_step_changes_nothing(status, body, uses, answer, code):
    make.product("P1", status=status)

    refused = post("/api/v1/products/P1/moves/", body, *uses)

    assert (refused.status_code, refused.json()["code"]) == (answer, code)
    assert Product.objects.get().status == status
    assert LifeEvent.objects.count() == 0
