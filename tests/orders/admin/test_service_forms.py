"""Times typed by the clock of a store, at the turns of the clock too."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.test import RequestFactory

from orders.models import Review
from tests import factories as make

pytestmark = pytest.mark.django_db


def form(zone, day, time):
    boss = make.manager()
    shop = make.store(time_zone=zone)
    request = RequestFactory().get("/")
    request.user, request.scope = boss, make.scope(boss)
    typed = {
        "store": shop.pk,
        "external_id": "R-1",
        "stars": "5",
        "written_at_0": day,
        "written_at_1": time,
    }
    return admin.site._registry[Review].get_form(request)(typed)


@pytest.mark.parametrize(
    ("zone", "day", "time", "instant"),
    [
        ("UTC", "2026-04-01", "12:00", datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ("Asia/Tokyo", "2026-04-01", "08:00", datetime(2026, 3, 31, 23, tzinfo=UTC)),
        # an hour that happens twice is taken as the first
        ("Europe/Berlin", "2025-10-26", "02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        # one that the clock skips is moved forward
        ("Europe/Berlin", "2026-03-29", "02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_that_of_the_stores_wall(zone, day, time, instant):
    made = form(zone, day, time)

    assert made.is_valid(), made.errors
    assert made.cleaned_data["written_at"] == instant


def test_the_form_says_whose_clock_it_is():
    assert form("UTC", "2026-04-01", "12:00").fields["written_at"].help_text == (
        "By the clock of the store."
    )
