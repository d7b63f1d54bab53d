"""What a ticket is about, which promise holds for it, and how a reply template is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.core.calendars import Hours
from orders.core.sla import Measure


class Channel(TextChoices):
    EMAIL = "email", gettext_lazy("E-mail")
    CHAT = "chat", gettext_lazy("Marketplace chat")
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "phone", gettext_lazy("Phone")


class TicketKind(TextChoices):
    ENQUIRY = "enquiry", pgettext_lazy("ticket", "Enquiry")
    AFTER_SALES = "after_sales", pgettext_lazy("ticket", "After-sales")
    COMPLAINT = "complaint", pgettext_lazy("ticket", "Complaint")


class Priority(TextChoices):
    LOW = "low", pgettext_lazy("priority", "Low")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    HIGH = "high", pgettext_lazy("priority", "High")
    MAJOR = "major", pgettext_lazy("priority", "Major")


class Audience(TextChoices):
    """Who an escalation goes to, up the ladder."""

    OWNER = "owner", pgettext_lazy("escalation", "Who works on it")
    TEAM = "team", pgettext_lazy("escalation", "The department")
    SUPERVISOR = "supervisor", pgettext_lazy("escalation", "Its supervisors")
    HEAD_OFFICE = "head_office", pgettext_lazy("escalation", "Head office")


class Language(TextChoices):
    """The languages customers write in; those of the marketplaces."""

    EN = "en", "English"
    ZH = "zh", "中文"
    DE = "de", "Deutsch"
    ES = "es", "Español"
    FR = "fr", "Français"
    IT = "it", "Italiano"
    JA = "ja", "日本語"
    NL = "nl", "Nederlands"
    PL = "pl", "Polski"
    PT = "pt", "Português"
    SV = "sv", "Svenska"
    OTHER = "", pgettext_lazy("language", "Other")


@dataclass(frozen=True, slots=True)
class Case:
    """What of a ticket decides which promises hold for it."""

    kind: str
    priority: str
    channel: str
    marketplace: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy: for which tickets what is promised, from which day on; blank is any.

    ``promised`` of ``None`` measures the time and promises nothing.
    """

    pk: int
    measure: Measure
    kind: str
    priority: str
    channel: str
    marketplace: str
    from_date: date
    promised: timedelta | None
    pauses: bool
    hours: Hours

    def holds(self, case: Case, day: date) -> bool:
        """Tell whether it is for such a ticket, opened on ``day``."""
        asked = (
            (self.kind, case.kind),
            (self.priority, case.priority),
            (self.channel, case.channel),
            (self.marketplace, case.marketplace),
        )
        return self.from_date <= day and all(own in ("", given) for own, given in asked)

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, date, int]:
        """How closely it fits: by priority, kind, marketplace, channel, then the later one."""
        named = (self.priority, self.kind, self.marketplace, self.channel)
        first, second, third, fourth = (bool(one) for one in named)
        return (first, second, third, fourth, self.from_date, self.pk)


def promise_for(
    measure: Measure, case: Case, day: date, promises: Iterable[Promise]
) -> Promise | None:
    """Return the promise that fits a ticket opened on ``day`` most closely, if there is one."""
    found = [one for one in promises if one.measure == measure and one.holds(case, day)]
    return max(found, key=lambda one: one.rank, default=None)


# What a reply template may name; the words are those of the form's help.
PLACEHOLDERS = ("customer", "order", "ticket", "store", "agent")
_PLACE = re.compile(r"\{([^{}]*)\}")


def unknown_places(text: str) -> list[str]:
    """Return what stands in braces and is no placeholder, in order."""
    return [name for name in _PLACE.findall(text) if name not in PLACEHOLDERS]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with its placeholders filled in; one without a value stays to be seen.

    What is filled in is never read again, whatever it holds.
    """
    return _PLACE.sub(lambda found: values.get(found[1]) or found[0], text)


def template_fault(text: str) -> str:
    """Return why a reply template cannot be kept, or nothing."""
    unknown = unknown_places(text)
    if not unknown:
        return ""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    message = _("{%(name)s} is not known. There are: %(known)s.")
    return message % {"name": unknown[0][:40], "known": known}
