"""The pages of proposals: one at a time, or several at once as one order for each supplier."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import PurchaseLine, PurchaseOrder, Replenishment
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
LIST = "admin:catalog_replenishment_changelist"
ORDERS = "admin:catalog_replenishment_orders"


@pytest.fixture
def keeper(client):
    user = make.user("keeper", role=Role.TEAM_MEMBER, department=make.department())
    return sign_in(client, user)


def ask(client, *proposals):
    chosen = [one.pk for one in proposals]
    return client.post(reverse(LIST), {"action": "make_orders", "_selected_action": chosen})


def order(client, wanted, **values):
    given = {"warehouse": make.warehouse().pk, "proposal": [one.pk for one in wanted]}
    given |= {f"supplier_{one.pk}": who.pk if who else "" for one, who in wanted.items()}
    return client.post(reverse(ORDERS), given | values)


def lines():
    rows = PurchaseLine.objects.order_by("order__supplier__code", "sku__code")
    return list(rows.values_list("order__supplier__code", "sku__code", "units"))


def test_for_several_it_is_asked_from_whom_and_the_last_one_is_chosen(keeper):
    make.purchase_order("P1", lines=[("CUP", 1, "5.00")], supplier=make.supplier("V2"))
    make.supplier("V1")
    cup, cap = make.proposal("CUP"), make.proposal("CAP")

    answer = ask(keeper, cup, cap)

    form = answer.context["form"]
    assert [(one.sku.code, field.value()) for one, field in form.rows] == [
        ("CAP", None),
        ("CUP", make.supplier("V2").pk),
    ]
    assert PurchaseOrder.objects.count() == 1


def test_of_more_than_fit_on_a_page_it_is_told_which_stay_open(keeper):
    proposals = [make.proposal(f"S{number:03}") for number in range(201)]

    page = keeper.post(
        reverse(LIST),
        {
            "action": "make_orders",
            "select_across": "1",
            "_selected_action": [one.pk for one in proposals],
        },
    )

    assert told(page) == ["200 proposals are ordered at once: those after S199 stay open."]
    assert page.content.decode().count('name="proposal"') == 200


def test_several_become_one_order_for_each_supplier_and_each_is_told(keeper):
    cup, cap, ash, egg = (make.proposal(code) for code in ("CUP", "CAP", "ASH", "EGG"))
    near, far = make.supplier("V1"), make.supplier("V2")
    order(keeper, {egg: near})

    answer = order(keeper, {cup: near, cap: far, ash: None, egg: far})

    by_code = {one.supplier.code: one.code for one in PurchaseOrder.objects.order_by("pk")[1:]}
    assert told(answer)[1:] == [
        "EGG: It was decided on already: look again.",
        "ASH: No supplier was chosen: it stays open.",
        f"Draft {by_code['V1']} for Supplier V1: CUP.",
        f"Draft {by_code['V2']} for Supplier V2: CAP.",
    ]
    assert lines() == [("V1", "CUP", 7), ("V1", "EGG", 7), ("V2", "CAP", 7)]
    assert Replenishment.objects.get(state="open") == ash


def test_without_a_warehouse_it_is_asked_again_and_nothing_is_made(keeper):
    cup = make.proposal("CUP")

    answer = order(keeper, {cup: make.supplier()}, warehouse="")

    assert answer.context["form"].errors == {"warehouse": ["This field is required."]}
    assert not PurchaseOrder.objects.exists()


def test_the_same_page_sent_again_makes_no_second_order(keeper):
    wanted = {make.proposal("CUP"): make.supplier()}

    for _again in range(2):
        order(keeper, wanted)

    assert lines() == [("V1", "CUP", 7)]


def test_who_may_not_keep_stock_is_offered_no_order_and_makes_none(client):
    auditor = sign_in(client, make.user("auditor", role=Role.AUDITOR))
    cup = make.proposal("CUP")

    listed = auditor.get(reverse(LIST)).content.decode()

    assert "make_orders" not in listed
    assert order(auditor, {cup: make.supplier()}).status_code == 403
    assert ask(auditor, cup).status_code in (200, 302)
    assert not PurchaseOrder.objects.exists()


def test_a_proposal_is_dismissed_with_a_reason(keeper):
    cup = make.proposal("CUP")
    dismiss = reverse("admin:catalog_replenishment_decide", args=[cup.pk, "dismiss"])

    nothing = keeper.post(dismiss, {"reason": " "})
    assert told(nothing) == ["Say why, in at most 500 characters."]
    keeper.post(dismiss, {"reason": "Leaves the range"})

    cup.refresh_from_db()
    assert (cup.state, cup.reason) == ("dismissed", "Leaves the range")


def test_the_number_of_statements_does_not_grow_with_the_proposals(
    keeper, django_assert_max_num_queries
):
    proposals = [make.proposal() for _number in range(12)]
    ask(keeper, *proposals)

    with django_assert_max_num_queries(22):
        assert ask(keeper, *proposals).status_code == 200
