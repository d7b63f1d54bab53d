"""The checks of a row of staff, and who may give a salary."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.roles import Right, Role
from accounts.core.scope import Scope
from accounts.core.staff_items import StaffItem, check_staff, sets_pay

TODAY = date(2026, 4, 2)


def item(**values):
    values = {
        "employee_no": "007",
        "name": "Li Na",
        "department": "EU",
        "position": "promoter",
        "from_date": TODAY,
    } | values
    return StaffItem(**values, source_row=2)


def test_a_row_that_is_fine():
    assert check_staff(item(level="mid", base_salary=Decimal("0"), leave_date=TODAY)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("employee_no", ""),
        ("employee_no", "x" * 41),
        ("name", " "),
        ("name", "a\0b"),
        ("department", ""),
        ("position", ""),
        ("phone", "1" * 41),
        ("username", "a\nb"),
        ("level", "boss"),
        ("from_date", date(1949, 12, 31)),
        ("hire_date", date(2026, 4, 3)),  # a day after the row begins
        ("leave_date", date(2026, 4, 1)),  # a day before it begins
        ("leave_date", date(9999, 1, 1)),
        ("base_salary", Decimal("-0.01")),
        ("base_salary", Decimal("3500.001")),
        ("base_salary", Decimal("NaN")),
        ("base_salary", Decimal("1e9")),
    ],
)
def test_a_wrong_value_is_named_by_its_field(field, value):
    assert [(fault.field, fault.source_row) for fault in check_staff(item(**{field: value}))] == [
        (field, 2)
    ]


@pytest.mark.parametrize("role", list(Role))
def test_only_hr_sets_pay(role):
    scope = Scope(user_id=1, person_id=None, roles=frozenset({role}), today=TODAY)

    assert sets_pay(scope) == (role == Role.HR_PAYROLL)


def test_pay_that_is_seen_by_another_role_or_for_somebody_else_does_not_count():
    roles = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
    scope = Scope(1, None, roles, TODAY, borrowed=frozenset({Right.PAY_VIEW}))

    assert not sets_pay(scope)


def test_the_system_itself_sets_pay():
    assert sets_pay(None)
