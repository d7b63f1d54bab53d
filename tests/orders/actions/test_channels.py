"""Logistics channels from outside."""

import pytest

from opsdesk.models import AuditEntry
from orders.actions.channels import upsert_channels
from orders.models import LogisticsChannel
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def send(*items):
    found = upsert_channels(items, by=None, at=NOW)
    return [(one.state.value, [fault.field for fault in one.errors]) for one in found]


def stored():
    names = ("code", "promised_days", "promised_days_remote", "silent_days", "carrier", "active")
    return list(LogisticsChannel.objects.order_by("code").values_list(*names))


def test_channels_are_stored_changed_and_left_as_they_are():
    first = make.channel_item("A", carrier="China Post", promised_days_remote=20, silent_days=5)

    assert send(first, make.channel_item("B")) == [("created", []), ("created", [])]
    # what is not told keeps what is stored
    assert send(make.channel_item("A"), make.channel_item("B", promised_days=3, active=False)) == [
        ("unchanged", []),
        ("updated", []),
    ]

    assert stored() == [("A", 10, 20, 5, "China Post", True), ("B", 3, None, 7, "", False)]
    assert AuditEntry.objects.filter(model="orders.logisticschannel").count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "a/b"}, "code"),
        ({"code": "a\0b", "name": "A"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": " "}, "name"),
        ({"name": "a\0"}, "name"),
        ({"kind": "rocket"}, "kind"),
        ({"promised_days": 366}, "promised_days"),
        ({"promised_days_remote": -1}, "promised_days_remote"),
        ({"silent_days": 0}, "silent_days"),
        ({"carrier": "x" * 101}, "carrier"),
    ],
)
def test_what_cannot_be_is_refused_and_keeps_no_other_out(values, field):
    assert send(make.channel_item(**values), make.channel_item("B")) == [
        ("error", [field]),
        ("created", []),
    ]
    assert [row[0] for row in stored()] == ["B"]
    assert AuditEntry.objects.count() == 1


def test_the_second_of_one_code_is_refused():
    assert send(make.channel_item("A"), make.channel_item("A", name="Other")) == [
        ("created", []),
        ("error", ["code"]),
    ]
