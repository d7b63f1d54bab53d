"""The tree of reasons for returns."""

import pytest
from django.utils.translation import override

from accounts.core.roles import Role
from opsdesk.core.errors import InvalidData, NotAllowed
from orders.actions.reasons import save_reason
from orders.models import ReturnReason
from orders.queries.reasons import reason_tree, reasons_by_word
from tests import factories as make

pytestmark = pytest.mark.django_db


def new(code="own", parent=None, words=""):
    return ReturnReason(code=code, name="Own", parent=parent, source_words=words)


def test_reasons_are_shipped_as_a_tree_with_the_words_of_sources():
    paths = [reason.path for reason in reason_tree()]

    assert paths[:3] == ["Came too late", "Changed mind", "Changed mind › Found cheaper elsewhere"]
    assert len(paths) == 16
    assert ReturnReason.objects.get(pk=reasons_by_word()["too small"]).code == ("too_small")


def test_a_reason_that_is_not_active_is_offered_no_more_and_its_words_mean_nothing():
    ReturnReason.objects.filter(code="size").update(active=False)

    assert "Size or fit" not in [reason.path for reason in reason_tree()]
    assert "size" not in reasons_by_word()


def test_three_levels_are_the_most():
    second = make.reason("parts")

    third = save_reason(new("third", second), make.mover())

    assert third.path == "Defective › Parts are missing › Own"
    with pytest.raises(InvalidData) as refusal:
        save_reason(new("fourth", third), make.mover())
    assert (refusal.value.field, refusal.value.message) == (
        "parent",
        "Reasons are at most 3 levels deep: choose another parent.",
    )
    assert not ReturnReason.objects.filter(code="fourth").exists()


def test_what_stands_below_counts_as_well():
    save_reason(new("third", make.reason("parts")), make.mover())
    top = make.reason("defective")
    top.parent = make.reason("other")

    with pytest.raises(InvalidData):
        save_reason(top, make.mover())

    assert make.reason("defective").parent is None


def test_a_reason_is_never_part_of_itself():
    top = make.reason("defective")
    top.parent = make.reason("parts")

    with pytest.raises(InvalidData) as refusal:
        save_reason(top, make.mover())

    assert refusal.value.message == "A reason cannot be part of itself: choose another parent."
    assert make.reason("defective").parent is None


@pytest.mark.parametrize("word", ["defective", "Parts", "MISSING-PARTS", "a\x07b"])
def test_a_word_means_one_reason(word):
    with pytest.raises(InvalidData) as refusal:
        save_reason(new(words=f"fine\n{word}"), make.mover())

    assert refusal.value.field == "source_words"
    assert not ReturnReason.objects.filter(code="own").exists()


def test_it_takes_who_keeps_master_data():
    member = make.user(role=Role.TEAM_MEMBER)

    with pytest.raises(NotAllowed):
        save_reason(new(), make.mover(member))

    assert not ReturnReason.objects.filter(code="own").exists()


def test_the_name_of_an_own_reason_is_shown_as_it_is():
    own = save_reason(new(), make.mover())

    with override("zh-hans"):
        assert str(own) == "Own"
