"""Mailboxes as administrators see them, and mails as the desk does."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from orders.actions.mail_in import store_mail
from orders.actions.mail_servers import Fetched
from orders.actions.mail_taking import take_mail
from orders.actions.ticket_talk import Answer, answer_ticket
from orders.models import IncomingMail, Mailbox, OutgoingMail, Ticket
from tests import factories as make
from tests.factories import NOW, PASSWORD
from tests.mails import BUYER, mail
from tests.mailserver import Box, Post, imap, smtp
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
BOXES, MAILS = "/admin/orders/mailbox/", "/admin/orders/incomingmail/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.VAR = tmp_path
    settings.MAIL_TIMEOUT_SECONDS = 1


def form(**values):
    given = {"name": "Service", "address": "service@uk.example", "store": make.store("UK").pk}
    given |= {"imap_host": "mail.example", "imap_port": 993, "imap_security": "tls"}
    given |= {"imap_user": "desk", "imap_folder": "INBOX", "smtp_host": "mail.example"}
    given |= {"smtp_port": 465, "smtp_security": "tls", "smtp_user": "desk", "active": "on"}
    return given | values


def came(raw, mailbox):
    made = store_mail(mailbox, Fetched(1, raw, len(raw), True), NOW)
    take_mail(made.pk, at=NOW)
    return IncomingMail.objects.get(pk=made.pk)


@pytest.fixture
def root(client):
    return sign_in(client, make.user("root", role=Role.ADMINISTRATOR))


def test_an_administrator_sets_a_mailbox_up_and_the_password_is_never_shown(root):
    root.post(f"{BOXES}add/", form(new_password=PASSWORD))

    mailbox = Mailbox.objects.get()
    page = root.get(f"{BOXES}{mailbox.pk}/change/").content.decode()
    assert PASSWORD not in page
    assert mailbox.password not in page
    sealed = mailbox.password
    # blank keeps the one that is stored
    root.post(f"{BOXES}{mailbox.pk}/change/", form(name="Other", new_password=""))
    mailbox.refresh_from_db()
    assert (mailbox.name, mailbox.password) == ("Other", sealed)


def test_a_refusal_stands_at_its_field(root):
    page = root.post(f"{BOXES}add/", form()).context_data["adminform"].form

    assert page.errors == {"new_password": ["Give the password, or switch the mailbox off."]}
    assert Mailbox.objects.count() == 0


def test_the_button_says_what_works_and_what_does_not(root):
    with imap(Box()) as port, smtp(Post(answers={"AUTH": "535 5.7.8 no"})) as out:
        mailbox = make.mailbox(imap_port=port, smtp_port=out)

        answer = root.post(f"{BOXES}{mailbox.pk}/try/")

    assert told(answer) == [
        "IMAP works.",
        "SMTP: The server refuses the sign-in: check user and password. 5.7.8 no",
    ]


def test_the_list_of_mailboxes_says_how_they_stand(root, django_assert_max_num_queries):
    for code, fault in (("UK", "sign_in"), ("DE", ""), ("FR", "")):
        make.mailbox(store=make.store(code))
        Mailbox.objects.filter(store__code=code).update(fault=fault, polled_at=NOW)

    with django_assert_max_num_queries(12):
        page = root.get(BOXES).content.decode()

    assert "The server refuses the sign-in" in page
    assert "Works" in page


def test_a_mail_that_was_passed_over_is_found_and_taken_in(client):
    mailbox = make.mailbox(store=make.store("UK"))
    mail_in = came(mail(X_Loop="1"), mailbox)
    desk = sign_in(client, make.agent("li"))

    page = desk.get(f"{MAILS}{mail_in.pk}/change/").content.decode()
    assert "An automatic answer" in page
    # who may not see addresses of customers sees enough to tell one from another
    assert BUYER not in page and "b•••@e•••" in page
    assert desk.get(f"{MAILS}{mail_in.pk}/raw/").status_code == 403
    answer = desk.post(f"{MAILS}{mail_in.pk}/take/")

    assert told(answer) == ["The mail is taken in."]
    assert Ticket.objects.get().contact == BUYER
    again = desk.post(f"{MAILS}{mail_in.pk}/take/")
    assert told(again)[-1] == "It is taken in already: look again."


def test_the_mail_as_it_came_is_a_download(client):
    mail_in = came(mail(), make.mailbox(store=make.store("UK")))
    desk = sign_in(client, make.manager())

    answer = desk.get(f"{MAILS}{mail_in.pk}/raw/")

    assert (answer.content, answer["Content-Type"]) == (mail(), "application/octet-stream")
    assert answer["Content-Disposition"] == f'attachment; filename="mail-{mail_in.pk}.eml"'


def test_mails_that_need_a_person_stand_on_the_desk_and_the_list_takes_few_statements(
    client, django_assert_max_num_queries
):
    mailbox = make.mailbox(store=make.store("UK"))
    for number in range(3):
        came(mail(str(number), From=None), mailbox)
        came(mail(str(number), Message_ID=f"<{number}@x>"), mailbox)
    desk = sign_in(client, make.agent("li"))

    assert "?state__exact=failed" in desk.get("/admin/").content.decode()
    with django_assert_max_num_queries(15):
        page = desk.get(MAILS)
    assert len(page.context_data["cl"].result_list) == 6


def test_a_ticket_shows_what_became_of_its_mails_and_sends_one_again(client):
    mailbox, li = make.mailbox(store=make.store("UK")), make.agent("li")
    text = "Hello\n\n> before"
    ticket = came(mail(text, files=[("x.exe", b"MZ\x90")]), mailbox).said.ticket
    said = answer_ticket(ticket, Answer("Hi"), make.mover(li))
    OutgoingMail.objects.update(state="failed", fault="address", detail="550 nobody")
    came(mail("Me", From="o@example.com", In_Reply_To=said.message_id, Message_ID="<2@x>"), mailbox)
    desk = sign_in(client, li)
    page = desk.get(reverse("admin:orders_ticket_change", args=[ticket.pk])).content.decode()

    for words in ("&gt; before", "x.exe", "The mail server refuses the customer&#x27;s address."):
        assert words in page
    assert "550 nobody" in page
    assert "From another address than the ticket" in page
    work = reverse("admin:orders_ticket_work", args=[ticket.pk, "resend"])
    assert told(desk.post(work, {"said": said.pk}))[-1] == "It is sent again."
    mail_out = OutgoingMail.objects.get()
    assert (mail_out.state, mail_out.not_before <= timezone.now()) == ("waiting", True)
    assert told(desk.post(work, {"said": 9999}))[-1] == "This ticket has no such answer."
