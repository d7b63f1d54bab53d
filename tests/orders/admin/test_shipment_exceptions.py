"""The queue of what went wrong with shipments, and what waits of it on one's desk."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.core.roles import Role
from opsdesk.models import AuditEntry, LifeEvent
from orders.models import ShipmentException
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

LIST = "admin:orders_shipmentexception_changelist"


@pytest.fixture
def me():
    return make.manager()


@pytest.fixture
def manager(client, me):
    return sign_in(client, me)


def wrong(name="S1", kind="silent", **values):
    parcel = make.shipment(name, store=make.store("UK"), status="in_transit")
    return make.shipment_exception(parcel, kind, **values)


def on(response):
    return [row.shipment.external_id for row in response.context["cl"].result_list]


def test_the_oldest_that_waits_comes_first(manager, me):
    wrong("new", raised_on=date(2026, 4, 2))
    wrong("old", raised_on=date(2026, 3, 2))
    wrong("mine", "late", status="taken", taken_by=me)
    wrong("theirs", "late", status="taken", taken_by=make.user())
    wrong("done", "lost", status="solved", closed_at=make.NOW)

    def asked(**filters):
        return on(manager.get(reverse(LIST), filters))

    assert asked() == ["old", "mine", "theirs", "new"]
    assert asked(work="open") == ["old", "new"]
    assert asked(work="mine") == ["mine"]
    assert asked(work="done") == ["done"]
    assert asked(work="all") == ["old", "mine", "theirs", "done", "new"]
    assert asked(kind__exact="late") == ["mine", "theirs"]


def test_a_longer_queue_asks_no_more_questions(manager):
    asked = []
    for count in (1, 3):
        for number in range(count):
            wrong(f"S{count}{number}", status="taken", taken_by=make.user())
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse(LIST))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def take(client, *rows):
    data = {"action": "take", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), data)


def test_many_are_taken_at_once_and_the_others_are_named(manager, me):
    rows = [wrong(f"S{number}") for number in range(50)]
    taken = wrong("T1", status="taken", taken_by=make.user())

    answer = take(manager, *rows, taken)

    assert ShipmentException.objects.filter(taken_by=me, status="taken").count() == 50
    assert LifeEvent.objects.filter(verb="take", by=me).count() == 50
    assert told(answer) == [
        "50 are yours now.",
        "1 was not taken: it is somebody's, or done.",
    ]
    trail = AuditEntry.objects.filter(verb="shipment_exception: take", actor=me)
    assert trail.count() == 50


def test_who_may_not_work_on_them_takes_none(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    row = wrong()

    take(client, row)

    assert ShipmentException.objects.get().status == "open"
    assert LifeEvent.objects.count() == 0


def test_the_page_of_one_shows_the_news_and_the_steps(manager):
    row = wrong(kind="late", about=date(2026, 3, 25))

    text = manager.get(reverse("admin:orders_shipmentexception_change", args=[row.pk])).content

    for said in ("2026-03-25", "Promised on", "/move/take/", "/move/solve/", "No news is recorded"):
        assert said in text.decode()


# ---- my desk


def desk(client):
    return client.get(reverse("admin:index")).content.decode()


def test_my_desk_counts_what_waits_in_my_stores(client):
    user = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=user))
    sign_in(client, user)
    for number in range(7):
        wrong(f"S{number}", "late" if number else "lost")
    other = make.store("DE", department=make.department("away"))
    make.shipment_exception(make.shipment("away-1", store=other), "lost")

    text = desk(client)

    assert "Shipments that went wrong" in text
    assert 'Lost <strong class="figure">1</strong>' in text
    assert 'Late <strong class="figure">6</strong>' in text
    assert "and 2 more" in text
    assert "away-1" not in text


def test_a_desk_without_work_or_right_shows_nothing(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    wrong()
    assert "Shipments that went wrong" not in desk(client)

    ShipmentException.objects.update(status="passed")
    client.logout()
    sign_in(client, make.manager())
    assert "Shipments that went wrong" not in desk(client)
