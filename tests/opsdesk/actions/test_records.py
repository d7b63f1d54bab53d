"""Plain records: what is written, what stands in the audit trail, and what is refused."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Department
from catalog.models import Store
from kpis.models import Target
from opsdesk.actions.audit import record, record_many
from opsdesk.actions.records import delete_record, save_record
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import MARCH, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody():
    return factories.user("somebody")


def trail():
    return list(
        AuditEntry.objects.order_by("pk").values_list("actor_name", "verb", "model", "detail")
    )


def test_a_new_record_is_written_down_with_its_values(somebody):
    ops = factories.department()
    target = Target(department=ops, month=MARCH, net_sales=Decimal("1000.00"))

    save_record(target, by=somebody, at=NOW)

    values = {"department": ops.pk, "month": "2026-03-01", "net_sales": "1000.00"}
    assert trail() == [("", "created", "kpis.target", {"values": values})]
    assert AuditEntry.objects.get().object_id == str(target.pk)


def test_a_change_is_written_down_with_before_and_after(somebody):
    target = factories.target("1000.00")
    target.net_sales = Decimal("900.00")

    save_record(target, by=somebody, at=NOW)

    changed = {"net_sales": ["1000.00", "900.00"]}
    assert trail() == [("", "changed", "kpis.target", {"changed": changed})]


def test_only_what_differs_is_written(somebody):
    shop = factories.store()
    mine = Store.objects.get()
    mine.country = "DE"
    Store.objects.update(status="suspended")
    mine.status = "suspended"

    save_record(mine, by=somebody, at=NOW)

    assert (Store.objects.get().country, shop.country) == ("DE", "GB")
    assert trail() == [("", "changed", "catalog.store", {"changed": {"country": ["GB", "DE"]}})]


def test_an_unchanged_record_leaves_no_trace(somebody):
    target = factories.target("1000.00")
    target.net_sales = Decimal("1000")

    save_record(target, by=somebody, at=NOW)

    assert trail() == []


def test_what_breaks_a_rule_is_not_written(somebody):
    target = factories.target("1000.00")
    target.net_sales = Decimal("-1.00")

    with pytest.raises(ValidationError) as refused:
        save_record(target, by=somebody, at=NOW)

    assert refused.value.messages == ["A target is above 0."]
    assert (Target.objects.get().net_sales, trail()) == (Decimal("1000.00"), [])


def test_a_deletion_keeps_what_was_there():
    target = factories.target("1000.00")
    number, department = target.pk, target.department_id

    delete_record(target, by=None, at=NOW)

    values = {"department": department, "month": "2026-03-01", "net_sales": "1000.00"}
    assert trail() == [("system", "deleted", "kpis.target", {"values": values})]
    assert (Target.objects.count(), AuditEntry.objects.get().object_id) == (0, str(number))


def test_what_others_need_is_not_deleted_and_not_said_to_be():
    target = factories.target()

    with pytest.raises(ProtectedError), transaction.atomic():
        delete_record(target.department, by=None, at=NOW)

    assert (Department.objects.count(), trail()) == (1, [])


def test_a_password_never_stands_in_the_trail(somebody):
    somebody.set_password("another-pw")
    somebody.first_name = "Some"

    save_record(somebody, by=None, at=NOW)

    assert trail() == [
        ("system", "changed", "accounts.user", {"changed": {"first_name": ["", "•••"]}})
    ]


def test_the_trail_goes_with_its_transaction(somebody):
    target = factories.target()

    with pytest.raises(RuntimeError), transaction.atomic():
        record("looked at", target, by=somebody, at=NOW)
        raise RuntimeError

    assert trail() == []


def test_a_bulk_change_has_an_entry_for_each_record(somebody):
    names = [f"o{number}" for number in range(1203)] + ["x" * 300]
    targets = [(number, name) for number, name in enumerate(names)]

    count = record_many("imported", Target, targets, by=somebody, at=NOW)

    stored = AuditEntry.objects.order_by("pk").values_list("object_id", "record", "actor")
    assert count == 1204
    assert list(stored) == [(str(n), name[:200], somebody.pk) for n, name in targets]
