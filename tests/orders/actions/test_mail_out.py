"""Answers go out by a real connection: once, with what they answer, and tried again."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from accounts.models import User
from opsdesk.core.errors import InvalidTransition, NotAllowed
from orders.actions import mail_out
from orders.actions.attachments import given_file
from orders.actions.mail_in import fetch_mailbox
from orders.actions.mail_out import send_again, send_mails
from orders.actions.mail_servers import mark_key
from orders.actions.message_files import withdraw_file
from orders.actions.ticket_talk import Answer, answer_ticket, note_ticket
from orders.actions.tickets import take_ticket
from orders.core.mail_marks import mark_of
from orders.models import Mailbox, OutgoingMail, Ticket, TicketMessage
from orders.queries.mailboxes import mailboxes_to_fetch, mailboxes_to_send
from tests import factories as make
from tests.factories import NOW
from tests.mails import BUYER, mail
from tests.mailserver import Box, Post, imap, smtp

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
def post():
    return Post()


@pytest.fixture
def served(post):
    with smtp(post) as port:
        yield make.mailbox(store=make.store("UK"), smtp_port=port)


@pytest.fixture
def ticket(served):
    return make.ticket(store=served.store, contact=BUYER, language="de", subject="Re: Paket")


def answer(ticket, text="Hello", **more):
    return answer_ticket(ticket, Answer(text, **more), make.mover(li()))


def send(mailbox, at=LATER):
    return send_mails(mailbox.pk, clock=lambda: at)


def stood():
    rows = OutgoingMail.objects.order_by("pk")
    return list(rows.values_list("state", "fault", "said__delivery"))


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


def test_an_answer_goes_out_once_with_what_it_answers(served, ticket, post):
    TicketMessage.objects.update(message_id="<one@buyer.example>")
    said = answer(ticket, "Hello\n.\nBye", files=(given_file("a.txt", b"Look"),))
    assert stood() == [("waiting", "", "waiting")]

    assert (send(served), send(served)) == (1, 0)

    assert stood() == [("sent", "", "sent")]
    got = read(post.taken[0])
    assert (post.to, got["To"]) == ([BUYER], BUYER)
    assert got["From"] == "Service UK <service@uk.example>"
    assert got["Reply-To"] == "service@uk.example"
    assert got["Subject"] == f"Re: Paket {mark_of(ticket.pk, mark_key())}"
    assert got["Message-ID"] == said.message_id
    assert got["In-Reply-To"] == got["References"] == "<one@buyer.example>"
    assert got["Content-Language"] == "de"
    body, file = got.iter_parts()
    assert body.get_content().replace("\r\n", "\n").strip() == "Hello\n.\nBye"
    assert (file.get_filename(), file.get_content()) == ("a.txt", "Look")
    assert post.auth.startswith("AUTH PLAIN")


def test_notes_and_their_files_never_go_out(served, ticket, post):
    mover = make.mover(li())
    note_ticket(ticket, "Secret", mover, [given_file("secret.txt", b"Secret")])
    said = answer(ticket, files=(given_file("a.txt", b"Look"), given_file("b.txt", b"Gone")))
    withdraw_file(ticket, said.files.get(name="b.txt").attachment, "Wrong", mover)

    send(served)

    assert len(post.taken) == 1
    assert b"Secret" not in post.taken[0] and b"secret" not in post.taken[0]
    assert [part.get_filename() for part in read(post.taken[0]).iter_attachments()] == ["a.txt"]


@pytest.mark.parametrize(
    "values",
    [{"channel": "chat"}, {"contact": ""}, {"contact": "no address"}],
)
def test_what_is_no_mail_is_answered_by_hand(served, values):
    ticket = make.ticket(store=served.store, **{"contact": BUYER} | values)

    said = answer(ticket)

    assert (said.delivery, said.message_id, OutgoingMail.objects.count()) == ("", "", 0)


def test_without_an_active_mailbox_of_the_store_it_is_answered_by_hand(served):
    Mailbox.objects.update(active=False)
    make.mailbox(store=make.store("DE"))

    assert answer(make.ticket(store=served.store, contact=BUYER)).delivery == ""


def test_no_header_is_made_of_what_somebody_typed(served, post):
    Mailbox.objects.update(name='A"\r\nBcc: x@y.example')
    ticket = make.ticket(
        store=served.store, contact=BUYER, subject="Hello\r\nBcc: victim@example.com"
    )
    TicketMessage.objects.update(message_id="<a@b>\r\nBcc: z@y.example")
    answer(ticket)

    send(served)

    for raw in post.taken:
        assert read(raw)["Bcc"] is None
    assert set(post.to) <= {BUYER}


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"drop": "EHLO"}, ("waiting", "port", "waiting")),
        ({"slow": "EHLO"}, ("waiting", "late", "waiting")),
        ({"answers": {"AUTH": "535 wrong"}}, ("waiting", "sign_in", "waiting")),
        ({"drop": "MAIL"}, ("waiting", "broken", "waiting")),
        ({"drop": "RCPT"}, ("waiting", "broken", "waiting")),
        ({"answers": {"RCPT": "450 later"}}, ("waiting", "address", "waiting")),
        ({"answers": {"RCPT": "550 nobody"}}, ("failed", "address", "failed")),
        ({"answers": {"DATA": "451 later"}}, ("waiting", "refused", "waiting")),
        ({"answers": {"END": "554 spam"}}, ("failed", "refused", "failed")),
        ({"answers": {"END": "452 full"}}, ("waiting", "refused", "waiting")),
        # it may have gone out or not
        ({"drop": "END"}, ("failed", "unsure", "failed")),
    ],
)
def test_whatever_breaks_is_said_and_nothing_goes_out_twice(served, ticket, post, fault, state):
    answer(ticket)
    for name, value in fault.items():
        setattr(post, name, value)

    assert send(served) == 0

    assert stood() == [state]
    post.drop = post.slow = ""
    post.answers = {}
    # before its time nothing is tried
    send(served, LATER + timedelta(seconds=59))
    assert stood() == [state]
    send(served, LATER + timedelta(minutes=1))
    assert stood() == ([("sent", "", "sent")] if state[0] == "waiting" else [state])
    assert len(post.taken) == (
        0 if state[1] in ("address", "refused") and state[0] == "failed" else 1
    )


def test_it_is_tried_ever_more_rarely_and_then_waits_for_a_person(served, ticket, post):
    answer(ticket)
    post.answers = {"AUTH": "535 wrong"}
    tried, at = [], LATER

    while stood()[0][0] == "waiting":
        due = OutgoingMail.objects.get().not_before
        at = max(at, due)
        send(served, at)
        tried.append(at - LATER)

    minutes = [int(one.total_seconds() // 60) for one in tried]
    assert minutes == [0, 1, 6, 21, 81, 321, 801]
    assert stood() == [("failed", "sign_in", "failed")]
    post.answers = {}
    mover = make.mover(Ticket.objects.get().owner, at=at)
    send_again(ticket, OutgoingMail.objects.get(), mover)
    assert (send(served, at), stood()) == (1, [("sent", "", "sent")])
    with pytest.raises(InvalidTransition):
        send_again(ticket, OutgoingMail.objects.get(), mover)


def test_only_who_works_on_the_ticket_sends_again(served, ticket):
    answer(ticket)
    OutgoingMail.objects.update(state="failed")

    with pytest.raises(NotAllowed):
        send_again(ticket, OutgoingMail.objects.get(), make.mover(make.agent("wu")))

    assert OutgoingMail.objects.get().state == "failed"


def test_a_worker_that_dies_while_it_hands_over_leaves_it_to_a_person(
    served, ticket, post, monkeypatch
):
    class Killed(BaseException):
        pass

    def die(*args):
        raise Killed

    answer(ticket)
    with monkeypatch.context() as patched:
        patched.setattr(mail_out.Sender, "send_messages", die)
        with pytest.raises(Killed):
            send(served)

    assert (send(served), stood()) == (0, [("sending", "", "waiting")])
    assert mailboxes_to_send(LATER) == []
    late = LATER + timedelta(minutes=11)
    assert mailboxes_to_send(late) == [served.pk]
    assert (send(served, late), stood()) == (0, [("failed", "unsure", "failed")])
    assert post.taken == []


def test_one_that_is_refused_does_not_stop_the_next(served, ticket, post):
    answer(ticket)
    other = make.ticket(store=served.store, contact="b@example.com")
    post.answers = {"RCPT": "550 nobody"}
    send(served)
    post.answers = {}
    answer(other)

    assert send(served) == 1
    assert [state for state, _fault, _delivery in stood()] == ["failed", "sent"]


def test_a_file_that_is_gone_is_said(served, ticket, post, settings, tmp_path):
    answer(ticket, files=(given_file("a.txt", b"Look"),))
    settings.VAR = tmp_path / "elsewhere"

    send(served)

    assert (stood(), post.taken) == ([("failed", "file", "failed")], [])


def test_what_waits_in_a_mailbox_that_is_switched_off_fails(served, ticket, post):
    answer(ticket)
    assert mailboxes_to_fetch() == [served.pk]
    Mailbox.objects.update(active=False)

    assert (send(served), stood()) == (0, [("failed", "off", "failed")])
    assert mailboxes_to_fetch() == []


def test_the_whole_way_there_and_back_is_one_ticket(post, settings):
    box = Box()
    with imap(box) as port, smtp(post) as out:
        mailbox = make.mailbox(store=make.store("UK"), imap_port=port, smtp_port=out)
        me = li()

        box.put(mail("Where is my parcel?"))
        fetch_mailbox(mailbox.pk, clock=lambda: NOW)
        ticket = Ticket.objects.get()
        take_ticket(ticket, make.mover(me))
        answer_ticket(ticket, Answer("On its way.", then="wait"), make.mover(me, at=LATER))
        send(mailbox)
        sent = read(post.taken[0])
        assert sent["In-Reply-To"] == "<one@buyer.example>"
        box.put(
            mail(
                "Thanks!\n\n> On its way.",
                Message_ID="<two@buyer.example>",
                Subject=sent["Subject"],
                In_Reply_To=sent["Message-ID"],
            )
        )
        fetch_mailbox(mailbox.pk, clock=lambda: LATER + timedelta(hours=1))

    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.status, ticket.owner) == (1, "open", me)
    said = ticket.messages.order_by("pk").values_list("direction", "text", "delivery")
    assert list(said) == [
        ("in", "Where is my parcel?", ""),
        ("out", "On its way.", "sent"),
        ("in", "Thanks!", ""),
    ]
