"""The command that tells whether the audit trail is whole."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from opsdesk.actions.audit import record
from opsdesk.actions.seals import seal_waiting
from opsdesk.models import AuditEntry, AuditHead, AuditSeal
from tests import factories
from tests.factories import NOW
from tests.trail import unguarded

pytestmark = pytest.mark.django_db


def audit(*words):
    """Exit status, and what was printed with the seconds taken out."""
    out, err = StringIO(), StringIO()
    try:
        call_command("audit", *words, stdout=out, stderr=err)
        status = 0
    except SystemExit as end:
        status = end.code
    return status, re.sub(r"\d+\.\d s", "0.0 s", out.getvalue() + err.getvalue())


@pytest.fixture
def entries():
    made = [record("changed", factories.department(), by=None, at=NOW) for _n in range(5)]
    seal_waiting(at=NOW)
    return made


def test_a_whole_trail_is_told_with_its_head_and_what_waits(entries):
    record("changed", factories.department(), by=None, at=NOW)

    status, said = audit("verify")

    head = AuditHead.objects.get()
    assert (status, said) == (
        0,
        "6 entries verified in 0.0 s; 1 of them wait for their seal.\n"
        f"head {head.number}:{head.digest}\n",
    )
    assert (head.verified_number, head.verified_fault) == (head.number, "")


def test_the_first_bad_entry_is_named_with_its_time(entries):
    bad = entries[1].pk
    with unguarded():
        AuditEntry.objects.filter(pk__gte=bad).update(verb="looked at")

    status, said = audit("verify")

    sentence = (
        f"Entry {bad} of 2026-04-02 09:00:00 UTC is not what was written: changed, moved or put in"
    )
    assert (status, said) == (1, f"{sentence}.\n1 entries read in 0.0 s up to there.\n")
    assert AuditHead.objects.get().verified_fault == sentence


def test_what_is_gone_is_named(entries):
    with unguarded():
        AuditEntry.objects.filter(pk=entries[2].pk).delete()

    status, said = audit("verify")

    assert (status, said.splitlines()[0]) == (1, f"Entry {entries[2].pk} is gone.")


def test_the_head_can_be_kept_elsewhere_and_shown_again(entries):
    _status, head = audit("head")
    record("changed", factories.department(), by=None, at=NOW)
    seal_waiting(at=NOW)

    assert audit("verify", "--head", head)[0] == 0
    assert audit("verify", "--head", f"1:{'0' * 64}") == (
        1,
        "Seal 1 is not the one that was given: the chain was cut or made anew.\n"
        "5 entries read in 0.0 s up to there.\n",
    )


@pytest.mark.parametrize("head", ["", "1", "1:abc", "x:" + "0" * 64, "1:" + "0" * 65])
def test_what_is_no_head_is_a_wrong_call(head):
    with pytest.raises(CommandError, match="NUMBER:DIGEST"):
        audit("verify", "--head", head)


def test_a_trail_without_a_head_is_not_whole():
    AuditHead.objects.all().delete()

    assert audit("head") == (1, "The audit trail has no head.\n")
    assert audit("verify")[0] == 1


def test_an_empty_trail_is_whole():
    status, said = audit("verify")

    assert (status, AuditSeal.objects.count()) == (0, 0)
    assert (
        said == f"0 entries verified in 0.0 s; 0 of them wait for their seal.\nhead 0:{'0' * 64}\n"
    )
