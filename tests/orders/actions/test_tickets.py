"""Tickets go through their life with their clocks, and who takes one keeps it."""

from datetime import timedelta

import pytest

from accounts.core.roles import Role
from opsdesk.core.errors import (
    Conflict,
    InvalidData,
    InvalidTransition,
    NotAllowed,
    NotReady,
)
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.ticket_handovers import decide_handover, offer_ticket
from orders.actions.ticket_talk import (
    Answer,
    Letter,
    answer_ticket,
    customer_wrote,
    filled,
    note_ticket,
)
from orders.actions.tickets import (
    Closing,
    classify_ticket,
    give_ticket,
    merge_tickets,
    move_ticket,
    rate_ticket,
    resolve_ticket,
    take_ticket,
)
from orders.models import (
    ReplyTemplate,
    ResolutionCode,
    RootCause,
    Ticket,
    TicketClock,
    TicketHandover,
    TicketMessage,
    TicketStep,
)
from orders.queries.tickets import conversation
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at(hours, by=None):
    return make.mover(by, at=NOW + hours * HOUR)


def clocks(ticket):
    """State, promised and used hours, due after hours, missed after hours, by measure and run."""
    return {
        (one.measure, one.run_no): (
            one.state,
            one.promised_seconds and one.promised_seconds // 3600,
            one.used_seconds / 3600,
            one.due_at and (one.due_at - NOW) / HOUR,
            one.missed_at and (one.missed_at - NOW) / HOUR,
        )
        for one in TicketClock.objects.filter(ticket=ticket)
    }


def written():
    tables = (Ticket, TicketMessage, TicketStep, TicketClock, TicketHandover, LifeEvent)
    return [table.objects.count() for table in tables], AuditEntry.objects.count()


def codes():
    return Closing(
        ResolutionCode.objects.get(code="resent").pk, RootCause.objects.get(code="lost_parcel").pk
    )


@pytest.fixture
def li():
    return make.agent("li")


def test_an_opened_ticket_runs_from_the_first_moment():
    ticket = make.ticket(kind="complaint")

    assert (ticket.status, ticket.owner, ticket.business_date) == ("new", None, NOW.date())
    assert (ticket.next_due_at, ticket.next_measure) == (NOW + 24 * HOUR, "first_response")
    assert clocks(ticket) == {
        ("first_response", 1): ("running", 24, 0, 24, None),
        ("resolution", 1): ("running", 72, 0, 72, None),
    }
    assert [(m.direction, m.text) for m in ticket.messages.all()] == [("in", "Where is my parcel?")]
    assert [(e.verb, e.state) for e in LifeEvent.objects.all()] == [("begin", "new")]


def test_without_a_promise_the_time_is_measured_and_nothing_is_due():
    ticket = make.ticket()

    assert clocks(ticket)[("resolution", 1)] == ("running", None, 0, None, None)


def test_a_whole_day_from_taking_to_closing(li):
    ticket = make.ticket(kind="complaint")

    take_ticket(ticket, at(1, li))
    answer_ticket(ticket, Answer("It is on its way.", then="wait"), at(2, li))
    waiting = clocks(ticket)
    customer_wrote(ticket, Letter("It has not come."), at(30))
    again = clocks(ticket)
    answer_ticket(ticket, Answer("We send another one."), at(31, li))
    resolve_ticket(ticket, codes(), at(32, li))
    resolved = clocks(ticket)
    rate_ticket(ticket, 5, "Quick", at(40, li))
    move_ticket(ticket, "close", at(41, li))

    assert waiting == {
        ("first_response", 1): ("stopped", 24, 2, None, None),
        ("resolution", 1): ("paused", 72, 2, None, None),
    }
    # 28 hours of waiting are not counted: due at 100 instead of 72
    assert again == waiting | {
        ("resolution", 1): ("running", 72, 2, 100, None),
        ("update", 1): ("running", None, 0, None, None),
    }
    assert resolved == {
        ("first_response", 1): ("stopped", 24, 2, None, None),
        ("update", 1): ("stopped", None, 1, None, None),
        ("resolution", 1): ("stopped", 72, 4, None, None),
    }
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.csat, ticket.owner) == ("closed", 5, li)
    assert (ticket.first_answered_at, ticket.resolved_at, ticket.closed_at) == (
        NOW + 2 * HOUR,
        NOW + 32 * HOUR,
        NOW + 41 * HOUR,
    )
    assert (ticket.next_due_at, ticket.next_measure) == (None, "")
    assert [e.verb for e in LifeEvent.objects.order_by("pk")] == [
        "begin",
        "take",
        "wait",
        "resume",
        "resolve",
        "close",
    ]


