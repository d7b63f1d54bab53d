"""How much a machine may ask in a minute."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests import factories
from tests.opsdesk.api.calling import get, problem, told

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"


@pytest.fixture(autouse=True)
def few(settings):
    settings.API_REQUESTS_PER_MINUTE = 2


def limits(response):
    return [response[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")]


def test_who_asks_too_often_waits_for_the_next_minute(client):
    with time_machine.travel(datetime(2026, 4, 2, 9, 0, 15, tzinfo=UTC), tick=False) as clock:
        key = factories.api_key()
        answers = [get(client, ME, key) for _ in range(3)]
        clock.shift(45)
        later = get(client, ME, key)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [limits(answer) for answer in answers] == [
        ["2", "1", "45"],
        ["2", "0", "45"],
        ["2", "0", "45"],
    ]
    assert answers[2]["Retry-After"] == "45"
    assert told(answers[2]) == problem(
        429,
        "Too Many Requests",
        "Request was throttled. Expected available in 45 seconds.",
        "throttled",
    )
    assert (later.status_code, limits(later)) == (200, ["2", "1", "60"])


def test_each_client_has_a_limit_of_its_own(client):
    one, other = factories.api_client("one"), factories.api_client("other")
    keys = [factories.api_key(one), factories.api_key(one), factories.api_key(other)]

    with time_machine.travel(datetime.now(UTC), tick=False):
        answers = [get(client, ME, key).status_code for key in (*keys, keys[0])]

    assert answers == [200, 200, 200, 429]
