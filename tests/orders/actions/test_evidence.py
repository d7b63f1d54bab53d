"""Evidence in disputes: added while they are open, withdrawn with a reason, never the last one."""

import pytest

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from opsdesk.actions.files import kept_attachment
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import AuditEntry
from orders.actions.attachments import given_file
from orders.actions.evidence import add_evidence, withdraw_evidence
from orders.models import Attachment, DisputeEvidence
from tests import factories as make
from tests.factories import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make.mover(make.user(role=Role.TEAM_MEMBER))


def file(name="proof.pdf"):
    return given_file(name, PDF)


def kept():
    rows = DisputeEvidence.objects.filter(withdrawn_at__isnull=True).order_by("pk")
    return list(rows.values_list("text", "attachment__name"))


def test_a_text_a_file_or_both_are_evidence(person):
    dispute = make.dispute()

    add_evidence(dispute, person, text=" Signed for. ")
    made = add_evidence(dispute, person, file=file(), text="See page 2")

    assert kept() == [("Signed for.", None), ("See page 2", "proof.pdf")]
    assert kept_attachment(made.attachment.stored_name).read_bytes() == PDF
    assert (made.by, made.at) == (person.by, make.NOW)
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "model")
    assert list(verbs) == [
        ("evidence: added", "orders.disputeevidence"),
        ("attached", "orders.attachment"),
        ("evidence: added", "orders.disputeevidence"),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "\0", "x" * 5001])
def test_an_evidence_says_something_in_bounds(person, text):
    with pytest.raises(InvalidData):
        add_evidence(make.dispute(), person, text=text)

    assert kept() == []


def test_nothing_is_kept_of_an_evidence_that_is_refused(person):
    dispute = make.dispute()
    add_evidence(dispute, person, file=file())

    with pytest.raises(InvalidData, match="there already"):
        add_evidence(dispute, person, text="The same once more", file=file("again.pdf"))

    assert kept() == [("", "proof.pdf")]
    assert Attachment.objects.count() == 1


def test_the_same_text_sent_twice_is_one_evidence(person):
    dispute = make.dispute()
    add_evidence(dispute, person, text="Signed for.")

    with pytest.raises(InvalidData, match="The same text is there already"):
        add_evidence(dispute, person, text="Signed for. ")

    assert kept() == [("Signed for.", None)]


@pytest.mark.parametrize("status", ["won", "lost", "settled"])
def test_the_evidence_of_a_decided_dispute_stays_as_it_is(person, status):
    dispute = make.dispute("D-9", status=status)
    there = make.evidence(dispute)

    with pytest.raises(InvalidTransition, match="dispute D-9 is decided"):
        add_evidence(dispute, person, text="Late")
    with pytest.raises(InvalidTransition):
        withdraw_evidence(there, person, reason="Wrong")

    assert len(kept()) == 1


def test_a_withdrawn_evidence_takes_its_file_along(person):
    dispute = make.dispute()
    made = add_evidence(dispute, person, file=file())

    withdraw_evidence(made, person, reason="Of another order")

    assert kept() == []
    stored = DisputeEvidence.objects.select_related("attachment").get()
    assert (stored.withdrawal_reason, stored.withdrawn_by) == ("Of another order", person.by)
    assert stored.attachment.withdrawal_reason == "Of another order"


@pytest.mark.parametrize(
    ("status", "others", "refused"),
    [
        ("opened", 0, False),
        ("investigating", 0, False),
        ("mediation", 0, True),
        ("arbitration", 0, True),
        ("arbitration", 1, False),
    ],
)
def test_where_a_third_party_decides_one_evidence_stays(person, status, others, refused):
    dispute = make.dispute(status=status)
    there = make.evidence(dispute)
    for _number in range(others):
        make.evidence(dispute)
    make.evidence(dispute, withdrawn_at=make.NOW, withdrawal_reason="Wrong")

    if refused:
        with pytest.raises(NotReady, match="only evidence in a dispute in"):
            withdraw_evidence(there, person, reason="Wrong")
    else:
        withdraw_evidence(there, person, reason="Wrong")

    assert len(kept()) == others + refused


def test_who_may_not_work_on_disputes_changes_no_evidence():
    reader = make.mover(make.user(role=Role.AUDITOR))
    client = make.api_client(resources=("disputes:write",))
    machine = Mover(make.NOW, client, scope_of_client(client, today=make.TODAY))
    dispute = make.dispute()
    there = make.evidence(dispute)

    for mover in (reader, machine):
        with pytest.raises(NotAllowed):
            add_evidence(dispute, mover, text="Ours")
        with pytest.raises(NotAllowed):
            withdraw_evidence(there, mover, reason="Wrong")

    assert len(kept()) == 1
