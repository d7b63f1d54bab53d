"""Text that would run as a script if any page took it for one: it is shown, and nothing runs."""

from datetime import date

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from accounts.models import Department, Person
from catalog.models import Category, Product, Sku, Store
from compensation.models import PayRun
from opsdesk.actions.records import delete_record, save_record
from orders.actions.attachments import given_file
from orders.actions.evidence import add_evidence
from orders.models import (
    Attachment,
    Dispute,
    DisputeEvidence,
    Order,
    OrderLine,
    Return,
    Review,
    ReviewKeyword,
    ReviewVersion,
)
from tests import factories
from tests.factories import NOW
from tests.pages.test_browser import browser, company, pages, visit  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

CANARY = (
    '<script>window.sang=1</script><img src=x onerror=sang=1>"\'><b x-init="window.sang=1" '
    'x-on:click="sang=1">{{7*7}}${7*7}javascript:sang=1</b>'
)
SHORT = '"><b x-init=sang=1>{{7*7}}'
# What is no free text: it is checked by its own rules, or the page would not open at all.
KEPT = {"currency", "country", "time_zone", "status", "state", "kind", "code", "username"}
MODELS = (
    *(Department, Person, Category, Product, Sku, Store, Order, OrderLine, Return),
    *(Dispute, DisputeEvidence, Attachment, Review, ReviewVersion, ReviewKeyword),
)


def fill_with_canaries():
    """Put a canary into every free text of the first row of each kind, which pages show."""
    for model in MODELS:
        first = model.objects.order_by("pk").first()
        for one in model._meta.concrete_fields:
            free = type(one) in (models.CharField, models.TextField) and not one.choices
            if not free or one.name in KEPT or one.unique:
                continue
            room = one.max_length or 1000
            text = CANARY if room >= len(CANARY) else SHORT if room >= len(SHORT) else "<b>"
            if room >= len(text):
                model.objects.filter(pk=first.pk).update(**{one.name: text})


@pytest.fixture
def infested(company, settings):  # noqa: F811
    # A page that asks for the end of a record names all that would go with it, one by one.
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]
    duck = Product.objects.create(
        code=SHORT, title="x", category=Category.objects.create(code=SHORT, name="x")
    )
    Sku.objects.create(code=SHORT, product=duck)
    about = {"store": factories.store(), "order": Order.objects.first()}
    dispute = factories.dispute(**about, respond_by=NOW)
    proof = given_file("a.txt", CANARY.encode())
    add_evidence(dispute, factories.mover(), text="x", file=proof)
    review = factories.review(**about)
    ReviewVersion.objects.create(review=review, stars=1, until=NOW)
    fill_with_canaries()
    # The trail of a record that came, changed and went.
    gone = Department(code=SHORT, name=CANARY[:90])
    save_record(gone, by=company, at=NOW)
    gone.name = SHORT
    save_record(gone, by=company, at=NOW)
    delete_record(gone, by=company, at=NOW)
    factories.rate(on=date(2026, 3, 1))
    return company


def addresses():
    """Each list, and of each first row the page, its history and the page that asks for its end."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield from (reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history"))
            yield reverse(f"{name}_delete", args=[row.pk])
    yield from pages(PayRun.objects.get()).values()


def test_no_text_of_a_record_runs_anywhere(infested, visit):  # noqa: F811
    desk = visit("boss")
    sung, shown = [], 0
    for path in dict.fromkeys(addresses()):
        desk.go(path)
        if desk.page.evaluate("window.sang || document.querySelectorAll('b[x-init]').length"):
            sung.append(path)
        shown += "{{7*7}}" in desk.page.inner_text("body")
    refused = ("status of 403 (Forbidden)", "status of 404 (Not Found)")
    desk.wrong[:] = [one for one in desk.wrong if not one.endswith(refused)]

    assert sung == []
    # They were looked at, not merely left out.
    assert shown > 20


def test_messages_and_searches_give_back_text(infested, visit):  # noqa: F811
    desk = visit("boss")
    department = reverse("admin:accounts_department_add")
    desk.go(department)
    desk.page.fill("#id_code", SHORT)
    desk.page.fill("#id_name", "{{7*7}}<img src=x onerror=sang=1>")
    desk.page.click("[name=_continue] >> visible=true")
    desk.page.wait_for_url("**/change/**")
    said = desk.page.inner_text("body")
    desk.go(reverse("admin:orders_order_changelist") + "?q=%22%3E%3Cb+x-init%3Dsang%3D1%3E")
    desk.go(reverse("admin:catalog_product_add"))
    desk.page.click(".select2-selection")
    desk.page.wait_for_selector(".select2-results__option >> text={{7*7}}")

    assert "{{7*7}}" in said
    assert desk.page.evaluate("window.sang === undefined")
    assert desk.page.locator("b[x-init]").count() == 0
