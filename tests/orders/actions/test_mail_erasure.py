"""Erasing a customer takes what came and went by mail along, with every file."""

from datetime import timedelta

import pytest

from opsdesk.actions.files import attachments_folder, keep_attachment
from orders.actions.attachments import Owner, attach, given_file
from orders.actions.customer_erasure import Request, erase_customer
from orders.core.lifecycle import TICKET
from orders.models import (
    Attachment,
    Customer,
    IncomingMail,
    MessageFile,
    OutgoingMail,
    TicketMessage,
)
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = "quill@buyers.example"
LATER = NOW + timedelta(days=3)


@pytest.fixture
def box(settings, tmp_path):
    settings.VAR = tmp_path
    return make.mailbox()


def came(box, key, **values):
    keep_attachment(f"raw-{key}", b"From: Quillfeather")
    return IncomingMail.objects.create(
        mailbox=box,
        key=key,
        sender=MAIL.upper(),
        subject="Quillfeather asks",
        quoted="Dear Quillfeather",
        received_at=NOW,
        size=18,
        stored_name=f"raw-{key}",
        **values,
    )


def test_mails_files_and_answers_that_wait_go_along(box):
    customer = make.customer("c1")
    Customer.objects.update(email=MAIL)
    ticket = make.ticket(store=box.store, customer=customer, contact=MAIL)
    said = TicketMessage.objects.get()
    came(box, "taken", said=said, state="taken")
    came(box, "waits")
    stranger = came(box, "other")
    IncomingMail.objects.filter(pk=stranger.pk).update(sender="other@buyers.example")
    file = given_file("quillfeather.txt", b"Quillfeather lives here")
    owner = Owner(TICKET.name, ticket.pk, ticket.store_id)
    kept = attach(owner, file, make.mover())
    MessageFile.objects.create(message=said, attachment=kept, name="quillfeather.txt")
    OutgoingMail.objects.create(said=said, mailbox=box, recipient=MAIL, not_before=NOW)
    boss = make.manager()

    erase_customer(customer, Request("Asked by letter"), scope=make.scope(boss), by=boss, at=LATER)

    mails = IncomingMail.objects.order_by("pk").values_list("sender", "subject", "quoted", "state")
    assert list(mails) == [
        ("", "", "", "taken"),
        ("", "", "", "passed"),
        ("other@buyers.example", "Quillfeather asks", "Dear Quillfeather", "waiting"),
    ]
    assert sorted(path.name for path in attachments_folder().iterdir()) == ["raw-other"]
    gone = Attachment.objects.get()
    assert (gone.name, gone.withdrawn_at) == ("–", LATER)
    assert MessageFile.objects.get().name == "–"
    sent = OutgoingMail.objects.get()
    assert (sent.recipient, sent.state, sent.fault) == ("", "failed", "address")
