"""Decisions on one signal that many make at the same moment."""

from collections import Counter

import pytest

from accounts.core.roles import Role
from catalog.actions.signals import accept_signal, dismiss_signal, raise_signals
from catalog.models import Product, ProductSignal, SkuDemand
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    """Somebody who may decide, and a product that sells nothing."""
    make.stock(3, sku=make.sku(of=make.product("CUP")))
    other = make.sku(of=make.product("PAN", status="clearance"))
    SkuDemand.objects.create(sku=other, day=make.TODAY, units=9, sales=9)
    raise_signals(make.TODAY, at=make.NOW)
    return make.mover(make.user(role=Role.TEAM_MEMBER))


def accepting(person):
    def work():
        accept_signal(ProductSignal.objects.get(), person)
        return "accepted"

    return work


def test_of_fifty_who_accept_at_once_one_makes_the_step(person):
    found = at_once(*[accepting(person)] * 50)

    assert found == {"accepted": 1, "InvalidTransition": 49}
    assert ProductSignal.objects.get().status == "accepted"
    assert Product.objects.get(code="CUP").status == "optimising"
    assert LifeEvent.objects.count() == 1


def test_a_signal_is_accepted_or_dismissed_and_never_both(person):
    def dismissing():
        dismiss_signal(ProductSignal.objects.get(), person, reason="Season")
        return "dismissed"

    found = at_once(*[accepting(person)] * 10, *[dismissing] * 10)

    status = ProductSignal.objects.get().status
    assert found == Counter({status: 1, "InvalidTransition": 19})
    assert LifeEvent.objects.count() == (1 if status == "accepted" else 0)


def test_nights_that_run_at_once_raise_a_signal_once(person):
    ProductSignal.objects.all().delete()

    found = at_once(*[lambda: raise_signals(make.TODAY, at=make.NOW)] * 10)

    assert found == {1: 10}
    assert ProductSignal.objects.open().count() == 1
