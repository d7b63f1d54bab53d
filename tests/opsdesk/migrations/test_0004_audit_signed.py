"""Entries written before they were signed: without names afterwards, signed, and sealed."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from opsdesk.models import AuditEntry, AuditHead, AuditSeal
from opsdesk.queries.audit import verify
from tests import factories
from tests.factories import NOW
from tests.trail import unguarded

pytestmark = pytest.mark.django_db
write = import_module("opsdesk.migrations.0004_audit_signed").write


def entry(model, obj, record, detail=None, **values):
    return AuditEntry.objects.create(
        at=NOW,
        model=model,
        object_id=str(obj.pk) if obj else "",
        record=record,
        detail=detail or {},
        verb="changed",
        **values,
    )


def migrate():
    AuditHead.objects.all().delete()
    with unguarded():
        write(apps, SimpleNamespace(connection=connection))


def test_names_of_people_are_taken_out():
    wang = factories.user("wang")
    person = factories.person("E7", name="Wang Fang")
    job = factories.employment(person)
    here = factories.attendance(person)
    by = {"actor": wang, "actor_name": "wang"}
    values = {"values": {"name": "Wang Fang", "email": "", "employee_no": "E7"}}
    changed = {"changed": {"name": ["Wang", "Wang Fang"], "user": [None, 3]}}
    entry("accounts.person", person, "Wang Fang (E7)", values, **by)
    entry("accounts.person", None, "Wang Fang (E7)", changed, **by)
    entry("accounts.user", wang, "Wang Fang", **by)
    entry("accounts.employment", job, "Wang Fang (E7) 2024-01-01", actor_name="system")
    entry("compensation.attendance", here, "Wang Fang (E7) 2026-03", actor_name="system")
    entry("catalog.store", None, "UK", {"changed": {"name": ["a", "b"]}}, **by)

    migrate()

    entries = AuditEntry.objects.order_by("pk")
    assert list(entries.values_list("actor_name", "record")) == [
        ("", "E7"),
        ("", "•••"),
        ("", f"#{wang.pk}"),
        ("system", f"E7 {job.from_date}"),
        ("system", "E7 2026-03"),
        ("", "UK"),
    ]
    assert [one.detail for one in entries[:2]] == [
        {"values": {"name": "•••", "email": "•••", "employee_no": "E7"}},
        {"changed": {"name": ["•••", "•••"], "user": [None, 3]}},
    ]
    assert entries[5].detail == {"changed": {"name": ["a", "b"]}}


def test_what_was_written_before_is_sealed_and_verifies():
    for number in range(5):
        entry("catalog.store", None, f"s{number}", {"n": number, "share": 0.5})

    migrate()

    verdict = verify()
    assert (verdict.fault, verdict.entries, verdict.waiting) == (None, 5, 0)
    assert list(AuditSeal.objects.values_list("number", "count")) == [(1, 5)]
    assert AuditEntry.objects.first().detail == {"n": 4, "share": "0.5"}


def test_nothing_written_before_makes_a_head_of_its_own():
    migrate()

    assert verify().fault is None
    assert AuditHead.objects.values_list("number", "entries").get() == (0, 0)
