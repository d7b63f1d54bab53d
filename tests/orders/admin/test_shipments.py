"""The list of shipments, the page of one, and the forms on which people write."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.core.roles import Role
from orders.models import Shipment, TrackingEvent
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

LIST = "admin:orders_shipment_changelist"


@pytest.fixture
def manager(client):
    return sign_in(client, make.manager())


def numbers_on(response):
    return [row.external_id for row in response.context["cl"].result_list]


def page_of(shipment):
    return reverse("admin:orders_shipment_change", args=[shipment.pk])


def a_parcel(name="S1", **values):
    order = make.order(store=make.store("UK"), status="allocated", external_id=f"o-{name}")
    return make.shipment(name, order=order, **values)


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("S1", ["S12", "S11"]),
        ("S11", ["S11"]),
        ("RM", ["X3", "S12"]),
        ("1", []),
        ("S%", []),
        ("\U0010ffff", []),
    ],
)
def test_search_finds_how_either_number_begins(manager, term, found):
    a_parcel("S11")
    a_parcel("S12", tracking_number="RM1")
    a_parcel("X3", tracking_number="RM2")

    assert numbers_on(manager.get(reverse(LIST), {"q": term})) == found


def test_a_longer_list_asks_no_more_questions(manager):
    asked = []
    for count in (1, 3):
        for number in range(count):
            channel = make.channel(f"C{count}{number}")
            a_parcel(f"S{count}{number}", channel=channel, promised_on=date(2026, 1, 1))
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse(LIST))
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"promise": "kept"}, ["kept"]),
        ({"promise": "broken"}, ["broken"]),
        ({"promise": "overdue"}, ["overdue"]),
        ({"promise": "x"}, ["overdue", "broken", "kept"]),
        ({"status__exact": "delivered", "promise": "broken"}, ["broken"]),
        ({"dispatched_on_from": "2026-03-02", "dispatched_on_to": "2026-03-02"}, ["broken"]),
        ({"country": "GB"}, ["overdue", "broken", "kept"]),
        ({"country": "DE"}, []),
        ({"channel__id__exact": "9" * 40}, []),
    ],
)
def test_the_list_is_narrowed(manager, asked, found):
    promise = {"promised_on": date(2026, 3, 10)}
    sent = [{"dispatched_on": date(2026, 3, day)} for day in (1, 2, 3)]
    a_parcel("kept", status="delivered", outcome_on=date(2026, 3, 10), **promise, **sent[0])
    a_parcel("broken", status="delivered", outcome_on=date(2026, 3, 11), **promise, **sent[1])
    a_parcel("overdue", status="in_transit", **promise, **sent[2])

    response = manager.get(reverse(LIST), asked, follow=True)

    if "9" * 40 in asked.values():
        assert response.status_code == 200
    else:
        assert numbers_on(response) == found


def test_a_range_of_days_is_listed_by_its_days(manager):
    for name, day in (("first", 1), ("third", 3), ("second", 2)):
        a_parcel(name, status="in_transit", dispatched_on=date(2026, 3, day))
    a_parcel("ready")

    asked = {"dispatched_on_from": "2026-03-01"}
    assert numbers_on(manager.get(reverse(LIST), asked)) == ["third", "second", "first"]
    assert numbers_on(manager.get(reverse(LIST))) == ["ready", "second", "third", "first"]


def test_the_page_tells_the_whole_story(manager):
    shipment = a_parcel(
        status="in_transit",
        tracking_number="RM1",
        promised_on=date(2026, 1, 5),
        promised_days=4,
        cost=Decimal("12.50"),
        cost_currency="CNY",
    )
    shipment.lines.create(order_line=shipment.order.lines.get(), quantity=1)
    make.shipment_exception(shipment, "late")
    TrackingEvent.objects.create(
        shipment=shipment,
        at=datetime(2026, 1, 2, tzinfo=UTC),
        code="customs_held",
        text="Papers <b>missing</b>",
        place="Leipzig",
        fingerprint="x",
        recorded_at=make.NOW,
    )

    text = manager.get(page_of(shipment)).content.decode()

    for said in ("RM1", "2026-01-05", "12.50", "Held by customs", "Leipzig", "A1", "Late"):
        assert said in text
    assert "Papers &lt;b&gt;missing&lt;/b&gt;" in text
    assert "badge-late" in text


def test_a_page_with_more_on_it_asks_no_more_questions(manager):
    shipment = a_parcel(status="in_transit")
    manager.get(page_of(shipment))
    with CaptureQueriesContext(connection) as few:
        manager.get(page_of(shipment))
    for number in range(3):
        TrackingEvent.objects.create(
            shipment=shipment,
            at=make.NOW,
            code="other",
            fingerprint=str(number),
            by=make.user(),
            recorded_at=make.NOW,
        )
        kind = ("late", "lost", "silent")[number]
        make.shipment_exception(shipment, kind, status="taken", taken_by=make.user())

    with CaptureQueriesContext(connection) as many:
        manager.get(page_of(shipment))
    assert len(many) == len(few)


def test_an_order_shows_its_parcels(manager):
    shipment = a_parcel(tracking_number="RM1")

    page = manager.get(reverse("admin:orders_order_change", args=[shipment.order_id]))

    text = page.content.decode()
    assert page_of(shipment) in text
    assert reverse("admin:orders_shipment_send", args=[shipment.order_id]) in text


# ---- news by hand


def event(client, shipment, **given):
    address = reverse("admin:orders_shipment_event", args=[shipment.pk])
    data = {"code": "picked_up", "at": "2026-03-20T17:00", "place": "", "text": ""}
    return client.post(address, data | given)


def test_news_is_written_down_by_the_clock_of_the_company(manager):
    shipment = a_parcel()

    answer = event(manager, shipment, text="The driver called", place="Yiwu")

    assert (answer.status_code, answer["Location"]) == (302, page_of(shipment))
    assert told(answer) == ["The news of S1 is recorded."]
    row = TrackingEvent.objects.get()
    assert (row.at, row.text, row.place) == (
        datetime(2026, 3, 20, 9, tzinfo=UTC),
        "The driver called",
        "Yiwu",
    )
    shipment.refresh_from_db()
    shipment.order.refresh_from_db()
    assert (shipment.status, shipment.order.status) == ("in_transit", "dispatched")


@pytest.mark.parametrize(
    "given",
    [
        {"code": "flown"},
        {"code": ""},
        {"at": ""},
        {"at": "x"},
        {"at": "0001-01-01T00:00"},
        {"at": "9999-12-31T23:59"},
        {"at": "2199-01-01T00:00"},
        {"text": "x" * 301},
        {"place": "a\0b"},
        {"text": "a\tb"},
    ],
)
def test_news_that_cannot_be_is_shown_again_with_what_is_wrong(manager, given):
    shipment = a_parcel()

    answer = event(manager, shipment, **given)

    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert TrackingEvent.objects.count() == 0


def test_who_only_reads_writes_no_news(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    shipment = a_parcel()

    assert event(client, shipment).status_code == 403
    assert "Record news" not in client.get(page_of(shipment)).content.decode()
    assert TrackingEvent.objects.count() == 0


# ---- a parcel by hand


def send(client, order, **given):
    data = {"channel": make.channel().pk, "tracking_number": "RM1", "line_1": "1"}
    return client.post(reverse("admin:orders_shipment_send", args=[order.pk]), data | given)


def test_a_parcel_is_made_of_what_is_left_of_an_order(manager):
    order = make.order(store=make.store("UK"), external_id="o/7")
    order.lines.update(quantity=3)
    form = manager.get(reverse("admin:orders_shipment_send", args=[order.pk])).content.decode()
    assert "3 of 3 are still to be sent." in form

    answer = send(manager, order, cost="9.90", remote_area="on", tracking_number="", line_1="2")

    made = Shipment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page_of(made))
    assert (made.external_id, made.cost, made.remote_area) == ("o-7-1", Decimal("9.90"), True)
    assert made.lines.get().quantity == 2
    form = manager.get(reverse("admin:orders_shipment_send", args=[order.pk])).content.decode()
    assert "1 of 3 are still to be sent." in form


def test_a_parcel_gets_a_number_that_its_source_has_not_given(manager):
    order = make.order(store=make.store("UK"), external_id="7")
    order.lines.update(quantity=3)
    make.shipment("7-2", order=order)
    make.shipment("7-4", order=order)

    made = [send(manager, order, tracking_number="").status_code for _each in range(2)]

    assert made == [302, 302]
    numbers = Shipment.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(numbers) == ["7-2", "7-4", "7-3", "7-5"]


@pytest.mark.parametrize(
    "given",
    [
        {"channel": ""},
        {"channel": "9" * 40},
        {"channel": "x"},
        {"warehouse": "7"},
        {"line_1": "2"},
        {"line_1": "-1"},
        {"line_1": ""},
        {"line_1": "9" * 40},
        {"cost": "-1"},
        {"cost": "1e99"},
        {"cost": "0.001"},
        {"tracking_number": "a/b"},
        {"tracking_number": "a\0b"},
        {"tracking_number": "x" * 101},
        {"tracking_number": "TAKEN"},
    ],
)
def test_a_parcel_that_cannot_be_is_shown_again_with_what_is_wrong(manager, given):
    order = make.order(store=make.store("UK"))
    make.shipment("S9", order=order, tracking_number="TAKEN", status="cancelled")

    answer = send(manager, order, **given)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Shipment.objects.count() == 1


def test_the_order_of_another_department_is_not_there(client):
    user = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=user), department=make.department("away"))
    sign_in(client, user)
    order = make.order(store=make.store("UK"))

    assert send(client, order).status_code == 404
    assert Shipment.objects.count() == 0
