"""The head of the chain; entries written before it lose the names of people and are signed."""

import json

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from opsdesk.core.chain import (
    GENESIS,
    entry_mac,
    head_mac,
    micros,
    plain,
    ranges_of,
    seal_digest,
)
from opsdesk.core.keys import derived
from opsdesk.core.privacy import MASK

PAGE = 10_000
NAMES = {
    "accounts.user": {"username", "first_name", "last_name", "email"},
    "accounts.person": {"name", "email", "phone"},
}
# What the record was called held a name, or an amount.
CALLED = {
    "accounts.person": ("Person", "employee_no", None),
    "accounts.employment": ("Employment", "person__employee_no", "from_date"),
    "compensation.attendance": ("Attendance", "person__employee_no", "month"),
    "compensation.proposal": ("Proposal", "person__employee_no", "month"),
}


def called(apps):
    """By kind of record: its number to what the trail calls it."""
    found = {}
    for label, (model, number, day) in CALLED.items():
        rows = apps.get_model(label.split(".")[0], model).objects
        columns = [number, day] if day else [number]
        found[label] = {
            str(pk): " ".join((no, *(str(one)[:7] if day == "month" else str(one) for one in days)))
            for pk, no, *days in rows.values_list("pk", *columns)
        }
    return found


def sealed_record(entry, names):
    if entry.model == "accounts.user":
        return f"#{entry.object_id}" if entry.object_id else MASK
    if entry.model in names:
        unknown = f"#{entry.object_id}" if entry.object_id else MASK
        return names[entry.model].get(entry.object_id, unknown)
    return entry.record


def without_names(entry):
    detail = json.loads(json.dumps(entry.detail), parse_float=str)
    hidden = NAMES.get(entry.model, set())
    for part in ("values", "changed"):
        held = detail.get(part) if isinstance(detail, dict) else None
        if isinstance(held, dict):
            masked = MASK if part == "values" else [MASK, MASK]
            detail[part] = {name: masked if name in hidden else v for name, v in held.items()}
    return detail


def write(apps, schema_editor):
    entries = apps.get_model("opsdesk", "AuditEntry").objects
    seals = apps.get_model("opsdesk", "AuditSeal").objects
    heads = apps.get_model("opsdesk", "AuditHead").objects
    key = derived("audit", settings.DATA_KEY)
    names, now = called(apps), timezone.now()
    number, digest, total, last = 0, GENESIS, 0, 0
    statement = (
        "UPDATE opsdesk_auditentry SET actor_name = %s, record = %s, detail = %s, mac = %s "
        "WHERE id = %s"
    )
    while page := list(entries.filter(pk__gt=last).order_by("pk")[:PAGE]):
        rows, macs = [], []
        for one in page:
            who = "" if one.actor_id else one.actor_name
            record, detail = sealed_record(one, names), without_names(one)
            told = [one.actor_id, None, who, one.verb, one.model, one.object_id, record]
            mac = entry_mac(key, [one.pk, micros(one.at), *told, plain(detail)])
            rows.append([who, record, json.dumps(detail), mac, one.pk])
            macs.append(mac)
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(statement, rows)
        number, total, last = number + 1, total + len(page), page[-1].pk
        ranges = ranges_of(one.pk for one in page)
        digest = seal_digest(key, digest, [number, ranges, len(page), micros(now)], macs)
        seals.create(
            number=number, ranges=ranges, count=len(page), digest=digest, sealed_at=now
        )
    heads.update_or_create(
        id=1,
        defaults={
            "number": number,
            "digest": digest,
            "entries": total,
            "mac": head_mac(key, number, digest, total),
            "sealed_at": now if number else None,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("opsdesk", "0003_audit_chain"),
        ("accounts", "0005_roles_by_change"),
        ("compensation", "0002_shipped_plan"),
    ]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
