"""The sample company's reviews: one product disappoints, and some are followed up."""

from datetime import timedelta

import pytest

from opsdesk.demo import reviews
from orders.models import KeywordDay, OrderLine, Review, ReviewVersion
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_reviews_are_about_orders_and_one_was_raised():
    lamp, store = factories.sku("LAMP-A"), factories.store("AMZ-UK")
    for number in range(400):
        order = factories.order(store=store, on=TODAY - timedelta(days=30 + number % 60))
        OrderLine.objects.filter(order=order).update(sku=lamp)

    reviews.write(TODAY, at=NOW)

    rows = Review.objects.all()
    assert rows.count() > 20
    assert {(row.store_id, row.product_id, row.language) for row in rows} == {
        (store.pk, lamp.product_id, "en")
    }
    assert rows.filter(order__isnull=True).count() == 0
    assert set(rows.bad().values_list("status", flat=True)) <= {"solved", "left", "open"}
    assert ReviewVersion.objects.count() == 1
    assert KeywordDay.objects.exists()


def test_without_orders_there_are_none():
    reviews.write(TODAY, at=NOW)

    assert Review.objects.count() == 0
