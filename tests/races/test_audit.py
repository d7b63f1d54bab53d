"""Many writers and sealers at the same moment leave one chain."""

import pytest
from django.db import transaction

from accounts.models import Department
from opsdesk.actions.audit import record, record_many
from opsdesk.actions.seals import seal_waiting
from opsdesk.models import AuditEntry, AuditHead, AuditSeal
from opsdesk.queries.audit import verify
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


class Undone(Exception):
    """A writer that changes its mind after it has taken numbers."""


def test_fifty_writers_with_sealers_between_them_leave_a_chain_that_verifies():
    department = factories.department()

    def one():
        record("changed", department, by=None, at=NOW)
        return "one"

    def many():
        record_many("created", Department, [(n, f"d{n}") for n in range(20)], by=None, at=NOW)
        return "many"

    def undone():
        with transaction.atomic():
            record("changed", department, by=None, at=NOW)
            raise Undone

    def seal():
        seal_waiting(at=NOW)
        return "sealed"

    def look():
        return f"fault: {verify().fault}"

    works = ([one] * 30) + ([many] * 10) + ([undone] * 10) + ([seal] * 8) + ([look] * 4)
    found = at_once(*works)

    assert found == {"one": 30, "many": 10, "Undone": 10, "sealed": 8, "fault: None": 4}
    seal_waiting(at=NOW)
    verdict = verify()
    assert (verdict.fault, verdict.entries, verdict.waiting) == (None, 230, 0)
    assert AuditEntry.objects.count() == AuditHead.objects.get().entries == 230
    assert sum(AuditSeal.objects.values_list("count", flat=True)) == 230
