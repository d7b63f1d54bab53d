"""Who sees a store sees its tickets with their clocks; rules that the database keeps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from orders.actions.escalations import sweep_clocks
from orders.models import Escalation, Ticket, TicketClock
from tests import factories as make
from tests.factories import NOW

OF_TICKET = {Ticket, TicketClock, Escalation}

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets():
    """A ticket of each of two departments, late and escalated."""
    home = make.ticket(store=make.store("UK"))
    away = make.ticket(store=make.store("DE", department=make.department("away")))
    sweep_clocks(at=NOW + timedelta(hours=25))
    return home, away


@pytest.mark.parametrize("model", sorted(OF_TICKET, key=str))
def test_one_sees_the_tickets_of_ones_stores(tickets, model):
    def seen(by):
        of = "store" if model is Ticket else "ticket__store"
        rows = model.objects.visible_to(make.scope(by))
        return set(rows.values_list(f"{of}__code", flat=True))

    assert seen(make.agent("li")) == {"UK"}
    assert seen(make.manager()) == {"UK", "DE"}
    assert seen(make.user("nobody")) == set()


@pytest.mark.parametrize(
    "values",
    [
        {"csat": 6},
        {"status": "merged"},
        # closed without words
        {"status": "closed"},
    ],
)
def test_the_database_refuses_what_cannot_be(tickets, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=tickets[0].pk).update(**values)


def test_a_ticket_is_not_merged_into_itself(tickets):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=tickets[0].pk).update(merged_into=tickets[0])
