"""Disputes and reviews that many work on at the same moment."""

from collections import Counter
from itertools import count

import pytest

from accounts.core.roles import Role
from opsdesk.actions.moves import move
from opsdesk.models import LifeEvent
from orders.actions import disputes, reviews
from orders.actions.attachments import given_file
from orders.actions.disputes import DISPUTE_COURSE, upsert_disputes
from orders.actions.evidence import add_evidence, withdraw_evidence
from orders.actions.reviews import REVIEW_COURSE, upsert_reviews
from orders.models import (
    Attachment,
    Dispute,
    DisputeEvidence,
    KeywordDay,
    Review,
    ReviewVersion,
)
from tests import factories as make
from tests.factories import NOW, PDF, dispute_item, review_item
from tests.races.crowd import at_once, interrupted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    make.store()
    return make.mover(make.user(role=Role.TEAM_MEMBER))


def test_of_many_who_decide_at_once_one_does(person):
    make.dispute()

    def deciding(verb):
        def work():
            move(DISPUTE_COURSE, Dispute.objects.get(), verb, person, reason="Said so")
            return "decided"

        return work

    found = at_once(*[deciding("win")] * 10, *[deciding("lose")] * 10)

    assert found == {"decided": 1, "InvalidTransition": 19}
    assert LifeEvent.objects.count() == 1


def test_of_two_evidences_withdrawn_at_once_one_stays_before_the_arbiter(person):
    dispute = make.dispute(status="arbitration")
    numbers = [make.evidence(dispute).pk for _each in range(2)]

    def withdrawing(number):
        def work():
            row = DisputeEvidence.objects.select_related("dispute", "attachment").get(pk=number)
            withdraw_evidence(row, person, reason="Wrong")
            return "withdrawn"

        return work

    found = at_once(*(withdrawing(numbers[each % 2]) for each in range(20)))

    assert found["withdrawn"] == 1
    assert found.keys() <= {"withdrawn", "NotReady", "InvalidTransition"}
    assert DisputeEvidence.objects.filter(withdrawn_at__isnull=True).count() == 1


def test_the_same_file_given_by_many_at_once_is_kept_once(person):
    make.dispute()

    def giving():
        add_evidence(Dispute.objects.get(), person, file=given_file("a.pdf", PDF))
        return "added"

    found = at_once(*[giving] * 20)

    assert found == {"added": 1, "InvalidData": 19}
    assert (Attachment.objects.count(), DisputeEvidence.objects.count()) == (1, 1)


def test_a_dispute_delivered_by_many_at_once_is_there_once(person):
    def sending():
        [answer] = upsert_disputes([dispute_item(status="won")], scope=None, by=None, at=NOW)
        return answer.state.value

    found = at_once(*[sending] * 20)

    assert found == {"created": 1, "unchanged": 19}
    assert (Dispute.objects.count(), LifeEvent.objects.count()) == (1, 1)


def test_reviews_delivered_at_once_are_counted_once_each(person):
    make.sku("CUP")
    numbers = count()

    def sending():
        number = next(numbers)
        items = [review_item(f"R-{number % 5}", stars=1, text="It is broken", item="CUP")]
        [answer] = upsert_reviews(items, scope=None, by=None, at=NOW)
        return answer.state.value

    found = at_once(*[sending] * 20)

    assert found == Counter({"created": 5, "unchanged": 15})
    assert (Review.objects.count(), KeywordDay.objects.get().bad) == (5, 5)


def test_a_review_changed_by_many_at_once_opens_its_follow_up_once(person):
    make.review("R-1", stars=5, text="Good")

    def sending():
        [answer] = upsert_reviews([review_item(stars=1, text="Good")], scope=None, by=None, at=NOW)
        return answer.state.value

    found = at_once(*[sending] * 20)

    assert found == {"updated": 1, "unchanged": 19}
    assert (ReviewVersion.objects.count(), LifeEvent.objects.count()) == (1, 1)
    assert Review.objects.get().status == "open"


def test_a_dispute_that_is_decided_amid_a_delivery_stays_decided(person):
    make.dispute("D-1")

    def sending():
        given = dispute_item(reason="Not as described")
        [answer] = upsert_disputes([given], scope=None, by=None, at=NOW)
        return answer.state.value

    def deciding():
        move(DISPUTE_COURSE, Dispute.objects.get(), "lose", person, reason="Said so")
        return "decided"

    found = interrupted(disputes, "check_dispute", sending, deciding)

    assert found == ("updated", "decided")
    row = Dispute.objects.get()
    assert (row.reason, row.status, row.closed_at) == ("Not as described", "lost", NOW)


def test_a_follow_up_that_is_opened_amid_a_delivery_is_open_once(person):
    make.review("R-1", stars=5, text="Good")

    def sending():
        [answer] = upsert_reviews([review_item(stars=1, text="Bad")], scope=None, by=None, at=NOW)
        return answer.state.value

    def opening():
        move(REVIEW_COURSE, Review.objects.get(), "open", person, reason="Said so")
        return "opened"

    found = interrupted(reviews, "check_review", sending, opening)

    assert found == ("updated", "InvalidTransition")
    assert (Review.objects.get().status, LifeEvent.objects.count()) == ("open", 1)
