"""Stores in the API: which are shown to whom, as what, and found by what."""

from base64 import b64encode
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from catalog.models import StoreDepartment
from tests import factories
from tests.opsdesk.api.calling import assert_headers, get, problem, told

pytestmark = pytest.mark.django_db

STORES = "/api/v1/stores/"


@pytest.fixture(autouse=True)
def shops():
    europe, asia = factories.department("EU"), factories.department("ASIA")
    factories.store("UK", department=europe, currency="GBP", platform_fee_rate=Decimal("0.1250"))
    factories.store("DE", department=europe, country="DE", currency="EUR", stage="new")
    factories.store("JP.1", department=asia, country="JP", currency="JPY", marketplace="amazon")


@pytest.fixture
def key():
    return factories.api_key()


@pytest.fixture
def key_of_uk():
    return factories.api_key(factories.api_client("bound", stores=("UK", "GONE")))


def codes(response):
    assert response.status_code == 200, response.content
    return [one["code"] for one in response.json()["results"]]


def test_a_store_is_shown_with_the_fields_of_the_interface(client, key):
    response = get(client, f"{STORES}UK/", key)

    assert response.json() == {
        "code": "UK",
        "name": "Shop UK",
        "marketplace": "own",
        "country": "GB",
        "currency": "GBP",
        "time_zone": "Europe/London",
        "stage": "mature",
        "platform_fee_rate": "0.125",
        "department": "EU",
    }
    assert_headers(response)


def test_the_list_holds_the_same_in_the_order_of_the_codes(client, key):
    response = get(client, STORES, key)

    assert codes(response) == ["DE", "JP.1", "UK"]
    assert response.json()["results"][2] == get(client, f"{STORES}UK/", key).json()
    assert (response.json()["next"], response.json()["previous"]) == (None, None)


def test_a_client_of_one_store_sees_nothing_of_the_others(client, key_of_uk):
    shown = [get(client, path, key_of_uk) for path in (STORES, f"{STORES}?department=EU")]
    foreign = [get(client, f"{STORES}{code}/", key_of_uk) for code in ("DE", "GONE", "XX")]

    assert [codes(one) for one in shown] == [["UK"], ["UK"]]
    expected = problem(
        404, "Not Found", "There is no such record, or this key does not open it.", "not_found"
    )
    assert [told(one) for one in foreign] == [expected] * 3
    said = b"".join(one.content for one in (*shown, *foreign))
    assert [name for name in (b"DE", b"JP", b"EUR", b"ASIA") if name in said] == []


def test_a_code_with_a_dot_has_an_address(client, key):
    assert get(client, f"{STORES}JP.1/", key).json()["code"] == "JP.1"


def test_the_department_is_the_one_of_today(client, key):
    StoreDepartment.objects.filter(store__code="UK").update(to_date=date(2020, 1, 1))
    factories.store("FR")
    StoreDepartment.objects.filter(store__code="FR").update(to_date=date(2020, 1, 1))
    StoreDepartment.objects.create(
        store=StoreDepartment.objects.filter(store__code="FR").get().store,
        department=factories.department("ASIA"),
        from_date=date(2020, 1, 1),
    )

    found = {one["code"]: one["department"] for one in get(client, STORES, key).json()["results"]}

    assert found == {"DE": "EU", "FR": "ASIA", "JP.1": "ASIA", "UK": None}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("country=JP", ["JP.1"]),
        ("currency=EUR", ["DE"]),
        ("marketplace=own", ["DE", "UK"]),
        ("stage=new", ["DE"]),
        ("department=EU", ["DE", "UK"]),
        ("department=EU&stage=mature", ["UK"]),
        ("country=XX", []),
        ("country=", ["DE", "JP.1", "UK"]),
        ("country=%F0%9F%98%80", []),
    ],
)
def test_stores_are_found_by_what_is_named(client, key, query, expected):
    assert codes(get(client, f"{STORES}?{query}", key)) == expected


@pytest.mark.parametrize(
    "name", ["name", "contry", "code__startswith", "departments__department", "format", "pk"]
)
def test_a_parameter_that_is_not_there_is_refused(client, key, name):
    assert told(get(client, f"{STORES}?{name}=x", key)) == problem(
        400,
        "Bad Request",
        "The request holds something that cannot be accepted.",
        "unknown_parameter",
        errors={name: ["There is no such parameter here."]},
    )


def test_a_value_that_is_not_there_is_refused(client, key):
    status, said = told(get(client, f"{STORES}?stage=old", key))

    assert (status, said["errors"]) == (
        400,
        {"stage": ["Select a valid choice. old is not one of the available choices."]},
    )


def test_a_single_store_takes_no_parameters(client, key):
    assert get(client, f"{STORES}UK/?country=DE", key).status_code == 400


def test_pages_lead_through_every_row_once_and_back(client, key):
    forward, address = [], f"{STORES}?page_size=1"
    while address:
        page = get(client, address, key)
        forward.append(codes(page))
        address, last = page.json()["next"], page
        if address:
            address = urlsplit(address)._replace(scheme="", netloc="").geturl()
    back = get(
        client, urlsplit(last.json()["previous"])._replace(scheme="", netloc="").geturl(), key
    )

    assert (forward, codes(back)) == ([["DE"], ["JP.1"], ["UK"]], ["JP.1"])


def test_a_row_that_appears_between_two_pages_moves_no_other(client, key):
    first = get(client, f"{STORES}?page_size=2", key).json()
    factories.store("AA")

    second = get(client, first["next"].removeprefix("http://testserver"), key)

    assert codes(second) == ["UK"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%FF", "密", b64encode(b"p=a%00").decode(), b64encode(b"o=-1").decode(),
     b64encode(b"r=x").decode(), b64encode(b"o=" + b"9" * 5000).decode()],
)  # fmt: skip
def test_a_cursor_that_nobody_gave_out_finds_nothing(client, key, cursor):
    response = get(client, f"{STORES}?cursor={cursor}", key)

    assert told(response) == problem(404, "Not Found", "Invalid cursor", "not_found")


@pytest.mark.parametrize("size", ["0", "-1", "x", "1e9", "99999999999999999999", "1001"])
def test_any_size_of_a_page_is_bounded(client, key, size):
    assert codes(get(client, f"{STORES}?page_size={size}", key)) == ["DE", "JP.1", "UK"]


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_few_questions_for_any_number(
    client, key, many, django_assert_num_queries
):
    get(client, STORES, key)

    with django_assert_num_queries(2):
        assert len(codes(get(client, f"{STORES}?page_size={many}", key))) == many
