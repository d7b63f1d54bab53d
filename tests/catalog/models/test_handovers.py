"""What the database itself refuses of a handover, and who sees which."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from accounts.core.roles import Role
from catalog.models import Handover
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def values():
    return {
        "store": make.store(),
        "from_person": make.person("A"),
        "to_person": make.person("B"),
        "share": Decimal("0.5"),
        "on_date": date(2026, 5, 1),
        "reason": "Moves",
        "offered_by": make.user("offerer"),
        "offered_at": NOW,
    }


def test_a_sound_one_is_stored(values):
    other = make.user()
    values |= {"state": "accepted", "accepted_from_at": NOW, "accepted_to_at": NOW}

    Handover.objects.create(**values, decided_by=other, decided_at=NOW)

    assert Handover.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"to_person": "from_person"}, "handover_two_people"),
        ({"share": Decimal(0)}, "handover_share_bounds"),
        ({"share": Decimal("1.0001")}, "handover_share_bounds"),
        ({"state": "accepted", "accepted_from_at": NOW}, "handover_accepted_by_both"),
        ({"state": "accepted", "accepted_to_at": NOW}, "handover_accepted_by_both"),
        ({"state": "declined", "decided_at": None}, "handover_decided_once"),
        ({"decided_at": NOW}, "handover_decided_once"),
        (
            {"state": "accepted", "accepted_from_at": NOW, "accepted_to_at": NOW, "by": "self"},
            "handover_accepted_by_another",
        ),
    ],
    ids=str,
)
def test_the_database_refuses(values, change, constraint):
    change = dict(change)
    if change.get("to_person"):
        change["to_person"] = values["from_person"]
    by = change.pop("by", "")
    if change.get("state"):
        change.setdefault("decided_at", NOW)
        change["decided_by"] = values["offered_by"] if by else make.user()

    with pytest.raises(IntegrityError, match=constraint):
        Handover.objects.create(**(values | change))


def test_the_database_keeps_one_open_offer_of_a_share(values):
    Handover.objects.create(**values)

    with pytest.raises(IntegrityError):
        Handover.objects.create(**(values | {"to_person": make.person("C")}))


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("giver", 1),
        ("receiver", 1),
        ("offerer", 1),
        ("a colleague", 0),
        ("their supervisor", 1),
        ("another supervisor", 0),
        ("a supervisor employed there", 0),
        (Role.HR_PAYROLL, 1),
        (Role.MANAGER, 1),
        (Role.ADMINISTRATOR, 1),
        (Role.AUDITOR, 1),
    ],
)
def test_who_sees_it(values, who, expected):
    Handover.objects.create(**values)
    here, away = make.department(), make.department("away")
    user = values["offered_by"] if who == "offerer" else make.user(
        role=who if isinstance(who, Role) else None
    )  # fmt: skip
    if who in ("giver", "receiver"):
        person = values["from_person" if who == "giver" else "to_person"]
        person.user = user
        person.save()
    elif who == "a colleague":
        make.employment(make.person(user=user))
    elif who == "their supervisor":
        make.grant(user, Role.SUPERVISOR, here)
    elif "supervisor" in str(who):
        make.grant(user, Role.SUPERVISOR, away)
        make.employment(make.person(user=user), department=here if "there" in who else away)

    assert Handover.objects.visible_to(make.scope(user)).count() == expected


def test_an_open_one_waits_for_who_has_not_accepted(values):
    handover = Handover.objects.create(**values, accepted_from_at=NOW)
    people = [values["from_person"].pk, values["to_person"].pk, None]
    waiting = [Handover.objects.waiting_for(pk).count() for pk in people]
    Handover.objects.filter(pk=handover.pk).update(
        state="declined", decided_by=values["offered_by"], decided_at=NOW
    )

    assert waiting == [0, 1, 0]
    assert Handover.objects.waiting_for(values["to_person"].pk).count() == 0
