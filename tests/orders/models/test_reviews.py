"""Who sees what came after orders, and what the database itself refuses of it."""

import pytest
from django.db import IntegrityError, transaction

from accounts.core.roles import Role
from catalog.models import Store
from orders.models import (
    Attachment,
    Dispute,
    KeywordDay,
    Review,
    ReviewKeyword,
    ReviewMention,
)
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db

# Rows of a store are seen by who sees the store.
OF_STORE = (Attachment, Dispute, KeywordDay, Review)


@pytest.mark.parametrize("model", OF_STORE)
def test_rows_of_a_store_are_asked_for_by_the_stores_one_sees(model):
    scope = make.scope(make.user(role=Role.SUPERVISOR, department=make.department("own")))
    wanted = model.objects.filter(store__in=Store.objects.visible_to(scope))

    assert str(model.objects.visible_to(scope).query) == str(wanted.query)
    assert not model.objects.visible_to(make.scope(make.manager())).query.where


def attachment(**values):
    given = {"owner_kind": "dispute", "owner_id": 1, "name": "a", "kind": "text/plain", "size": 1}
    number = next(make.NUMBERS)
    given |= {"digest": "d", "stored_name": str(number), "at": NOW, "store": make.store()}
    return Attachment.objects.create(**given | values)


def day(**values):
    made = make.product()
    given = {"store": make.store(), "product": made, "keyword": make.keyword(), "day": TODAY}
    return KeywordDay.objects.create(**given | {"reviews": 1, "bad": 0} | values)


def mention(of, keyword):
    return ReviewMention.objects.create(review=of, keyword=keyword)


REFUSED = {
    "a review of six stars": lambda: make.review(stars=6),
    "a review of none": lambda: make.review(stars=0),
    "a review twice": lambda: [make.review("R-1"), make.review("R-1")],
    "a dispute twice": lambda: [make.dispute("D-1"), make.dispute("D-1")],
    "a claim below nothing": lambda: make.dispute(amount=-1),
    "an outcome below nothing": lambda: make.dispute(outcome_amount=-1),
    "an evidence that says nothing": lambda: make.evidence(make.dispute(), ""),
    "an evidence withdrawn without reason": lambda: make.evidence(make.dispute(), withdrawn_at=NOW),
    "a file twice": lambda: [attachment(), attachment()],
    "a file withdrawn without reason": lambda: attachment(withdrawn_at=NOW),
    "two files of one name": lambda: [
        attachment(stored_name="x"),
        attachment(stored_name="x", digest="e"),
    ],
    "a phrase twice": lambda: ReviewKeyword.objects.create(
        phrase="broken", language="en", topic="other"
    ),
    "a mention twice": lambda: [
        mention(one, make.keyword()) for one in [make.review()] for _each in range(2)
    ],
    "a count twice": lambda: [day(product=one) for one in [make.product()] for _each in range(2)],
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_says_no(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong()


def test_a_withdrawn_file_may_come_again():
    attachment(withdrawn_at=NOW, withdrawal_reason="Wrong")
    attachment()

    assert Attachment.objects.count() == 2


def test_a_shipped_phrase_is_found_in_its_language():
    shipped = ReviewKeyword.objects.values_list("language", "is_counted").distinct()

    assert set(shipped) == {("en", True), ("zh", True)}
