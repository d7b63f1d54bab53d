"""How long a sign-in lasts: what a session remembers of it, and when it is over."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import User
from accounts.queries.passwords import set_by_another

SIGNED_IN_AT, SEEN_AT, PASSWORD_AT = "signed_in_at", "seen_at", "password_at"
PASSWORD_DUE, NEW_KEY = "password_due", "second_factor_key"
RECENT = timedelta(minutes=15)
# A session is written no more often than this for being used.
SEEN_EVERY = 60


@receiver(user_logged_in)
def remember_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Begin the session of a sign-in by password; a second factor shown before counts no more."""
    now = int(timezone.now().timestamp())
    session = request.session
    for key in (DEVICE_ID_SESSION_KEY, NEW_KEY):
        session.pop(key, None)
    session[SIGNED_IN_AT] = session[SEEN_AT] = session[PASSWORD_AT] = now
    session[PASSWORD_DUE] = set_by_another(user)


def why_over(session: SessionBase, *, guarded: bool, at: datetime) -> str:
    """Return why the session ends now; blank: it goes on.

    Each lasts so many hours; one with guarded rights ends before that when nobody uses it.
    """
    now = int(at.timestamp())
    if now - session.get(SIGNED_IN_AT, 0) > settings.SESSION_HOURS * 3600:
        return _("Your sign-in is over after %(hours)d hours. Sign in again.") % {
            "hours": settings.SESSION_HOURS
        }
    idle = now - session.get(SEEN_AT, 0)
    if guarded and idle > settings.SESSION_IDLE_MINUTES * 60:
        return ngettext(
            "You were signed out: nothing was done for %(minutes)d minute.",
            "You were signed out: nothing was done for %(minutes)d minutes.",
            settings.SESSION_IDLE_MINUTES,
        ) % {"minutes": settings.SESSION_IDLE_MINUTES}
    if idle >= SEEN_EVERY:
        session[SEEN_AT] = now
    return ""


def password_is_recent(session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the password was given within the last quarter of an hour."""
    return at.timestamp() - session.get(PASSWORD_AT, 0) <= RECENT.total_seconds()
