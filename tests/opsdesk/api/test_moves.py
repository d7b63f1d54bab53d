"""Every step of every life in the API, from the one table."""

import pytest

from tests import factories as make
from tests.lives import LIVES, MODELS, STATES, UNREADY, end_of, state_of, thing
from tests.opsdesk.api.calling import get, header_of, told

pytestmark = pytest.mark.django_db
ADDRESSES = {
    "product": "products/p",
    "listing": "listings/UK:l",
    "promotion": "promotions/UK/p",
    "experiment": "experiments/UK/l/X1",
    "purchase_order": "purchase-orders/PO1",
    "inbound_shipment": "inbound-shipments/PO1:R1",
    "violation": "violations/UK/v",
    "ticket": "tickets/UK/x",
    "dispute": "disputes/UK/d",
    "review": "reviews/UK/r",
    "shipment": "shipments/UK/s",
    "return": "returns/UK/R1",
    "order": "orders/UK/O1",
}


MOVED = [(name, state) for name, state in STATES if name in ADDRESSES]


@pytest.mark.parametrize(("name", "state"), MOVED)
def test_the_api_lists_the_steps_of_a_state_and_takes_no_other(client, name, state):
    life, made = LIVES[name], thing(name, state)
    address = f"/api/v1/{ADDRESSES[name]}/moves/"
    resource = ADDRESSES[name].split("/")[0]
    key = make.api_key(make.api_client(resources=(f"{resource}:read", f"{resource}:write")))
    steps = {verb: move for verb, move in life.from_state(state).items() if move.by_hand}
    ready = {v for v, move in steps.items() if move.by_machine and (name, v) not in UNREADY}

    found = get(client, address, key).json()

    assert found["status"] == state
    assert [(one["verb"], one["to"], not one["refusals"]) for one in found["moves"]] == [
        (verb, end_of(move), verb in ready) for verb, move in steps.items()
    ]
    for verb, wanted in life.moves.items():
        before = state_of(name)
        body = {"verb": verb, "reason": "Because"}
        answer = client.post(address, body, content_type="application/json", **header_of(key))
        if verb in ready:
            assert (answer.status_code, answer.json()["status"]) == (200, end_of(wanted))
            assert state_of(name) == (end_of(wanted), before[1] + 1)
            MODELS[name].objects.filter(pk=made.pk).update(status=state)
        else:
            status, body = told(answer)
            # 403: takes a person, or follows by itself; 409: not from this state
            expected = 409
            if state in wanted.sources:
                expected = 400 if wanted.by_hand and wanted.by_machine else 403
            assert (status, state_of(name)) == (expected, before)
