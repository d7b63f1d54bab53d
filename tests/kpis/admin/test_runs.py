"""Who may start a night from the browser."""

import pytest

from accounts.core.roles import Role
from kpis.models import NightlyRun
from tests import factories

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize(
    ("role", "started"),
    [
        (Role.TEAM_MEMBER, 0),
        (Role.AUDITOR, 0),  # reads everything, does nothing
        (Role.SUPERVISOR, 1),
        (Role.ADMINISTRATOR, 1),
    ],
)
def test_a_night_is_started_by_those_with_the_right(client, role, started):
    client.force_login(factories.user(role=role), backend=BACKEND)

    client.post("/admin/kpis/nightlyrun/start/")

    assert NightlyRun.objects.count() == started


@pytest.mark.parametrize(("role", "offered"), [(Role.AUDITOR, False), (Role.SUPERVISOR, True)])
def test_the_button_is_offered_to_those_with_the_right(client, role, offered):
    client.force_login(factories.user(role=role), backend=BACKEND)

    page = client.get("/admin/kpis/nightlyrun/").content.decode()

    assert ("/admin/kpis/nightlyrun/start/" in page) == offered
