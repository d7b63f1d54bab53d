"""Recording rates."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.actions.fx import record_rates
from catalog.core.items import RateItem
from catalog.models import FxRate, RateNews
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def record(*items):
    return record_rates(items, by=None, at=make.NOW)


def item(rate="9", day=DAY, source="GBP", target="CNY"):
    return RateItem(day, source, target, Decimal(rate))


def test_rates_are_recorded_changed_and_left():
    first = record(item(), item("1.3", target="USD"))
    RateNews.objects.all().delete()
    second = record(item(), item("1.4", target="USD"), item("8", day=date(2026, 3, 3)))

    assert [str(o.state) for o in first + second] == [
        "created",
        "created",
        "unchanged",
        "updated",
        "created",
    ]
    assert FxRate.objects.get(to_currency="USD").rate == Decimal("1.4")
    assert AuditEntry.objects.count() == 4
    assert set(RateNews.objects.values_list("currency", "day")) == {
        ("GBP", DAY),
        ("USD", DAY),
        ("CNY", date(2026, 3, 3)),
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (item("0"), "rate"),
        (item("-1"), "rate"),
        (item("0.12345678901"), "rate"),
        (item("NaN"), "rate"),
        (item(source="XXX"), "from_currency"),
        (item(target="GBP"), "to_currency"),
    ],
)
def test_a_wrong_rate_is_refused(wrong, field):
    outcomes = record(wrong)

    assert [error.field for outcome in outcomes for error in outcome.errors] == [field]
    assert (FxRate.objects.count(), AuditEntry.objects.count(), RateNews.objects.count()) == (
        0,
        0,
        0,
    )


def test_the_second_of_two_rates_of_one_day_is_refused():
    outcomes = record(item(), item("8"))

    assert [str(outcome.state) for outcome in outcomes] == ["created", "error"]
    assert FxRate.objects.get().rate == 9
