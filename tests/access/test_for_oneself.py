"""Every way to approve for oneself, tried: each is refused, and nothing is written."""

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.urls import get_resolver, reverse

from accounts.core.api_keys import EVERY_USE
from accounts.core.roles import Role
from accounts.models import AccessChange, RoleGrant, StandIn
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import draft_open_months, submit_run
from compensation.actions.proposals import propose
from compensation.models import PayRun, Proposal
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW, TODAY
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

MARCH = Period.parse("2026-03")


@pytest.fixture
def ann():
    """Somebody who proposes and approves: a manager who is HR, too, and is paid in the month."""
    user = factories.manager("ann")
    factories.grant(user, Role.HR_PAYROLL)
    return user


@pytest.fixture
def desk(ann):
    factories.employment(factories.person("E1"))
    factories.order("900.00", on=date(2026, 3, 2))
    factories.target("1000.00")
    return factories.department()


@pytest.fixture
def proposal(desk, ann):
    """What Ann proposed for somebody else."""
    return proposed(ann)


def proposed(by, amount=100, number="E1"):
    person = factories.Person.objects.get(employee_no=number)
    bonus = Proposal(person=person, month=MARCH.start, kind="bonus", amount=amount, reason="Fair")
    return propose(bonus, scope=factories.scope(by), by=by, at=NOW)


@pytest.fixture
def run(desk, ann):
    """What Ann calculated and submitted."""
    run = calculate_run(desk, MARCH, by=ann, at=NOW)
    return submit_run(run, scope=factories.scope(ann), by=ann, at=NOW)


def verdict(proposal, name="approve"):
    return reverse("admin:compensation_proposal_decide", args=[proposal.pk, name])


def decisions():
    """How many decisions stand anywhere in the data and in the trail."""
    return (
        Proposal.objects.exclude(state="proposed").count(),
        PayRun.objects.filter(approved_by__isnull=False).count(),
        AuditEntry.objects.filter(verb__in=["proposal: approved", "pay run: approve"]).count(),
    )


NONE = (0, 0, 0)


def test_by_the_button_of_the_own_proposal(client, ann, proposal):
    response = sign_in(client, ann).post(verdict(proposal), {"digest": proposal.digest})

    assert told(response) == ["You proposed this, so somebody else must decide on it."]
    assert decisions() == NONE


def test_by_the_button_of_what_pays_oneself(client, desk, ann):
    boss = factories.manager("boss")
    factories.employment(factories.person("E2", user=boss))
    proposal = proposed(ann, number="E2")

    response = sign_in(client, boss).post(verdict(proposal), {"digest": proposal.digest})

    assert told(response) == ["This pays you, so somebody else must decide on it."]
    assert decisions() == NONE


def test_by_the_button_of_the_own_pay_run(client, ann, run):
    address = reverse("admin:compensation_payrun_verb", args=[run.pk, "approve"])

    response = sign_in(client, ann).post(address, {"digest": run.digest})

    assert told(response) == [
        "You calculated or submitted this pay run, so somebody else must approve it."
    ]
    assert decisions() == NONE


def test_by_a_list_of_chosen_rows(client, ann, proposal, run):
    sign_in(client, ann)
    for model, row in (("proposal", proposal), ("payrun", run)):
        address = reverse(f"admin:compensation_{model}_changelist")
        for action in ("approve", "delete_selected", "decide"):
            client.post(address, {"action": action, "_selected_action": [row.pk]})

    assert decisions() == NONE
    assert (Proposal.objects.count(), PayRun.objects.count()) == (1, 1)
    # nor is there any page that does something to many rows of pay or access
    listed = {type(page).__name__ for page in admin.site._registry.values() if page.actions}
    assert listed == {"OrderAnomalyAdmin", "ReplenishmentAdmin", "ShipmentExceptionAdmin"}


def test_through_the_api(client, ann, proposal, run):
    client_of_erp = factories.api_client(resources=EVERY_USE)
    text = factories.api_key(client_of_erp)
    headers = {"Authorization": f"Api-Key {text}"}
    sign_in(client, ann)  # a session opens nothing there either
    routes = [
        "/api/v1/proposals/",
        f"/api/v1/proposals/{proposal.pk}/approve/",
        f"/api/v1/pay-runs/{run.pk}/approve/",
        "/api/v1/pay-runs/ops/2026-03/approve/",
        "/api/v1/me/",
        "/api/v1/stores/",
    ]

    answers = [client.post(one, {"digest": run.digest}, headers=headers) for one in routes]

    assert client.get("/api/v1/me/", headers=headers).status_code == 200
    assert {answer.status_code for answer in answers} <= {403, 404, 405}
    assert decisions() == NONE
    named = {str(pattern) for pattern in get_resolver().reverse_dict if isinstance(pattern, str)}
    assert not {name for name in named if "api" in name and "approve" in name}