def test_who_answers_a_ticket_that_nobody_took_takes_it(li):
    ticket = make.ticket()

    answer_ticket(ticket, Answer("Hello"), at(1, li))

    assert (ticket.status, ticket.owner) == ("open", li)


def test_a_ticket_taken_by_one_is_not_taken_by_another(li):
    ticket, wang = make.ticket(), make.agent("wang")
    take_ticket(ticket, at(1, li))
    before = written()

    with pytest.raises(Conflict) as refusal:
        take_ticket(Ticket.objects.get(), at(1, wang))

    assert refusal.value.message == f"li took ticket {ticket} already."
    assert (Ticket.objects.get().owner, written()) == (li, before)


@pytest.mark.parametrize(
    "work",
    [
        lambda ticket, mover: answer_ticket(ticket, Answer("Hello"), mover),
        lambda ticket, mover: move_ticket(ticket, "wait", mover),
        lambda ticket, mover: resolve_ticket(ticket, codes(), mover),
        lambda ticket, mover: classify_ticket(ticket, "complaint", "major", mover),
        lambda ticket, mover: offer_ticket(ticket, mover.by, "Mine", mover),
    ],
)
def test_nobody_works_on_a_ticket_of_somebody_else(li, work):
    ticket, wang = make.ticket(), make.agent("wang")
    answer_ticket(ticket, Answer("Hello"), at(1, li))
    before = written()

    with pytest.raises(NotAllowed) as refusal:
        work(ticket, at(2, wang))

    assert refusal.value.message == (
        f"li works on ticket {ticket}: ask for a handover, or write a note."
    )
    assert written() == before


def test_anybody_may_write_a_note(li):
    ticket, wang = make.ticket(), make.agent("wang")
    take_ticket(ticket, at(1, li))

    note_ticket(ticket, "Same buyer as last week", at(2, wang))

    note = TicketMessage.objects.get(direction="note")
    assert (note.author, note.text) == (wang, "Same buyer as last week")
    # it is no answer
    assert clocks(ticket)[("first_response", 1)][0] == "running"


def test_a_supervisor_steps_in(li):
    ticket = make.ticket()
    take_ticket(ticket, at(1, li))
    chief = make.user(role=Role.SUPERVISOR, department=make.department())

    answer_ticket(ticket, Answer("I look into it myself."), at(2, chief))

    # the ticket stays with whom it was
    assert (ticket.owner, ticket.messages.last().author) == (li, chief)


def test_waiting_takes_an_answer_first(li):
    ticket = make.ticket()
    take_ticket(ticket, at(1, li))
    before = written()

    with pytest.raises(NotReady) as refusal:
        move_ticket(ticket, "wait", at(2, li))

    assert refusal.value.message == (
        "Answer the customer first: nobody is waited for who was not asked."
    )
    assert written() == before


@pytest.mark.parametrize("status", ["open", "waiting_customer"])
def test_what_its_source_answered_already_is_taken_where_it_stands(li, status):
    ticket = make.ticket()
    Ticket.objects.update(status=status)

    take_ticket(ticket, at(1, li))

    assert (ticket.status, ticket.owner) == (status, li)
    assert AuditEntry.objects.latest("pk").verb == "ticket: taken"
    with pytest.raises(Conflict):
        take_ticket(ticket, at(2, make.agent("wang")))


def test_who_answers_what_its_source_answered_already_keeps_it(li):
    ticket = make.ticket()
    Ticket.objects.update(status="open")

    answer_ticket(ticket, Answer("Hello"), at(1, li))

    assert (ticket.status, ticket.owner) == ("open", li)
    with pytest.raises(NotAllowed):
        answer_ticket(ticket, Answer("Hello"), at(2, make.agent("wang")))


def test_a_reader_takes_nothing_that_its_source_answered(li):
    ticket, reader = make.ticket(), make.user(role=Role.AUDITOR)
    Ticket.objects.update(status="open")
    before = written()

    with pytest.raises(NotAllowed):
        take_ticket(ticket, at(1, reader))

    assert (Ticket.objects.get().owner, written()) == (None, before)


def test_closing_takes_a_resolution_and_a_root_cause(li):
    ticket = make.ticket()
    take_ticket(ticket, at(1, li))
    resolve_ticket(ticket, Closing(), at(2, li))
    before = written()

    with pytest.raises(NotReady) as refusal:
        move_ticket(ticket, "close", at(3, li))

    assert refusal.value.message == ("Say how it was resolved. Say what the root cause was.")
    assert written() == before


