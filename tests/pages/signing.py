"""Signing somebody in for a test."""

import time

from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(client, user, *, factor=True):
    """Let ``client`` be ``user`` and return it; ``factor`` says whether a code was shown, too."""
    client.force_login(user, backend=BACKEND)
    if factor:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device(user).persistent_id
        session.save()
    return client


def device(user):
    """The app of ``user``, set up where there was none."""
    return TOTPDevice.objects.get_or_create(user=user, defaults={"name": "app"})[0]


def code_of(key, *, steps=0):
    """The code that the app with ``key`` shows ``steps`` half minutes from now."""
    totp = TOTP(bytes.fromhex(key), drift=steps)
    totp.time = time.time()
    return f"{totp.token():06d}"


def told(response):
    """The messages that the page after a redirect will show."""
    return [str(message) for message in response.wsgi_request._messages]
