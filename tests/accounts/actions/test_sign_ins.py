"""Saving sign-ins: what was logged under a name follows a new one."""

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from accounts.actions.sign_ins import save_sign_in
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

SEEN = {"ip_address": "192.0.2.7", "user_agent": "x", "http_accept": "", "path_info": "/"}


def log(name):
    AccessLog.objects.create(username=name, **SEEN)
    AccessFailureLog.objects.create(username=name.title(), **SEEN)
    AccessAttempt.objects.create(username=name, failures_since_start=3, **SEEN)


def logged():
    tables = (AccessLog, AccessFailureLog, AccessAttempt)
    return [list(table.objects.values_list("username", flat=True)) for table in tables]


def test_the_log_of_a_renamed_sign_in_goes_on_under_the_new_name():
    user = factories.user("li.na")
    log("li.na")
    user.username = "na.li"

    save_sign_in(user, by=None, at=NOW)

    assert logged() == [["na.li"], ["na.li"], []]


def test_without_a_new_name_nothing_of_the_log_changes():
    user = factories.user("li.na")
    log("li.na")
    user.last_name = "Li"

    save_sign_in(user, by=None, at=NOW)

    assert logged() == [["li.na"], ["Li.Na"], ["li.na"]]
