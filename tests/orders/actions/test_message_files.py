"""Files with what is said on a ticket: kept once, under the name of each message, taken back."""

import pytest

from opsdesk.actions.files import kept_attachment
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry
from orders.actions.attachments import given_file
from orders.actions.message_files import withdraw_file
from orders.actions.ticket_talk import Answer, Letter, answer_ticket, customer_wrote, note_ticket
from orders.actions.tickets import take_ticket
from orders.models import Attachment, MessageFile, TicketMessage
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR = tmp_path


def text_file(name="proof.txt", text="It is broken."):
    return given_file(name, text.encode())


def kept():
    rows = MessageFile.objects.order_by("pk")
    return [
        (one.message.direction, one.name, kept_attachment(one.attachment.stored_name).read_bytes())
        for one in rows.select_related("message", "attachment")
    ]


def test_an_answer_a_note_and_the_customer_bring_files():
    ticket, li = make.ticket(), make.agent("li")

    answer_ticket(ticket, Answer("Look.", files=(text_file("a.txt", "A"),)), make.mover(li))
    note_ticket(ticket, "Mine.", make.mover(li), [text_file("b.txt", "B")])
    customer_wrote(ticket, Letter("Thanks.", files=(text_file("c.txt", "C"),)), make.mover())

    assert kept() == [("out", "a.txt", b"A"), ("note", "b.txt", b"B"), ("in", "c.txt", b"C")]
    owners = Attachment.objects.values_list("owner_kind", "owner_id", "store_id")
    assert set(owners) == {("ticket", ticket.pk, ticket.store_id)}
    assert AuditEntry.objects.filter(model="orders.messagefile", verb="created").count() == 3


def test_the_same_file_is_kept_once_under_the_name_of_each_message():
    ticket, li = make.ticket(), make.agent("li")

    note_ticket(ticket, "Secret.", make.mover(li), [text_file("supplier is to blame.txt", "A")])
    answer = Answer("Look.", files=(text_file("photo.txt", "A"), text_file("again.txt", "A")))
    answer_ticket(ticket, answer, make.mover(li))

    assert Attachment.objects.count() == 1
    # a name that stood in a note is not told to the customer
    assert [name for _to, name, _data in kept()] == ["supplier is to blame.txt", "photo.txt"]


def test_a_message_takes_ten_files_and_with_more_nothing_is_written():
    ticket, li = make.ticket(), make.agent("li")
    before = TicketMessage.objects.count()
    files = tuple(text_file(f"{number}.txt", f"{number}") for number in range(11))

    with pytest.raises(InvalidData, match="at most 10 files") as refusal:
        answer_ticket(ticket, Answer("Look.", files=files), make.mover(li))

    assert refusal.value.field == "file"
    assert TicketMessage.objects.count() == before
    assert Attachment.objects.count() == MessageFile.objects.count() == 0


def test_a_file_is_taken_back_with_a_reason_by_who_works_on_the_ticket():
    ticket, li = make.ticket(), make.agent("li")
    take_ticket(ticket, make.mover(li))
    said = note_ticket(ticket, "Mine.", make.mover(li), [text_file()])
    file = said.files.get().attachment

    with pytest.raises(NotAllowed, match="works on ticket"):
        withdraw_file(ticket, file, "Wrong one", make.mover(make.agent("wu")))
    with pytest.raises(InvalidData, match="Say why"):
        withdraw_file(ticket, file, " ", make.mover(li))
    assert Attachment.objects.kept().count() == 1

    withdraw_file(ticket, file, "Wrong one", make.mover(li))

    assert Attachment.objects.kept().count() == 0
    # given again, it is a new one
    note_ticket(ticket, "Again.", make.mover(li), [text_file()])
    assert Attachment.objects.kept().count() == 1
