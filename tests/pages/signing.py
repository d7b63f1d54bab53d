"""Signing somebody in for a test."""

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(client, user):
    """Let ``client`` be ``user`` and return it."""
    client.force_login(user, backend=BACKEND)
    return client


def told(response):
    """The messages that the page after a redirect will show."""
    return [str(message) for message in response.wsgi_request._messages]
