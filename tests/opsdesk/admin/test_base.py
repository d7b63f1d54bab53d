"""What all pages share: refusals in forms, the trail, and what is still used."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from accounts.models import Department, User
from kpis.models import Target
from opsdesk.models import AuditEntry, Job
from tests import factories
from tests.factories import MARCH, NOW
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db

ADD = "admin:accounts_department_add"


def test_a_saved_form_leaves_one_entry_in_the_trail(client):
    boss = factories.manager("boss")
    sign_in(client, boss)

    client.post(reverse(ADD), {"code": "eu", "name": "Europe"})

    made = Department.objects.get(code="eu")
    entries = AuditEntry.objects.filter(model="accounts.department", object_id=str(made.pk))
    assert [(one.actor, one.verb) for one in entries] == [(boss, "created")]


def test_a_refusal_of_the_business_stands_at_its_field_and_nothing_is_written(client):
    supervisor = factories.user(role=Role.SUPERVISOR, department=factories.department())
    sign_in(client, supervisor)
    values = {"department": factories.department().pk, "month": "2026-03", "net_sales": "0.001"}

    response = client.post(reverse("admin:kpis_target_add"), values)

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["net_sales"]
    assert (Target.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_closed_month_is_refused_in_the_form(client):
    ops = factories.department()
    ops.closed_months.create(month=MARCH, closed_at=NOW)
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=ops))

    response = client.post(
        reverse("admin:kpis_target_add"),
        {"department": ops.pk, "month": "2026-03", "net_sales": "100.00"},
    )

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert Target.objects.count() == 0


def test_what_is_still_used_is_not_deleted(client):
    sign_in(client, factories.manager())
    ops = factories.department()
    factories.store(department=ops)

    client.post(reverse("admin:accounts_department_delete", args=[ops.pk]), {"post": "yes"})

    assert Department.objects.filter(pk=ops.pk).exists()


def test_the_history_of_a_record_is_its_trail(client):
    sign_in(client, factories.manager())
    client.post(reverse(ADD), {"code": "eu", "name": "Europe"})
    made = Department.objects.get(code="eu")
    url = reverse("admin:accounts_department_history", args=[made.pk])

    assert [one.entry.verb for one in client.get(url).context["entries"]] == ["created"]


def test_choices_offer_only_what_is_visible(client):
    home = factories.department("home")
    factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))

    form = client.get(reverse("admin:kpis_target_add")).context["adminform"].form

    assert list(form.fields["department"].queryset) == [home]


def test_a_foreign_choice_is_refused(client):
    home, away = factories.department("home"), factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=home))

    client.post(
        reverse("admin:kpis_target_add"),
        {"department": away.pk, "month": "2026-03", "net_sales": "100.00"},
    )

    assert Target.objects.count() == 0


def test_a_new_sign_in_may_sign_in_and_may_do_nothing(client):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))

    client.post(
        reverse("admin:accounts_user_add"),
        {
            "username": "new",
            "usable_password": "true",
            "password1": "Quiet-harbour-7",
            "password2": "Quiet-harbour-7",
        },
    )

    made = User.objects.get(username="new")
    assert (made.is_staff, made.is_superuser, made.role_grants.count()) == (True, False, 0)


def test_a_job_that_did_not_fail_is_not_started_again(client):
    sign_in(client, factories.manager())
    job = Job.objects.create(kind="x", key="1", state="done", not_before=NOW, staged_at=NOW)

    response = client.post(reverse("admin:opsdesk_job_retry", args=[job.pk]))

    job.refresh_from_db()
    assert told(response) == ["Only a failed job can be started again."]
    assert job.state == "done"


def test_a_filter_that_no_database_holds_is_a_wrong_filter(client):
    sign_in(client, factories.manager())
    url = reverse("admin:accounts_apiclient_changelist")

    response = client.get(f"{url}?confirmed_at=0001-01-01")

    assert (response.status_code, response["Location"]) == (302, f"{url}?e=1")


@pytest.mark.parametrize("model", ["catalog_sku", "catalog_storedepartment", "opsdesk_auditentry"])
def test_what_is_searched_for_may_be_as_long_as_an_address(model, client):
    both = factories.manager()
    factories.grant(both, Role.AUDITOR)
    sign_in(client, both)

    response = client.get(reverse(f"admin:{model}_changelist"), {"q": "a" * 60_000})

    assert (response.status_code, response.context["cl"].result_count) == (200, 0)


def test_a_list_answers_no_question_that_it_does_not_offer(client):
    sign_in(client, factories.manager())

    response = client.get(f"{reverse('admin:opsdesk_job_changelist')}?staged_at__gt=2026-01-01")

    assert response.status_code == 400


def test_a_filter_offers_only_what_the_person_sees(client):
    here, there = factories.department("here"), factories.department("there")
    factories.target(department=here)
    factories.target(department=there)
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=here))

    page = client.get(reverse("admin:kpis_target_changelist"))

    assert "Here" in page.text
    assert "There" not in page.text


@pytest.mark.parametrize("value", ["abc", "NaN", "99999999999999999999999"])
def test_a_choice_that_is_none_is_refused_in_the_form(client, value):
    sign_in(client, factories.manager())
    url = reverse("admin:catalog_product_add")

    offered = client.get(f"{url}?category={value}")
    response = client.post(url, {"code": "P", "title": "Product", "category": value})

    assert (offered.status_code, response.status_code) == (200, 200)
    assert list(response.context["adminform"].form.errors)[:1] == ["category"]


def test_a_share_out_of_bounds_is_refused_in_the_form(client):
    sign_in(client, factories.manager())
    values = {"store": factories.store().pk, "person": factories.person().pk, "duty": "operation"}

    response = client.post(
        reverse("admin:catalog_storeassignment_add"),
        values | {"share": "-1", "from_date": "2026-03-01"},
    )

    assert response.context["adminform"].form.non_field_errors() == [
        "A share is above 0 and at most 1."
    ]
