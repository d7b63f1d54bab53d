"""What people did in a month: all that is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.periods import close_month, refuse_closed
from accounts.core.roles import Role
from accounts.models import ClosedMonth, Employment
from compensation.actions.calculation import calculate_run
from compensation.actions.inputs import delete_month_input, save_month_input
from compensation.models import Attendance, PayRun, WorkTask
from opsdesk.core.errors import InvalidTransition, NotAllowed, PeriodClosed
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW

MARCH = Period.parse("2026-03")

pytestmark = pytest.mark.django_db


@pytest.fixture
def promoter():
    return factories.employment(factories.person("E1", name="Ann")).person


@pytest.fixture
def lead():
    return factories.user("lead", role=Role.SUPERVISOR, department=factories.department())


def saving(row, by):
    return save_month_input(row, scope=factories.scope(by), by=by, at=NOW)


def deleting(row, by):
    return delete_month_input(row, scope=factories.scope(by), by=by, at=NOW)


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("actor__username", "verb"))


def test_a_month_is_closed_for_one_department_alone():
    ops, other = factories.department(), factories.department("other")

    close_month(ops, MARCH, at=NOW)

    refuse_closed(other, MARCH.start)
    refuse_closed(ops, date(2026, 4, 1))
    with pytest.raises(PeriodClosed):
        refuse_closed(ops, MARCH.start)
    assert ClosedMonth.objects.count() == 1


def inputs_of(person):
    """One row of each kind that is not written yet."""
    values = {"month": MARCH.start}
    return [
        WorkTask(person=person, name="Listings", planned=10, actual=5, **values),
        WorkTask(
            department=factories.department(),
            kind="promotion",
            name="Fair",
            planned=10,
            actual=5,
            **values,
        ),
        Attendance(person=person, absent_days=0, **values),
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_months_inputs_are_kept_changed_and_taken_away(place, promoter, lead):
    row = saving(inputs_of(promoter)[place], lead)

    if place == 2:
        row.absent_days = 2
    else:
        row.actual = Decimal(7)
    saving(row, lead)
    deleting(row, lead)

    assert verbs() == [("lead", "created"), ("lead", "changed"), ("lead", "deleted")]
    assert (WorkTask.objects.count(), Attendance.objects.count()) == (0, 0)


def settled(state):
    if state == "closed":
        close_month(factories.department(), MARCH, at=NOW)
        return PeriodClosed
    calculate_run(factories.department(), MARCH, by=None, at=NOW)
    PayRun.objects.update(state=state, approved_by=factories.manager("approver"))
    return InvalidTransition


@pytest.mark.parametrize("state", ["submitted", "approved", "closed"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_settled_month_takes_no_more_input(place, state, promoter, lead):
    kept = save_month_input(
        inputs_of(promoter)[place], scope=factories.scope(lead), by=lead, at=NOW
    )
    shown = type(kept).objects.values().get()
    new = inputs_of(promoter)[place]
    new.name = "Another"
    refusal = settled(state)
    before = AuditEntry.objects.count()
    kept.month = date(2026, 4, 1)  # nor does it leave the month

    for verb in (
        lambda: saving(new, lead),
        lambda: saving(kept, lead),
        lambda: delete_month_input(
            type(kept).objects.get(), scope=factories.scope(lead), by=lead, at=NOW
        ),
    ):
        with pytest.raises(refusal):
            verb()

    assert (type(kept).objects.values().get(), AuditEntry.objects.count()) == (shown, before)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_changed_in_the_hand_is_not_deleted_from_a_settled_month(place, promoter, lead):
    kept = save_month_input(
        inputs_of(promoter)[place], scope=factories.scope(lead), by=lead, at=NOW
    )
    settled("closed")
    kept.month = date(2026, 4, 1)

    with pytest.raises(PeriodClosed):
        deleting(kept, lead)

    assert type(kept).objects.count() == 1


def test_the_refusal_names_the_run_and_its_state(promoter, lead):
    settled("submitted")

    with pytest.raises(InvalidTransition) as refused:
        saving(inputs_of(promoter)[0], lead)

    assert refused.value.message == (
        "The pay run Ops 2026-03 is “Submitted”; give it back before you change this."
    )
    assert WorkTask.objects.count() == 0


def test_who_moved_is_held_by_both_departments(promoter, lead):
    Employment.objects.update(to_date=date(2026, 3, 16))
    factories.employment(
        promoter, department=factories.department("other"), since=date(2026, 3, 16)
    )
    close_month(factories.department("other"), MARCH, at=NOW)

    with pytest.raises(PeriodClosed):
        saving(inputs_of(promoter)[0], lead)

    assert WorkTask.objects.count() == 0


def test_a_row_that_breaks_a_rule_is_not_written(promoter, lead):
    row = WorkTask(month=MARCH.start, name="Nobody's", planned=1, actual=1)

    with pytest.raises(ValidationError) as refused:
        saving(row, lead)

    assert refused.value.messages == [
        "A task belongs to a person, or to a department with the kind of volume."
    ]
    assert (WorkTask.objects.count(), verbs()) == (0, [])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nobody_writes_the_inputs_of_a_department_that_is_not_led(place, promoter, lead):
    kept = save_month_input(inputs_of(promoter)[place], scope=None, by=None, at=NOW)
    away = factories.user("away", role=Role.SUPERVISOR, department=factories.department("away"))
    factories.employment(factories.person(user=away))  # works in ops, leads another one
    new = inputs_of(promoter)[place]
    new.name = "Another"
    before = AuditEntry.objects.count()

    for verb in (
        lambda: saving(new, away),
        lambda: saving(kept, away),
        lambda: deleting(kept, away),
    ):
        with pytest.raises(NotAllowed) as refused:
            verb()
        assert refused.value.code == "no_right"

    assert (type(kept).objects.count(), AuditEntry.objects.count()) == (1, before)
