"""Pages of ratings and violations, and what a store's page and the home page show of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.actions.standing import upsert_ratings, upsert_violations
from catalog.models import Violation
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent
from tests import factories
from tests.factories import rating_item, violation_item
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
ADD = reverse("admin:catalog_violation_add")


@pytest.fixture
def today():
    return business_date(timezone.now(), settings.COMPANY_TIME_ZONE)


@pytest.fixture
def how():
    return {"scope": None, "by": None, "at": timezone.now()}


@pytest.fixture
def home():
    return factories.store("UK", time_zone=settings.COMPANY_TIME_ZONE)


@pytest.fixture
def colleague(home):
    person = factories.person("E1", user=factories.user("e1", role=Role.TEAM_MEMBER))
    factories.employment(person)
    return person.user


def form(store, today, **values):
    return {
        "store": store.pk,
        "external_id": "V-9",
        "kind": "frozen_funds",
        "severity": "major",
        "points": "8",
        "happened_on": str(today),
        "lapses_on": "",
        "appeal_until": "",
        "detail": "",
    } | values


def test_a_team_member_writes_down_a_violation_of_a_store_they_see(client, colleague, home, today):
    sign_in(client, colleague)

    response = client.post(ADD, form(home, today))

    assert response.status_code == 302
    assert list(Violation.objects.values_list("store__code", "points", "status")) == [
        ("UK", 8, "open")
    ]
    assert list(LifeEvent.objects.values_list("life", "state", "by")) == [
        ("violation", "open", colleague.pk)
    ]


def test_a_violation_of_another_department_is_no_choice(client, colleague, today):
    away = factories.store("FR", department=factories.department("away"))
    sign_in(client, colleague)

    response = client.post(ADD, form(away, today))

    assert response.status_code == 200
    assert Violation.objects.count() == 0


def test_the_button_appeals(client, colleague, home, how):
    upsert_violations([violation_item()], **how)
    violation = Violation.objects.get()
    sign_in(client, colleague)
    address = reverse("admin:catalog_violation_move", args=[violation.pk, "appeal"])

    client.post(address, {"reason": "Misread"})

    violation.refresh_from_db()
    assert violation.status == "appealed"


def test_the_page_of_a_store_shows_points_open_violations_and_plots_with_gaps(
    client, colleague, home, today, how
):
    upsert_ratings([rating_item(today, order_defect_rate=Decimal("0.0125"))], **how)
    given = violation_item(happened_on=today - timedelta(days=3), lapses_on=today)
    upsert_violations([given, violation_item("V-2", points=7)], **how)
    sign_in(client, colleague)

    response = client.get(reverse("admin:catalog_store_change", args=[home.pk]))

    standing = response.context["standing"]
    assert standing["points"] == 7  # those of the first lapse today
    assert {one.external_id for one in standing["violations"]} == {"V-1", "V-2"}
    known = [
        [row["said"] for row in p["rows"] if row["value"] is not None] for p in standing["plots"]
    ]
    assert known[:3] == [["950"], ["1.25 %"], []]
    assert response.content.decode().count('<svg class="plot"') == 3  # nothing to draw of replies


@pytest.mark.parametrize(("days", "shown"), [(0, True), (3, True), (4, False), (-1, False)])
def test_the_home_page_names_appeals_that_end_soon(
    client, colleague, home, today, how, days, shown
):
    given = violation_item(
        happened_on=today - timedelta(days=9), appeal_until=today + timedelta(days=days)
    )
    upsert_violations([given], **how)
    sign_in(client, colleague)

    page = client.get(reverse("admin:index")).content.decode()

    assert ("Appeals that end within 3 days" in page) == shown


@pytest.mark.parametrize("model", ["storerating", "violation"])
def test_lists_ask_a_constant_number_of_questions(
    client, colleague, home, how, today, model, django_assert_num_queries
):
    def give(number):
        upsert_ratings([rating_item(today - timedelta(days=number))], **how)
        upsert_violations([violation_item(f"N{number}")], **how)

    sign_in(client, colleague)
    address = reverse(f"admin:catalog_{model}_changelist")
    give(1)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    give(2)
    give(3)

    with django_assert_num_queries(len(one)):
        assert client.get(address).status_code == 200
