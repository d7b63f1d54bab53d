"""The queue of tickets and the page of one, as people work with them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from orders.actions.escalations import sweep_clocks
from orders.actions.ticket_talk import Answer, answer_ticket
from orders.actions.tickets import take_ticket
from orders.models import (
    MessageFile,
    ReplyTemplate,
    ResolutionCode,
    RootCause,
    Ticket,
    TicketMessage,
)
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/ticket/"
HOUR = timedelta(hours=1)


@pytest.fixture
def li():
    return make.agent("li")


@pytest.fixture
def desk(client, li):
    return sign_in(client, li)


def now(hours=0):
    return timezone.now() + hours * HOUR


def page_of(ticket):
    return reverse("admin:orders_ticket_change", args=[ticket.pk])


def do(desk, ticket, verb, **data):
    return desk.post(reverse("admin:orders_ticket_work", args=[ticket.pk, verb]), data)


def listed(desk, query=""):
    answer = desk.get(f"{LIST}{query}")
    return [str(row) for row in answer.context_data["cl"].result_list]


def test_the_queue_shows_what_is_due_first_and_nothing_that_is_done(desk, li):
    late = make.ticket(at=now(-30))
    soon = make.ticket(at=now(-10))
    answered = make.ticket(at=now(-20))
    answer_ticket(answered, Answer("Hello"), make.mover(li, at=now(-19)))
    done = make.ticket(at=now(-40))
    Ticket.objects.filter(pk=done.pk).update(status="resolved")

    assert listed(desk) == [str(late), str(soon), str(answered)]
    assert listed(desk, "?queue=mine") == [str(answered)]
    assert listed(desk, "?queue=unowned") == [str(late), str(soon)]
    assert listed(desk, "?queue=late") == [str(late)]
    # the latest first
    assert listed(desk, "?queue=all") == [str(soon), str(answered), str(late), str(done)]
    assert listed(desk, "?status__exact=resolved") == [str(done)]


def test_a_ticket_is_found_by_its_number_and_by_that_of_the_source(desk):
    first = make.ticket()
    make.ticket()
    Ticket.objects.filter(pk=first.pk).update(external_id="AMZ-1")

    assert listed(desk, f"?q={first.number.lower()}") == [str(first)]
    assert listed(desk, "?q=AMZ") == [str(first)]
    assert listed(desk, "?q=T99999999") == []


def test_the_tickets_of_another_department_are_not_there(desk):
    away = make.ticket(store=make.store("DE", department=make.department("away")))

    assert listed(desk) == []
    assert desk.get(page_of(away)).status_code == 404
    assert do(desk, away, "take").status_code == 404
    assert Ticket.objects.get().owner is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_a_constant_number_of_questions(
    desk, li, count, django_assert_max_num_queries
):
    for _number in range(count):
        take_ticket(make.ticket(at=now()), make.mover(li, at=now()))

    with django_assert_max_num_queries(12):
        listed(desk)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_a_constant_number_of_questions(desk, li, count, django_assert_max_num_queries):
    ticket = make.ticket(at=now())
    for number in range(count):
        answer_ticket(ticket, Answer(f"Hello {number}"), make.mover(li, at=now(number + 1)))

    with django_assert_max_num_queries(36):
        desk.get(page_of(ticket))


def test_a_ticket_is_opened_with_the_customer_of_its_order(desk):
    order = make.order(store=make.store("UK"), customer=make.customer(store=make.store("UK")))

    answer = desk.post(
        f"{LIST}add/",
        {
            "store": order.store_id,
            "channel": "phone",
            "language": "de",
            "kind": "complaint",
            "priority": "high",
            "subject": "Broken",
            "contact": "buyer@example.com",
            "order_no": order.external_id,
            "customer_no": "",
            "text": "It is broken.",
        },
    )

    ticket = Ticket.objects.get()
    assert (answer.status_code, ticket.order, ticket.customer) == (302, order, order.customer)
    assert (ticket.kind, ticket.priority, ticket.contact) == (
        "complaint",
        "high",
        "buyer@example.com",
    )
    assert ticket.messages.get().text == "It is broken."


def test_an_unknown_order_is_refused_at_its_field(desk):
    store = make.store("UK")

    answer = desk.post(
        f"{LIST}add/",
        {
            "store": store.pk,
            "channel": "phone",
            "kind": "enquiry",
            "priority": "normal",
            "subject": "Broken",
            "order_no": "nope",
            "text": "It is broken.",
        },
    )

    assert "UK has no order nope." in answer.content.decode()
    assert Ticket.objects.count() == 0


def test_a_day_with_a_ticket(desk, li):
    ticket = make.ticket(at=now(-1), language="en")
    template = ReplyTemplate.objects.get(code="where-is-it", language="en")

    do(desk, ticket, "take")
    page = desk.get(f"{page_of(ticket)}?template={template.pk}")
    answered = do(desk, ticket, "answer", text="On its way", template=template.pk, then="wait")
    waiting = Ticket.objects.get().status
    do(desk, ticket, "wrote", text="Thank you")
    resolved = do(
        desk,
        ticket,
        "resolve",
        resolution=ResolutionCode.objects.get(code="answered").pk,
        root_cause=RootCause.objects.get(code="late_delivery").pk,
        then="close",
    )
    do(desk, ticket, "rate", csat="5", note="Great")

    # what is not known stays in braces to be seen
    assert "your order {order} is on its way" in page.content.decode()
    assert told(answered)[-1] == "Answered."
    assert waiting == "waiting_customer"
    assert told(resolved)[-1] == "Resolved."
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.owner, ticket.csat) == ("closed", li, 5)
    assert TicketMessage.objects.get(direction="out").template == template


def test_what_was_typed_is_not_lost_when_somebody_else_was_quicker(desk):
    ticket, wang = make.ticket(at=now()), make.agent("wang")
    take_ticket(ticket, make.mover(wang, at=now()))

    answer = do(desk, ticket, "answer", text="My long answer")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "My long answer" in page
    assert f"wang works on ticket {ticket}" in page
    assert TicketMessage.objects.filter(direction="out").count() == 0


def test_what_a_customer_writes_is_text(desk):
    ticket = make.ticket(text="<script>alert(1)</script>", subject="<b>x</b>", at=now())

    page = desk.get(page_of(ticket)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>x</b>" not in page


def test_a_customers_address_is_masked_without_the_right(client, desk, li):
    ticket = make.ticket(contact="buyer@example.com", at=now())

    masked = desk.get(page_of(ticket)).content.decode()
    chief = make.user(role=Role.SUPERVISOR, department=make.department())
    shown = sign_in(client, chief).get(page_of(ticket)).content.decode()

    assert "buyer@example.com" not in masked
    assert "b•••@e•••" in masked
    assert "buyer@example.com" in shown


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("merge", {"into": "T9"}),
        ("merge", {"into": "nope\0"}),
        ("merge", {"into": "9" * 400}),
        ("offer", {"taker": "999999", "reason": "x"}),
        ("offer", {"taker": "9" * 400, "reason": "x"}),
        ("rate", {"csat": "x"}),
        ("classify", {"kind": "x", "priority": "normal"}),
        ("reopen", {"reason": "x"}),
        ("resume", {}),
        ("accept", {}),
        ("resolve", {"resolution": "9" * 18}),
        ("answer", {"text": "\0"}),
        ("note", {"text": ""}),
    ],
)
def test_a_step_that_cannot_be_is_refused_in_words(desk, verb, data):
    ticket = make.ticket(at=now())

    answer = do(desk, ticket, verb, **data)

    assert answer.status_code in (200, 302)
    assert (Ticket.objects.get().status, TicketMessage.objects.count()) == ("new", 1)


def test_the_home_page_shows_ones_own_and_what_nobody_took(desk, li):
    mine, free = make.ticket(at=now(-5)), make.ticket(at=now(-23))
    take_ticket(mine, make.mover(li, at=now(-4)))
    sweep_clocks(at=now())

    panel = desk.get("/admin/").content.decode()

    assert panel.count(mine.number) == 1
    # nobody's, and escalated to the department two hours before it is due
    assert panel.count(free.number) == 2


def test_an_escalation_is_seen_on_the_page(desk, li):
    ticket = make.ticket(at=now(-23))
    sweep_clocks(at=now(-0.5))

    do(desk, ticket, "see")

    assert ticket.escalations.get().seen_by == li


def given(name="proof.txt", text=b"It is broken."):
    return SimpleUploadedFile(name, text, content_type="text/html")


def test_files_go_with_an_answer_and_are_handed_out_as_downloads(desk, li):
    ticket = make.ticket()

    do(desk, ticket, "answer", text="Look.", file=[given(), given("second.txt", b"More.")])

    page = desk.get(page_of(ticket)).content.decode()
    files = list(MessageFile.objects.order_by("pk"))
    assert [one.name for one in files] == ["proof.txt", "second.txt"]
    assert all(f"/file/{one.attachment_id}/" in page for one in files)
    answer = desk.get(f"{LIST}{ticket.pk}/file/{files[0].attachment_id}/")
    assert (answer.content, answer["Content-Type"]) == (
        b"It is broken.",
        "text/plain; charset=utf-8",
    )
    assert answer["Content-Disposition"] == 'attachment; filename="proof.txt"'


def test_a_file_that_is_none_is_refused_and_what_was_typed_stays(desk, li):
    ticket = make.ticket()

    answer = do(desk, ticket, "answer", text="Look.", file=given("page.html", b"<script>"))

    assert told(answer) == ["The file page.html is a text by its content: name it ….txt."]
    assert answer.context_data["draft"] == "Look."
    assert TicketMessage.objects.filter(direction="out").count() == 0


def test_a_file_is_withdrawn_and_no_longer_handed_out(desk, li):
    ticket = make.ticket()
    do(desk, ticket, "note", text="Mine.", file=given())
    number = MessageFile.objects.get().attachment_id

    none = do(desk, ticket, "unfile", file="999", reason="Wrong")
    done = do(desk, ticket, "unfile", file=number, reason="Wrong")

    assert told(none)[-1] == "This ticket has no such file."
    assert told(done)[-1] == "The file is withdrawn."
    assert desk.get(f"{LIST}{ticket.pk}/file/{number}/").status_code == 404
    assert "<s>proof.txt</s> Wrong" in desk.get(page_of(ticket)).content.decode()


def test_a_file_is_not_handed_out_by_the_page_of_another_ticket(desk, li):
    ticket, other = make.ticket(), make.ticket()
    do(desk, ticket, "note", text="Mine.", file=given())
    number = MessageFile.objects.get().attachment_id

    assert desk.get(f"{LIST}{other.pk}/file/{number}/").status_code == 404


def test_files_take_no_more_statements_the_more_there_are(desk, li, django_assert_max_num_queries):
    ticket = make.ticket()
    for number in range(6):
        do(desk, ticket, "note", text="Mine.", file=given(f"{number}.txt", b"%d" % number))

    with django_assert_max_num_queries(40):
        desk.get(page_of(ticket))
