"""Two people with the same form open: the second is told, and nothing is written over unseen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.core.roles import Role
from accounts.models import Department, Person
from catalog.models import Category, Store
from compensation.actions.plans import copy_plan
from compensation.models import PlanPosition, PlanVersion
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

SAID = (
    "Somebody else changed this while you had it open, and nothing was saved. Compare the two; "
    "saving again keeps yours."
)


def change_url(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def delete_url(row):
    return change_url(row).replace("/change/", "/delete/")


def opened(client, url):
    """The values of a form as a browser has it in hand."""
    context = client.get(url).context
    values = {"_shown": context["shown"]} if "shown" in context else {}
    forms = [context["adminform"].form]
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    while formsets:
        formset = formsets.pop()
        forms += [formset.management_form, *formset.initial_forms]
        for form in formset.initial_forms:
            formsets += [nested.formset for nested in getattr(form, "nested_formsets", ())]
    for form in forms:
        for field in form:
            value = field.value()
            shown = field.field.widget.format_value(value)
            shown = shown[0] if isinstance(shown, list) and shown else shown
            if value is not None and value is not False and shown:
                values[field.html_name] = shown
    return values


@pytest.fixture
def desk(client):
    return sign_in(client, factories.manager("boss"))


@pytest.fixture
def category():
    return Category.objects.create(code="toys", name="Toys")


def lines_of(response):
    return response.context["conflict"]["lines"]


def test_a_form_that_nobody_overtook_is_saved(desk, category):
    tab = opened(desk, change_url(category))

    response = desk.post(change_url(category), tab | {"name": "Games"})

    category.refresh_from_db()
    assert (response.status_code, category.name) == (302, "Games")


def test_the_second_of_two_tabs_is_refused_with_both_versions(desk, category):
    first, second = opened(desk, change_url(category)), opened(desk, change_url(category))
    desk.post(change_url(category), first | {"name": "Games"})
    entries = AuditEntry.objects.count()

    response = desk.post(change_url(category), second | {"name": "Puzzles"})

    category.refresh_from_db()
    assert (category.name, AuditEntry.objects.count()) == ("Games", entries)
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors() == [SAID]
    assert lines_of(response) == [("name", "Games", "Puzzles")]
    assert 'value="Puzzles"' in response.content.decode()


def test_saving_again_after_the_notice_is_deliberate(desk, category):
    tab = opened(desk, change_url(category)) | {"name": "Puzzles"}
    Category.objects.update(name="Games")
    refused = desk.post(change_url(category), tab)

    again = desk.post(change_url(category), tab | {"_shown": refused.context["shown"]})

    category.refresh_from_db()
    assert (again.status_code, category.name) == (302, "Puzzles")


def test_a_third_change_after_the_notice_is_noticed_too(desk, category):
    tab = opened(desk, change_url(category)) | {"name": "Puzzles"}
    Category.objects.update(name="Games")
    refused = desk.post(change_url(category), tab)
    Category.objects.update(name="Bricks")

    again = desk.post(change_url(category), tab | {"_shown": refused.context["shown"]})

    category.refresh_from_db()
    assert (category.name, lines_of(again)) == ("Bricks", [("name", "Bricks", "Puzzles")])


def test_a_form_with_an_error_keeps_the_version_it_showed_first(desk, category):
    tab = opened(desk, change_url(category))
    with_error = desk.post(change_url(category), tab | {"name": ""})
    assert with_error.context["shown"] == tab["_shown"]
    Category.objects.update(code="games")

    corrected = desk.post(
        change_url(category), tab | {"name": "Fun", "_shown": with_error.context["shown"]}
    )

    category.refresh_from_db()
    assert (category.code, category.name) == ("games", "Toys")
    assert lines_of(corrected) == [("code", "games", "toys")]


@pytest.mark.parametrize("shown", ["", "x", "catalog.category:1:name=", "=" * 50, "\ufffd ="])
def test_a_version_that_is_none_counts_as_stale(desk, category, shown):
    tab = opened(desk, change_url(category)) | {"name": "Games"}

    response = desk.post(change_url(category), tab | {"_shown": shown})

    category.refresh_from_db()
    assert (response.status_code, category.name) == (200, "Toys")


def test_the_version_tells_nothing_of_the_values(desk, category):
    other = Category.objects.create(code="other", name="Toys")

    marks = [opened(desk, change_url(row))["_shown"].split() for row in (category, other)]

    digests = [{mark.partition("=")[2] for mark in one} for one in marks]
    assert digests[0] & digests[1] == set()


def test_what_the_form_does_not_let_one_change_is_named_without_its_value(desk):
    store = factories.store()
    tab = opened(desk, change_url(store)) | {"name": "Shop"}
    Store.objects.update(status="closed")

    response = desk.post(change_url(store), tab)

    store.refresh_from_db()
    assert store.name != "Shop"
    assert (lines_of(response), response.context["conflict"]["hidden"]) == ([], True)


def test_a_sensitive_value_that_the_form_does_not_show_is_neither_compared_nor_written(
    client, monkeypatch
):
    employment = factories.employment()
    hr = sign_in(client, factories.user("hr", role=Role.HR_PAYROLL))
    page = admin.site._registry[type(employment)]
    monkeypatch.setattr(page, "get_exclude", lambda request, obj=None: ["base_salary"])
    tab = opened(hr, change_url(employment))
    type(employment).objects.update(base_salary=12345)

    response = hr.post(change_url(employment), tab | {"level": "senior"})

    employment.refresh_from_db()
    assert "base_salary" not in tab["_shown"]
    assert (response.status_code, employment.level, employment.base_salary) == (
        302,
        "senior",
        12345,
    )


def test_a_sign_in_in_between_is_no_conflict(client):
    boss = factories.user("admin", role=Role.ADMINISTRATOR)
    somebody = factories.user("somebody")
    desk = sign_in(client, boss)
    tab = opened(desk, change_url(somebody)) | {"first_name": "Some"}
    sign_in(Client(), somebody)

    response = desk.post(change_url(somebody), tab)

    somebody.refresh_from_db()
    assert (response.status_code, somebody.first_name) == (302, "Some")


@pytest.fixture
def plan(settings):
    # Each row of a posted form asks for its choice.
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "get()"}]
    by = factories.user("author")
    return copy_plan(PlanVersion.objects.get(), effective_from=date(2030, 1, 1), by=by, at=NOW)


def test_a_plan_opened_and_saved_as_it_was_is_no_conflict(desk, plan):
    url = change_url(plan) + "?edit=1"

    response = desk.post(url, opened(desk, url) | {"name": "Next"})

    plan.refresh_from_db()
    assert (response.status_code, plan.name) == (302, "Next")


def test_a_changed_part_is_a_conflict_of_the_whole(desk, plan):
    url = change_url(plan) + "?edit=1"
    tab = opened(desk, url) | {"name": "Next"}
    position = plan.positions.order_by("pk").first()
    PlanPosition.objects.filter(pk=position.pk).update(allowance="77.0000")

    response = desk.post(url, tab)

    plan.refresh_from_db()
    assert plan.name != "Next"
    assert [(theirs, yours) for _label, theirs, yours in lines_of(response)] == [
        ("77.00", tab[_name_of(tab, position, "allowance")])
    ]


def _name_of(tab, position, field):
    prefix = next(
        key.removesuffix("-id")
        for key, value in tab.items()
        if key.startswith("positions-") and key.endswith("-id") and str(value) == str(position.pk)
    )
    return f"{prefix}-{field}"


def test_a_changed_tier_of_a_part_is_a_conflict_too(desk, plan):
    url = change_url(plan) + "?edit=1"
    tab = opened(desk, url) | {"name": "Next"}
    tier = next(one for position in plan.positions.all() for one in position.tiers.all())
    type(tier).objects.filter(pk=tier.pk).update(rate="0.9900")

    response = desk.post(url, tab)

    plan.refresh_from_db()
    assert plan.name != "Next"
    assert len(lines_of(response)) == 1


def test_added_and_deleted_parts_are_conflicts(desk, plan):
    url = change_url(plan) + "?edit=1"
    tab = opened(desk, url) | {"name": "Next"}
    plan.fund_tiers.order_by("pk").first().delete()

    response = desk.post(url, tab)

    plan.refresh_from_db()
    assert (plan.name != "Next", response.context["conflict"]["removed"]) == (True, True)


def test_a_record_that_changed_since_its_end_was_asked_is_not_deleted(desk, category):
    page = desk.get(delete_url(category))
    Category.objects.update(name="Games")

    response = desk.post(delete_url(category), {"post": "yes", "_shown": page.context["shown"]})

    assert Category.objects.count() == 1
    assert response["Location"] == delete_url(category)
    assert told(response) == [
        "Somebody else changed this in the meantime; look at it once more: name"
    ]


def test_a_record_that_is_as_it_was_is_deleted(desk, category):
    page = desk.get(delete_url(category))

    desk.post(delete_url(category), {"post": "yes", "_shown": page.context["shown"]})

    assert Category.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_that_save_at_once_one_is_first_and_the_others_are_told():
    people = [factories.manager(f"boss{number}") for number in range(6)]
    department = Department.objects.create(code="eu", name="Europe")
    desks = [sign_in(Client(), one) for one in people]
    tab = opened(desks[0], change_url(department))

    def save(number):
        try:
            values = tab | {"name": f"Name {number}"}
            return desks[number].post(change_url(department), values).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(save, range(6)))

    changed = AuditEntry.objects.filter(model="accounts.department", verb="changed").count()
    assert (answers, changed) == ([200] * 5 + [302], 1)
    assert Person.objects.count() == 0
