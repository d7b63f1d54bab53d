"""Proposals that one person makes and another decides: all that is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actions.periods import close_month
from accounts.core.roles import Role
from accounts.models import ApprovalLimit, StandIn
from compensation.actions.proposals import Decision, decide, decider, propose
from compensation.models import Proposal
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed, PeriodClosed
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
    return propose(draft(person, **values), scope=factories.scope(by), by=by, at=NOW)


def deciding(proposal, by, *, approve=True, amount=None):
    """Decide on what stands in the database now, as somebody does who just looked at it."""
    decision = Decision(approve, Proposal.objects.get(pk=proposal.pk).digest, amount)
    return decide(proposal, decision, scope=factories.scope(by), by=by, at=NOW)


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("actor__username", "verb"))


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

    with pytest.raises(InvalidData):
        deciding(proposal, boss, amount=Decimal("100.01"))
    assert_still_proposed("50.00")

    assert deciding(proposal, boss, amount=Decimal("80.00")).amount == Decimal("80.00")


@pytest.mark.parametrize(
    ("amount", "error"), [("-0.01", InvalidData), ("1.23456", ValidationError)]
)
def test_what_is_no_amount_is_not_approved(amount, error, promoter, lead, boss):
    proposal = proposed(promoter, lead, kind="over_achievement", amount="50.00")

    with pytest.raises(error):
        deciding(proposal, boss, amount=Decimal(amount))

    assert_still_proposed("50.00")


@pytest.mark.parametrize("kind", ["bonus", "deduction"])
def test_who_decides_names_no_other_amount_than_the_proposed_one(kind, promoter, lead, boss):
    proposal = proposed(promoter, lead, kind=kind)

    with pytest.raises(InvalidData) as refused:
        deciding(proposal, boss, amount=Decimal("9999.00"))

    assert refused.value.field == "amount"
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
    factories.grant(lead, Role.MANAGER)
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
    "role", [Role.TEAM_MEMBER, Role.HR_PAYROLL, Role.ADMINISTRATOR, Role.AUDITOR]
)
def test_who_has_no_right_decides_nothing(role, promoter, lead):
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
        decide(
            proposal,
            Decision(True, proposal.digest),
            scope=factories.scope(boss),
            by=other,
            at=NOW,
        )

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
        propose(proposal, scope=factories.scope(lead), by=lead, at=NOW)

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


@pytest.fixture
def deputy():
    """A second supervisor of the department; 500.00 is the shipped limit of the role."""
    return factories.user("deputy", role=Role.SUPERVISOR, department=factories.department())


def test_a_supervisor_decides_up_to_the_limit_of_the_role(promoter, lead, deputy):
    assert deciding(proposed(promoter, lead, amount="500.00"), deputy).state == "approved"


def test_a_supervisor_decides_on_nothing_above_the_limit(promoter, lead, deputy):
    proposal = proposed(promoter, lead, amount="500.01")

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, deputy)

    assert (refused.value.code, refused.value.message) == (
        "over_limit",
        "500.01 is more than you may decide on (500.00); somebody with a higher limit must.",
    )
    assert_still_proposed("500.01")


def test_a_later_limit_holds_from_its_day_on_once_a_second_person_confirmed_it(
    promoter, lead, deputy, boss
):
    limit = ApprovalLimit.objects.create(
        role=Role.SUPERVISOR,
        kind="pay_proposal",
        up_to=Decimal("50.00"),
        from_date=NOW.date(),
        proposed_by=lead,
        proposed_at=NOW,
    )
    proposal = proposed(promoter, lead)
    assert decider(proposal, Decimal(100), scope=factories.scope(deputy), by=deputy).up_to == 500

    limit.confirmed_by, limit.confirmed_at = boss, NOW
    limit.save()

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, deputy)
    assert refused.value.code == "over_limit"
    assert_still_proposed()


def test_a_supervisor_decides_on_nothing_of_another_department(lead, promoter):
    foreign = factories.user("foreign", role=Role.SUPERVISOR, department=factories.department("x"))
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, foreign)

    assert refused.value.code == "no_right"
    assert_still_proposed()


def test_misconduct_takes_whoever_approves_pay_runs(promoter, lead, deputy, boss):
    proposal = proposed(promoter, lead, kind="misconduct", amount="0.00")

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, deputy)

    assert refused.value.code == "no_right"
    assert_still_proposed("0.00")
    assert deciding(proposal, boss).state == "approved"


def test_what_changed_since_it_was_shown_is_not_decided(promoter, lead, boss):
    proposal = proposed(promoter, lead)
    shown = Decision(True, proposal.digest)
    proposal.amount = Decimal("900.00")
    propose(proposal, scope=factories.scope(lead), by=lead, at=NOW)

    with pytest.raises(Conflict) as refused:
        decide(proposal, shown, scope=factories.scope(boss), by=boss, at=NOW)

    assert refused.value.message == (
        "The proposal changed since it was shown to you. Look at it anew."
    )
    stored = Proposal.objects.get()
    assert (stored.state, stored.amount, stored.decided_by) == ("proposed", Decimal(900), None)


def test_nobody_rewrites_what_somebody_else_proposed(promoter, lead, deputy):
    # else the first author could approve what is still mostly the own proposal
    proposal = proposed(promoter, lead)
    proposal.amount = Decimal("101.00")

    with pytest.raises(NotAllowed) as refused:
        propose(proposal, scope=factories.scope(deputy), by=deputy, at=NOW)

    assert refused.value.code == "not_own"
    assert_still_proposed()


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.MANAGER, Role.AUDITOR])
def test_who_may_not_edit_inputs_proposes_nothing(role, promoter):
    somebody = factories.user(role=role)

    with pytest.raises(NotAllowed) as refused:
        proposed(promoter, somebody)

    assert refused.value.code == "no_right"
    assert_nothing_written()


def test_nobody_proposes_for_people_of_another_department(lead):
    stranger = factories.employment(department=factories.department("away")).person

    with pytest.raises(NotAllowed) as refused:
        proposed(stranger, lead)

    assert refused.value.code == "no_right"
    assert_nothing_written()


def stand_in(of, who, **values):
    values = {
        "from_date": date(2026, 4, 1),
        "to_date": date(2026, 4, 8),
        "named_by": of,
        "named_at": NOW,
    } | values
    return StandIn.objects.create(principal=of, stand_in=who, **values)


@pytest.fixture
def clerk():
    """Somebody who may decide on nothing by an own role."""
    return factories.user("clerk", role=Role.TEAM_MEMBER)


def test_a_stand_in_decides_for_who_is_away_and_it_is_kept_for_whom(promoter, lead, boss, clerk):
    stand_in(boss, clerk)

    decided = deciding(proposed(promoter, lead), clerk)

    assert (decided.state, decided.decided_by, decided.decided_for) == ("approved", clerk, boss)


@pytest.mark.parametrize(
    "values",
    [
        {"from_date": date(2026, 4, 3)},  # begins tomorrow
        {"to_date": date(2026, 4, 2)},  # ended yesterday
        {"ended_at": NOW},
    ],
)
def test_who_does_not_stand_in_today_decides_nothing(values, promoter, lead, boss, clerk):
    stand_in(boss, clerk, **values)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, clerk)

    assert refused.value.code == "no_right"
    assert_still_proposed()


def test_a_stand_in_named_by_somebody_else_needs_a_second_person(promoter, lead, boss, clerk):
    admin = factories.user("admin", role=Role.ADMINISTRATOR)
    named = stand_in(boss, clerk, named_by=admin)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed):
        deciding(proposal, clerk)
    assert_still_proposed()

    named.confirmed_by, named.confirmed_at = factories.manager("second"), NOW
    named.save()
    assert deciding(proposal, clerk).state == "approved"


def test_nobody_decides_for_oneself_through_a_stand_in(promoter, lead, clerk):
    factories.grant(lead, Role.MANAGER)
    stand_in(lead, clerk)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, clerk)

    assert refused.value.code == "through_stand_in"
    assert_still_proposed()


def test_nobody_is_paid_through_a_stand_in(promoter, lead, boss, clerk):
    promoter.user = boss
    promoter.save()
    stand_in(boss, clerk)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, clerk)

    assert refused.value.code == "through_stand_in"
    assert_still_proposed()


def test_a_stand_in_that_the_proposer_chose_for_somebody_decides_nothing(
    promoter, lead, boss, clerk
):
    stand_in(boss, clerk, named_by=lead, confirmed_by=factories.manager("second"))
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, clerk)

    assert refused.value.code == "through_stand_in"
    assert_still_proposed()


def test_who_stands_in_keeps_to_the_limit_and_department_of_who_is_away(
    promoter, lead, deputy, clerk
):
    stand_in(deputy, clerk)
    proposal = proposed(promoter, lead, amount="500.01")

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, clerk)

    assert refused.value.code == "over_limit"
    assert_still_proposed("500.01")


def test_a_stand_in_lends_nothing_on(promoter, lead, boss, clerk):
    other = factories.user("other", role=Role.TEAM_MEMBER)
    stand_in(boss, clerk)
    stand_in(clerk, other)
    proposal = proposed(promoter, lead)

    with pytest.raises(NotAllowed) as refused:
        deciding(proposal, other)

    assert refused.value.code == "no_right"
    assert_still_proposed()


def test_the_database_refuses_the_proposer_as_decider(promoter, lead):
    proposal = proposed(promoter, lead)

    for values in ({"decided_by": lead}, {"decided_by": factories.manager(), "decided_for": lead}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=proposal.pk).update(state="approved", **values)

    assert_still_proposed()


def test_in_pieces_it_is_as_much_as_at_once(promoter, lead, deputy):
    assert deciding(proposed(promoter, lead, amount="300.00"), deputy).state == "approved"
    rest = proposed(promoter, lead, amount="200.01")

    with pytest.raises(NotAllowed) as refused:
        deciding(rest, deputy)

    assert refused.value.code == "over_limit"
    assert Proposal.objects.get(pk=rest.pk).state == "proposed"
    within = proposed(promoter, lead, amount="200.00")  # with the first one: the limit itself
    assert deciding(within, deputy).state == "approved"


def test_what_somebody_else_or_another_month_gets_takes_nothing_of_the_limit(
    promoter, lead, deputy
):
    other = factories.employment(factories.person("E2")).person
    deciding(proposed(other, lead, amount="500.00"), deputy)
    april = draft(promoter, amount="500.00")
    april.month = date(2026, 4, 1)
    deciding(propose(april, scope=factories.scope(lead), by=lead, at=NOW), deputy)

    assert deciding(proposed(promoter, lead, amount="500.00"), deputy).state == "approved"
