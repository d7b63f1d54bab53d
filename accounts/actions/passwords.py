"""Setting passwords: an own one, and one for somebody else where that opens nothing."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.actions.sessions import end_sessions
from accounts.models import User
from accounts.queries.passwords import CHOSEN, SET
from accounts.queries.second_factor import opened_by_password_alone
from opsdesk.actions.audit import record
from opsdesk.core.errors import NotAllowed


def refuse_setting_password(user: User, *, by: User, today: date) -> None:
    """Raise ``NotAllowed`` where ``by`` could sign in as ``user`` with a password set by ``by``."""
    if user.pk == by.pk:
        raise NotAllowed(gettext("Change your own password on its own page."))
    if opened_by_password_alone(user, today=today):
        raise NotAllowed(
            gettext(
                "%(user)s has rights that need a second factor, and none is set up: whoever knows "
                "the password could use these rights. Have %(user)s set up the second factor, or "
                "take the roles away, then set the password."
            )
            % {"user": user}
        )


def note_password_set(user: User, *, by: User, at: datetime) -> None:
    """Write down that ``by`` set the password: the next sign-in has to choose an own one."""
    record(SET, user, by=by, at=at)


@transaction.atomic
def choose_password(user: User, password: str, *, at: datetime) -> None:
    """Store the person's own choice; every other session of the person ends."""
    user.set_password(password)
    user.save(update_fields=["password"])
    record(CHOSEN, user, by=user, at=at)


@transaction.atomic
def sign_out_everywhere(user: User, *, at: datetime) -> None:
    """End every session of the person, on request of the person."""
    end_sessions(user)
    record("signed out everywhere", user, by=user, at=at)
