"""Saving sign-ins: what was logged under a name follows a new one."""

from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction

from accounts.models import User
from opsdesk.actions.records import save_record


@transaction.atomic
def save_sign_in(user: User, *, by: User | None, at: datetime) -> User:
    """Store a sign-in; renamed, its log goes on under the new name.

    The trail keeps no names: left behind, an old one would be found by nobody who erases it.
    """
    stored = User.objects.filter(pk=user.pk).first() if user.pk else None
    saved = save_record(user, by=by, at=at)
    if stored is not None and stored.username != user.username:
        # Open guesses at a name that is no more are guesses at nobody.
        AccessAttempt.objects.filter(username__iexact=stored.username).delete()
        for log in (AccessFailureLog, AccessLog):
            log.objects.filter(username__iexact=stored.username).update(username=user.username)
    return saved
