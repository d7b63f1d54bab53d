"""What is promised of tickets, and when who is told that a promise is in danger."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from orders.core.sla import Measure
from orders.core.tickets import Audience, Channel, Priority, TicketKind
from orders.models.calendars import WorkCalendar

YEAR_MINUTES = 366 * 24 * 60


class SlaPolicy(models.Model):
    """By when tickets are answered or solved: the closest one that fits holds, the latest of them.

    It is for tickets opened on or after ``from_date``; blank fields fit every ticket. Which one
    holds is looked up again when priority or kind of a ticket changes.
    """

    name = models.CharField(_("name"), max_length=100)
    measure = models.CharField(_("what is promised"), max_length=20, choices=Measure.choices)
    kind = models.CharField(_("kind"), max_length=20, choices=TicketKind.choices, blank=True)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    marketplace = models.CharField(_("marketplace"), max_length=40, blank=True)
    from_date = models.DateField(pgettext_lazy("date", "from"), default=date(2000, 1, 1))
    minutes = models.PositiveIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(YEAR_MINUTES)],
        help_text=_("Working time of the calendar. Blank: measured, nothing promised."),
    )
    calendar = models.ForeignKey(
        WorkCalendar, verbose_name=_("calendar"), on_delete=models.PROTECT, related_name="policies"
    )
    pauses = models.BooleanField(
        _("pauses while the customer is waited for"),
        default=True,
        help_text=_("Marketplaces do not wait: switch it off for their deadlines."),
    )

    class Meta:
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        ordering = ["measure", "-priority", "-kind", "-from_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "kind", "priority", "channel", "marketplace", "from_date"],
                name="sla_policy_unique",
                violation_error_message=_(
                    "There is a policy for these tickets from this day on already: change that one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gt=0), name="sla_policy_positive"
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.name)


class EscalationRule(models.Model):
    """A rung of the ladder: who is told how long before or after a promise is due.

    Told only in the working hours of the promise's calendar: in the night it waits for the
    morning.
    """

    measure = models.CharField(_("what is promised"), max_length=20, choices=Measure.choices)
    level = models.PositiveSmallIntegerField(_("level"), validators=[MinValueValidator(1)])
    minutes_after_due = models.IntegerField(
        _("minutes after it is due"),
        default=0,
        validators=[MinValueValidator(-YEAR_MINUTES), MaxValueValidator(YEAR_MINUTES)],
        help_text=_("Below 0: so long before. By the clock on the wall."),
    )
    audience = models.CharField(_("who is told"), max_length=20, choices=Audience.choices)
    only_major = models.BooleanField(_("only major tickets and complaints"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        ordering = ["measure", "level"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "level"], name="escalation_rule_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.level}"
