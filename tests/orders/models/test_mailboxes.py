"""Who sees a store sees its mailboxes and mails; rules that the database keeps."""

import pytest
from django.db import IntegrityError, transaction

from orders.models import IncomingMail, Mailbox, OutgoingMail
from tests import factories as make
from tests.factories import NOW

OF_MAILBOX = {Mailbox, IncomingMail, OutgoingMail}

pytestmark = pytest.mark.django_db


@pytest.fixture
def boxes():
    """A mailbox of each of two departments, with a mail in and one out."""
    found = []
    for store in (make.store("UK"), make.store("DE", department=make.department("away"))):
        box = make.mailbox(store=store)
        IncomingMail.objects.create(mailbox=box, key="a", received_at=NOW, size=1)
        said = make.ticket(store=store).messages.get()
        OutgoingMail.objects.create(mailbox=box, said=said, recipient="a@b.example", not_before=NOW)
        found.append(box)
    return found


@pytest.mark.parametrize("model", sorted(OF_MAILBOX, key=str))
def test_one_sees_the_mails_of_ones_stores(boxes, model):
    def seen(by):
        of = "store__code" if model is Mailbox else "mailbox__store__code"
        return set(model.objects.visible_to(make.scope(by)).values_list(of, flat=True))

    assert seen(make.agent("li")) == {"UK"}
    assert seen(make.manager()) == {"UK", "DE"}
    assert seen(make.user("nobody")) == set()


def test_the_database_refuses_what_cannot_be(boxes):
    for write in (
        lambda: Mailbox.objects.update(password=""),
        lambda: Mailbox.objects.update(address="SERVICE@uk.example"),
        lambda: IncomingMail.objects.update(state="taken"),
        lambda: IncomingMail.objects.create(mailbox=boxes[0], key="a", received_at=NOW, size=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
