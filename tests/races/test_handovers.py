"""A handover that many answer at the same moment."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from catalog.actions.handovers import (
    accept_handover,
    decline_handover,
    offer_handover,
    withdraw_handover,
)
from catalog.models import Handover, StoreAssignment
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def colleague(number):
    person = factories.person(number, user=factories.user(number.lower()))
    factories.employment(person)
    return person


@pytest.fixture
def people():
    """Giver, receiver, and the supervisor who offers."""
    lead = factories.user("lead", role=Role.SUPERVISOR, department=factories.department())
    return colleague("GIVER"), colleague("TAKER"), lead


@pytest.fixture
def handover(people):
    giver, receiver, lead = people
    shop = factories.store()
    StoreAssignment.objects.create(store=shop, person=giver, from_date=MARCH)
    return offer_handover(
        Handover(
            store=shop,
            from_person=giver,
            to_person=receiver,
            share=Decimal("0.6"),
            on_date=MAY,
            reason="x",
        ),
        scope=factories.scope(lead),
        by=lead,
        at=NOW,
    )


def doing(verb, handover, by):
    return lambda: str(verb(handover, by=by, at=NOW).state)


def shares():
    rows = StoreAssignment.objects.order_by("from_date", "person__employee_no")
    return list(rows.values_list("person__employee_no", "share", "from_date", "to_date"))


UNTOUCHED = [("GIVER", Decimal(1), MARCH, None)]
MOVED = [
    ("GIVER", Decimal(1), MARCH, MAY),
    ("GIVER", Decimal("0.4"), MAY, None),
    ("TAKER", Decimal("0.6"), MAY, None),
]


def test_both_accept_at_once_and_it_changes_hands_once(people, handover):
    giver, receiver, _lead = people

    found = at_once(
        doing(accept_handover, handover, giver.user),
        doing(accept_handover, handover, receiver.user),
    )

    assert found == {"offered": 1, "accepted": 1}
    assert shares() == MOVED


def test_of_fifty_acceptances_at_once_one_decides(people, handover):
    giver, receiver, _lead = people
    users = [giver.user, receiver.user]

    found = at_once(*[doing(accept_handover, handover, users[n % 2]) for n in range(50)])

    assert found == {"offered": 1, "accepted": 1, "InvalidTransition": 48}
    assert shares() == MOVED
    assert AuditEntry.objects.filter(verb="handover: accepted").count() == 1


def test_it_is_accepted_declined_or_withdrawn_and_never_two_of_these(people, handover):
    giver, receiver, lead = people
    accept_handover(handover, by=giver.user, at=NOW)

    found = at_once(
        *[doing(accept_handover, handover, receiver.user)] * 8,
        *[doing(decline_handover, handover, giver.user)] * 8,
        *[doing(withdraw_handover, handover, lead)] * 8,
    )

    state = Handover.objects.get().state
    assert found == {state: 1, "InvalidTransition": 23}
    assert shares() == (MOVED if state == "accepted" else UNTOUCHED)


def test_of_fifty_offers_of_one_share_one_is_open(people, handover):
    giver, receiver, lead = people
    withdraw_handover(handover, by=lead, at=NOW)
    scope = factories.scope(lead)

    def offering():
        offer = Handover(
            store=handover.store,
            from_person=giver,
            to_person=receiver,
            on_date=MAY,
            reason="x",
        )
        return str(offer_handover(offer, scope=scope, by=lead, at=NOW).state)

    found = at_once(*[offering] * 50)

    assert found == {"offered": 1, "ValidationError": 49}
    assert Handover.objects.filter(state="offered").count() == 1
