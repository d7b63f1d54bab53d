"""Who sees what orders are held for."""

import pytest

from accounts.core.roles import Role
from orders.models import HoldPolicy
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "seen"), [(Role.MANAGER, 3), (Role.TEAM_MEMBER, 2), (None, 1)])
def test_the_policy_for_all_is_seen_by_who_sees_sales_and_others_with_their_stores(role, seen):
    home = make.department("home")
    HoldPolicy.objects.create(store=make.store("H", department=home))
    HoldPolicy.objects.create(store=make.store("A", department=make.department("away")))
    user = make.user(role=role)
    make.employment(make.person(user=user), department=home)

    assert HoldPolicy.objects.visible_to(make.scope(user)).count() == seen
