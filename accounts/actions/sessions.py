"""Ending the sessions of a sign-in."""

from django.db.models import F

from accounts.models import User


def end_sessions(user: User) -> None:
    """Have every session of ``user`` end with its next request."""
    User.objects.filter(pk=user.pk).update(session_version=F("session_version") + 1)
