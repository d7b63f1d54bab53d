"""The second factor of a sign-in: setting it up, showing it, its recovery codes, forgetting it."""

import hmac
import math
import secrets
import unicodedata
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.sessions import end_sessions
from accounts.models import User
from opsdesk.actions.audit import record
from opsdesk.core.errors import DomainError, InvalidData, NotAllowed
from opsdesk.core.keys import derived

CODES = 10
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another one
_LENGTH = 10


def set_up(user: User, key: str, code: str, *, old_code: str = "", at: datetime) -> list[str]:
    """Make the app that holds ``key`` the second factor of ``user``; return new recovery codes.

    ``code`` proves that the app holds the key. Where there is a second factor already,
    ``old_code`` must be one of it. Raises ``InvalidData`` at the field whose code is wrong.
    Of many at once one succeeds; must not run inside another transaction.
    """
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(pk=user.pk)
        old = _device(user)
        new = TOTPDevice(user=user, key=key, name="app", confirmed=False)
        refusal = None if _proves(new, code) else _wrong("code")
        if refusal is None and old is not None:
            refusal = _check(user, old_code, at=at, field="old_code")
        if refusal is None:
            TOTPDevice.objects.filter(user=user).exclude(pk=new.pk).delete()
            new.confirmed = True
            new.save()
            codes = _make_codes(user)
            record(f"second factor {'replaced' if old else 'set up'}", user, by=user, at=at)
        elif new.pk:
            new.delete()
    if refusal is not None:
        raise refusal
    return codes


def show_code(user: User, code: str, *, at: datetime) -> TOTPDevice:
    """Accept a code of the app or a recovery code, each once, and return the app's device.

    Raises ``InvalidData`` for any other, and ``NotAllowed`` while one has to wait after a wrong
    one, ever longer.
    Of many who show one code at once exactly one succeeds. Must not run inside another
    transaction: what a wrong code leaves behind has to stay.
    """
    with transaction.atomic(durable=True):
        refusal = _check(user, code, at=at)
        device = _device(user)
    if refusal is not None or device is None:
        raise refusal or _wrong("code")
    return device


def new_recovery_codes(user: User, code: str, *, at: datetime) -> list[str]:
    """Replace the recovery codes of ``user``, who shows ``code``; return the new ones."""
    with transaction.atomic(durable=True):
        refusal = _check(user, code, at=at)
        if refusal is None:
            codes = _make_codes(user)
            record("recovery codes made", user, by=user, at=at)
    if refusal is not None:
        raise refusal
    return codes


def remove_second_factor(user: User, code: str, *, required: bool, at: datetime) -> None:
    """Sign in by password alone from now on; ``NotAllowed`` where the rights do not allow it."""
    if required:
        raise NotAllowed(gettext("Your rights require the second factor; replace it instead."))
    with transaction.atomic(durable=True):
        refusal = _check(user, code, at=at)
        if refusal is None:
            _forget(user)
            record("second factor removed", user, by=user, at=at)
    if refusal is not None:
        raise refusal


@transaction.atomic
def forget_devices(user: User, *, by: User, at: datetime) -> bool:
    """Forget the second factor of ``user`` and end the sessions; ``False`` where there is none.

    The next sign-in sets up a new one. Whether ``by`` may do this is asked by the caller.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if not _forget(user):
        return False
    end_sessions(user)
    record("second factor forgotten", user, by=by, at=at)
    return True


def _forget(user: User) -> bool:
    gone, _kinds = TOTPDevice.objects.filter(user=user).delete()
    also, _kinds = StaticDevice.objects.filter(user=user).delete()
    return bool(gone or also)


def _device(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk").first()


def _check(user: User, code: str, *, at: datetime, field: str = "code") -> DomainError | None:
    """Use up ``code`` and return nothing, or return why it is refused; note both in the trail."""
    given = _plain(code)
    if not given:
        return _wrong(field)
    app = given.isascii() and given.isdigit() and len(given) == 6
    kind = TOTPDevice if app else StaticDevice
    # The lock makes the many who come at once see what the one before them used up.
    rows = kind.objects.select_for_update().filter(user=user, confirmed=True)
    device = rows.order_by("pk").first()
    if device is None:
        return _wrong(field)
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return _wait(math.ceil((why["locked_until"] - at).total_seconds()), field)
    if device.verify_token(given if app else _digest(given)):
        record("second factor shown" if app else "recovery code used", user, by=user, at=at)
        return None
    record("second factor refused", user, by=user, at=at)
    return _wrong(field)


def _proves(device: TOTPDevice, code: str) -> bool:
    """Tell whether ``code`` is of the device's key; a new device is stored only then."""
    given = _plain(code)
    if not (given.isascii() and given.isdigit() and len(given) == 6):
        return False
    device.save()
    if device.verify_token(given):
        return True
    device.delete()
    return False


def _make_codes(user: User) -> list[str]:
    """Store new recovery codes as digests in place of the old ones and return them."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES)]
    for code in codes:
        device.token_set.create(token=_digest(code))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    """Return what is stored of a recovery code, as long as the column is."""
    key = derived("recovery codes", settings.DATA_KEY)
    return hmac.new(key, code.encode(), sha256).hexdigest()[:16]


def _plain(code: str) -> str:
    """Return the code as it is kept: whatever width, case, spaces and hyphens it was typed in."""
    text = unicodedata.normalize("NFKC", code).lower()
    return "".join(letter for letter in text if letter.isalnum())


def _wrong(field: str) -> DomainError:
    return InvalidData(
        gettext("This code is wrong or was used before. Wait for the next one of your app."),
        field=field,
    )


def _wait(seconds: int, field: str) -> DomainError:
    return NotAllowed(
        ngettext(
            "Too many wrong codes. Try again in %(count)d second.",
            "Too many wrong codes. Try again in %(count)d seconds.",
            max(seconds, 1),
        )
        % {"count": max(seconds, 1)},
        field=field,
    )
