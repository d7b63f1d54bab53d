"""The sample company's disputes: some press, some are decided."""

from datetime import timedelta

import pytest

from opsdesk.demo import disputes
from orders.models import Attachment, Dispute, DisputeEvidence
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_some_press_and_some_are_decided(monkeypatch):
    monkeypatch.setattr(disputes, "APART", 1)
    for number in range(20):
        factories.order(on=TODAY - timedelta(days=40 + number))

    disputes.write(TODAY, at=NOW)

    rows = Dispute.objects.order_by("external_id")
    assert list(rows.filter(closed_on__isnull=True).values_list("status", "kind")) == [
        ("opened", "a_to_z"),
        ("investigating", "not_as_described"),
        ("opened", "chargeback"),
        ("mediation", "not_received"),
        ("opened", "intellectual_property"),
    ]
    assert rows.filter(closed_on__isnull=False).count() == 8
    assert (DisputeEvidence.objects.count(), Attachment.objects.count()) == (4, 2)


def test_without_orders_there_are_none():
    disputes.write(TODAY, at=NOW)

    assert Dispute.objects.count() == 0
