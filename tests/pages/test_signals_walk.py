"""A signal in a real browser: from the home page to the decision on the product's page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.actions.signals import raise_signals
from catalog.models import Product, ProductSignal, SignalRule, SkuDemand, SkuReturn
from tests import factories as make
from tests.pages.test_browser import DESKTOP, PHONE, browser, visit

__all__ = ["browser", "visit"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def company(transactional_db):
    """A product with two signals, and somebody who may decide on them."""
    me = make.user("me", role=Role.TEAM_MEMBER)
    make.employment(make.person("E2", user=me))
    sku = make.sku("S1", of=make.product("P1", title="Glass cup"))
    make.stock(50, sku=sku, at=make.NOW - timedelta(days=300))
    SkuDemand.objects.create(sku=sku, day=make.TODAY, units=40, sales=40)
    SkuReturn.objects.create(sku=sku, day=make.TODAY, units=6)
    raise_signals(make.TODAY, at=make.NOW)


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("en", DESKTOP, False), ("zh-CN", PHONE, True)],
    ids=["english, desktop, light", "chinese, phone, dark"],
)
def test_from_the_home_page_to_a_decision(company, visit, language, size, dark):
    desk = visit("me", language=language, size=size, dark=dark)
    product = Product.objects.get()
    signal = ProductSignal.objects.get(kind="stock_age")
    pages = [
        reverse("admin:catalog_productsignal_changelist"),
        reverse("admin:catalog_productsignal_change", args=[signal.pk]),
        reverse("admin:catalog_signalrule_changelist"),
        reverse("admin:catalog_signalrule_change", args=[SignalRule.objects.first().pk]),
        reverse("admin:catalog_signalrule_add"),
    ]
    for page in pages:
        desk.go(page)
        assert desk.overflow() == 0

    desk.go(reverse("admin:index"))
    with desk.page.expect_navigation():
        desk.page.click('a[href$="productsignal/?status__exact=open"]')
    desk.go(reverse("admin:catalog_product_change", args=[product.pk]))
    assert desk.overflow() == 0

    rate = ProductSignal.objects.get(kind="return_rate")
    form = desk.page.locator(f'form[action$="/decide/{rate.pk}/dismiss/"]')
    form.locator('input[name="reason"]').fill("A bad batch, sold out by now")
    with desk.page.expect_navigation():
        form.locator("button").click()
    with desk.page.expect_navigation():
        desk.page.click(f'form[action$="/decide/{signal.pk}/clear/"] button')

    assert desk.overflow() == 0
    decided = ProductSignal.objects.order_by("kind").values_list("kind", "status")
    assert list(decided) == [("return_rate", "dismissed"), ("stock_age", "accepted")]
    product.refresh_from_db()
    assert product.status == "clearance"
