"""How long a sign-in lasts, and what ends it before."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actions.sessions import end_sessions
from accounts.core.roles import Role
from opsdesk.models import AuditEntry
from tests import factories
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db
HOME, AWAY = "/admin/", "/admin/login/?next=/admin/"


def seen(client, *minutes):
    """The answers to visits so many minutes after the sign-in."""
    began = timezone.now()
    answers = []
    for one in minutes:
        with time_machine.travel(began + timedelta(minutes=one), tick=False):
            response = client.get(HOME)
            answers.append(getattr(response, "url", response.status_code))
    return answers


def test_with_guarded_rights_an_idle_hour_ends_it(client):
    sign_in(client, factories.manager())

    assert seen(client, 59, 118, 179) == [200, 200, AWAY]


def test_without_guarded_rights_it_may_be_idle(client):
    sign_in(client, factories.user(role=Role.TEAM_MEMBER))

    assert seen(client, 300, 719) == [200, 200]


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.MANAGER])
def test_after_twelve_hours_it_is_over_however_busy(client, role):
    sign_in(client, factories.user(role=role))
    visits = range(30, 720, 30)

    assert seen(client, *visits, 721) == [200] * len(visits) + [AWAY]


def test_the_end_is_explained(client):
    sign_in(client, factories.manager())
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        response = client.get(HOME)

    assert told(response) == ["You were signed out: nothing was done for 60 minutes."]


def test_a_session_from_before_these_rules_is_over(client):
    sign_in(client, factories.manager())
    session = client.session
    del session["signed_in_at"]
    session.save()

    assert seen(client, 0) == [AWAY]


def end_version(user):
    end_sessions(user)


def deactivate(user):
    factories.User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user):
    user.set_password("another-password")
    user.save()


@pytest.mark.parametrize("how", [end_version, deactivate, change_password])
def test_it_ends_with_the_next_request(client, how):
    user = factories.manager()
    sign_in(client, user)
    before = seen(client, 0)

    how(user)

    assert (before, seen(client, 0)) == ([200], [AWAY])


def test_signing_out_everywhere_ends_every_session(client):
    user = factories.manager()
    other = type(client)()
    sign_in(client, user)
    sign_in(other, user)

    response = client.post("/admin/my-security/sign-out/")

    assert response.url == "/admin/login/"
    assert (seen(client, 0), seen(other, 0)) == ([AWAY], [AWAY])
    assert list(AuditEntry.objects.values_list("verb", "actor")) == [
        ("signed out everywhere", user.pk)
    ]


def test_it_is_written_down_once_a_minute_that_a_session_is_used(client):
    sign_in(client, factories.manager())
    client.get(HOME)
    before = client.session["seen_at"]

    assert seen(client, 0, 0) == [200, 200]
    assert client.session["seen_at"] == before
    seen(client, 2)
    assert client.session["seen_at"] >= before + 119
