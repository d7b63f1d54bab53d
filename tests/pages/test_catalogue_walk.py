"""An operator's walk in a real browser: from the idea of a product to a live listing."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import Listing, Product, Store
from tests import factories
from tests.pages.test_browser import DESKTOP, PHONE, browser, visit

__all__ = ["browser", "visit"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
WORDS = {
    "en": {
        "report": "Write a selection report first",
        "sample": "Record a result first: Sample.",
        "sign": "Somebody other than its author must sign the compliance checklist.",
        "content": "Write its content first.",
        "price": "Set its price first.",
        "id": "Enter the listing ID that the platform gave it.",
        "store": "The store UK is not active.",
        "floor": "13.00 CNY is below the floor of 13.65 CNY",
        "live": "Live",
    },
    "zh-CN": {
        "report": "请先填写选品报告",
        "sample": "请先",
        "sign": "合规清单须由编写人以外的人签署。",
        "content": "请先编写内容。",
        "price": "请先设定售价。",
        "id": "",
        "store": "",
        "floor": "13.00 CNY 低于价格下限 13.65 CNY",
        "live": "已上架",
    },
}


@pytest.fixture
def company(transactional_db):
    """The idea of a product, a SKU of it with stock, a listing, and two people."""
    editor = factories.user("me", role=Role.TEAM_MEMBER)
    factories.employment(factories.person("E2", user=editor))
    factories.manager("boss")
    product = factories.product("P1", title="Glass cup", status="idea")
    sku = factories.sku("S1", of=product, unit_cost=Decimal("11.60"))
    factories.stock(50, sku=sku)
    factories.listing("UK-S1", store=factories.store(), sku=sku, external_id="B0ABCDEFGH")
    return editor


def press(desk, verb, reason=""):
    """Press the button of a step, and wait for the page that follows."""
    form = desk.page.locator(f'form[action$="/move/{verb}/"]')
    if reason:
        form.locator('input[name="reason"]').fill(reason)
    with desk.page.expect_navigation():
        form.locator("button").click()


def write(desk, part, *ticked, number=0, **fields):
    """Add a row to a tab of the product's page, and save; on a phone most tabs are in a menu."""
    tab = desk.page.locator(f'a[href="#{part}"]')
    if not tab.is_visible():
        desk.page.click("#tabs-wrapper .group")
    tab.click()
    desk.page.click(f"#{part}-group a.add-row")
    for name in ticked:
        desk.page.check(f'[name="{part}-{number}-{name}"]')
    for name, value in fields.items():
        field = desk.page.locator(f'[name="{part}-{number}-{name}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with desk.page.expect_navigation():
        desk.page.click('[name="_continue"]')


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("en", DESKTOP, False), ("zh-CN", PHONE, True)],
    ids=["english, desktop, light", "chinese, phone, dark"],
)
def test_from_the_idea_of_a_product_to_a_live_listing(company, visit, language, size, dark):
    words = WORDS[language]
    product, listing = Product.objects.get(), Listing.objects.get()
    product_page = reverse("admin:catalog_product_change", args=[product.pk])
    listing_page = reverse("admin:catalog_listing_change", args=[listing.pk])
    desk = visit("me", language=language, size=size, dark=dark)

    def text():
        return desk.page.inner_text("#content")

    desk.go(product_page)
    assert words["report"] in text()
    report = ("market_trend", "competition", "demand", "supplier_stability")
    write(desk, "selection_reports", **dict.fromkeys(report, "Good"), expected_margin="0.25")
    press(desk, "research")
    press(desk, "sample")
    assert words["sample"] in text()
    write(desk, "tests", kind="sample", result="passed", tested_on="2026-04-01")
    press(desk, "inspect")
    write(desk, "tests", number=1, kind="inspection", result="passed", tested_on="2026-04-02")
    press(desk, "review")
    write(
        desk,
        "checklists",
        *("intellectual_property", "import_safety", "no_prohibited_claims"),
        tax_class="7013.37",
    )
    assert words["sign"] in text()

    boss = visit("boss", language=language, size=size, dark=dark)
    boss.go(product_page)
    with boss.page.expect_navigation():
        boss.page.click('form[action*="/product/sign/"] button')

    desk.go(product_page)
    press(desk, "clear_for_sale")
    press(desk, "put_on_sale")
    assert Product.objects.get().status == "on_sale"

    desk.go(listing_page)
    assert words["content"] in text()
    assert words["price"] in text()
    assert desk.overflow() == 0

    desk.go(reverse("admin:catalog_listing_content", args=[listing.pk]))
    desk.page.fill('[name="title"]', "Glass cup of 300 ml, for tea and coffee, hot and cold")
    desk.page.fill('[name="images"]', "https://example.com/cup.jpg")
    desk.page.fill('[name="reason"]', "First text")
    with desk.page.expect_navigation():
        desk.page.press('[name="reason"]', "Enter")

    desk.go(reverse("admin:catalog_listing_price", args=[listing.pk]))
    for price in ("13.00", "19.90"):
        desk.page.fill('form.price-form [name="price"]', price)
        desk.page.fill('form.price-form [name="reason"]', "First price")
        with desk.page.expect_navigation():
            desk.page.click("form.price-form button")
        assert (words["floor"] in text()) == (price == "13.00")
    assert desk.overflow() == 0
    with desk.page.expect_navigation():
        desk.page.click('form[method="post"].buttons button')

    press(desk, "submit")
    press(desk, "go_live")
    found = Listing.objects.get()
    assert (found.status, found.price) == ("live", Decimal("19.90"))
    assert words["live"] in text()


def test_a_listing_that_cannot_go_live_says_each_reason(company, visit):
    words = WORDS["en"]
    Listing.objects.update(status="in_review", external_id="")
    Store.objects.update(status="suspended")
    desk = visit("me")

    desk.go(reverse("admin:catalog_listing_change", args=[Listing.objects.get().pk]))

    text = desk.page.inner_text("#content")
    assert words["id"] in text
    assert words["price"] in text
    assert "The product P1 is “Idea”: it may not be sold." in text
    assert words["store"] in text
    assert desk.page.locator('form[action$="/move/go_live/"]').count() == 0
