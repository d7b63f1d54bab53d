"""Shipments in a real browser: from what went wrong on one's desk to the news that ends it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from orders.actions.shipments import upsert_shipments
from orders.core.shipment_items import EventItem, ShippedLine
from orders.models import LogisticsChannel, Order, Shipment, ShipmentException
from tests import factories as make
from tests.pages.test_browser import DESKTOP, PHONE, axe, browser, visit

__all__ = ["browser", "visit"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

DAY = timedelta(days=1)
CANARY = '<script>window.sang=1</script><b x-init="window.sang=1">{{7*7}}</b>'


@pytest.fixture
def company(transactional_db):
    """Parcels of two channels that arrived, one that is lost, and an order that waits."""
    me = make.user("me", role=Role.TEAM_MEMBER)
    make.employment(make.person("E2", user=me))
    for code in ("POST", "LINE"):
        make.channel(code, name=CANARY[:100])
    shop = make.store("UK")
    sent = make.NOW - 20 * DAY
    for number in range(8):
        order = make.order(store=shop, external_id=f"o{number}", status="dispatched")
        end = "lost" if number == 7 else "delivered"
        events = [
            EventItem("UK", "", sent, "picked_up", CANARY, "Yiwu"),
            EventItem("UK", "", sent + number * DAY + DAY, end, "", CANARY),
        ]
        item = make.shipment_item(
            f"S{number}",
            tracking_number=f"RM{number}",
            order=order.external_id,
            channel=("POST", "LINE")[number % 2],
            lines=(ShippedLine(1, 1),),
            events=tuple(events),
        )
        upsert_shipments([item], scope=None, by=None, at=make.NOW)
    make.order(store=shop, external_id="waiting")


def barriers(desk):
    """What keeps somebody out of the page that is open, and whether a text of it ran."""
    found = axe.Axe().run(desk.page).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["target"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    return serious, desk.overflow(), desk.page.evaluate("window.sang || 0")


def press(desk, what):
    with desk.page.expect_navigation():
        desk.page.locator(what).first.click()


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("en", DESKTOP, False), ("zh-CN", PHONE, True)],
    ids=["english, desktop, light", "chinese, phone, dark"],
)
def test_from_my_desk_to_the_news_that_ends_it(company, visit, language, size, dark):
    desk = visit("me", language=language, size=size, dark=dark)
    lost = ShipmentException.objects.get()
    days = make.NOW.date() - 30 * DAY, make.NOW.date()
    pages = [
        reverse("admin:orders_shipment_changelist"),
        reverse("admin:orders_shipment_change", args=[lost.shipment_id]),
        reverse("admin:orders_shipment_event", args=[lost.shipment_id]),
        reverse("admin:orders_shipmentexception_changelist"),
        reverse("admin:orders_order_change", args=[lost.shipment.order_id]),
        reverse("admin:orders_logisticschannel_changelist"),
        reverse("admin:orders_logisticschannel_change", args=[LogisticsChannel.objects.first().pk]),
        reverse("admin:orders_channel_comparison") + f"?first={days[0]}&last={days[1]}",
    ]
    for page in pages:
        desk.go(page)
        assert barriers(desk) == ([], 0, 0), page

    desk.go(reverse("admin:index"))
    press(desk, f'a[href$="shipmentexception/{lost.pk}/change/"]')
    press(desk, 'form[action$="/move/take/"] button')
    assert barriers(desk) == ([], 0, 0)
    press(desk, 'a[href$="/event/"]')
    desk.page.select_option("#id_code", "in_transit")
    desk.page.fill("#id_text", CANARY)
    press(desk, "form[data-once] button.main")

    assert barriers(desk) == ([], 0, 0)
    lost.refresh_from_db()
    assert (lost.status, lost.shipment.status) == ("passed", "in_transit")


def test_from_a_figure_to_its_parcels_and_from_an_order_to_a_new_one(company, visit):
    desk = visit("me")
    days = make.NOW.date() - 30 * DAY, make.NOW.date()

    desk.go(reverse("admin:orders_channel_comparison"))
    desk.page.fill("#id_first", str(days[0]))
    desk.page.fill("#id_last", str(days[1]))
    press(desk, "form button.main")
    assert desk.page.locator("svg.plot").count() == 2
    press(desk, "tfoot td >> nth=2 >> a")  # all that were delivered
    assert desk.page.locator("#result_list tbody tr.data-row").count() == 7

    order = Order.objects.get(external_id="waiting")
    desk.go(reverse("admin:orders_order_change", args=[order.pk]))
    press(desk, 'a[href*="/shipment/send/"]')
    assert barriers(desk) == ([], 0, 0)
    desk.page.select_option("#id_channel", index=1)
    desk.page.fill("#id_tracking_number", "RM99")
    press(desk, "form[data-once] button.main")

    made = Shipment.objects.get(tracking_number="RM99")
    assert (made.order, made.lines.get().quantity, made.status) == (order, 1, "ready")
