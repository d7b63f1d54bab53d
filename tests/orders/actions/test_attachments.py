"""Keeping files beside a record: once, under a secret name, until they are withdrawn."""

from hashlib import sha256

import pytest

from opsdesk.actions.files import kept_attachment
from opsdesk.core.errors import InvalidData, InvalidTransition
from opsdesk.models import AuditEntry
from orders.actions import attachments
from orders.actions.attachments import Owner, attach, given_file, withdraw_attachment
from orders.models import Attachment
from tests import factories as make
from tests.factories import PDF, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return Owner("dispute", 7, make.store().pk)


def trail():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", "record"))


def test_a_file_is_kept_as_it_was_given(owner):
    somebody = make.user()

    made = attach(owner, given_file("proof.pdf", PDF), make.mover(somebody))

    assert kept_attachment(made.stored_name).read_bytes() == PDF
    assert Attachment.objects.values("owner_kind", "owner_id", "name", "kind", "size").get() == {
        "owner_kind": "dispute",
        "owner_id": 7,
        "name": "proof.pdf",
        "kind": "application/pdf",
        "size": len(PDF),
    }
    assert (made.by, made.at, made.digest) == (somebody, make.NOW, sha256(PDF).hexdigest())
    assert len(made.stored_name) == 64
    assert "proof" not in made.stored_name
    # a name of a file may be that of a person: the trail has none
    assert trail() == [("attached", f"dispute 7 {made.digest[:12]}")]


def test_the_same_content_is_kept_once_of_a_record(owner):
    attach(owner, given_file("a.pdf", PDF), make.mover())
    attach(Owner("dispute", 8, owner.store_id), given_file("a.pdf", PDF), make.mover())

    with pytest.raises(InvalidData, match="is there already, as") as refusal:
        attach(owner, given_file("b.pdf", PDF), make.mover())

    assert refusal.value.code == "same_file"
    assert Attachment.objects.count() == 2


def test_a_record_has_a_bounded_number_of_files(owner, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_FILES", 2)
    for width in (1, 2):
        attach(owner, given_file("a.png", png(width)), make.mover())

    with pytest.raises(InvalidData, match="2 files already"):
        attach(owner, given_file("a.png", png(3)), make.mover())

    assert Attachment.objects.count() == 2


def test_a_withdrawn_file_stays_on_the_list_with_its_reason(owner):
    made = attach(owner, given_file("a.pdf", PDF), make.mover())

    withdraw_attachment(made, make.mover(), reason=" Another order's ")

    stored = Attachment.objects.get()
    assert (stored.withdrawn_at, stored.withdrawal_reason) == (make.NOW, "Another order's")
    assert list(Attachment.objects.kept()) == []
    assert [verb for verb, _record in trail()] == ["attached", "withdrawn"]
    # and it can be given anew
    attach(owner, given_file("a.pdf", PDF), make.mover())


@pytest.mark.parametrize("reason", ["", " ", "\0", "x" * 501])
def test_a_file_is_withdrawn_with_a_reason_only(owner, reason):
    made = attach(owner, given_file("a.pdf", PDF), make.mover())

    with pytest.raises(InvalidData):
        withdraw_attachment(made, make.mover(), reason=reason)

    assert list(Attachment.objects.kept()) == [made]


def test_a_file_is_withdrawn_once(owner):
    made = attach(owner, given_file("a.pdf", PDF), make.mover())
    again = Attachment.objects.get()
    withdraw_attachment(made, make.mover(), reason="Wrong")

    with pytest.raises(InvalidTransition):
        withdraw_attachment(again, make.mover(), reason="Wrong, too")

    assert Attachment.objects.get().withdrawal_reason == "Wrong"


def test_a_file_larger_than_is_taken_is_refused_before_it_is_looked_at(settings):
    settings.ATTACHMENT_MAX_BYTES = 10

    with pytest.raises(InvalidData) as refusal:
        given_file("a.pdf", PDF)

    assert refusal.value.code == "too_large"
