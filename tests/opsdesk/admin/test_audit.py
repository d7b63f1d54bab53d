"""The audit trail as people read it: found by record, person, time and kind, pay masked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from accounts.models import ApiClient, Department
from catalog.models import Store
from opsdesk.actions.audit import record, record_many
from opsdesk.actions.records import save_record
from opsdesk.actions.seals import seal_waiting
from opsdesk.models import AuditEntry, AuditHead
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

LIST = "admin:opsdesk_auditentry_changelist"


@pytest.fixture
def auditor(client):
    user = factories.user("eyes", role=Role.AUDITOR)
    sign_in(client, user)
    return user


@pytest.fixture
def administrator(client):
    user = factories.user("admin", role=Role.ADMINISTRATOR)
    sign_in(client, user)
    return user


def listed(client, **asked):
    response = client.get(reverse(LIST), asked)
    assert response.status_code == 200
    return [entry.record for entry in response.context["cl"].result_list]


def entry_page(client, entry):
    return client.get(reverse("admin:opsdesk_auditentry_change", args=[entry.pk]))


def raised():
    """A salary that was raised, and the entry that tells of it."""
    employment = factories.employment(base_salary=Decimal("7000.00"))
    employment.base_salary = Decimal("8123.00")
    save_record(employment, by=None, at=NOW)
    return employment, AuditEntry.objects.get(verb="changed")


def test_entries_are_found_by_record_person_time_kind_and_verb(client, auditor):
    wang = factories.user("wang", first_name="Fang", last_name="Wang")
    eu, asia = factories.department("eu"), factories.department("asia")
    record("changed", eu, by=wang, at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC))
    record("shut out", asia, by=None, at=datetime(2026, 3, 31, 16, tzinfo=UTC))
    record_many("created", Store, [(7, "UK")], by=wang, at=NOW)
    erp = ApiClient.objects.create(name="ERP", proposed_at=NOW)
    record_many("loaded", Store, [(8, "DE")], by=erp, at=datetime(2026, 2, 1, tzinfo=UTC))

    found = {
        "record": listed(client, of=f"accounts.department:{eu.pk}"),
        "person": listed(client, by=wang.pk),
        "system": listed(client, by="system"),
        "search by record": listed(client, q="As"),
        "search by name": listed(client, q="Fang"),
        "search by client": listed(client, q="erp"),
        # 31 March 23:59 and 1 April 00:00 on the company's wall
        "march": listed(client, at_from="2026-03-01", at_to="2026-03-31"),
        "april": listed(client, at_from="2026-04-01"),
        "kind": listed(client, kind="catalog.store"),
        "made": listed(client, what="created"),
        "anything else": listed(client, what="other"),
    }

    assert found == {
        "record": ["Eu"],
        "person": ["UK", "Eu"],
        "system": ["Asia"],
        "search by record": ["Asia"],
        "search by name": ["UK", "Eu"],
        "search by client": ["DE"],
        "march": ["Eu"],
        "april": ["UK", "Asia"],
        "kind": ["DE", "UK"],
        "made": ["UK"],
        "anything else": ["DE", "Asia"],
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "999999999999999999999"},
        {"by": "x"},
        {"of": "x"},
        {"of": "\x01:1"},
        {"of": "a:" + "9" * 5000},
        {"kind": "accounts.user' OR 1=1"},
        {"what": "x"},
        {"at_from": "0001-01-01", "at_to": "9999-12-31"},
        {"at_from": "x"},
        {"q": "%_\\"},
    ],
)
def test_a_filter_that_names_nothing_breaks_nothing(client, auditor, asked):
    record("changed", factories.department(), by=None, at=NOW)

    assert len(listed(client, **asked)) <= 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_is_in_it(
    client, auditor, count, django_assert_num_queries
):
    for number in range(count):
        record("changed", factories.department(f"d{number}"), by=factories.user(), at=NOW)
    client.get(reverse(LIST))

    with django_assert_num_queries(10):
        client.get(reverse(LIST))


def test_an_entry_tells_each_field_before_and_after_and_leads_to_its_record(client, auditor):
    shop = factories.store()
    shop.name, shop.stage = "New name", "new"
    save_record(shop, by=auditor, at=NOW)
    entry = AuditEntry.objects.get()

    told = entry_page(client, entry).context

    lines = {(line.label, line.before, line.after) for line in told["told"].lines}
    assert lines == {("name", "Shop UK", "New name"), ("stage", "Mature", "New")}
    assert (told["told"].who, told["told"].what) == ("eyes", "changed")
    assert told["record_url"] == reverse("admin:catalog_store_change", args=[shop.pk])
    assert told["others"] == f"{reverse(LIST)}?of=catalog.store:{shop.pk}"


def test_a_record_that_is_gone_or_not_for_the_reader_has_no_link(client, administrator):
    record_many("deleted", Department, [(999, "gone")], by=None, at=NOW)

    assert entry_page(client, AuditEntry.objects.get()).context["record_url"] == ""


def test_pay_is_shown_to_those_who_see_all_pay(client, auditor):
    _employment, entry = raised()

    page = entry_page(client, entry).content.decode()

    assert "7000.00" in page
    assert "8123.00" in page


def test_pay_is_masked_for_everybody_else(client, administrator):
    employment, entry = raised()

    page = entry_page(client, entry).content.decode()
    history = client.get(reverse("admin:accounts_employment_history", args=[employment.pk]))

    assert (page.count("•••"), history.content.decode().count("•••")) == (2, 2)
    for text in (page, history.content.decode()):
        assert "7000.00" not in text
        assert "8123.00" not in text


def test_the_pay_of_one_department_does_not_open_the_trail_of_all(client):
    both = factories.user("both", role=Role.ADMINISTRATOR)
    factories.grant(both, Role.SUPERVISOR, factories.department("asia"))
    sign_in(client, both)
    _employment, entry = raised()

    assert "8123.00" not in entry_page(client, entry).content.decode()


def test_a_history_leads_to_all_entries_of_the_record(client, administrator):
    shop = factories.store()

    page = client.get(reverse("admin:catalog_store_history", args=[shop.pk])).content.decode()

    assert f"{reverse(LIST)}?of=catalog.store:{shop.pk}" in page


def test_the_list_tells_how_far_the_trail_is_sealed(client, auditor):
    record("changed", factories.department(), by=None, at=NOW)
    seal_waiting(at=NOW)
    record("changed", factories.department(), by=None, at=NOW)

    chain = client.get(reverse(LIST)).context["chain"]

    assert (chain.head.entries, chain.waiting) == (1, 1)


def test_a_fault_that_was_found_stands_above_the_list(client, auditor):
    AuditHead.objects.update(verified_at=NOW, verified_fault="Entry 7 is gone")

    assert "Entry 7 is gone" in client.get(reverse(LIST)).content.decode()
    AuditHead.objects.all().delete()
    assert "The head of the chain is gone" in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_trail_is_written_in_one_language(client, auditor, language, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    boss = factories.manager("boss")
    sign_in(client, boss)

    client.post(reverse("admin:accounts_department_add"), {"code": "eu", "name": "Europe"})

    assert AuditEntry.objects.get(verb="created").record == "Europe"
