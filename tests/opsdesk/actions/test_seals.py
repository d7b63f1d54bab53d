"""Sealing what was committed: at once, in order, and never in the way of anybody."""

import logging

import pytest
from django.db import IntegrityError, connection, transaction

from opsdesk.actions import seals
from opsdesk.actions.audit import record, record_many
from opsdesk.actions.records import save_record
from opsdesk.actions.seals import seal_waiting
from opsdesk.models import AuditEntry, AuditHead, AuditSeal, AuditWaiting
from opsdesk.queries.audit import verify
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def refused():
    return pytest.raises(IntegrityError, match="append-only")


def sealed():
    return list(AuditSeal.objects.order_by("number").values_list("number", "count"))


@pytest.mark.django_db(transaction=True)
def test_a_change_is_sealed_right_after_its_commit():
    department = factories.department()
    department.name = "New"

    save_record(department, by=None, at=NOW)

    assert sealed() == [(1, 1)]
    assert (AuditWaiting.objects.count(), AuditHead.objects.get().entries) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_sealed_once_whatever_it_changed():
    department = factories.department()

    with transaction.atomic():
        for _number in range(5):
            record("changed", department, by=None, at=NOW)
        with transaction.atomic():
            record_many("created", type(department), [(1, "a"), (2, "b")], by=None, at=NOW)
        hooks = len(connection.run_on_commit)

    assert (hooks, sealed()) == (1, [(1, 7)])


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_in_between_does_not_take_the_seal_with_it():
    department = factories.department()

    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            record("changed", department, by=None, at=NOW)
            raise RuntimeError
        record("changed", department, by=None, at=NOW)

    assert sealed() == [(1, 1)]
    assert verify().fault is None


@pytest.mark.django_db(transaction=True)
def test_who_cannot_seal_says_so_in_the_log_and_the_sweep_does_it_later(monkeypatch, caplog):
    department = factories.department()
    monkeypatch.setattr(seals, "seal_digest", None)

    with caplog.at_level(logging.WARNING):
        record("changed", department, by=None, at=NOW)

    assert [one.getMessage()[:31] for one in caplog.records] == ["The audit trail is sealed later"]
    assert (sealed(), AuditWaiting.objects.count()) == ([], 1)
    monkeypatch.undo()
    assert (seal_waiting(at=NOW), sealed()) == (1, [(1, 1)])


def test_a_bulk_change_is_one_seal():
    names = [(number, f"o{number}") for number in range(6_000)]

    record_many("created", AuditEntry, names, by=None, at=NOW)

    assert AuditWaiting.objects.count() == 2
    assert seal_waiting(at=NOW) == 6_000
    assert sealed() == [(1, 6_000)]
    assert verify().fault is None


def test_nothing_to_seal_takes_one_look(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert seal_waiting(at=NOW) == 0


@pytest.mark.parametrize("table", [AuditEntry, AuditSeal])
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_or_delete(table, verb):
    record("changed", factories.department(), by=None, at=NOW)
    seal_waiting(at=NOW)
    before = list(table.objects.values())
    name, key = table._meta.db_table, table._meta.pk.column

    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(name, key))

    assert list(table.objects.values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["opsdesk_auditentry", "opsdesk_auditseal"])
def test_the_database_refuses_to_truncate(table):
    record("changed", factories.department(), by=None, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")

    assert AuditEntry.objects.count() == 1
