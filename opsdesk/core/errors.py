"""Refusals in the language of the business, raised by every floor and worded for the user."""


class DomainError(Exception):
    """Something the business does not allow: a translated sentence and a stable ``code``.

    The edge shows ``message`` as it is; ``field`` names the input that is wrong, where one is.
    """

    code = "refused"

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field


class InvalidData(DomainError):
    """A value that cannot be accepted as it is."""

    code = "invalid"


class InvalidTransition(DomainError):
    """A move that the lifecycle does not have, or that somebody else made first."""

    code = "invalid_transition"


class NotAllowed(DomainError):
    """The person may not do this: a missing right, or the four-eyes rule."""

    code = "not_allowed"


class NotReady(DomainError):
    """Something that has to be there first is missing; the message says what."""

    code = "not_ready"


class NoRate(DomainError):
    """No FX rate on or before the day; the message names the currency and the day."""

    code = "no_rate"


class PeriodClosed(DomainError):
    """The month is closed; nothing dated into it changes any more."""

    code = "period_closed"


class Conflict(DomainError):
    """Somebody else changed the same thing in the meantime."""

    code = "conflict"
