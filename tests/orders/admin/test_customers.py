"""The list of customers, the page of one, and the page that erases one."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from orders.models import Customer, OrderAddress
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

LIST = "admin:orders_customer_changelist"
MAIL = "quill@buyers.example"
CLEAR = ("Quillfeather", MAIL, "+44 7700 900123", "7 Gorse Lane", "Hebden")


@pytest.fixture
def quill():
    customer = make.customer(
        "c1", name=CLEAR[0], email=CLEAR[1], phone=CLEAR[2], address=CLEAR[3], country="GB"
    )
    order = make.order(customer=customer)
    OrderAddress.objects.create(order=order, recipient=CLEAR[0], city=CLEAR[4], country="GB")
    return customer


def member():
    return make.user(role=Role.TEAM_MEMBER, department=make.department())


def page(customer):
    return reverse("admin:orders_customer_change", args=[customer.pk])


def clear_on(client, *addresses):
    """The personal texts that stand in the answers."""
    text = "".join(client.get(address).content.decode() for address in addresses)
    return [word for word in CLEAR if word in text]


def numbers_on(response):
    return [customer.external_id for customer in response.context["cl"].result_list]


def everywhere(customer):
    order = customer.orders.get()
    return [
        reverse(LIST),
        page(customer),
        reverse("admin:orders_order_change", args=[order.pk]),
        reverse("admin:orders_customer_history", args=[customer.pk]),
    ]


def test_who_needs_it_sees_who_it_is(client, quill):
    sign_in(client, make.manager())

    assert clear_on(client, *everywhere(quill)) == list(CLEAR)


def test_others_see_only_what_tells_one_from_another(client, quill):
    sign_in(client, member())

    assert clear_on(client, *everywhere(quill)) == []
    assert "Q•••" in client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("asked", ["Quill", MAIL])
def test_what_is_masked_is_not_found(client, quill, asked):
    sign_in(client, member())

    assert numbers_on(client.get(reverse(LIST), {"q": asked})) == []


@pytest.mark.parametrize("asked", ["name__startswith", "email", "address__city"])
def test_what_is_masked_cannot_be_asked_for_in_the_address(client, quill, asked):
    sign_in(client, member())

    assert client.get(reverse(LIST), {asked: "Quill"}).status_code in (302, 400)


def test_a_number_that_is_an_address_is_masked_and_not_found(client):
    mail = make.customer(MAIL)
    sign_in(client, member())

    assert clear_on(client, reverse(LIST), page(mail)) == []
    assert numbers_on(client.get(f"{reverse(LIST)}?q=quill")) == []


def test_who_needs_it_finds_by_such_a_number(client):
    make.customer(MAIL)
    make.customer("c2")
    sign_in(client, make.manager())

    assert numbers_on(client.get(f"{reverse(LIST)}?q=quill")) == [MAIL]


def test_a_longer_list_needs_no_more_queries(client, django_assert_max_num_queries):
    sign_in(client, make.manager())
    make.customer("c0")
    with django_assert_max_num_queries(20) as few:
        client.get(reverse(LIST))
    for number in range(1, 5):
        make.customer(f"c{number}")

    with django_assert_max_num_queries(len(few)):
        client.get(reverse(LIST))


def test_a_page_with_more_on_it_needs_no_more_queries(client, quill, django_assert_max_num_queries):
    sign_in(client, make.manager())
    order = quill.orders.get()

    def more():
        make.ticket(customer=quill, order=order)
        make.review(order=order)
        make.dispute(order=order)
        make.refund(order=order, customer=quill)
        make.order(customer=quill)

    more()
    with django_assert_max_num_queries(40) as few:
        client.get(page(quill))
    more()
    with django_assert_max_num_queries(len(few)):
        text = client.get(page(quill)).content.decode()

    assert [text.count(f"/orders/{kind}/") for kind in ("ticket", "review", "dispute")] >= [2] * 3


def test_erasing_says_what_goes_and_does_it(client, quill):
    sign_in(client, make.manager())
    url = reverse("admin:orders_customer_erase", args=[quill.pk])

    shown = client.get(url).content.decode()
    answer = client.post(url, {"reason": "Asked"})

    assert "4 fields of name, e-mail, phone and address" in shown
    assert "the address of 1 order, but for the country" in shown
    assert answer.headers["Location"] == page(quill)
    assert Customer.objects.values_list("name", "erased_for").get() == ("", "request")
    assert clear_on(client, *everywhere(quill)) == []


def test_erasing_needs_a_reason(client, quill):
    sign_in(client, make.manager())

    answer = client.post(reverse("admin:orders_customer_erase", args=[quill.pk]), {"reason": ""})

    assert answer.status_code == 200
    assert Customer.objects.get().name == CLEAR[0]
