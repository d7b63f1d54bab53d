"""Mails come in by a real connection: stored once, taken into the right ticket, never lost."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import User
from opsdesk.actions.files import kept_attachment
from opsdesk.core.errors import InvalidData, InvalidTransition
from opsdesk.models import AuditEntry
from orders.actions import mail_in, mail_taking
from orders.actions.mail_in import LeaseLost, fetch_mailbox
from orders.actions.mail_servers import mark_key
from orders.actions.mail_taking import take_by_hand, take_mail
from orders.actions.ticket_talk import Answer, answer_ticket
from orders.actions.tickets import Closing, merge_tickets, resolve_ticket
from orders.core.mail_marks import mark_of
from orders.models import IncomingMail, Mailbox, ResolutionCode, RootCause, Ticket, TicketMessage
from tests import factories as make
from tests.factories import NOW
from tests.mails import BUYER, HOSTILE, bounce, mail
from tests.mailserver import Box, imap

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def li():
    """Who works on the tickets."""
    return User.objects.filter(username="li").first() or make.agent("li")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR = tmp_path
    settings.MAIL_TIMEOUT_SECONDS = 1


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def served(box):
    with imap(box) as port:
        yield make.mailbox(store=make.store("UK"), language="de", imap_port=port)


def fetch(mailbox, at=LATER):
    return fetch_mailbox(mailbox.pk, clock=lambda: at)


def stood():
    rows = IncomingMail.objects.order_by("pk")
    return list(rows.values_list("state", "why", "said__ticket"))


def test_a_mail_opens_a_ticket(box, served):
    order = make.order(external_id="536365", store=served.store)
    uid = box.put(mail("The cup of order 536365 is broken.", files=[("cup.txt", b"In pieces.")]))

    assert fetch(served) == 1

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.channel, ticket.kind) == ("Parcel", "email", "enquiry")
    assert (ticket.language, ticket.contact, ticket.status) == ("de", BUYER, "new")
    assert (ticket.order, ticket.customer, ticket.opened_at) == (order, order.customer, LATER)
    said = ticket.messages.get()
    assert said.text == "The cup of order 536365 is broken."
    assert (said.message_id, said.author_name) == ("<one@buyer.example>", "Jo Buyer")
    assert [one.name for one in said.files.all()] == ["cup.txt"]
    assert stood() == [("taken", "", ticket.pk)]
    assert box.seen == {uid}
    served.refresh_from_db()
    assert (served.polled_at, served.fault, served.last_uid) == (LATER, "", uid)
    verbs = AuditEntry.objects.filter(model="orders.incomingmail").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "mail: taken"]
    assert BUYER not in str(list(AuditEntry.objects.values_list("detail", "record")))


def test_the_mail_is_kept_as_it_came(box, served):
    box.put(mail())

    fetch(served)

    assert kept_attachment(IncomingMail.objects.get().stored_name).read_bytes() == mail()


def test_a_mail_that_is_fetched_twice_is_stored_once(box, served):
    box.put(mail())
    fetch(served)
    box.put(b"Received: by another way\r\n" + mail())

    assert fetch(served) == 0
    # numbered anew, the server shows everything again
    box.validity = 8
    assert fetch(served) == 0
    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (1, 1)


def test_what_comes_after_the_folder_was_numbered_anew_is_fetched(box, served):
    box.put(mail())
    fetch(served)
    box.validity, box.mails, box.next = 8, {}, 1
    fetch(served)
    box.put(mail("Another one", Message_ID="<two@buyer.example>"))

    assert fetch(served) == 1


@pytest.mark.parametrize("at", ["store", "mark", "take"])
def test_a_worker_that_dies_in_between_loses_and_doubles_nothing(box, served, monkeypatch, at):
    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    box.put(mail())
    with monkeypatch.context() as patched:
        if at == "take":
            patched.setattr(mail_in, "take_mail", die)
        elif at == "mark":
            patched.setattr("orders.actions.mail_servers.Folder.mark", die)
        else:
            patched.setattr(mail_in, "keep_attachment", die)
        with pytest.raises(Killed):
            fetch(served)
    Mailbox.objects.update(leased_until=LATER)

    # nobody takes over while it may still work
    assert fetch(served, LATER - timedelta(seconds=1)) == 0
    fetch(served, LATER + timedelta(seconds=1))

    assert (Ticket.objects.count(), TicketMessage.objects.count()) == (1, 1)
    assert [state for state, _why, _ticket in stood()] == ["taken"]


def test_who_was_taken_for_dead_does_not_write_any_more(box, served):
    box.put(mail())
    mailbox = mail_in._claim(served.pk, NOW)
    assert mail_in._claim(served.pk, NOW + timedelta(minutes=4)) is None
    assert mail_in._claim(served.pk, NOW + timedelta(minutes=6)) is not None

    with pytest.raises(LeaseLost):
        mail_in._advance(mailbox, 7, 1, LATER)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"drop": "LOGIN"}, "broken"),
        ({"refuse": "LOGIN"}, "sign_in"),
        ({"slow": "LOGIN"}, "late"),
        ({"slow": "GREETING"}, "late"),
        ({"refuse": "SELECT"}, "folder"),
        ({"drop": "SELECT"}, "folder"),
        ({"drop": "SEARCH"}, "broken"),
        ({"refuse": "SEARCH"}, "broken"),
        ({"drop": "FETCH"}, "broken"),
        ({"slow": "FETCH"}, "late"),
    ],
)
def test_whatever_breaks_is_said_at_the_mailbox_and_made_good_later(box, served, broken, fault):
    box.put(mail())
    for name, value in broken.items():
        setattr(box, name, value)

    assert fetch(served) == 0

    served.refresh_from_db()
    assert (served.fault, served.leased_until) == (fault, None)
    assert Ticket.objects.count() == 0
    for name in broken:
        setattr(box, name, "")
    assert fetch(served) == 1
    served.refresh_from_db()
    assert served.fault == ""


def test_what_was_stored_before_the_connection_broke_is_taken_in(box, served):
    box.put(mail())
    box.drop = "STORE"

    fetch(served)

    served.refresh_from_db()
    assert served.fault == "broken"
    assert [state for state, _why, _ticket in stood()] == ["taken"]


def test_a_server_that_drips_is_cut(box, served, monkeypatch):
    monkeypatch.setattr("orders.actions.mail_servers.WHOLE", 1)
    box.put(mail("x" * 1000))
    box.slow = "DRIP"

    assert fetch(served) == 0

    served.refresh_from_db()
    assert served.fault == "broken"


def test_a_mail_that_the_server_refuses_to_give_does_not_stop_the_next(box, served):
    box.put(mail())
    box.refuse = "FETCH"

    fetch(served)
    box.refuse = ""
    box.put(mail("Another", Message_ID="<two@buyer.example>"))
    fetch(served)

    assert [(state, why) for state, why, _t in stood()] == [("failed", "unreadable"), ("taken", "")]


def test_a_mail_that_is_too_large_waits_for_a_person(box, served, settings):
    settings.MAIL_MAX_BYTES = 1000
    box.put(mail("x" * 2000))
    box.put(mail("Small", Message_ID="<two@buyer.example>"))

    fetch(served)

    assert [(state, why) for state, why, _t in stood()] == [("failed", "large"), ("taken", "")]
    large = IncomingMail.objects.order_by("pk").first()
    assert (large.sender, large.subject, large.stored_name) == (BUYER, "Parcel", "")
    with pytest.raises(InvalidData, match="Only its head was fetched"):
        take_by_hand(large, make.mover(li()))


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_no_mail_stops_the_next_one_or_gets_lost(box, served, raw):
    box.put(raw)
    box.put(mail(Message_ID="<good@buyer.example>"))

    fetch(served)

    states = [state for state, _why, _ticket in stood()]
    assert len(states) == 2
    assert states[0] in ("taken", "failed")
    assert states[1] == "taken"
    assert TicketMessage.objects.filter(message_id="<good@buyer.example>").count() == 1


def answered(mailbox, **values):
    ticket = make.ticket(store=mailbox.store, contact=BUYER, **values)
    return ticket, answer_ticket(ticket, Answer("Hello", then="wait"), make.mover(li()))


def test_an_answer_goes_to_its_ticket_and_the_clock_runs_again(box, served):
    ticket, said = answered(served)
    box.put(mail("It came.\n\nOn Thu A wrote:\n> Hello", In_Reply_To=said.message_id))

    fetch(served)

    ticket.refresh_from_db()
    assert (ticket.status, Ticket.objects.count()) == ("open", 1)
    got = ticket.messages.get(direction="in", message_id="<one@buyer.example>")
    assert (got.text, got.incoming.quoted) == ("It came.", "On Thu A wrote:\n> Hello")
    assert got.incoming.stranger is False


def test_the_mark_leads_to_the_ticket_where_the_program_forgets_what_it_answers(box, served):
    ticket, _said = answered(served)
    box.put(mail(Subject=f"AW: Parcel {mark_of(ticket.pk, mark_key())}"))

    fetch(served)

    assert [one for _state, _why, one in stood()] == [ticket.pk]


def test_nobody_writes_into_a_ticket_by_guessing(box, served):
    ticket, _said = answered(served)
    box.put(
        mail(Subject=f"[#T{ticket.pk:06}-aaaaaaaaaaaa] Hello", In_Reply_To="<guess@uk.example>")
    )

    fetch(served)

    assert Ticket.objects.count() == 2
    assert ticket.messages.count() == 2


def test_no_answer_leads_into_the_ticket_of_another_store(box, served):
    other = make.mailbox(store=make.store("DE"))
    ticket, said = answered(other)
    box.put(mail(In_Reply_To=said.message_id, Subject=mark_of(ticket.pk, mark_key())))

    fetch(served)

    assert Ticket.objects.filter(store=served.store).count() == 1
    assert ticket.messages.count() == 2


def test_an_answer_from_another_address_is_taken_and_said(box, served):
    ticket, said = answered(served)
    box.put(mail(From="other@example.com", In_Reply_To=said.message_id))

    fetch(served)

    assert IncomingMail.objects.get().stranger is True
    ticket.refresh_from_db()
    # answers still go where they went
    assert ticket.contact == BUYER


def test_what_is_done_is_reopened_and_what_was_merged_goes_on_in_the_main_one(box, served):
    ticket, said = answered(served)
    closing = Closing(ResolutionCode.objects.first().pk, RootCause.objects.first().pk)
    resolve_ticket(ticket, closing, make.mover(), close=True)
    duplicate, asked = answered(served)
    box.put(mail(In_Reply_To=said.message_id))

    fetch(served)

    ticket.refresh_from_db()
    assert ticket.status == "reopened"
    merge_tickets([duplicate], ticket, make.mover())
    box.put(mail(In_Reply_To=asked.message_id, Message_ID="<two@buyer.example>"))
    fetch(served)
    assert ticket.messages.filter(message_id="<two@buyer.example>").count() == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Precedence": "bulk"}, "list"),
        ({"From": "Service@UK.example"}, "own"),
        ({"Return_Path": "<>"}, "bounce"),
    ],
)
def test_what_a_machine_wrote_neither_opens_nor_answers_until_a_person_says_so(
    box, served, headers, why
):
    ticket, said = answered(served)
    box.put(mail(In_Reply_To=said.message_id, **headers))

    fetch(served)

    assert stood() == [("passed", why, None)]
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    take_by_hand(IncomingMail.objects.get(), make.mover(li()))
    ticket.refresh_from_db()
    assert (stood(), ticket.status) == ([("taken", "", ticket.pk)], "open")
    with pytest.raises(InvalidTransition):
        take_by_hand(IncomingMail.objects.get(), make.mover(li()))


def test_a_mail_without_a_sender_needs_a_person_and_cannot_be_forced(box, served):
    box.put(mail(From=None))

    fetch(served)

    assert stood() == [("failed", "no_sender", None)]
    with pytest.raises(InvalidData, match="who sent it"):
        take_by_hand(IncomingMail.objects.get(), make.mover(li()))
    assert stood() == [("failed", "no_sender", None)]


def test_many_mails_of_one_sender_are_a_loop(box, served, monkeypatch):
    monkeypatch.setattr(mail_taking, "MOST_OF_ONE", 3)
    for number in range(5):
        box.put(mail(f"Number {number}", Message_ID=f"<{number}@x>"))
    box.put(mail("Another", From="b@example.com", Message_ID="<b@x>"))

    fetch(served)

    assert [state for state, _why, _t in stood()] == [*["taken"] * 3, *["failed"] * 2, "taken"]
    assert IncomingMail.objects.filter(why="many").count() == 2


def test_what_came_back_is_said_at_the_answer(box, served):
    ticket, said = answered(served)
    box.put(bounce(said.message_id, why="smtp; 550 no such user"))
    box.put(bounce("<guess@uk.example>").replace(b"<b1@", b"<b2@"))

    fetch(served)

    assert [(state, why) for state, why, _t in stood()] == [("passed", "bounce")] * 2
    said.refresh_from_db()
    out = said.outgoing
    assert (said.delivery, out.state, out.fault) == ("failed", "failed", "bounced")
    assert out.detail == "smtp; 550 no such user"
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"


def test_files_that_are_not_kept_are_told(box, served):
    files = [("tool.exe", b"MZ\x90"), ("a.txt", b"Kept"), ("a.html", b"<script>")]
    box.put(mail(files=files))

    with override("en"):
        fetch(served)

    came = IncomingMail.objects.get()
    assert [one.name for one in came.said.files.all()] == ["a.txt"]
    assert came.left_out.split("\n") == [
        "The file tool.exe is none that is kept here: give a PDF, a PNG or JPEG picture, or a "
        "plain text in UTF-8.",
        "The file a.html is a text by its content: name it ….txt.",
    ]


def test_a_mail_of_files_only_says_so(box, served):
    box.put(mail("", Subject=None, files=[("a.txt", b"Kept")]))

    with override("en"):
        fetch(served)

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.messages.get().text) == (
        "(no subject)",
        "(The mail has no text.)",
    )


def test_senders_who_number_all_mails_alike_lose_none(box, served):
    box.put(mail("One"))
    box.put(mail("Two"))

    fetch(served)

    assert sorted(TicketMessage.objects.values_list("text", flat=True)) == ["One", "Two"]


def test_an_order_is_linked_only_where_one_is_named(box, served):
    for number in ("536365", "536366"):
        make.order(external_id=number, store=served.store)
    make.order(external_id="536367", store=make.store("DE"))
    box.put(mail("Orders 536365 and 536366", Message_ID="<1@x>"))
    box.put(mail("Order 536367", Message_ID="<2@x>"))
    box.put(mail("Order #536366.", Message_ID="<3@x>"))

    fetch(served)

    found = Ticket.objects.order_by("pk").values_list("order__external_id", flat=True)
    assert list(found) == [None, None, "536366"]


def test_a_mail_that_ends_the_work_each_time_is_not_begun_for_ever(box, served, monkeypatch):
    box.put(mail())
    monkeypatch.setattr(mail_in, "take_mail", lambda *args, **kwargs: None)
    fetch(served)
    IncomingMail.objects.update(attempts=3)

    take_mail(IncomingMail.objects.get().pk, at=LATER)

    assert stood() == [("failed", "stuck", None)]


def test_a_mailbox_that_is_off_is_not_fetched(box, served):
    box.put(mail())
    Mailbox.objects.update(active=False)

    assert fetch(served) == 0
    assert box.log == []
