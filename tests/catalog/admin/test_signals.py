"""Signals in the browser: the list, a product's page, the decision, the home page, the rules."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.core.roles import Role
from catalog.models import Product, ProductSignal, SignalRule
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/productsignal/"
RULES = "/admin/catalog/signalrule/"
SLOW = "Sold in 30 days: 3, fewer than 5. On hand: 40."


def text(response):
    return " ".join(response.content.decode().split())


def signal(kind="slow_sales", *, of=None, verb="optimise", **values):
    evidence = {"part": 3, "whole": 40, "threshold": "5.00", "window_days": 30}
    given = {"raised_on": date(2026, 3, 1), "seen_on": date(2026, 4, 1), "verb": verb} | values
    return ProductSignal.objects.create(
        product=of or make.product(), kind=kind, evidence=evidence, **given
    )


@pytest.fixture
def page(client):
    sign_in(client, make.user(role=Role.TEAM_MEMBER))
    return client


def decide(page, one, verb, **data):
    return page.post(f"{LIST}decide/{one.pk}/{verb}/", data, follow=True)


def test_the_list_says_what_each_signal_is_made_of_and_is_filtered(page):
    one = signal()
    signal("stock_age", status="lapsed", verb="clear")

    everything = text(page.get(LIST))
    category = one.product.category_id
    found = f"?status__exact=open&kind__exact=slow_sales&product__category__id__exact={category}"
    filtered = text(page.get(LIST + found))

    assert everything.count("field-kind") == 2
    assert filtered.count("field-kind") == 1
    assert SLOW in filtered


def test_the_products_page_offers_the_decision_on_open_signals(page):
    one = signal()
    signal("stock_age", of=one.product, status="lapsed")

    shown = text(page.get(f"/admin/catalog/product/{one.product_id}/change/"))

    assert SLOW in shown
    assert shown.count("productsignal/decide/") == 2
    assert f"{LIST}decide/{one.pk}/optimise/" in shown


def test_accepting_leads_to_the_product_whose_step_is_made(page):
    one = signal()

    answer = decide(page, one, "optimise")

    assert answer.redirect_chain[-1][0] == f"/admin/catalog/product/{one.product_id}/change/"
    assert "The step is made." in text(answer)
    assert Product.objects.get().status == "optimising"
    assert LifeEvent.objects.get().reason == f"Signal “Slow sales”. {SLOW}"


def test_a_step_that_is_not_proposed_any_more_is_not_made(page):
    one = signal(verb="clear")

    answer = decide(page, one, "optimise")

    assert "proposes another step now" in text(answer)
    assert ProductSignal.objects.get().status == "open"
    assert Product.objects.get().status == "on_sale"


def test_dismissing_takes_a_reason(page):
    one = signal()

    refused = decide(page, one, "dismiss", reason=" ")
    assert "Say why" in text(refused)
    assert ProductSignal.objects.get().status == "open"

    decide(page, one, "dismiss", reason="Season begins in May")
    shown = text(page.get(f"{LIST}{one.pk}/change/"))
    assert ProductSignal.objects.get().status == "dismissed"
    assert "Season begins in May" in shown
    assert "productsignal/decide/" not in shown


def test_there_is_no_third_decision(page):
    assert decide(page, signal(), "postpone").status_code == 404


def test_who_only_reads_sees_the_signal_and_no_buttons(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    one = signal()

    product = text(client.get(f"/admin/catalog/product/{one.product_id}/change/"))

    assert SLOW in product
    assert "productsignal/decide/" not in product
    assert decide(client, one, "optimise").status_code == 403
    assert Product.objects.get().status == "on_sale"


def test_the_home_page_counts_open_signals_for_who_may_decide(page, client):
    assert "Product signals to decide on" not in text(page.get("/admin/"))
    signal()
    signal(status="lapsed")

    shown = text(page.get("/admin/"))

    assert 'productsignal/?status__exact=open">Product signals to decide on</a>' in shown
    sign_in(client, make.user(role=Role.AUDITOR))
    assert "Product signals to decide on" not in text(client.get("/admin/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _ in range(count):
        signal()

    page.get(LIST)
    with django_assert_max_num_queries(13):
        page.get(LIST)


def test_a_rule_that_has_held_is_shown_and_not_changed(page):
    shipped = SignalRule.objects.get(kind="return_rate")

    shown = page.get(f"{RULES}{shipped.pk}/change/")
    refused = page.post(f"{RULES}{shipped.pk}/change/", {"threshold": "0.5"})

    assert 'name="threshold"' not in text(shown)
    assert refused.status_code == 403
    assert "10.00 %" in text(page.get(RULES))


def test_a_rule_is_written_for_a_coming_day(page):
    day = timezone.now().date() + timedelta(days=3)
    given = {"kind": "stock_age", "verb": "clear", "threshold": "90", "min_units": "1"}
    given |= {"window_days": "30", "quiet_days": "14", "active": "on"}

    past = page.post(f"{RULES}add/", given | {"from_date": "2026-01-01"})
    page.post(f"{RULES}add/", given | {"from_date": str(day)})

    assert "A rule holds from today on at the earliest" in text(past)
    assert SignalRule.objects.get(from_date__gt="2000-01-01").quiet_days == 14
