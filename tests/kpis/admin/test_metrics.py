"""Figures in the browser: whose, of when, and how fresh."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from kpis.admin.scopes import asked_period
from kpis.models import NightlyRun, PeriodFact
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

PAGE, ROWS = "admin:kpis_metrics", "admin:kpis_metric_rows"


@pytest.fixture
def facts():
    """March's figures of the company: 900.00 sold in 9 orders, 10.00 paid back."""
    run = NightlyRun.objects.create(
        as_of=date(2026, 4, 1), state="done", started_at=NOW, finished_at=NOW
    )
    for kind, start in (("day", date(2026, 3, 10)), ("month", date(2026, 3, 1))):
        PeriodFact.objects.create(
            scope_kind="company",
            scope_id=0,
            period_kind=kind,
            start=start,
            sold_amount=900,
            refund_amount=10,
            orders=9,
            run=run,
        )


def value_of(context, code):
    return next(str(one["metric"].value) for one in context["tiles"] if one["metric"].code == code)


def test_the_last_month_with_data_is_shown(client, facts):
    sign_in(client, factories.manager())

    context = client.get(reverse(PAGE)).context

    assert str(context["period"]) == "2026-03"
    assert (value_of(context, "net_sales"), value_of(context, "aov")) == ("890.00", "100")


def test_the_home_page_shows_the_same(client, facts):
    sign_in(client, factories.manager())

    page = client.get(reverse("admin:index")).content.decode()

    assert "890.00" in page


def test_the_home_page_works_without_any_figures(client):
    sign_in(client, factories.manager())

    page = client.get(reverse("admin:index"))

    assert page.status_code == 200
    assert "There are no figures yet" in page.content.decode()


def test_a_failed_night_is_said(client, facts):
    sign_in(client, factories.manager())
    NightlyRun.objects.create(as_of=date(2026, 4, 2), state="failed", started_at=NOW)

    page = client.get(reverse("admin:index")).content.decode()

    assert "The nightly run of 2026-04-02 failed; the figures may be old." in page


@pytest.mark.parametrize("name", [PAGE, ROWS])
@pytest.mark.parametrize(
    "text",
    ["company:0", "department:{away}", "store:{store}", "person:1", "x:1", "store:", "store:x"],
)
def test_figures_of_others_are_not_there(client, name, text):
    away = factories.department("away")
    shop = factories.store("A", department=away)
    home = factories.department("home")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))
    asked = {"scope": text.format(away=away.pk, store=shop.pk), "period": "2026-03"}

    assert client.get(reverse(name), asked).status_code == 404


@pytest.mark.parametrize("text", ["2026-13", "1-1", "x", "9999", "0001", "2026-W60", "2026-02-30"])
def test_what_is_no_period_is_none(text):
    assert asked_period(text) is None


def test_a_wrong_period_is_said(client, facts):
    sign_in(client, factories.manager())

    response = client.get(reverse(PAGE), {"period": "2026-13"})

    assert response.status_code == 200
    assert response.context["wrong_period"] is True


def test_the_rows_behind_are_orders_or_refunds_of_the_period(client):
    sign_in(client, factories.manager())
    factories.order(external_id="in", on=date(2026, 3, 31))
    factories.order(external_id="out", on=date(2026, 4, 1))  # April's first day: not March
    factories.refund(external_id="back", on=date(2026, 3, 1))
    asked = {"scope": "company:0", "period": "2026-03"}

    orders = client.get(reverse(ROWS), asked).context["rows"]
    refunds = client.get(reverse(ROWS), asked | {"of": "refunds"}).context["rows"]

    assert [row.external_id for row in orders] == ["in"]
    assert [row.external_id for row in refunds] == ["back"]


def test_refunds_made_here_stand_beside_those_that_sources_told(client):
    home, away = factories.department("home"), factories.department("away")
    shop = factories.store("H", department=home)
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))
    factories.refund("3.00", external_id="told", on=date(2026, 3, 2), store=shop)
    factories.refund(store=factories.store("A", department=away), on=date(2026, 3, 2))
    order = factories.sold((5, "50.00", "0.00"), store=shop)
    case = factories.return_case(order, lines=[(1, 5)], external_id="here")
    factories.part_refund(case, "20.00", units=2, on=date(2026, 3, 2))
    factories.part_refund(case, "10.00", on=date(2026, 3, 31))
    factories.part_refund(case, "10.00", on=date(2026, 4, 1))  # April's first day: not March
    asked = {"scope": f"department:{home.pk}", "period": "2026-03", "of": "refunds"}

    response = client.get(reverse(ROWS), asked)

    assert [
        (row.external_id, row.part, row.code, row.amount, row.units)
        for row in response.context["rows"]
    ] == [
        ("here", 2, "H", Decimal("10.00"), 1),
        ("here", 1, "H", Decimal("20.00"), 2),
        ("told", 0, "H", Decimal("3.00"), 1),
    ]


def test_no_role_without_sales_sees_figures(client):
    sign_in(client, factories.user(role=Role.HR_PAYROLL))

    assert client.get(reverse(PAGE)).status_code == 403
