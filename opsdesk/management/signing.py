"""How a person signs in to a command: by password and, where it is asked for, a second factor."""

import getpass
import os
import sys

from django.conf import settings
from django.core.management.base import CommandError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.second_factor import show_code
from accounts.admin.guessing import password_is_right
from accounts.core.scope import needs_second_factor
from accounts.models import User
from accounts.queries.access import scope_of
from accounts.queries.passwords import set_by_another
from accounts.queries.second_factor import device_of
from opsdesk.core.errors import DomainError
from opsdesk.core.periods import business_date


def signed_in(name: str) -> User:
    """Return the person of ``name``, who gives the password and what else sign-in asks for.

    OPSDESK_PASSWORD and OPSDESK_CODE hold them, or they are asked for at a terminal. Raises
    ``CommandError``, for every wrong name or password the same one.
    """
    if not name:
        raise CommandError(_("Name the person with --by."), returncode=2)
    password = _given("OPSDESK_PASSWORD", _("Password of %(name)s: ") % {"name": name})
    # The guard against guessing counts by name and address, so it wants a request.
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    user = password_is_right(request, name, password) if password else None
    if user is None:
        raise CommandError(_("The name or the password is wrong."), returncode=1)
    _ask_second_factor(user)
    if set_by_another(user):
        raise CommandError(
            _("Somebody else set this password. Sign in to the desk and choose your own first."),
            returncode=1,
        )
    return user


def _ask_second_factor(user: User) -> None:
    now = timezone.now()
    scope = scope_of(user, today=business_date(now, settings.COMPANY_TIME_ZONE))
    device = device_of(user)
    if settings.SECOND_FACTOR == "off" or not (device or needs_second_factor(scope)):
        return
    if device is None:
        raise CommandError(
            _("Your rights need a second factor. Sign in to the desk and set it up first."),
            returncode=1,
        )
    code = _given("OPSDESK_CODE", _("Code of your second factor: "))
    try:
        show_code(user, code, at=now)
    except DomainError as refusal:
        raise CommandError(refusal.message, returncode=1) from refusal


def _given(variable: str, question: str) -> str:
    given = os.environ.get(variable)
    if given is None and sys.stdin.isatty():
        given = getpass.getpass(question)
    return given or ""
