"""Who has a second factor, and whose rights ask for one."""

from datetime import date

from django.db.models import Count
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.core.scope import needs_second_factor
from accounts.models import User
from accounts.queries.access import scope_when_let_in


def device_of(user: User) -> TOTPDevice | None:
    """Return the app that ``user`` shows codes of."""
    return TOTPDevice.objects.filter(user=user.pk, confirmed=True).order_by("pk").first()


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes ``user`` has not used."""
    left = StaticDevice.objects.filter(user=user.pk).aggregate(left=Count("token_set"))
    return left["left"]


def opened_by_password_alone(user: User, *, today: date) -> bool:
    """Tell whether rights that ask for a second factor lie behind nothing but a password.

    Those of a sign-in that is shut out count as well: it may be let in again.
    """
    return needs_second_factor(scope_when_let_in(user, today=today)) and device_of(user) is None
