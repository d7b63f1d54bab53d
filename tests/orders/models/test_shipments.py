"""What the database itself refuses of shipments, and who sees channels."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from orders.models import LogisticsChannel, Shipment, ShipmentException
from tests import factories as make
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def refused(write):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return str(error.value)


@pytest.fixture
def order():
    return make.order(store=make.store("UK"))


def test_a_number_and_a_tracking_number_are_one_parcels(order):
    make.shipment("S1", order=order, tracking_number="T1")
    for name in ("S2", "S3"):
        make.shipment(name, order=order)  # without a tracking number there may be many

    refused(lambda: make.shipment("S1", order=order))
    refused(lambda: make.shipment("S4", order=order, tracking_number="T1"))

    make.shipment("S1", order=make.order(store=make.store("DE")), tracking_number="T1")
    assert Shipment.objects.count() == 4


@pytest.mark.parametrize(
    "values",
    [
        {"cost": Decimal(1)},
        {"cost": Decimal(-1), "cost_currency": "CNY"},
    ],
)
def test_a_cost_is_at_least_nothing_and_has_a_currency(order, values):
    assert "shipment_cost_has_currency" in refused(lambda: make.shipment(order=order, **values))


def test_a_line_of_a_parcel_holds_something_and_stands_once(order):
    parcel, line = make.shipment(order=order), order.lines.get()
    refused(lambda: parcel.lines.create(order_line=line, quantity=0))
    parcel.lines.create(order_line=line, quantity=1)
    refused(lambda: parcel.lines.create(order_line=line, quantity=1))

    assert parcel.lines.count() == 1


def test_of_a_parcel_and_kind_one_exception_waits(order):
    parcel = make.shipment(order=order)
    for status in ("solved", "passed", "open"):
        make.shipment_exception(parcel, "late", status=status)

    refused(lambda: make.shipment_exception(parcel, "late", status="taken"))

    make.shipment_exception(parcel, "lost")
    assert ShipmentException.objects.waiting().count() == 2


def test_a_channel_waits_at_least_a_day_for_news():
    assert "channel_silent_days" in refused(lambda: make.channel(silent_days=0))


@pytest.mark.parametrize(
    ("remote", "remote_days", "days"), [(False, 15, 10), (True, 15, 15), (True, None, 10)]
)
def test_a_channel_promises_remote_areas_something_else_where_it_says_so(remote, remote_days, days):
    assert make.channel(promised_days_remote=remote_days).days(remote) == days


@pytest.mark.parametrize(
    ("status", "late"),
    [
        ("ready", None),
        ("in_transit", True),
        ("delivered", False),  # on the promised day
        ("lost", None),
        ("returned_to_sender", None),
        ("cancelled", None),
    ],
)
def test_only_what_comes_or_is_to_come_is_late(order, status, late):
    day = date(2026, 4, 1)
    row = make.shipment(order=order, status=status, promised_on=day, outcome_on=day)

    assert row.is_late(date(2026, 4, 2)) is late


def test_channels_are_for_who_sees_sales_and_for_machines():
    make.channel()
    scopes = [make.scope(make.user(role=role)) for role in Role if role != Role.MACHINE_CLIENT]
    bound = scope_of_client(make.api_client(stores=("UK",)), TODAY)
    seen = [LogisticsChannel.objects.visible_to(scope).count() for scope in (*scopes, bound)]

    # HR alone does not see what is sold
    assert seen == [1, 1, 0, 1, 1, 1, 1]
    nobody = make.scope(AnonymousUser())
    assert LogisticsChannel.objects.visible_to(nobody).count() == 0
