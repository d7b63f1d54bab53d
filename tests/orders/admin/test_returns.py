"""Returns in the browser: queues, the page of one, opening, inspecting and paying back."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import StockLevel
from orders.models import Refund, Return, ReturnPieces, ReturnReason
from tests import factories as make
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
LIST = "admin:orders_return_changelist"


@pytest.fixture
def agent(client):
    user = make.user("agent", role=Role.TEAM_MEMBER)
    make.employment(make.person(user=user))
    return sign_in(client, user)


@pytest.fixture
def boss(client):
    return sign_in(client, make.user("boss", role=Role.SUPERVISOR, department=make.department()))


@pytest.fixture
def order():
    return make.sold(
        (5, "49.99", "9.50"), (1, "5.00", "0.95"), external_id="1001", shipping_charge=D("4.90")
    )


def opened(order, status="inspected", **values):
    return make.return_case(
        order, lines=[(1, 5), (2, 1)], status=status, external_id="R1", **values
    )


def page(case, name="change"):
    return reverse(f"admin:orders_return_{name}", args=[case.pk])


def post(client, case, name, **values):
    return client.post(page(case, name), values)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_statements_for_one_row_and_for_three(
    agent, rows, django_assert_num_queries
):
    for _ in range(rows):
        make.return_case(make.sold((1, "5.00", "0.95")))
    agent.get(reverse(LIST))

    with django_assert_num_queries(13):
        agent.get(reverse(LIST))


def test_a_queue_shows_what_waits_for_a_step_the_oldest_first(agent, order):
    for hours, name, status in (
        (1, "young", "received"),
        (9, "old", "received"),
        (5, "other", "approved"),
    ):
        at = make.NOW - timedelta(hours=hours)
        make.return_case(order, external_id=name, status=status, requested_at=at)

    response = agent.get(reverse(LIST), {"queue": "inspect"})

    assert [row.external_id for row in response.context["cl"].result_list] == ["old", "young"]
    assert [(one["name"], one["count"]) for one in response.context["queues"]] == [
        ("approve", 0),
        ("receive", 1),
        ("inspect", 2),
        ("refund", 0),
    ]


def test_without_a_queue_the_latest_comes_first(agent, order):
    for hours in (9, 1, 5):
        make.return_case(order, requested_at=make.NOW - timedelta(hours=hours))

    rows = agent.get(reverse(LIST)).context["cl"].result_list

    assert [make.NOW - row.requested_at for row in rows] == [
        timedelta(hours=hours) for hours in (1, 5, 9)
    ]


def test_my_desk_tells_what_waits_to_those_who_take_it_on(agent, order):
    make.return_case(order)

    shown = agent.get(reverse("admin:index")).content.decode()

    assert f"{reverse(LIST)}?queue=approve" in shown
    assert f"{reverse(LIST)}?queue=inspect" not in shown


def test_my_desk_tells_readers_nothing(client, order):
    sign_in(client, make.user(role=Role.AUDITOR))
    make.return_case(order)

    assert f"{reverse(LIST)}?queue=" not in client.get(reverse("admin:index")).content.decode()


def test_an_order_s_page_leads_to_its_returns_and_to_a_new_one(agent, order):
    case = opened(order)

    shown = agent.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert page(case) in shown
    assert reverse("admin:orders_order_return", args=[order.pk]) in shown


def test_a_reader_is_offered_no_new_return(client, order):
    sign_in(client, make.user(role=Role.AUDITOR))

    shown = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert reverse("admin:orders_order_return", args=[order.pk]) not in shown


def open_one(client, order, **values):
    return client.post(reverse("admin:orders_order_return", args=[order.pk]), values)


def test_a_return_is_opened_with_a_reason_for_each_line(agent, order):
    size = str(make.reason("too_small").pk)

    response = open_one(agent, order, units_1="2", reason_1=size, note="too small")

    case = Return.objects.get()
    assert response["Location"] == page(case)
    assert (case.external_id, case.status, case.reason) == ("1001-R1", "requested", "too small")
    assert list(case.lines.values_list("quantity", "reason__code")) == [(2, "too_small")]


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"units_1": "6"}, {"units_1": ["Ensure this value is less than or equal to 5."]}),
        ({"units_1": "1", "reason_1": ""}, {"reason_1": ["Choose why it comes back."]}),
        (
            {"reason_1": "x"},
            {"reason_1": ["Select a valid choice. x is not one of the available choices."]},
        ),
        ({"units_1": ""}, {"units_1": ["Give how many, 0 for money only."]}),
        ({"units_1": "9" * 5000}, {"units_1": ["Enter a whole number."]}),
        ({"units_1": "1", "note": "a\0b"}, {"note": ["Null characters are not allowed."]}),
    ],
)
def test_a_form_that_is_wrong_says_where(agent, order, values, errors):
    given = {"reason_1": str(make.reason().pk)} | values

    response = open_one(agent, order, **given)

    assert response.context["form"].errors == errors
    assert not Return.objects.exists()


def test_nothing_chosen_is_said_above_the_form(agent, order):
    response = open_one(agent, order)

    assert response.context["form"].non_field_errors() == [
        "Say which lines come back: 1 to 200 of them."
    ]


def test_a_line_that_went_back_whole_has_no_fields(agent, order):
    case = opened(order)
    make.part_refund(case, "49.99", units=5)
    case.refunds.get().lines.update(tax=D("9.50"))

    shown = agent.get(reverse("admin:orders_order_return", args=[order.pk])).context["form"]

    assert sorted(name for name in shown.fields if name != "note") == ["reason_2", "units_2"]


@pytest.mark.parametrize("status", ["requested", "approved", "received", "inspected"])
def test_the_page_of_a_return_offers_what_its_state_allows(agent, order, status):
    shown = agent.get(page(opened(order, status))).context

    assert (shown["inspection"] is not None, shown["refund"] is not None) == (
        status == "received",
        status == "inspected",
    )


@pytest.mark.parametrize("status", ["approved", "received"])
def test_a_supervisor_is_offered_a_refund_before_the_inspection(boss, order, status):
    shown = boss.get(page(opened(order, status))).context

    assert "reason" in shown["refund"].fields


def test_a_reader_sees_the_page_without_its_forms(client, order):
    sign_in(client, make.user(role=Role.AUDITOR))

    shown = client.get(page(opened(order, "received"))).context

    assert (shown["inspection"], shown["refund"]) == (None, None)


def said(**values):
    place = make.warehouse()
    one = {"units_0_1": "2", "condition_0_1": "unopened", "disposal_0_1": "restock"}
    one |= {"warehouse_0_1": str(place.pk), "units_1_1": "1", "condition_1_1": "missing"}
    other = {"units_0_2": "1", "condition_0_2": "damaged", "disposal_0_2": "scrap"}
    return {"seen": "", "received_1": "3", "received_2": "1"} | one | other | values


def test_each_field_of_a_part_says_what_it_is_for(agent, order):
    form = agent.get(page(opened(order, "received"))).context["inspection"]

    _line, _received, [[pieces, *chosen], *_more] = next(form.rows())

    assert pieces.field.widget.attrs["placeholder"] == "Pieces"
    assert [cell.field.choices[0] for cell in chosen] == [
        ("", "Condition"),
        ("", "Decision"),
        ("", "Warehouse"),
    ]


def test_what_came_is_recorded_and_its_end_books_it(agent, order):
    case = opened(order, "received")

    first = post(agent, case, "inspect", **said(save="1"))
    assert (told(first), StockLevel.objects.count()) == (["What came is recorded."], 0)
    case.refresh_from_db()
    seen = case.handled_at.isoformat()
    second = post(agent, case, "inspect", **said(finish="1", seen=seen))

    assert (second["Location"], told(second)[-1]) == (page(case), "The inspection is ended.")
    case.refresh_from_db()
    assert case.status == "inspected"
    assert StockLevel.objects.get().on_hand == 2
    assert sorted(ReturnPieces.objects.values_list("line__line_no", "units", "disposal")) == [
        (1, 1, "nothing"),
        (1, 2, "restock"),
        (2, 1, "scrap"),
    ]


def test_an_inspection_that_is_not_complete_is_kept_out_whole(agent, order):
    case = opened(order, "received")

    response = post(agent, case, "inspect", **said(finish="1", received_1="5"))

    assert response.context["inspection"].non_field_errors() == [
        "Line 1: 5 pieces came, and 3 have a condition and a decision."
    ]
    assert not ReturnPieces.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"received_1": "6"},
        {"received_1": ""},
        {"received_1": "-1"},
        {"condition_0_1": "eaten"},
        {"disposal_0_1": "eaten"},
        {"warehouse_0_1": "999"},
        {"warehouse_0_1": ""},
        {"units_0_1": ""},
        {"units_0_1": "9" * 400},
        {"disposal_0_1": ""},
        {"disposal_1_1": "scrap"},
        {"seen": "2026-04-02T09:00:00+00:00"},
        {"seen": "yesterday\0"},
        {"seen": "9999-99-99T99:99"},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(agent, order, values):
    case = opened(order, "received")
    if values == {"seen": "9999-99-99T99:99"}:
        Return.objects.update(handled_at=make.NOW)

    response = post(agent, case, "inspect", **said(finish="1", **values))

    assert response.status_code == 200
    assert response.context["inspection"].errors
    assert not ReturnPieces.objects.exists()


def test_goods_after_their_money_are_inspected_on_the_same_page(boss, order):
    case = opened(order, "received")
    post(boss, case, "refund", number="n1", extra="1.00", reason="angry", confirm="1")
    case.refresh_from_db()

    response = post(boss, case, "inspect", **said(finish="1", seen=case.handled_at.isoformat()))

    case.refresh_from_db()
    assert (told(response)[-1], case.status) == ("The inspection is ended.", "refunded")
    assert case.inspected_at is not None


def pay(client, case, **values):
    return post(client, case, "refund", number="n1", **values)


def test_a_refund_is_shown_to_the_cent_before_it_is_made(agent, order):
    case = opened(order)
    asked = {"units_1": "2", "units_2": "1", "total_2": "3.00", "shipping": "1.00"}
    asked |= {"extra": "0.50", "method": "bank", "reference": "TX", "note": "sorry"}

    shown = pay(agent, case, preview="1", **asked)

    plan = shown.context["plan"]
    assert [(line.line_no, line.units, line.amount, line.tax) for line in plan.lines] == [
        (1, 2, D("20.39"), D("3.87")),
        (2, 1, D("2.55"), D("0.49")),
    ]
    assert (plan.total, Refund.objects.count()) == (D("28.30"), 0)
    assert "Refund 28.30 CNY" in shown.content.decode()

    made = pay(agent, case, confirm="1", expected=str(plan.total), **asked)

    assert told(made) == ["Refunded: 28.30 CNY."]
    refund = Refund.objects.get()
    assert (refund.total, refund.method, refund.reference, refund.note) == (
        D("28.30"),
        "bank",
        "TX",
        "sorry",
    )
    assert refund.by.username == "agent"


def test_a_refund_that_is_sent_twice_is_made_once(agent, order):
    case = opened(order)

    answers = [told(pay(agent, case, units_1="1", confirm="1"))[-1] for _ in range(2)]

    assert answers == ["Refunded: 11.90 CNY.", "It was refunded before."]
    assert Refund.objects.count() == 1


def test_other_amounts_than_those_shown_are_shown_again(agent, order):
    case = opened(order)

    shown = pay(agent, case, units_1="1", confirm="1", expected="99.00")

    assert shown.context["refund"].non_field_errors() == [
        "99.00 was shown, but it is 11.90 by now: somebody else changed something. Look at it "
        "again."
    ]
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"units_1": "6"},
        {"units_1": "-1"},
        {"units_1": "1e3"},
        {"total_1": "59.50"},
        {"total_1": "0.001"},
        {"total_1": "NaN"},
        {"total_1": "9" * 30},
        {"extra": "65.45"},
        {"extra": "-1"},
        {"shipping": "4.91"},
        {"units_1": "1", "method": "cash"},
        {"units_1": "1", "reference": "x" * 101},
        {"units_1": "1", "note": "a\0b"},
        {"units_1": "1", "note": "a\x07b"},
        {"units_1": "1", "number": ""},
        {"units_1": "1", "number": "a\x07"},
        {"units_1": "1", "expected": "x"},
    ],
)
def test_a_refund_that_cannot_be_is_said_and_nothing_is_written(agent, order, values):
    case = opened(order)

    shown = post(agent, case, "refund", **({"number": "n1", "confirm": "1"} | values))

    assert shown.status_code == 200
    assert shown.context["refund"].errors
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [("approved", 403), ("received", 403), ("requested", 302), ("rejected", 302)],
)
def test_an_agent_refunds_only_what_is_inspected(agent, order, status, code):
    case = opened(order, status)

    response = pay(agent, case, units_1="1", confirm="1")

    assert (response.status_code, Refund.objects.count()) == (code, 0)


def test_early_a_supervisor_gives_a_reason(boss, order):
    case = opened(order, "approved")

    refused = pay(boss, case, units_1="1", confirm="1")
    assert refused.context["refund"].errors == {"reason": ["This field is required."]}
    pay(boss, case, units_1="1", confirm="1", reason="angry")

    assert Refund.objects.get().early is True


def test_a_further_part_is_offered_until_the_return_is_closed(agent, order):
    case = opened(order)
    pay(agent, case, units_1="2", confirm="1")

    before = agent.get(page(case)).context["refund"]
    agent.post(reverse("admin:orders_return_move", args=[case.pk, "close"]))

    assert before is not None
    assert agent.get(page(case)).context["refund"] is None


def test_the_list_of_refunds_finds_by_return_and_reference(agent, order):
    case = opened(order)
    make.part_refund(case, "1.00")
    Refund.objects.update(reference="TX9")
    make.part_refund(make.return_case(order, external_id="R2"), "2.00")
    address = reverse("admin:orders_refund_changelist")

    found = {
        term: [str(row) for row in agent.get(address, {"q": term}).context["cl"].result_list]
        for term in ("", "R2", "TX9", "R")
    }

    assert found == {"": ["R2/1", "R1/1"], "R2": ["R2/1"], "TX9": ["R1/1"], "R": []}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_refunds_takes_the_same_statements(agent, rows, django_assert_num_queries):
    for _ in range(rows):
        make.part_refund(make.return_case(make.sold((1, "5.00", "0.95"))), "1.00")
    address = reverse("admin:orders_refund_changelist")
    agent.get(address)

    with django_assert_num_queries(9):
        agent.get(address)


def test_the_page_of_a_refund_shows_its_lines(agent, order):
    refund = make.part_refund(opened(order), "1.00")

    shown = agent.get(reverse("admin:orders_refund_change", args=[refund.pk]))

    assert [line.amount for line in shown.context["lines"]] == [D("1.00")]


def test_reasons_are_kept_by_who_keeps_master_data(client):
    sign_in(client, make.manager())
    address = reverse("admin:orders_returnreason_add")
    values = {"code": "smell", "name": "Smell", "active": "on", "source_words": "SMELLS"}

    refused = client.post(address, values | {"source_words": "DEFECTIVE"})
    client.post(address, values | {"parent": str(make.reason("quality").pk)})

    assert refused.context["adminform"].form.errors == {
        "source_words": ["“DEFECTIVE” means “Defective” already: take it away there first."]
    }
    assert ReturnReason.objects.get(code="smell").path == (
        "Not as described › Quality below what was expected › Smell"
    )
