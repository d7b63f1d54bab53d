"""Staff that is loaded many times at the same moment."""

from datetime import date

import pytest

from accounts.actions.people import start_employment
from accounts.actions.staff import upsert_staff
from accounts.core.staff_items import StaffItem
from accounts.models import Employment, Position
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_twenty_files_with_one_change_one_changes_anything():
    factories.employment(factories.person("E1", name="Li Na"))
    row = StaffItem("E1", "Li Na", "ops", "supervisor", date(2026, 5, 1))

    def load():
        return str(upsert_staff([row], scope=None, by=None, at=NOW)[0].state)

    found = at_once(*[load] * 20)

    assert found == {"updated": 1, "unchanged": 19}
    assert Employment.objects.count() == 2


def test_of_ten_first_employments_at_once_none_shares_a_day_with_another():
    newcomer, promoter = factories.person("E50"), Position.objects.get(code="promoter")
    ops = factories.department()

    def employ(number):
        day = date(2026, 4, 1 + number)
        row = Employment(
            person=newcomer, from_date=day, hire_date=day, department=ops, position=promoter
        )
        row.level = "mid"
        return bool(start_employment(row, by=None, at=NOW).pk)

    at_once(*[lambda number=number: employ(number) for number in range(10)])

    rows = list(Employment.objects.filter(person=newcomer).order_by("from_date"))
    assert [row.to_date for row in rows] == [row.from_date for row in rows[1:]] + [None]