def test_an_unknown_code_is_refused_and_nothing_written(li):
    ticket = make.ticket()
    take_ticket(ticket, at(1, li))
    before = written()

    with pytest.raises(InvalidData) as refusal:
        resolve_ticket(ticket, Closing(999_999, None), at(2, li))

    assert (refusal.value.field, refusal.value.message) == (
        "resolution",
        "Choose one of the list.",
    )
    assert (Ticket.objects.get().status, written()) == ("open", before)


def test_a_change_of_kind_changes_the_promise_and_keeps_the_time(li):
    ticket = make.ticket()
    take_ticket(ticket, at(1, li))
    answer_ticket(ticket, Answer("Hello", then="wait"), at(2, li))
    customer_wrote(ticket, Letter("I complain."), at(12))

    changed = classify_ticket(ticket, "complaint", "high", at(13, li))

    assert changed is True
    # 2 hours before the wait and 1 after it are used, 69 are left
    assert clocks(ticket)[("resolution", 1)] == ("running", 72, 3, 82, None)
    assert (ticket.kind, ticket.priority) == ("complaint", "high")


def test_what_was_never_promised_is_not_missed_in_hindsight(li):
    ticket = make.ticket()
    answer_ticket(ticket, Answer("Hello"), at(1, li))

    classify_ticket(ticket, "complaint", "normal", at(100, li))

    # from the change on, not 28 hours ago
    assert clocks(ticket)[("resolution", 1)] == ("running", 72, 100, 100, None)


def test_a_customer_who_writes_again_reopens_the_ticket(li):
    ticket = make.ticket(kind="complaint")
    answer_ticket(ticket, Answer("Hello"), at(1, li))
    resolve_ticket(ticket, codes(), at(2, li), close=True)

    customer_wrote(ticket, Letter("Still broken"), at(50))

    assert (ticket.status, ticket.owner, ticket.resolved_at, ticket.closed_at) == (
        "reopened",
        li,
        None,
        None,
    )
    # 2 hours were used; the 48 it was closed are not counted
    assert clocks(ticket)[("resolution", 1)] == ("running", 72, 2, 120, None)
    assert LifeEvent.objects.last().reason == "The customer wrote again."


def test_the_same_mail_is_taken_in_once(li):
    ticket = make.ticket()
    customer_wrote(ticket, Letter("Hello?", message_id="<1@example.com>"), at(1))

    customer_wrote(ticket, Letter("Hello?", message_id="<1@example.com>"), at(2))

    assert ticket.messages.filter(text="Hello?").count() == 1
    assert clocks(ticket)[("first_response", 1)][0] == "running"


def test_an_offered_ticket_moves_when_it_is_accepted(li):
    ticket, wang = make.ticket(), make.agent("wang")
    take_ticket(ticket, at(1, li))

    offer = offer_ticket(ticket, wang, "I am on leave", at(2, li))
    offered = Ticket.objects.get().owner
    decide_handover(offer, "accepted", at(3, wang))

    assert (offered, Ticket.objects.get().owner) == (li, wang)
    assert (offer.state, offer.decided_at) == ("accepted", NOW + 3 * HOUR)


@pytest.mark.parametrize(("state", "by"), [("declined", "wang"), ("withdrawn", "li")])
def test_a_ticket_that_is_not_accepted_stays(li, state, by):
    ticket = make.ticket()
    people = {"li": li, "wang": make.agent("wang")}
    take_ticket(ticket, at(1, li))
    offer = offer_ticket(ticket, people["wang"], "I am on leave", at(2, li))

    decide_handover(offer, state, at(3, people[by]))

    assert (Ticket.objects.get().owner, offer.state) == (li, state)


def test_an_offer_is_decided_once_and_by_whom_it_is_made_to(li):
    ticket, wang = make.ticket(), make.agent("wang")
    take_ticket(ticket, at(1, li))
    offer = offer_ticket(ticket, wang, "I am on leave", at(2, li))

    with pytest.raises(NotAllowed):
        decide_handover(offer, "accepted", at(3, li))
    decide_handover(offer, "declined", at(4, wang))
    with pytest.raises(InvalidTransition):
        decide_handover(offer, "accepted", at(5, wang))

    assert (Ticket.objects.get().owner, TicketHandover.objects.get().state) == (li, "declined")


def test_a_ticket_that_was_given_away_meanwhile_is_not_taken_by_an_old_offer(li):
    chief = make.user(role=Role.SUPERVISOR, department=make.department())
    ticket, wang, sun = make.ticket(), make.agent("wang"), make.agent("sun")
    take_ticket(ticket, at(1, li))
    offer = offer_ticket(ticket, wang, "I am on leave", at(2, li))

    give_ticket(ticket, sun, "Knows the product", at(3, chief))

    with pytest.raises(InvalidTransition):
        decide_handover(offer, "accepted", at(4, wang))
    offer.refresh_from_db()
    assert (Ticket.objects.get().owner, offer.state) == (sun, "withdrawn")
    assert offer_ticket(ticket, wang, "I am on leave", at(5, sun)).state == "offered"


