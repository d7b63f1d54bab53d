"""Every step of every life in the browser, from the one table."""

import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from tests import factories as make
from tests.lives import FORMED, LIVES, MODELS, STATES, UNREADY, end_of, state_of, thing
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    return sign_in(client, make.user(role=Role.MANAGER))


def buttons(page):
    """The verbs that can be pressed, and what the others are called."""
    text = page.content.decode()
    shut = re.findall(r"<button class=\"btn\" disabled>(.*?)</button>", text)
    return set(re.findall(r"/move/(\w+)/\"", text)), {unescape(label) for label in shut}


@pytest.mark.parametrize(
    ("name", "state"), [(name, state) for name, state in STATES if name not in FORMED]
)
def test_a_page_offers_the_steps_of_its_state_and_takes_no_other(manager, name, state):
    life, made = LIVES[name], thing(name, state)
    steps = {verb: move for verb, move in life.from_state(state).items() if move.by_hand}
    ready = {verb for verb in steps if (name, verb) not in UNREADY}
    meta = MODELS[name]._meta
    address = f"admin:{meta.app_label}_{meta.model_name}"

    page = manager.get(reverse(f"{address}_change", args=[made.pk]))

    assert buttons(page) == (ready, {str(steps[verb].label) for verb in steps.keys() - ready})
    for verb, wanted in life.moves.items():
        before = state_of(name)
        answer = manager.post(
            reverse(f"{address}_move", args=[made.pk, verb]), {"reason": "Because"}
        )
        assert answer.status_code == 302
        if verb in ready:
            assert state_of(name) == (end_of(wanted), before[1] + 1)
            MODELS[name].objects.filter(pk=made.pk).update(status=state)
        else:
            assert state_of(name) == before
            assert not told(answer)[-1].startswith("Done")
