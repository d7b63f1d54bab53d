"""What becomes of an item from outside: created, updated, unchanged, or refused and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

FUTURE = timedelta(days=1)
YEARS = range(2000, 2101)
LINE_MARKS = str.maketrans("", "", "\t\n\r")


class State(StrEnum):
    """The four answers to one item of a delivery."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ERROR = "error"


class Fault(Protocol):
    """One thing wrong with an item."""

    @property
    def field(self) -> str:
        """The name of the field that is wrong."""

    @property
    def message(self) -> str:
        """A sentence for the user."""

    @property
    def source_row(self) -> int | None:
        """The row of the file, where the item came from one."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A fault of an item of the catalogue."""

    field: str
    message: str
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one item; ``errors`` is empty unless the state is ``error``.

    ``frozen`` tells that a closed month kept its figures, and that the item's are kept beside them.
    """

    state: State
    errors: tuple[Fault, ...] = ()
    frozen: bool = False


CREATED = Outcome(State.CREATED)
UPDATED = Outcome(State.UPDATED)
UNCHANGED = Outcome(State.UNCHANGED)
FROZEN = Outcome(State.UNCHANGED, frozen=True)


def refused(field: str, message: str, source_row: int | None = None) -> Outcome:
    """Return the answer to an item with one fault."""
    return Outcome(State.ERROR, (FieldFault(field, message, source_row),))


class Checks:
    """Collects what is wrong with one item."""

    def __init__(self, row: int | None) -> None:
        self.row = row
        self.faults: list[FieldFault] = []

    def wrong(self, field: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(FieldFault(field, message, self.row))

    def text(self, field: str, value: str, limit: int, *, blank: bool = False) -> None:
        """Ask for a text of at most ``limit`` printable characters."""
        if not value.strip() and not blank:
            self.wrong(field, _("The field %(field)s is blank.") % {"field": field})
        elif len(value) > limit or has_controls(value):
            message = _("%(field)s takes at most %(limit)d characters, and no control characters.")
            self.wrong(field, message % {"field": field, "limit": limit})

    def prose(self, field: str, value: str, limit: int) -> None:
        """Allow a text of several lines, or none, of at most ``limit`` printable characters."""
        if len(value) > limit or has_controls(value.translate(LINE_MARKS)):
            message = _("%(field)s takes at most %(limit)d characters, and no control characters.")
            self.wrong(field, message % {"field": field, "limit": limit})

    def instant(self, field: str, value: datetime) -> None:
        """Ask for a time with an offset, in years of ours."""
        if value.tzinfo is None or value.year not in YEARS:
            message = _("%(field)s is %(time)s; a time of our years with an offset is expected.")
            self.wrong(field, message % {"field": field, "time": value.isoformat()})


def has_controls(text: str) -> bool:
    """Tell whether ``text`` has control characters or halves of surrogate pairs in it.

    Tabs and line ends count too: they have no place in a name or a title.
    """
    return any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in text)


def decimals(value: Decimal) -> int:
    """Return how many decimals a number is written with, 99 where it is none."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 99


def is_older(given: datetime | None, stored: datetime | None) -> bool:
    """Tell whether an item is older than what is stored; one without a time never is."""
    return given is not None and stored is not None and given < stored


def latest(given: datetime | None, stored: datetime | None) -> datetime | None:
    """Return the later of two times, either of which may be unknown."""
    return max((time for time in (given, stored) if time is not None), default=None)


def future_fault(given: datetime | None, at: datetime) -> str:
    """Return why a source time cannot be taken, or nothing: more than a day ahead of ``at``."""
    if given is None or given <= at + FUTURE:
        return ""
    message = _("%(time)s is more than a day in the future: set the clock of the source right.")
    return message % {"time": given.isoformat()}
