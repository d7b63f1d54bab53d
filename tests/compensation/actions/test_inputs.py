"""Proposals that two people make, and what people did in a month: all that is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.periods import close_month, refuse_closed
from accounts.core.roles import Role
from accounts.models import ClosedMonth, Employment
from compensation.actions.calculation import calculate_run
from compensation.actions.inputs import decide, delete_month_input, propose, save_month_input
from compensation.models import Attendance, PayRun, Proposal, WorkTask
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, PeriodClosed
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


@pytest.fixture
def boss():
    return factories.manager("boss")


def draft(person, kind="bonus", amount="100.00", **values):
    values = {"reason": "Fair", "evidence": "Photo 1"} | values
    return Proposal(person=person, month=MARCH.start, kind=kind, amount=Decimal(amount), **values)


def proposed(person, by, **values):
    return propose(draft(person, **values), by=by, at=NOW)


def deciding(proposal, by, *, approve=True):
    return decide(proposal, approve=approve, scope=factories.scope(by), by=by, at=NOW)


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("actor_name", "verb"))


def assert_nothing_written():
    assert (Proposal.objects.count(), verbs()) == (0, [])


def assert_still_proposed(amount="100.00"):
    stored = Proposal.objects.get()
    assert (stored.state, stored.amount, stored.decided_by, verbs()) == (
        "proposed",
        Decimal(amount),
        None,
        [("lead", "created")],
    )


@pytest.mark.parametrize("kind", ["bonus", "deduction", "misconduct"])
def test_what_one_proposes_another_approves(kind, promoter, lead, boss):
    proposal = proposed(promoter, lead, kind=kind)

    deciding(proposal, boss)

    stored = Proposal.objects.get()
    assert (stored.state, stored.proposed_by, stored.decided_by, stored.decided_at) == (
        "approved",
        lead,
        boss,
        NOW,
    )
    assert verbs() == [("lead", "created"), ("boss", "proposal: approved")]


def test_what_one_proposes_another_refuses(promoter, lead, boss):
    deciding(proposed(promoter, lead), boss, approve=False)

    assert Proposal.objects.get().state == "refused"


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"reason": " "}, "Give the reason.", "reason"),
        ({"kind": "deduction", "evidence": " "}, "Give the evidence.", "evidence"),
        ({"kind": "misconduct", "evidence": ""}, "Give the evidence.", "evidence"),
    ],
)
def test_a_proposal_says_why(values, sentence, field, promoter, lead):
    with pytest.raises(InvalidData) as refused:
        proposed(promoter, lead, **values)

    assert (refused.value.message, refused.value.field) == (sentence, field)
    assert_nothing_written()


def test_a_bonus_needs_no_evidence(promoter, lead):
    assert proposed(promoter, lead, evidence="").state == "proposed"


@pytest.mark.parametrize("amount", ["-0.01", "1.23456", "NaN"])
def test_what_is_no_amount_is_not_proposed(amount, promoter, lead):
    with pytest.raises(ValidationError):
        proposed(promoter, lead, amount=amount)

    assert_nothing_written()


@pytest.mark.parametrize("amount", ["49.99", "100.01"])
def test_an_over_achievement_bonus_outside_the_range_is_not_proposed(amount, promoter, lead):
    with pytest.raises(InvalidData):
        proposed(promoter, lead, kind="over_achievement", amount=amount)

    assert_nothing_written()


@pytest.mark.parametrize("amount", ["50.00", "100.00"])
def test_both_ends_of_the_range_may_be_proposed(amount, promoter, lead):
    assert proposed(promoter, lead, kind="over_achievement", amount=amount).state == "proposed"


def test_the_approver_sets_the_amount_inside_the_range_only(promoter, lead, boss):
    proposal = proposed(promoter, lead, kind="over_achievement", amount="50.00")

    proposal.amount = Decimal("100.01")
    with pytest.raises(InvalidData):
        deciding(proposal, boss)
    assert_still_proposed("50.00")

    proposal.amount = Decimal("80.00")
    assert deciding(proposal, boss).amount == Decimal("80.00")


@pytest.mark.parametrize(
    ("amount", "error"), [("-0.01", InvalidData), ("1.23456", ValidationError)]
)
def test_what_is_no_amount_is_not_approved(amount, error, promoter, lead, boss):
    proposal = proposed(promoter, lead)
    proposal.amount = Decimal(amount)

    with pytest.raises(error):
        deciding(proposal, boss)

    assert_still_proposed()


def test_a_position_without_the_bonus_gets_none(lead):
    buyer = factories.employment(factories.person("E7", name="Di"), position="buyer").person

    with pytest.raises(InvalidData) as refused:
        proposed(buyer, lead, kind="over_achievement", amount="50.00")

    assert refused.value.message == ("The plan pays Di (E7) no over-achievement bonus in 2026-03.")
    assert_nothing_written()


def test_there_is_one_over_achievement_bonus_a_month(promoter, lead):
    proposed(promoter, lead, kind="over_achievement", amount="50.00")

    with pytest.raises(ValidationError):
        proposed(promoter, lead, kind="over_achievement", amount="60.00")

    assert_still_proposed("50.00")


def test_nobody_decides_on_the_own_proposal(promoter, lead):
    lead.role_grants.create(role=Role.MANAGER)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, lead)

    assert (refused.value.code, refused.value.message) == (
        "own_proposal",
        "You proposed this, so somebody else must decide on it.",
    )
    assert_still_proposed()


@pytest.mark.parametrize("approve", [True, False])
def test_nobody_decides_on_the_own_pay(approve, promoter, lead, boss):
    promoter.user = boss
    promoter.save()
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, boss, approve=approve)

    assert (refused.value.code, refused.value.message) == (
        "own_pay",
        "This pays you, so somebody else must decide on it.",
    )
    assert_still_proposed()


@pytest.mark.parametrize(
    "role", [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.HR_PAYROLL, Role.ADMINISTRATOR, Role.AUDITOR]
)
def test_only_a_manager_decides(role, promoter, lead):
    proposal = proposed(promoter, lead)
    somebody = factories.user("somebody", role=role, department=factories.department())

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, somebody)

    assert refused.value.code == "no_right"
    assert_still_proposed()


def test_the_scope_of_another_person_decides_nothing(promoter, lead, boss):
    proposal = proposed(promoter, lead)
    other = factories.user("other")

    with pytest.raises(NotAllowed):
        decide(proposal, approve=True, scope=factories.scope(boss), by=other, at=NOW)

    assert_still_proposed()


@pytest.mark.parametrize("first", [True, False])
def test_what_was_decided_is_not_decided_again(first, promoter, lead, boss):
    proposal = deciding(proposed(promoter, lead), boss, approve=first)
    before = verbs()

    with pytest.raises(InvalidTransition) as refused:
        deciding(proposal, factories.manager("deputy"), approve=not first)

    assert refused.value.message == "This proposal was decided already."
    assert (Proposal.objects.get().decided_by, verbs()) == (boss, before)


def test_what_was_decided_is_not_proposed_again(promoter, lead, boss):
    proposal = deciding(proposed(promoter, lead), boss)
    proposal.amount = Decimal("900.00")

    with pytest.raises(InvalidTransition) as refused:
        propose(proposal, by=lead, at=NOW)

    assert refused.value.message == "This proposal was decided already."
    assert (Proposal.objects.get().state, Proposal.objects.get().amount) == (
        "approved",
        Decimal("100.00"),
    )


def test_nothing_is_proposed_or_decided_in_a_closed_month(promoter, lead, boss):
    proposal = proposed(promoter, lead)
    close_month(factories.department(), MARCH, at=NOW)

    for verb in (
        lambda: proposed(promoter, lead),
        lambda: deciding(proposal, boss),
        lambda: deciding(proposal, boss, approve=False),
    ):
        with pytest.raises(PeriodClosed) as refused:
            verb()
        assert refused.value.message == (
            "2026-03 is closed for Ops; nothing dated into it changes."
        )

    assert_still_proposed()


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
    row = save_month_input(inputs_of(promoter)[place], by=lead, at=NOW)

    if place == 2:
        row.absent_days = 2
    else:
        row.actual = Decimal(7)
    save_month_input(row, by=lead, at=NOW)
    delete_month_input(row, by=lead, at=NOW)

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
    kept = save_month_input(inputs_of(promoter)[place], by=lead, at=NOW)
    shown = type(kept).objects.values().get()
    new = inputs_of(promoter)[place]
    new.name = "Another"
    refusal = settled(state)
    before = AuditEntry.objects.count()
    kept.month = date(2026, 4, 1)  # nor does it leave the month

    for verb in (
        lambda: save_month_input(new, by=lead, at=NOW),
        lambda: save_month_input(kept, by=lead, at=NOW),
        lambda: delete_month_input(type(kept).objects.get(), by=lead, at=NOW),
    ):
        with pytest.raises(refusal):
            verb()

    assert (type(kept).objects.values().get(), AuditEntry.objects.count()) == (shown, before)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_changed_in_the_hand_is_not_deleted_from_a_settled_month(place, promoter, lead):
    kept = save_month_input(inputs_of(promoter)[place], by=lead, at=NOW)
    settled("closed")
    kept.month = date(2026, 4, 1)

    with pytest.raises(PeriodClosed):
        delete_month_input(kept, by=lead, at=NOW)

    assert type(kept).objects.count() == 1


def test_the_refusal_names_the_run_and_its_state(promoter, lead):
    settled("submitted")

    with pytest.raises(InvalidTransition) as refused:
        save_month_input(inputs_of(promoter)[0], by=lead, at=NOW)

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
        save_month_input(inputs_of(promoter)[0], by=lead, at=NOW)

    assert WorkTask.objects.count() == 0


def test_a_row_that_breaks_a_rule_is_not_written(promoter, lead):
    row = WorkTask(month=MARCH.start, name="Nobody's", planned=1, actual=1)

    with pytest.raises(ValidationError) as refused:
        save_month_input(row, by=lead, at=NOW)

    assert refused.value.messages == [
        "A task belongs to a person, or to a department with the kind of volume."
    ]
    assert (WorkTask.objects.count(), verbs()) == (0, [])
