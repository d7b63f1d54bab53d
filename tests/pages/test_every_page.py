"""Every page of the desk, opened by every role: it is there, or refused, and never breaks."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.core.roles import PEOPLE_ROLES, Role
from opsdesk.admin import navigation
from tests import factories

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
ASKING = {
    "catalog.replenishment": ["make_orders"],
    "orders.orderanomaly": ["release"],
    "orders.shipmentexception": ["take"],
}
NOT_ALLOWED, NOT_THERE, SHOWN = 403, 404, 200


def names_of(model):
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


def signed_in(client, role):
    department = factories.department() if role == Role.SUPERVISOR else None
    user = factories.user(role=role, department=department)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def request_of(user):
    today = datetime.now(UTC).date()
    return SimpleNamespace(user=user, scope=factories.scope(user, today=today))


SELDOM = sorted(set(PEOPLE_ROLES) - {Role.ADMINISTRATOR, Role.TEAM_MEMBER})


@pytest.mark.parametrize(
    "role",
    [
        Role.ADMINISTRATOR,
        Role.TEAM_MEMBER,
        *(pytest.param(role, marks=pytest.mark.slow) for role in SELDOM),
    ],
)
def test_each_entry_of_the_menu_opens(client, role):
    user = signed_in(client, role)
    entries = [e for e in navigation._entries if e.allowed(request_of(user).scope)]

    answers = {entry.url: client.get(reverse(entry.url)).status_code for entry in entries}

    assert answers == dict.fromkeys(answers, SHOWN)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_what_is_not_there_is_not_there(client, model):
    signed_in(client, Role.ADMINISTRATOR)
    numbers = ["999999999", "0", "x", "9" * 40, "-1", "_00"]

    answers = {
        client.get(reverse(f"{names_of(model)}_changelist") + f"{number}/change/").status_code
        for number in numbers
    }

    assert answers <= {NOT_ALLOWED, NOT_THERE}


def test_an_address_with_a_character_that_is_no_text_is_refused(client):
    assert client.get("/admin/orders/order/%00/change/").status_code == 400


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_nobody_gets_in_without_signing_in(client, model):
    response = client.get(reverse(f"{names_of(model)}_changelist"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_action_asks_for_a_right_and_is_confirmed(model):
    page = admin.site._registry[model]
    groups = ("actions_list", "actions_row", "actions_detail", "actions_submit_line")
    named = [name for group in groups for name in page._extract_action_names(getattr(page, group))]
    careless = [
        name
        for name in named
        if not getattr(getattr(page, name), "allowed_permissions", None)
        or not getattr(getattr(page, name), "dialog", None)
    ]

    # Bulk actions of a list have no dialog: these lead to a page that asks, or are put back.
    assert (careless, page.actions) == ([], ASKING.get(model._meta.label_lower))


def test_every_page_carries_the_content_security_policy(client):
    response = client.get(reverse("admin:login"))

    # as test_middleware says, with or without eval
    assert response["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
