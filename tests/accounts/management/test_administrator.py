"""``manage.py administrator``: the first two people who may give roles, and nobody after them."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.core.roles import Role
from accounts.models import RoleGrant
from tests import factories

pytestmark = pytest.mark.django_db


def administrator(*names):
    out = StringIO()
    call_command("administrator", *names, stdout=out)
    return out.getvalue().splitlines()


def who():
    return sorted(RoleGrant.objects.values_list("user__username", "role", "change__state"))


def test_the_first_two_become_administrators():
    for name in ("ann", "bo"):
        factories.user(name)

    said = administrator("ann", "bo")

    assert said == ["ann is an administrator.", "bo is an administrator."]
    assert who() == [
        ("ann", "administrator", "installed"),
        ("bo", "administrator", "installed"),
    ]


def test_whoever_is_one_stays_one():
    factories.user("ann", role=Role.ADMINISTRATOR)

    assert administrator("ann") == []
    assert RoleGrant.objects.count() == 1


def test_a_third_one_takes_two_people():
    factories.user("ann", role=Role.ADMINISTRATOR)
    factories.manager("boss")
    factories.user("cy")

    with pytest.raises(CommandError) as refused:
        administrator("cy")

    assert (str(refused.value), refused.value.returncode) == (
        "Two people may give roles already; have one propose it and one confirm it.",
        1,
    )
    assert RoleGrant.objects.count() == 2


def test_of_a_wrong_list_nobody_becomes_one():
    factories.user("ann")

    with pytest.raises(CommandError) as refused:
        administrator("ann", "nobody")

    assert (str(refused.value), refused.value.returncode) == ("There is no sign-in nobody.", 2)
    assert who() == []
