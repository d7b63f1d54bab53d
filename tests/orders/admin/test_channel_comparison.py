"""The page on which channels are compared; each figure opens to what is behind it."""

from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.core.roles import Role
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

PAGE = "admin:orders_channel_comparison"
DAY = date(2026, 3, 10)
ASKED = {"first": "2026-03-01", "last": "2026-03-31", "store": "", "country": ""}


@pytest.fixture
def manager(client):
    return sign_in(client, make.manager())


def parcels(count, days=None, *, status="delivered", on=DAY, **values):
    """Parcels of the channel POST, promised in ten days, delivered after so many."""
    given = {"status": status, "dispatched_on": on, "promised_on": on + timedelta(days=10)}
    if days is not None:
        given |= {"outcome_on": on + timedelta(days=days), "transit_days": days}
    order = make.order(store=values.pop("store", None) or make.store("UK"))
    return [make.shipment(order=order, **given | values) for _ in range(count)]


class Cells(HTMLParser):
    """The text and the links of each row of the first table."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.inside, self.cell = [], False, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table" and not self.rows:
            self.inside = True
        elif self.inside and tag == "tr":
            self.rows.append([])
        elif self.inside and tag in ("td", "th"):
            self.cell = ["", ""]
        elif self.cell is not None and tag == "a":
            self.cell[1] = dict(attrs)["href"]

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[0] += data

    def handle_endtag(self, tag):
        if tag == "table":
            self.inside = False
        elif self.cell is not None and tag in ("td", "th"):
            self.rows[-1].append((self.cell[0].strip(), self.cell[1]))
            self.cell = None


def table(client, **asked):
    text = client.get(reverse(PAGE), ASKED | asked).content.decode()
    return Cells(text).rows


def figures(row):
    return [text for text, _link in row[1:]]


def test_channels_are_compared_by_what_is_known(manager):
    parcels(8, 4, cost=Decimal(10), cost_currency="CNY", reporting_cost=Decimal("10.00"))
    parcels(2, 12, cost=Decimal(10), cost_currency="CNY", reporting_cost=Decimal("11.00"))
    parcels(1, status="lost", outcome_on=DAY)
    parcels(1, status="returned_to_sender", outcome_on=DAY)
    parcels(3, status="in_transit")
    parcels(4, status="in_transit", channel=make.channel("AIR"))
    parcels(5, 4, on=date(2026, 2, 28))  # February's last day: not asked for

    _head, air, post, total = table(manager)

    assert figures(post) == [
        "15", "3", "10", "1", "1", "83.3 %", "80.0 %", "5.6", "4", "12", "10.20",
    ]  # fmt: skip
    # nothing is known of these: a dash, not a zero
    assert figures(air) == ["4", "4", "0", "0", "0", "–", "–", "–", "–", "–", "–"]
    assert figures(total) == [
        "19", "7", "10", "1", "1", "83.3 %", "80.0 %", "5.6", "4", "12", "10.20",
    ]  # fmt: skip


def test_each_figure_opens_to_as_many_shipments(manager):
    parcels(3, 4)
    parcels(2, 12)
    parcels(1, status="lost", outcome_on=DAY)
    parcels(2, status="in_transit")
    parcels(1, 4, channel=make.channel("AIR"))
    parcels(1, 4, on=date(2026, 4, 1))  # the day after the last

    for row in table(manager, store="UK", country="GB")[1:]:
        opened = {
            text: manager.get(link).context["cl"].result_count for text, link in row[1:6] if link
        }
        assert opened == {text: int(text) for text in opened}
    post = table(manager)[2]
    assert manager.get(post[7][1]).context["cl"].result_count == 3  # those on time


def test_a_store_and_a_country_narrow_it(manager):
    parcels(1, 4)
    parcels(2, 4, store=make.store("DE", country="DE"))

    assert [row[1][0] for row in table(manager, store="DE")[1:]] == ["2", "2"]
    assert [row[1][0] for row in table(manager, country="GB")[1:]] == ["1", "1"]
    assert table(manager, store="DE", country="GB") == []


def test_a_person_compares_the_parcels_of_the_own_stores(client):
    user = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=user))
    sign_in(client, user)
    parcels(1, 4)
    parcels(2, 4, store=make.store("DE", department=make.department("away")))

    assert [row[1][0] for row in table(client)[1:]] == ["1", "1"]
    answer = client.get(reverse(PAGE), ASKED | {"store": "DE"})
    assert "Select a valid choice" in answer.content.decode()


def test_more_parcels_and_channels_ask_no_more_questions(manager):
    asked = []
    for count in (1, 3):
        for number in range(count):
            parcels(2, number, channel=make.channel(f"C{count}{number}"))
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse(PAGE), ASKED)
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "x"},
        {"first": ""},
        {"last": "2026-02-01"},
        {"first": "2023-01-01"},
        {"first": "0001-01-01"},
        {"last": "9999-12-31"},
        {"store": "none"},
        {"country": "x" * 500},
    ],
)
def test_a_range_that_is_none_is_said_at_its_field(manager, asked):
    parcels(1, 4)

    answer = manager.get(reverse(PAGE), ASKED | asked)

    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert Cells(answer.content.decode()).rows == []


def test_without_a_range_the_last_90_days_are_compared(manager):
    page = manager.get(reverse(PAGE))

    assert "No parcel was dispatched in these days" in page.content.decode()
    form = page.context["form"]
    assert (form["last"].value() - form["first"].value()).days == 89
