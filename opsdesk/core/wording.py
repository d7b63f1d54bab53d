"""Sentences that several apps say in the same way."""

from django.utils.translation import gettext as _


def twice(name: str) -> str:
    """Return why the second of two items with one key is refused."""
    return _("%(name)s is given twice in one delivery; the first one was taken.") % {"name": name}
