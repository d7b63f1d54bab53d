"""Erasing the personal data of somebody who left; what was paid and why stays, under the number."""

from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.actions.second_factor import forget_devices
from accounts.actions.sessions import end_sessions
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Employment, Person, RoleGrant, User
from opsdesk.actions.audit import record
from opsdesk.core.errors import InvalidTransition, NotAllowed, NotReady
from opsdesk.models import ImportReject


@transaction.atomic
def erase_person(person: Person, *, scope: Scope, by: User, at: datetime) -> Person:
    """Take name, contacts and sign-in away from somebody who left.

    The employee number stays, and under it employments, payslips and what that person did. The
    audit trail holds no names, so nothing in it changes. Raises ``NotAllowed`` without the right
    and for oneself, ``NotReady`` while the person is employed, was never employed or has roles,
    ``InvalidTransition`` the second time.
    """
    if scope.user_id != by.pk or not scope.has(Right.PERSONAL_ERASE):
        raise NotAllowed(gettext("You don't have the right to erase people."), code="no_right")
    if person.user_id == by.pk:
        raise NotAllowed(gettext("Nobody erases oneself."), code="own_person")
    person = Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
    if person.erased_at is not None:
        raise InvalidTransition(gettext("This person was erased already."))
    if person.user is not None and RoleGrant.objects.filter(user=person.user).exists():
        # Taking roles away needs two people and leaves somebody who gives them.
        raise NotReady(
            gettext("The sign-in of %(person)s still has roles. Have them taken away first.")
            % {"person": person},
            code="has_roles",
        )
    if not has_left(person, scope):
        raise NotReady(
            gettext(
                "%(person)s has not left. Enter the last day of the employment; erase after it."
            )
            % {"person": person},
            code="employed",
        )
    # What was said of refused rows of staff lists may hold names, earlier ones of the person too.
    ImportReject.objects.filter(batch__format="staff").delete()
    if person.user is not None:
        _erase_sign_in(person, by=by, at=at)
    Person.objects.filter(pk=person.pk).update(name="", email="", phone="", erased_at=at)
    record("erased", person, by=by, at=at)
    person.refresh_from_db()
    return person


def has_left(person: Person, scope: Scope) -> bool:
    """Tell whether the person was employed, and the last employment ended before today."""
    today = scope.today
    employments = Employment.objects.filter(person=person)
    return employments.exists() and not employments.during(today, today.max).exists()


def _erase_sign_in(person: Person, *, by: User, at: datetime) -> None:
    user = person.user
    assert user is not None  # noqa: S101  (looked at by who calls)
    # As the name was typed, in any case, and what was typed in place of it.
    words = {user.username, user.email, person.email, person.phone} - {""}
    typed = Q()
    for word in words:
        typed |= Q(username__iexact=word)
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(typed).delete()
    forget_devices(user, by=by, at=at)
    end_sessions(user)
    # No sign-in form takes such a name, so it is free.
    gone = User(username=f"erased #{user.pk}", is_active=False, is_staff=False)
    gone.set_unusable_password()
    fields = ("username", "is_active", "is_staff", "password", "first_name", "last_name", "email")
    User.objects.filter(pk=user.pk).update(**{name: getattr(gone, name) for name in fields})
    record("erased", user, by=by, at=at)
