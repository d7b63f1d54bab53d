"""Disputes and reviews in a real browser: from the home page to a step, with a file as evidence."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from orders.actions.reviews import upsert_reviews
from orders.models import Dispute, DisputeEvidence, Review
from tests import factories as make
from tests.pages.test_browser import DESKTOP, PHONE, axe, browser, visit

__all__ = ["browser", "visit"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
LONG = "A-very-long-number-without-any-space-in-it-" * 2


@pytest.fixture
def company(transactional_db):
    """A dispute that presses, a bad review that was changed, and somebody who works on them."""
    me = make.user("me", role=Role.TEAM_MEMBER)
    make.employment(make.person("E2", user=me))
    order = make.order(external_id=LONG[:60])
    now = timezone.now()
    make.dispute("D-1", order=order, respond_by=now + timedelta(hours=5), reason="Late " * 100)
    make.sku("CUP", of=make.product("P1", title="Glass cup"))
    for stars, text in ((5, "Lovely"), (1, "It broke, poor quality " + LONG)):
        item = make.review_item(
            stars=stars, text=text, item="CUP", order=order.external_id, written_at=now
        )
        upsert_reviews([item], scope=None, by=None, at=now)


def pages():
    dispute, review = Dispute.objects.get(), Review.objects.get()
    return [
        reverse("admin:index"),
        reverse("admin:orders_dispute_changelist"),
        reverse("admin:orders_dispute_deadlines"),
        reverse("admin:orders_dispute_add"),
        reverse("admin:orders_dispute_change", args=[dispute.pk]),
        reverse("admin:orders_review_changelist"),
        reverse("admin:orders_review_add"),
        reverse("admin:orders_review_change", args=[review.pk]),
        reverse("admin:orders_reviewkeyword_counts"),
        reverse("admin:orders_reviewkeyword_changelist"),
        reverse("admin:orders_reviewkeyword_add"),
        reverse("admin:orders_order_change", args=[dispute.order_id]),
    ]


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("en", DESKTOP, False), ("zh-CN", PHONE, True)],
    ids=["english, desktop, light", "chinese, phone, dark"],
)
def test_every_page_fits_and_can_be_read(company, visit, language, size, dark):
    desk = visit("me", language=language, size=size, dark=dark)
    wrong = {}

    for page in pages():
        desk.go(page)
        desk.page.wait_for_timeout(200)
        faults = [
            f"{one['id']}: {node['html'][:200]}"
            for one in axe.Axe().run(desk.page).response["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
        if faults or desk.overflow():
            wrong[page] = (desk.overflow(), faults)

    assert wrong == {}


def test_a_file_goes_in_comes_out_and_the_dispute_goes_on(company, visit):
    desk = visit("me")
    dispute = Dispute.objects.get()
    with desk.page.expect_navigation():
        desk.page.click("text=UK · D-1")
    desk.page.fill("#evidence-text", "Signed for <b>twice</b>")
    file = {"name": "proof.pdf", "mimeType": "text/html", "buffer": make.PDF}
    desk.page.set_input_files("#evidence-file", file)
    with desk.page.expect_navigation():
        desk.page.click("form[action$='/evidence/'] button")
    with desk.page.expect_download() as coming:
        desk.page.click("text=proof.pdf")

    assert coming.value.suggested_filename == "proof.pdf"
    assert "Signed for <b>twice</b>" in desk.page.inner_text("#content")

    with desk.page.expect_navigation():
        desk.page.click("form[action$='/move/mediate/'] button")
    dispute.refresh_from_db()
    assert (dispute.status, dispute.handled_by.employee_no) == ("mediation", "E2")
    assert DisputeEvidence.objects.count() == 1


def test_a_keyword_opens_to_its_review_and_this_is_followed_up(company, visit):
    desk = visit("me")
    desk.go(reverse("admin:orders_reviewkeyword_counts"))

    with desk.page.expect_navigation():
        desk.page.click("tr:has-text('poor quality') td.num a >> nth=0")
    assert desk.page.locator("#result_list tbody tr").count() == 1
    with desk.page.expect_navigation():
        desk.page.click("#result_list tbody th a")
    with desk.page.expect_navigation():
        desk.page.click("form[action$='/move/contact/'] button")

    assert Review.objects.get().status == "contacted"
