"""Which days and months of which stores are closed."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import ClosedMonth
from catalog.queries.stores import first_closed_month
from tests import factories

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 2, 10), date(2026, 3, 1), None),  # ends with February's last day
        (date(2026, 2, 10), date(2026, 3, 2), MARCH),
        (date(2026, 3, 15), date(2026, 3, 20), MARCH),
        (date(2026, 4, 1), None, None),
        (date(2026, 3, 31), None, MARCH),
    ],
)
def test_the_first_closed_month_with_a_day_of_the_span(start, end, expected):
    ops = factories.department()
    ClosedMonth.objects.create(
        department=ops, month=MARCH, closed_at=datetime(2026, 4, 5, tzinfo=UTC)
    )

    assert first_closed_month([ops.pk], start, end) == expected