def test_what_is_merged_is_offered_to_nobody_any_more(li):
    main, double = make.ticket(), make.ticket()
    take_ticket(double, at(1, li))
    offer = offer_ticket(double, make.agent("wang"), "I am on leave", at(2, li))

    merge_tickets([double], main, at(3, li))

    offer.refresh_from_db()
    assert (offer.state, offer.decided_at) == ("withdrawn", NOW + 3 * HOUR)


def test_a_ticket_is_not_offered_to_who_does_not_see_it(li):
    ticket, away = make.ticket(), make.agent("away", department="elsewhere")
    take_ticket(ticket, at(1, li))
    before = written()

    with pytest.raises(InvalidData) as refusal:
        offer_ticket(ticket, away, "I am on leave", at(2, li))

    assert refusal.value.message == ("away cannot work on tickets of UK: choose somebody who can.")
    assert written() == before


def test_a_supervisor_gives_a_ticket_away_with_a_reason(li):
    chief = make.user(role=Role.SUPERVISOR, department=make.department())
    ticket = make.ticket()

    give_ticket(ticket, li, "Knows the product", at(1, chief))

    assert (ticket.owner, ticket.status) == (li, "open")
    with pytest.raises(NotAllowed):
        give_ticket(ticket, chief, "Take it", at(2, li))


def test_duplicates_go_into_one_and_what_the_customer_writes_follows(li):
    main, double = make.ticket(), make.ticket(subject="Parcel again")

    merged = merge_tickets([double], main, at(1, li))
    customer_wrote(double, Letter("And now?"), at(2))

    double.refresh_from_db()
    assert (merged, double.status, double.merged_into) == (1, "merged", main)
    assert clocks(double)[("first_response", 1)][0] == "stopped"
    assert [m.text for m in main.messages.order_by("pk")] == ["Where is my parcel?", "And now?"]


def test_what_was_merged_goes_along_into_the_next_one(li):
    first, second, third = (make.ticket(text=text) for text in ("One", "Two", "Three"))
    merge_tickets([first], second, at(1, li))

    merge_tickets([second], third, at(2, li))

    customer_wrote(first, Letter("And now?"), at(3))
    assert [message.text for message in conversation(third)] == ["One", "Two", "Three", "And now?"]


def test_tickets_of_two_stores_are_not_merged(li):
    main, other = make.ticket(), make.ticket(store=make.store("DE"))
    before = written()

    with pytest.raises(InvalidData):
        merge_tickets([other], main, at(1, li))
    with pytest.raises(InvalidData):
        merge_tickets([main], main, at(1, li))

    assert written() == before


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_is_from_1_to_5(li, score):
    ticket = make.ticket()
    resolve_ticket_by(ticket, li)
    before = written()

    with pytest.raises(InvalidData):
        rate_ticket(ticket, score, "", at(4, li))

    assert (Ticket.objects.get().csat, written()) == (None, before)


def test_nobody_rates_what_is_not_done(li):
    ticket = make.ticket()

    with pytest.raises(InvalidTransition):
        rate_ticket(ticket, 5, "", at(1, li))

    assert Ticket.objects.get().csat is None


def resolve_ticket_by(ticket, li):
    answer_ticket(ticket, Answer("Hello"), at(1, li))
    resolve_ticket(ticket, codes(), at(2, li))


def test_a_template_is_filled_in_and_what_is_unknown_stays_to_be_seen(li):
    ticket = make.ticket(customer=make.customer("{agent}"))
    template = ReplyTemplate(text="Dear {customer}, {order} of {store}: {ticket}. {agent}")

    text = filled(template, ticket, li)

    # what is filled in is not filled in again
    assert text == f"Dear {{agent}}, {{order}} of Shop UK: {ticket}. li"


@pytest.mark.parametrize("text", ["", "  ", "\0"])
def test_nothing_is_said_with_nothing(li, text):
    ticket = make.ticket()
    before = written()

    with pytest.raises(InvalidData):
        answer_ticket(ticket, Answer(text), at(1, li))

    assert (Ticket.objects.get().status, written()) == ("new", before)


def test_the_trail_holds_nothing_that_was_said(li):
    ticket = make.ticket(text="My secret address", contact="buyer@example.com", subject="Secret")
    answer_ticket(ticket, Answer("Your secret parcel"), at(1, li))

    told = str(list(AuditEntry.objects.values_list("record", "detail")))

    assert not [word for word in ("secret", "Secret", "buyer@") if word in told]
