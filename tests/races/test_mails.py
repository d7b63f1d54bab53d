"""Workers that fetch, take in and send the same mail at the same moment."""

from datetime import timedelta
from functools import partial

import pytest

from orders.actions.mail_in import fetch_mailbox, store_mail
from orders.actions.mail_out import send_mails
from orders.actions.mail_servers import Fetched
from orders.actions.mail_taking import take_mail
from orders.actions.ticket_talk import Answer, answer_ticket
from orders.models import IncomingMail, OutgoingMail, Ticket, TicketMessage
from tests import factories as make
from tests.factories import NOW
from tests.mails import BUYER, mail
from tests.mailserver import Box, Post, imap, smtp
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR = tmp_path


def test_workers_who_fetch_at_once_store_each_mail_once():
    box = Box()
    for number in range(5):
        box.put(mail(f"Number {number}", Message_ID=f"<{number}@x>"))
    with imap(box) as port:
        mailbox = make.mailbox(imap_port=port)

        at_once(*[partial(fetch_mailbox, mailbox.pk, clock=lambda: NOW)] * 6)
        fetch_mailbox(mailbox.pk, clock=lambda: NOW)

    assert (IncomingMail.objects.count(), Ticket.objects.count()) == (5, 5)


def test_workers_who_take_one_mail_in_at_once_make_one_ticket():
    mailbox = make.mailbox()
    made = store_mail(mailbox, Fetched(1, mail(), len(mail()), True), NOW)

    at_once(*[partial(take_mail, made.pk, at=NOW)] * 10)

    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (1, 1)
    assert IncomingMail.objects.get().state == "taken"


def test_workers_who_send_at_once_send_each_answer_once():
    post = Post()
    with smtp(post) as port:
        mailbox = make.mailbox(smtp_port=port)
        for _number in range(4):
            ticket = make.ticket(store=mailbox.store, contact=BUYER)
            answer_ticket(ticket, Answer("Hello"), make.mover())

        late = NOW + timedelta(minutes=1)
        at_once(*[partial(send_mails, mailbox.pk, clock=lambda: late)] * 6)

    assert len(post.taken) == 4
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}
