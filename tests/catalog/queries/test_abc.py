"""The curve of cumulative sales over the SKUs."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import AbcClass, Sku
from catalog.queries.abc import MOST_POINTS, Bound, Pareto, pareto
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)


def classed(*rows):
    """Classes by code, sales, running share and letter."""
    for code, sales, running, letter in rows:
        AbcClass.objects.create(
            sku=make.sku(code), day=DAY, sales=sales, running=Decimal(running), letter=letter
        )


def test_each_sku_is_a_point_and_each_class_ends_where_it_ends(django_assert_num_queries):
    classed(
        ("CUP", 15, "0.95", "B"),
        ("ASH", 80, "0.8", "A"),
        ("DISH", 5, "1", "C"),
        ("EGG", 0, "1", "C"),
    )

    with django_assert_num_queries(1):
        found = pareto(AbcClass.objects.all())

    share = Decimal
    assert found == Pareto(
        of=4,
        points=[(1, share("0.8")), (2, share("0.95")), (3, share(1)), (4, share(1))],
        bounds=[
            Bound("A", 1, 1, share("0.8")),
            Bound("B", 2, 1, share("0.95")),
            Bound("C", 4, 2, share(1)),
        ],
    )


def test_of_many_skus_few_points_are_taken_and_always_the_last(django_assert_num_queries):
    count = 3 * MOST_POINTS + 1  # one more than thrice: every fourth
    product = make.product()
    skus = Sku.objects.bulk_create(
        Sku(code=f"S{number:04}", product=product) for number in range(1, count + 1)
    )
    AbcClass.objects.bulk_create(
        AbcClass(sku=sku, day=DAY, sales=1, running=Decimal(number) / 1000, letter="A")
        for number, sku in enumerate(skus, 1)
    )

    with django_assert_num_queries(1):
        found = pareto(AbcClass.objects.all())

    assert [rank for rank, _running in found.points] == [*range(4, 301, 4), 301]
    assert found.points[0] == (4, Decimal("0.004"))
    assert found.bounds == [Bound("A", 301, 301, Decimal("0.301"))]


def test_without_classes_there_is_no_curve():
    assert pareto(AbcClass.objects.all()) is None
