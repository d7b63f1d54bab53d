"""Pay runs that many people or workers touch at the same moment."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actions import people as staff
from accounts.actions.people import correct_employment
from accounts.core.roles import Role
from accounts.models import ClosedMonth, Employment, Person
from compensation.actions import inputs, proposals
from compensation.actions.calculation import calculate_run
from compensation.actions.inputs import save_month_input
from compensation.actions.payruns import approve_run, lock_run, return_run, submit_run
from compensation.actions.proposals import Decision, decide, propose
from compensation.models import FundEntry, PayRun, PayRunEvent, Payslip, Proposal
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once, interrupted

MARCH = Period.parse("2026-03")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    """A department with three people who sold 890.00 of 1,000.00."""
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    factories.employment(factories.person("E2"))
    factories.employment(factories.person("E3"))
    factories.order("933.34", on=date(2026, 3, 1))
    factories.refund("43.34")
    factories.target("1000.00")
    return ops


@pytest.fixture
def hr():
    return factories.user("hr", role=Role.HR_PAYROLL)


@pytest.fixture
def bosses():
    return [factories.manager(name) for name in ("boss", "deputy")]


def submitted(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    return submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)


def approving(run, by):
    scope = factories.scope(by)
    return lambda: approve_run(run, digest=run.digest, scope=scope, by=by, at=NOW).state


def trail(verb):
    return AuditEntry.objects.filter(verb=verb).count()


def test_thirty_calculations_at_once_are_one_run_with_one_payslip_each(desk):
    found = at_once(*[lambda: calculate_run(desk, MARCH, by=None, at=NOW).state] * 30)

    assert found == {"calculated": 30}
    run = PayRun.objects.get()
    assert (run.version, run.total, run.base_rows.count()) == (30, Decimal("7553.40"), 2)
    assert list(
        Payslip.objects.order_by("person__employee_no").values_list("person__employee_no", "total")
    ) == [
        ("E1", Decimal("3535.60")),
        ("E2", Decimal("2008.90")),
        ("E3", Decimal("2008.90")),
    ]


def test_of_fifty_approvals_at_once_by_two_people_one_succeeds(desk, hr, bosses):
    run = submitted(desk, hr)

    found = at_once(*[approving(run, bosses[number % 2]) for number in range(50)])

    assert found == {"approved": 1, "InvalidTransition": 49}
    stored = PayRun.objects.get()
    event = PayRunEvent.objects.get(state="approved")
    entry = AuditEntry.objects.get(verb="pay run: approve")
    assert (stored.state, stored.approved_by_id, entry.actor_id) == (
        "approved",
        event.by_id,
        event.by_id,
    )


def test_a_run_is_not_calculated_while_somebody_approves_it(desk, hr, bosses):
    run = submitted(desk, hr)
    calculating = [lambda: calculate_run(desk, MARCH, by=None, at=NOW).state] * 10

    found = at_once(*calculating, *[approving(run, bosses[0])] * 10)

    assert found == {"approved": 1, "InvalidTransition": 19}
    assert PayRun.objects.get().version == 1


def test_what_is_given_back_and_approved_at_once_is_one_of_both(desk, hr, bosses):
    from_open = ("open", {"open": 1, "InvalidTransition": 9})
    from_approved = ("approved", {"approved": 1, "InvalidTransition": 9})
    run = submitted(desk, hr)
    scope = factories.scope(bosses[1])

    def give_back():
        return return_run(run, reason="Look again", scope=scope, by=bosses[1], at=NOW).state

    found = at_once(*[give_back] * 5, *[approving(run, bosses[0])] * 5)

    assert (PayRun.objects.get().state, found) in (from_open, from_approved)


def test_a_month_is_locked_once(desk, hr, bosses):
    run = submitted(desk, hr)
    approving(run, bosses[0])()

    def lock(by):
        return lambda: lock_run(run, scope=factories.scope(by), by=by, at=NOW).state

    found = at_once(*[lock(bosses[number % 2]) for number in range(20)])

    assert found == {"locked": 1, "InvalidTransition": 19}
    assert (ClosedMonth.objects.count(), FundEntry.objects.count()) == (1, 1)
    assert (PayRunEvent.objects.filter(state="locked").count(), trail("pay run: lock")) == (1, 1)


def test_a_proposal_is_decided_once(desk, hr, bosses):
    person = Person.objects.get(employee_no="E2")
    proposal = propose(
        Proposal(person=person, month=MARCH.start, kind="bonus", amount=100, reason="Fair"),
        scope=factories.scope(hr),
        by=hr,
        at=NOW,
    )

    def deciding(number):
        by = bosses[number % 2]
        scope = factories.scope(by)
        decision = Decision(number % 3 == 0, proposal.digest)
        return lambda: str(decide(proposal, decision, scope=scope, by=by, at=NOW).state)

    found = at_once(*[deciding(number) for number in range(50)])

    stored = Proposal.objects.get()
    assert found == {stored.state: 1, "InvalidTransition": 49}
    assert AuditEntry.objects.filter(verb__startswith="proposal: ").count() == 1


def approved(desk, hr, boss):
    run = submitted(desk, hr)
    return approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)


def test_a_bonus_that_is_decided_while_the_month_is_locked_makes_the_approval_void(
    desk, hr, bosses
):
    boss, deputy = bosses
    paid = Person.objects.get(employee_no="E2")
    bonus = Proposal(
        person=paid, month=MARCH.start, kind="bonus", amount=Decimal(100), reason="Fair"
    )
    bonus = propose(bonus, scope=factories.scope(hr), by=hr, at=NOW)
    run = approved(desk, hr, boss)
    verdict, seen = Decision(True, bonus.digest), factories.scope(deputy)

    found = interrupted(
        proposals,
        "_refuse_amount",
        lambda: decide(bonus, verdict, scope=seen, by=deputy, at=NOW).state,
        lambda: lock_run(run, scope=factories.scope(boss), by=boss, at=NOW).state,
    )

    assert found == ("approved", "Conflict")
    assert (PayRun.objects.get().state, ClosedMonth.objects.count()) == ("open", 0)


def test_a_salary_that_is_corrected_while_the_month_is_locked_makes_the_approval_void(
    desk, hr, bosses
):
    boss, _deputy = bosses
    run = approved(desk, hr, boss)
    row = Employment.objects.get(person__employee_no="E2")
    row.base_salary = Decimal("9999.00")

    found = interrupted(
        staff,
        "save_record",
        lambda: correct_employment(row, by=hr, at=NOW).base_salary,
        lambda: lock_run(run, scope=factories.scope(boss), by=boss, at=NOW).state,
    )

    assert found == (Decimal("9999.00"), "Conflict")
    assert (PayRun.objects.get().state, ClosedMonth.objects.count()) == ("open", 0)


def test_an_attendance_written_while_the_run_is_submitted_keeps_it_from_being_submitted(desk, hr):
    row = factories.attendance(Person.objects.get(employee_no="E2"))
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    row.absent_days = 20
    scope = factories.scope(hr)

    found = interrupted(
        inputs,
        "save_record",
        lambda: save_month_input(row, scope=scope, by=hr, at=NOW).absent_days,
        lambda: submit_run(run, scope=scope, by=hr, at=NOW).state,
    )

    assert found == (20, "Conflict")
    assert PayRun.objects.get().state == "calculated"
