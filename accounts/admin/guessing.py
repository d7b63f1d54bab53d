"""The guard against guessing: how often a password may be tried, and what is said then."""

import ipaddress
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username, get_credentials
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import F, Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from opsdesk.actions.audit import record
from opsdesk.actions.sql import take_turn

Credentials = Mapping[str, Any] | None


class CountingBackend(AxesStandaloneBackend):
    """Counts a guess before the password is looked at; a right one takes the count back.

    So of many guesses that come at once no more than the limit are looked at.
    """

    def authenticate(
        self,
        request: HttpRequest,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Raise where the name waits; who it is, the next backend tells."""
        if username is None:
            return
        with transaction.atomic():
            take_turn(f"sign-in {username}")
            super().authenticate(request, username=username, password=password, **kwargs)
            AxesProxyHandler.get_implementation().count_guess(request, username)


class Guesses(AxesDatabaseHandler):
    """Counts by name and address, and by name over all addresses."""

    def count_guess(self, request: HttpRequest, username: str) -> None:
        """Add one to the guesses of ``username`` from the address of ``request``."""
        self.clean_expired_user_attempts(request)
        # Neither what was typed nor the browser is kept: another browser is no new beginning.
        row, new = AccessAttempt.objects.get_or_create(
            username=username[:255],
            ip_address=request.axes_ip_address,
            user_agent="",
            defaults={
                "attempt_time": request.axes_attempt_time,
                "failures_since_start": 1,
                "path_info": request.axes_path_info,
                "http_accept": "",
                "get_data": "",
                "post_data": "",
            },
        )
        if not new:
            AccessAttempt.objects.filter(pk=row.pk).update(
                failures_since_start=F("failures_since_start") + 1,
                attempt_time=request.axes_attempt_time,
            )

    def get_failures(self, request: HttpRequest, credentials: Credentials = None) -> int:
        here, everywhere = map(_guesses, self.get_user_attempts(request, credentials))
        if everywhere >= settings.SIGN_IN_GUESSES_EVERYWHERE and not _knows(request, credentials):
            return max(here, settings.AXES_FAILURE_LIMIT)
        return here

    def user_login_failed(
        self, sender: Any, credentials: Credentials, request: Any = None, **kwargs: Any
    ) -> None:
        """Note the failure; it was counted before. While a name waits nothing is noted."""
        if request is None:
            return
        request.axes_credentials = credentials
        if request.axes_locked_out:
            return
        username = (get_client_username(request, credentials) or "")[:255]
        locked = self.is_locked(request, credentials)
        AccessFailureLog.objects.create(
            username=username,
            ip_address=request.axes_ip_address,
            user_agent=request.axes_user_agent,
            http_accept=request.axes_http_accept,
            path_info=request.axes_path_info,
            attempt_time=request.axes_attempt_time,
            locked_out=locked,
        )
        self.remove_out_of_limit_failure_logs(username=username)
        if locked:
            request.axes_locked_out = True
            user = User.objects.filter(username=username).first()
            if user is not None:
                record("sign-in made to wait", user, by=None, at=request.axes_attempt_time)

    def reset_user_attempts(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Forget the guesses from this address: those from elsewhere were somebody else's."""
        gone, _kinds = self.filter_user_attempts(request, credentials)[0].delete()
        return gone


def password_is_right(request: HttpRequest, username: str, password: str) -> User | None:
    """Return whose name and password these are, counted as every other guess is.

    For the places that ask for a password besides the sign-in page.
    """
    # Of its own: the answer to ``request`` is not replaced, and what it posts is not looked at.
    asked = HttpRequest()
    for name in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT", "PATH_INFO"):
        if name in request.META:
            asked.META[name] = request.META[name]
    user = authenticate(asked, username=username, password=password)
    if not isinstance(user, User):
        return None
    AxesProxyHandler.get_implementation().reset_user_attempts(asked, get_credentials(username))
    return user


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the outermost of our proxies was asked from."""
    address = request.META.get("REMOTE_ADDR") or ""
    if settings.TRUSTED_PROXIES:
        # What a client writes itself stands before what our proxies add.
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES].strip() or address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: Credentials = None
) -> HttpResponse:
    """Answer who has to wait, the same whether the name exists or not."""
    until = waits_until(request, credentials)
    seconds = max(math.ceil((until - timezone.now()).total_seconds()), 1)
    # the minute from whose first second on it works
    minute = (until + timedelta(minutes=1)).replace(second=0, microsecond=0)
    clock = date_format(timezone.localtime(minute), "TIME_FORMAT")
    context = admin.site.each_context(request) | {
        "title": _("Please wait"),
        "sentence": _("Too many wrong passwords. You can try again at %(time)s.") % {"time": clock},
    }
    return TemplateResponse(
        request,
        "desk/sign_in/locked.html",
        context,
        status=429,
        headers={"Retry-After": str(seconds)},
    ).render()


def waits_until(request: HttpRequest, credentials: Credentials) -> datetime:
    """Return when the name of ``credentials`` can be tried again from this address."""
    handler = AxesProxyHandler.get_implementation()
    here, everywhere = handler.get_user_attempts(request, credentials)
    rows = here if _guesses(here) >= settings.AXES_FAILURE_LIMIT else everywhere
    last = rows.aggregate(last=Max("attempt_time"))["last"] or request.axes_attempt_time
    return last + (request.axes_attempt_time - get_cool_off_threshold(request))


def _guesses(rows: QuerySet) -> int:
    return rows.aggregate(sum=Sum("failures_since_start"))["sum"] or 0


def _knows(request: HttpRequest, credentials: Credentials) -> bool:
    """Tell whether the name signed in from here before: nobody elsewhere can shut it out here."""
    return AccessLog.objects.filter(
        username=get_client_username(request, credentials), ip_address=request.axes_ip_address
    ).exists()
