"""Erasing a customer: nothing personal is left or comes back, and no figure moves."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models

from accounts.core.roles import Role
from accounts.models import Employment
from compensation.actions.calculation import calculate_run, replay_run
from compensation.actions.payruns import approve_run, lock_run, submit_run
from opsdesk.actions.exchange import Source
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry, ImportBatch, ImportReject
from orders.actions.customer_erasure import Request, erase_customer
from orders.actions.orders import upsert_orders
from orders.actions.ticket_files import upsert_tickets
from orders.core.address_items import AddressItem, CustomerItem
from orders.core.ticket_items import TicketItem
from orders.models import Customer, Order, OrderAddress, Ticket, TicketMessage
from tests import factories as make
from tests.factories import NOW
from tests.kpis.night import figures, night

pytestmark = pytest.mark.django_db

MAIL = "quill@buyers.example"
WORDS = ("Quillfeather", MAIL, "+44 7700 900123", "7 Gorse Lane", "Hebden", "HX7 8EX")
QUILL = CustomerItem("c1", "GB", WORDS[0], MAIL, WORDS[2], WORDS[3])
HOME = AddressItem(WORDS[0], WORDS[2], WORDS[3], "", WORDS[4], "Yorks", WORDS[5], "GB")
LATER = NOW + timedelta(days=3)


@pytest.fixture
def boss():
    return make.manager()


def item(number="1", *, buyer=QUILL, hour=0, **values):
    values = {"ship_to": HOME, "placed_at": NOW} | values
    updated = NOW + timedelta(hours=hour)
    return make.order_item(number, customer=buyer, source_updated_at=updated, **values)


def send(*items, at=NOW):
    return [str(one.state) for one in upsert_orders(items, source=Source(), at=at)]


@pytest.fixture
def quill():
    """A customer with two orders, and a ticket about the second."""
    make.store()
    send(item("1"), item("2"))
    customer = Customer.objects.get()
    order = Order.objects.get(external_id="2")
    subject, text = f"{WORDS[0]} asks", f"Write to {MAIL}"
    make.ticket(subject=subject, text=text, contact=MAIL, customer=customer, order=order)
    return customer


def erase(customer, by, reason="Asked by letter", **how):
    request = Request(reason, **how)
    return erase_customer(customer, request, scope=make.scope(by), by=by, at=LATER)


def kept_texts():
    """Every text of every table, joined."""
    found = []
    for model in apps.get_models():
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        found += [str(row) for row in model._base_manager.values_list(*names)] if names else []
    return "\n".join(found)


def left():
    text = kept_texts()
    return [word for word in (*WORDS, "Yorks") if word in text]


def counted():
    """Orders as they are counted, and every fact."""
    rows = Order.objects.order_by("pk")
    orders = rows.values_list("customer", "amount", "customer_order_no", "previous_order_on")
    return list(orders), figures()


def test_nothing_personal_is_left_anywhere(quill, boss):
    assert left() == [*WORDS, "Yorks"]

    found = erase(quill, boss)

    assert left() == []
    assert asdict(found) == {"contacts": 4, "addresses": 2, "tickets": 1, "messages": 1}
    assert (quill.external_id, quill.country, quill.erased_for) == ("c1", "GB", "request")
    assert quill.erased_at == LATER
    assert set(OrderAddress.objects.values_list("city", "country")) == {("", "GB")}
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.contact, ticket.status) == ("–", "", "new")
    assert TicketMessage.objects.get().text == ""


def test_it_is_written_down_without_the_data(quill, boss):
    erase(quill, boss)

    entry = AuditEntry.objects.get(verb="erased")
    assert (entry.model, entry.object_id, entry.actor_id) == (
        "orders.customer",
        str(quill.pk),
        boss.pk,
    )
    assert entry.detail == {
        "reason": "Asked by letter",
        "number": False,
        "contacts": 4,
        "addresses": 2,
        "tickets": 1,
        "messages": 1,
    }


def test_no_figure_of_a_closed_month_changes(quill, boss):
    hr = make.user("hr", role=Role.HR_PAYROLL)
    person = make.person()
    make.employment(person)
    Employment.objects.update(base_salary=Decimal(3000))
    make.order("900.00", on=date(2026, 3, 2), customer=quill)
    make.target("1000.00")
    run = calculate_run(make.department(), Period.parse("2026-03"), by=hr, at=NOW)
    run = submit_run(run, scope=make.scope(hr), by=hr, at=NOW)
    run = approve_run(run, digest=run.digest, scope=make.scope(boss), by=boss, at=NOW)
    lock_run(run, scope=make.scope(boss), by=boss, at=NOW)
    night(full=True)
    before = counted()

    erase(quill, boss, number_too=True)
    night(full=True)

    assert counted() == before
    assert replay_run(run) == []


def test_erasing_twice_is_harmless(quill, boss):
    erase(quill, boss)

    again = erase(quill, boss)

    assert again.anything is False
    assert AuditEntry.objects.filter(verb="erased").count() == 1


def test_what_came_in_between_goes_the_second_time(quill, boss):
    erase(quill, boss)
    make.ticket(subject="Me again", text=f"I am {WORDS[0]}", customer=quill)

    erase(quill, boss)

    assert left() == []
    assert AuditEntry.objects.filter(verb="erased").count() == 2


def test_a_number_that_is_an_address_is_replaced_and_known_again(boss):
    make.store()
    buyer = CustomerItem(MAIL, "GB", WORDS[0])
    send(item("1", buyer=buyer))
    customer = Customer.objects.get()

    erase(customer, boss)
    states = send(
        item("1", buyer=buyer, hour=1, status="delivered"), item("2", buyer=buyer), at=LATER
    )

    assert states == ["updated", "created"]
    assert left() == []
    assert customer.external_id.startswith("erased-")
    assert list(Customer.objects.values_list("pk", "name")) == [(customer.pk, "")]
    numbers = Order.objects.order_by("external_id").values_list("customer", "customer_order_no")
    assert list(numbers) == [(customer.pk, 1), (customer.pk, 2)]


def test_any_number_is_replaced_on_demand(quill, boss):
    erase(quill, boss, number_too=True)

    assert Customer.objects.get().external_id.startswith("erased-")
    assert send(item("3"), at=LATER) == ["created"]
    assert Customer.objects.count() == 1


def test_the_source_brings_nothing_back(quill, boss):
    erase(quill, boss)

    states = send(item("1"), item("2", hour=1, status="delivered"), item("3"), at=LATER)

    assert states == ["unchanged", "updated", "created"]
    assert left() == []


def test_a_ticket_that_is_told_again_brings_nothing_back(boss):
    make.store()
    send(item("1"))
    told = {"store": "UK", "external_id": "T", "channel": "email", "kind": "enquiry"}
    told |= {"order": "1", "subject": f"{WORDS[0]} asks", "opened_at": NOW}
    upsert_tickets([TicketItem(**told)], scope=None, by=None, at=NOW)
    erase(Customer.objects.get(), boss)

    outcomes = upsert_tickets([TicketItem(**told)], scope=None, by=None, at=LATER)

    assert [str(one.state) for one in outcomes] == ["unchanged"]
    assert left() == []


def test_what_was_said_of_refused_rows_goes(quill, boss):
    batch = ImportBatch.objects.create(format="orders", digest="0" * 64, created_at=NOW)
    for row_no, reason in ((2, f"“{MAIL}” is no number."), (3, "The time is blank.")):
        ImportReject.objects.create(batch=batch, row_no=row_no, field="x", reason=reason)

    erase(quill, boss)

    assert list(ImportReject.objects.values_list("row_no", flat=True)) == [3]


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.AUDITOR])
def test_without_the_right_nothing_is_erased(quill, role):
    department = None if role == Role.AUDITOR else make.department()
    with pytest.raises(NotAllowed):
        erase(quill, make.user(role=role, department=department))

    assert left() == [*WORDS, "Yorks"]
    assert not AuditEntry.objects.filter(verb="erased").exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\x00b"])
def test_without_a_reason_nothing_is_erased(quill, boss, reason):
    with pytest.raises(InvalidData) as refused:
        erase(quill, boss, reason)

    assert refused.value.field == "reason"
    assert left() == [*WORDS, "Yorks"]
    assert not AuditEntry.objects.filter(verb="erased").exists()


def test_another_customer_keeps_everything(quill, boss):
    other = make.customer("c2", name="Tarragon", email="t@other.example")
    make.order(customer=other, on=date(2026, 3, 1))

    erase(quill, boss)

    other.refresh_from_db()
    assert (other.name, other.email, other.erased_at) == ("Tarragon", "t@other.example", None)
