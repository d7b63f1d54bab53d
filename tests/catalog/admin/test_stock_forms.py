"""The pages on which stock is transferred and counted."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import StockCount, StockLevel, StockMovement, StockSnapshot
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
TRANSFER, COUNT = "admin:catalog_stock_transfer", "admin:catalog_stock_count"
LIST = "admin:catalog_stocklevel_changelist"


@pytest.fixture
def keeper(client):
    user = make.user("keeper", role=Role.TEAM_MEMBER, department=make.department())
    return sign_in(client, user)


@pytest.fixture
def level():
    return make.stock(10, sku=make.sku("CUP"))


def going(level, target, **values):
    given = {"number": "n1", "source": level.warehouse_id, "target": target.pk, "sku": "CUP"}
    return given | {"units": 4, "reason": "Fill up"} | values


def counting(level, **values):
    given = {"number": "n1", "warehouse": level.warehouse_id, "sku": "CUP", "counted": 8}
    return given | {"note": "two broken"} | values


def levels():
    rows = StockLevel.objects.order_by("warehouse__code")
    return dict(rows.values_list("warehouse__code", "on_hand"))


def written():
    rows = StockMovement.objects.exclude(kind="receipt").order_by("pk")
    return list(rows.values_list("warehouse__code", "kind", "units", "reason"))


def test_pieces_go_from_one_warehouse_to_another_once(keeper, level):
    far = make.warehouse("W2")

    for _again in range(2):
        answer = keeper.post(reverse(TRANSFER), going(level, far))

    assert told(answer)[-1] == "Transferred 4 of CUP from W1 to W2."
    assert levels() == {"W1": 6, "W2": 4}
    assert written() == [
        ("W1", "transfer", -4, "Fill up"),
        ("W2", "transfer", 4, "Fill up"),
    ]


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("units", {"units": 11}, "W1 has 10 pieces of CUP available; 11 were asked for."),
        ("units", {"units": 0}, "Ensure this value is greater than or equal to 1."),
        ("sku", {"sku": "CAP"}, "There is no SKU CAP."),
        ("reason", {"reason": ""}, "This field is required."),
        ("number", {"number": ""}, "This field is required."),
    ],
)
def test_a_wrong_transfer_is_refused_at_its_field(keeper, level, field, wrong, said):
    answer = keeper.post(reverse(TRANSFER), going(level, make.warehouse("W2")) | wrong)

    assert answer.context["form"].errors == {field: [said]}
    assert said in answer.content.decode()
    assert (levels(), written()) == ({"W1": 10}, [])


def test_a_transfer_to_the_same_or_a_closed_warehouse_is_refused(keeper, level):
    closed = make.warehouse("W2", active=False)

    same = keeper.post(reverse(TRANSFER), going(level, level.warehouse))
    shut = keeper.post(reverse(TRANSFER), going(level, closed))

    assert same.context["form"].errors == {
        "target": ["A transfer is between two different warehouses."]
    }
    assert set(shut.context["form"].errors) == {"target"}
    assert written() == []


def test_where_a_warehouse_allows_it_more_goes_than_is_there(keeper):
    level = make.stock(1, sku=make.sku("CUP"), warehouse=make.warehouse("W1", allows_negative=True))

    keeper.post(reverse(TRANSFER), going(level, make.warehouse("W2")))

    assert levels() == {"W1": -3, "W2": 4}


def test_what_differs_from_the_ledger_is_put_right_once(keeper, level):
    for _again in range(2):
        answer = keeper.post(reverse(COUNT), counting(level))

    assert told(answer)[-1] == "CUP in W1 was put right by -2."
    assert levels() == {"W1": 8}
    assert written() == [("W1", "adjustment", -2, "Count n1: two broken")]


def test_a_count_like_the_ledger_is_kept_and_moves_nothing(keeper, level):
    answer = keeper.post(reverse(COUNT), counting(level, counted=10))

    assert told(answer) == ["CUP in W1 is as the ledger says: the count is kept."]
    assert list(StockCount.objects.values_list("counted", "expected")) == [(10, 10)]
    assert (levels(), written()) == ({"W1": 10}, [])


@pytest.mark.parametrize("wrong", [{"counted": -1}, {"counted": ""}, {"sku": "CAP"}])
def test_a_wrong_count_is_refused_at_its_field(keeper, level, wrong):
    answer = keeper.post(reverse(COUNT), counting(level) | wrong)

    assert set(answer.context["form"].errors) == set(wrong)
    assert not StockSnapshot.objects.exists()


def test_who_may_not_keep_stock_is_shown_no_button_and_let_in_nowhere(client, level):
    auditor = sign_in(client, make.user("auditor", role=Role.AUDITOR))
    far = make.warehouse("W2")

    listed = auditor.get(reverse(LIST)).content.decode()
    answers = [
        auditor.get(reverse(TRANSFER)),
        auditor.get(reverse(COUNT)),
        auditor.post(reverse(TRANSFER), going(level, far)),
        auditor.post(reverse(COUNT), counting(level)),
    ]

    assert reverse(TRANSFER) not in listed
    assert [answer.status_code for answer in answers] == [403] * 4
    assert (levels(), written()) == ({"W1": 10}, [])


def test_who_keeps_stock_finds_both_pages_above_the_list(keeper, level):
    listed = keeper.get(reverse(LIST)).content.decode()

    assert reverse(TRANSFER) in listed
    assert reverse(COUNT) in listed
    assert [keeper.get(reverse(name)).status_code for name in (TRANSFER, COUNT)] == [200, 200]
