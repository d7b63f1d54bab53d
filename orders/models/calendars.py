"""Calendars: when a team works, and the days on which it does or does not."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from orders.core.calendars import DAY_MINUTES


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def is_zone(name: str) -> None:
    """Refuse a name that is not of an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not an IANA time zone: write it like Europe/London."),
            params={"name": name},
        )


class WorkCalendar(models.Model):
    """When work is done, on the wall of ``time_zone``; without spans it is round the clock."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[is_zone])

    class Meta:
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")
        ordering = ["code"]

    def __str__(self) -> str:
        return gettext(self.name)


class CalendarSpan(models.Model):
    """Working time on a weekday; a day has several where there is a break.

    ``start`` and ``end`` are minutes of the day: one that goes past midnight is two spans.
    """

    calendar = models.ForeignKey(
        WorkCalendar, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="spans"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    start = models.PositiveSmallIntegerField(pgettext_lazy("time of day", "from"))
    end = models.PositiveSmallIntegerField(
        pgettext_lazy("time of day", "until"), validators=[MaxValueValidator(DAY_MINUTES)]
    )

    class Meta:
        verbose_name = _("working time")
        verbose_name_plural = _("working times")
        ordering = ["weekday", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "weekday", "start"], name="calendar_span_unique"
            ),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")) & Q(end__lte=DAY_MINUTES),
                name="calendar_span_forward",
                violation_error_message=_(
                    "A working time ends after it begins, at 24:00 at the latest: one that goes "
                    "past midnight is two."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.weekday} {self.start}"


class CalendarDay(models.Model):
    """A date that differs from its weekday: a holiday, or a day worked as another weekday.

    It is a date of the calendar's own zone, from midnight to midnight there.
    """

    calendar = models.ForeignKey(
        WorkCalendar, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="days"
    )
    day = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    works_as = models.PositiveSmallIntegerField(
        _("works like a"),
        choices=Weekday.choices,
        null=True,
        blank=True,
        help_text=_("Blank: a holiday. China's working Saturdays work like a Monday."),
    )

    class Meta:
        verbose_name = _("holiday or extra working day")
        verbose_name_plural = _("holidays and extra working days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.day}"