def test_through_the_night(ann, proposal, run):
    draft_open_months(factories.department(), TODAY, at=NOW)

    assert decisions() == NONE
    assert PayRun.objects.get(pk=run.pk).state == "submitted"


def test_on_the_command_line(ann, run, monkeypatch):
    monkeypatch.setenv("OPSDESK_PASSWORD", "pw-for-tests")

    with pytest.raises(CommandError) as refused:
        call_command("payrun", "approve", "ops", "2026-03", by="ann", digest=run.digest)

    assert str(refused.value) == (
        "You calculated or submitted this pay run, so somebody else must approve it."
    )
    assert decisions() == NONE
    assert "OPSDESK_PASSWORD" in os.environ


def test_through_a_stand_in_of_the_own(client, ann, proposal, run):
    clerk = factories.user("clerk", role=Role.TEAM_MEMBER)
    StandIn.objects.create(
        principal=ann,
        stand_in=clerk,
        from_date=TODAY - timedelta(days=1),
        to_date=date(2030, 1, 1),
        named_by=ann,
        named_at=NOW,
    )
    sign_in(client, clerk)

    first = client.post(verdict(proposal), {"digest": proposal.digest})
    address = reverse("admin:compensation_payrun_verb", args=[run.pk, "approve"])
    second = client.post(address, {"digest": run.digest})

    sentence = (
        "You stand in for somebody who began this, is paid by it or changed what it is calculated "
        "from, so somebody else must decide on it."
    )
    assert (told(first), told(second)[-1]) == ([sentence], sentence)
    assert decisions() == NONE


def test_with_an_amount_that_was_changed_after_it_was_shown(client, ann, proposal):
    shown = proposal.digest
    proposal.amount = Decimal("9999.00")
    propose(proposal, scope=factories.scope(ann), by=ann, at=NOW)

    response = sign_in(client, factories.manager("boss")).post(verdict(proposal), {"digest": shown})

    assert told(response) == ["The proposal changed since it was shown to you. Look at it anew."]
    assert decisions() == NONE


def test_with_an_amount_put_into_the_request(client, ann, proposal):
    boss = factories.manager("boss")

    sign_in(client, boss).post(verdict(proposal), {"digest": proposal.digest, "amount": "9999.00"})

    # the amount of a bonus is the proposed one, whatever the request says
    assert Proposal.objects.get().amount == Decimal("100.00")


def test_from_two_tabs(client, ann, proposal):
    boss = sign_in(client, factories.manager("boss"))
    page = {"digest": proposal.digest}

    first, second = boss.post(verdict(proposal), page), boss.post(verdict(proposal, "refuse"), page)

    assert (told(first), told(second)[-1]) == (["Approved."], "This proposal was decided already.")
    assert Proposal.objects.get().state == "approved"
    assert AuditEntry.objects.filter(verb__startswith="proposal: ").count() == 1


def test_by_a_role_given_to_oneself(client):
    me = factories.user("me", role=Role.ADMINISTRATOR)
    sign_in(client, me)

    for kind in ("grant", "revoke", "reset_factor", "reactivate"):
        values = {"kind": kind, "user": me.pk, "role": Role.MANAGER, "reason": "I need it"}
        client.post(reverse("admin:accounts_accesschange_add"), values)
    client.post(reverse("admin:accounts_rolegrant_add"), {"user": me.pk, "role": Role.MANAGER})

    assert AccessChange.objects.exclude(state="installed").count() == 0
    assert list(RoleGrant.objects.filter(user=me).values_list("role", flat=True)) == [
        "administrator"
    ]


def test_by_a_second_sign_in_of_the_own(client):
    """An administrator who makes a sign-in cannot give it a role alone."""
    me = factories.user("me", role=Role.ADMINISTRATOR)
    puppet = factories.user("puppet")
    sign_in(client, me)
    values = {"kind": "grant", "user": puppet.pk, "role": Role.MANAGER, "reason": "New manager"}
    client.post(reverse("admin:accounts_accesschange_add"), values)
    change = AccessChange.objects.get(kind="grant", state="proposed")

    for who in (me, puppet):
        sign_in(client, who).post(
            reverse("admin:accounts_accesschange_step", args=[change.pk, "confirm"])
        )

    assert AccessChange.objects.get(pk=change.pk).state == "proposed"
    assert RoleGrant.objects.filter(user=puppet).count() == 0
