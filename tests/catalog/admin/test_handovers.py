"""The pages of handovers: what is offered, seen and answered there."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.models import Handover, StoreAssignment
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
LIST = "admin:catalog_handover_changelist"
ADD = "admin:catalog_handover_add"
START = date(2026, 1, 1)


def colleague(number, department=None):
    person = factories.person(number, user=factories.user(number.lower(), role=Role.TEAM_MEMBER))
    factories.employment(person, department=department)
    return person


@pytest.fixture
def giver():
    person = colleague("GIVER")
    StoreAssignment.objects.create(store=factories.store(), person=person, from_date=START)
    return person


@pytest.fixture
def receiver():
    return colleague("TAKER")


@pytest.fixture
def handover(giver, receiver):
    return Handover.objects.create(
        store=factories.store(),
        from_person=giver,
        to_person=receiver,
        on_date=timezone.localdate(),
        reason="Moves to Asia",
        offered_by=giver.user,
        offered_at=NOW,
        accepted_from_at=NOW,
    )


def answer(client, handover, verb):
    return client.post(reverse("admin:catalog_handover_answer", args=[handover.pk, verb]))


def page_of(handover):
    return reverse("admin:catalog_handover_change", args=[handover.pk])


def form(giver, receiver, **values):
    return {
        "store": factories.store().pk,
        "duty": "operation",
        "from_person": giver.pk,
        "to_person": receiver.pk,
        "share": "1",
        "on_date": timezone.localdate().isoformat(),
        "reason": "Moves to Asia",
    } | values


def test_a_team_member_offers_the_own_store(client, giver, receiver):
    sign_in(client, giver.user)
    page = client.get(reverse(ADD))

    client.post(reverse(ADD), form(giver, receiver))

    choices = page.context["adminform"].form.fields["from_person"].queryset
    assert list(choices) == [giver]
    made = Handover.objects.get()
    assert (made.offered_by, made.accepted_from_at is None, made.state) == (
        giver.user,
        False,
        "offered",
    )


def test_a_refusal_is_shown_at_its_field(client, giver, receiver):
    sign_in(client, giver.user)

    response = client.post(reverse(ADD), form(giver, receiver, share="1.0", duty="operation"))
    again = client.post(reverse(ADD), form(giver, receiver, duty="customer_service"))

    assert response.status_code == 302
    assert list(again.context["adminform"].form.errors) == ["share"]
    assert Handover.objects.count() == 1


def test_the_receiver_sees_it_waiting_and_accepts(client, handover, receiver):
    sign_in(client, receiver.user)
    home = client.get(reverse("admin:index")).content.decode()
    page = client.get(page_of(handover))

    response = answer(client, handover, "accept")

    assert "Handovers waiting for you" in home
    assert [page.context[name] for name in ("may_accept", "may_decline", "may_withdraw")] == [
        True,
        True,
        False,
    ]
    assert response["Location"] == page_of(handover)
    handover.refresh_from_db()
    assert (handover.state, handover.decided_by) == ("accepted", receiver.user)
    assert "waiting for you" not in client.get(reverse("admin:index")).content.decode()


def test_the_giver_has_only_to_withdraw(client, handover, giver):
    sign_in(client, giver.user)
    page = client.get(page_of(handover))

    answer(client, handover, "accept")
    before = Handover.objects.get().state
    answer(client, handover, "withdraw")

    assert [page.context[name] for name in ("may_accept", "may_decline", "may_withdraw")] == [
        False,
        False,
        True,
    ]
    assert (before, Handover.objects.get().state) == ("offered", "withdrawn")


@pytest.mark.parametrize("verb", ["accept", "decline", "withdraw"])
def test_whom_it_does_not_concern_finds_nothing(client, handover, verb):
    sign_in(client, colleague("OTHER").user)

    codes = [
        client.get(page_of(handover)).status_code,
        answer(client, handover, verb).status_code,
    ]

    assert codes == [404, 404]
    assert Handover.objects.get().state == "offered"


def test_answers_are_posted_and_known(client, handover, receiver):
    sign_in(client, receiver.user)
    url = reverse("admin:catalog_handover_answer", args=[handover.pk, "accept"])

    assert (client.get(url).status_code, answer(client, handover, "steal").status_code) == (
        405,
        404,
    )
    assert Handover.objects.get().state == "offered"


def test_who_is_nobody_employed_offers_nothing(client):
    sign_in(client, factories.user(role=Role.AUDITOR))

    assert client.get(reverse(ADD)).status_code == 403


def test_the_list_costs_the_same_for_one_and_for_three(
    client, handover, receiver, django_assert_num_queries
):
    def seen():
        with django_assert_num_queries(8):
            client.get(reverse(LIST))

    sign_in(client, receiver.user)
    seen()
    for number in range(2):
        Handover.objects.create(
            store=factories.store(f"S{number}"),
            from_person=colleague(f"P{number}"),
            to_person=receiver,
            share=Decimal(1),
            on_date=START,
            reason="x",
            offered_by=receiver.user,
            offered_at=NOW,
        )
    seen()
