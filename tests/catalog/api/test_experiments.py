"""A/B experiments in the API."""

import pytest

from catalog.actions.experiments import EXPERIMENT_COURSE
from catalog.models import Experiment
from opsdesk.actions.moves import move
from tests import factories

pytestmark = pytest.mark.django_db
EXPERIMENTS = "/api/v1/experiments/"


def headers(*stores, resources=("experiments:read", "experiments:write")):
    known = factories.api_client(resources=resources, stores=stores)
    return {"authorization": f"Api-Key {factories.api_key(known)}"}


def live(seller_sku="L1", **values):
    return factories.listing(seller_sku, status="live", price=10, **values)


def test_an_experiment_is_found_by_store_listing_and_code_with_its_days(client):
    made = factories.experiment(listing=live(), status="running")
    factories.experiment_day(made, "b")

    found = client.get(f"{EXPERIMENTS}UK/L1/X1/", headers=headers()).json()

    assert found == {
        "store": "UK",
        "listing": "L1",
        "code": "X1",
        "name": "Experiment X1",
        "hypothesis": "More clicks",
        "measure": "click_rate",
        "version_a": 1,
        "version_b": 2,
        "from_date": "2026-03-30",
        "to_date": "2026-04-03",
        "share_b": 50,
        "status": "running",
        "days": [
            {
                "arm": "b",
                "day": "2026-03-30",
                "impressions": 1000,
                "clicks": 20,
                "orders": 2,
                "source_updated_at": None,
            }
        ],
        "result": None,
    }


def test_an_ended_one_has_its_result(client):
    made = factories.experiment(listing=live(), status="running")
    for arm, clicks in (("a", 20), ("b", 60)):
        factories.experiment_day(made, arm, clicks=clicks)
    move(EXPERIMENT_COURSE, made, "stop", factories.mover(), reason="Over")

    found = client.get(f"{EXPERIMENTS}UK/L1/X1/", headers=headers()).json()["result"]

    assert found == {
        "impressions_a": 1000,
        "clicks_a": 20,
        "orders_a": 2,
        "impressions_b": 1000,
        "clicks_b": 60,
        "orders_b": 2,
        "method": "z",
        "p_value": "0.000005",
        "verdict": "b_better",
        "missing_days": 6,
        "at": "2026-04-02T17:00:00+08:00",
    }


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("", ["A", "B"]),
        ("?status=running", ["B"]),
        ("?store=FR", ["B"]),
        ("?listing=L1", ["A"]),
        ("?code=B", ["B"]),
        ("?measure=order_rate", []),
    ],
)
def test_experiments_are_asked_for_by_store_listing_and_state(client, asked, codes):
    factories.experiment("A", listing=live())
    factories.experiment("B", listing=live("L2", store=factories.store("FR")), status="running")

    found = client.get(EXPERIMENTS + asked, headers=headers()).json()["results"]

    assert [one["code"] for one in found] == codes


def test_a_key_of_one_store_opens_no_experiment_of_another(client):
    factories.experiment("A", listing=live())
    factories.experiment("B", listing=live("L2", store=factories.store("FR")))
    key = headers("UK")

    found = client.get(EXPERIMENTS, headers=key).json()["results"]

    assert [one["code"] for one in found] == ["A"]
    assert client.get(f"{EXPERIMENTS}FR/L2/B/", headers=key).status_code == 404


def test_a_machine_starts_one_and_leaves_its_end_to_a_person(client):
    factories.experiment(listing=live())
    address, key = f"{EXPERIMENTS}UK/L1/X1/moves/", headers()

    def post(verb):
        given = {"verb": verb, "reason": "So"}
        return client.post(address, given, content_type="application/json", headers=key)

    started, ended = post("start"), post("stop")

    assert (started.status_code, started.json()["status"]) == (200, "running")
    assert (ended.status_code, ended.json()["code"]) == (403, "no_person")
    assert Experiment.objects.get().status == "running"
