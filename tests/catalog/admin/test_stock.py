"""The pages of stock: shown in few statements, and written to by the actions only."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import AbcClass, PurchaseOrder, Replenishment, StockLevel, StockMovement
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    sign_in(client, factories.user("lead", role=Role.SUPERVISOR, department=factories.department()))
    return client


@pytest.mark.parametrize(
    "model",
    [
        *("warehouse", "stocklevel", "stockmovement", "stocksnapshot", "stockout"),
        *("abcclass", "replenishment"),
    ],
)
def test_each_list_is_shown(page, model):
    factories.stock(3)

    assert page.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 200


def test_an_adjustment_is_written_and_one_beyond_the_stock_is_refused(page):
    level = factories.stock(3)
    given = {"warehouse": level.warehouse_id, "sku": level.sku_id, "kind": "adjustment"}
    add = reverse("admin:catalog_stockmovement_add")

    refused = page.post(add, given | {"units": -4, "reason": "broken"})
    assert b"3 pieces" in refused.content
    assert StockMovement.objects.count() == 1

    page.post(add, given | {"units": -2, "reason": "broken"})
    assert StockLevel.objects.get().on_hand == 1


def test_a_proposal_opens_to_its_numbers_and_becomes_an_order(page):
    numbers = dict.fromkeys(("mean", "deviation", "z", "lead_time_days", "review_days"), 1)
    numbers |= dict.fromkeys(("safety_stock", "reorder_point", "on_hand", "on_order"), 1)
    one = Replenishment.objects.create(
        sku=factories.sku(), day=date(2026, 4, 1), quantity=7, **numbers
    )
    address = reverse("admin:catalog_replenishment_change", args=[one.pk])
    decide = reverse("admin:catalog_replenishment_decide", args=[one.pk, "order"])

    assert b"Make purchase order" in page.get(address).content
    chosen = {"supplier": factories.supplier().pk, "warehouse": factories.warehouse().pk}
    page.post(decide, chosen)

    assert PurchaseOrder.objects.get().lines.get().units == 7
    assert b"Make purchase order" not in page.get(address).content


def test_above_the_abc_classes_stands_how_sales_spread_over_them(page):
    AbcClass.objects.create(
        day=date(2026, 4, 1), sku=factories.sku("CUP"), sales=80, running=Decimal("0.8"), letter="A"
    )
    AbcClass.objects.create(
        day=date(2026, 4, 1), sku=factories.sku("CAP"), sales=20, running=1, letter="B"
    )

    answer = page.get(reverse("admin:catalog_abcclass_changelist"))

    told = answer.context["pareto"]
    assert [(one["bound"].letter, one["of_skus"], one["of_sales"]) for one in told["classes"]] == [
        ("A", Decimal("0.5"), Decimal("0.8")),
        ("B", Decimal("0.5"), Decimal("0.2")),
    ]
    assert '<path class="line" d="M' in answer.content.decode()
