"""Categories, products and SKUs from outside."""

from decimal import Decimal

import pytest

from catalog.actions.products import upsert_categories, upsert_products, upsert_skus
from catalog.core.items import CategoryItem, ProductItem, SkuItem
from catalog.models import Category, Product, Sku
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db


def categories(*items):
    return upsert_categories(items, by=None, at=make.NOW)


def products(*items):
    return upsert_products(items, by=None, at=make.NOW)


def skus(*items):
    return upsert_skus(items, by=None, at=make.NOW)


def states(outcomes):
    return [str(outcome.state) for outcome in outcomes]


def stocked():
    categories(CategoryItem("c", "Cups"))
    products(ProductItem("p", "Cup", "c"))


def test_a_tree_of_three_levels_and_no_more():
    outcomes = categories(
        CategoryItem("a", "A"),
        CategoryItem("b", "B", "a"),
        CategoryItem("c", "C", "b"),
        CategoryItem("d", "D", "c"),
        CategoryItem("e", "E", "gone"),
    )

    assert states(outcomes) == ["created", "created", "created", "error", "error"]
    assert [o.errors[0].message for o in outcomes[3:]] == [
        "The category tree has at most three levels.",
        "There is no category gone.",
    ]
    assert Category.objects.count() == 3


def test_products_and_skus_are_made_changed_and_left():
    stocked()
    first = SkuItem("s", "p", "Blue", Decimal("1.25"), "EUR", safety_stock=5)

    answers = [
        skus(first),
        skus(first),
        skus(SkuItem("s", "p", "Red")),
        products(ProductItem("p", "Cup", "c")),
        products(ProductItem("p", "Mug", "c", range_role="hero")),
    ]

    assert [states(answer)[0] for answer in answers] == [
        "created",
        "unchanged",
        "updated",
        "unchanged",
        "updated",
    ]
    # What the second delivery left out stays.
    found = Sku.objects.values_list("title", "unit_cost", "cost_currency", "safety_stock")
    assert found.get() == ("Red", Decimal("1.25"), "EUR", 5)
    assert Product.objects.values_list("title", "range_role").get() == ("Mug", "hero")
    assert AuditEntry.objects.count() == 5


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (SkuItem("s", "gone"), "product"),
        (SkuItem("s", "p", unit_cost=Decimal("-1"), cost_currency="EUR"), "unit_cost"),
        (SkuItem("s", "p", unit_cost=Decimal(1)), "cost_currency"),
        (SkuItem("", "p"), "code"),
    ],
)
def test_a_wrong_sku_is_refused(item, field):
    stocked()

    outcomes = skus(item)

    assert [error.field for error in outcomes[0].errors] == [field]
    assert Sku.objects.count() == 0
