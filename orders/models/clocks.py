"""The clocks of tickets as they stand, what they were made from, and who was told of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Store
from orders.core.sla import ClockState, Happening, Measure
from orders.core.tickets import Audience, Priority, TicketKind
from orders.models.sla import EscalationRule, SlaPolicy
from orders.models.tickets import Ticket


class TicketStep(models.Model):
    """Something that moves a ticket's clocks; the clocks are a function of these rows.

    ``what`` is blank where only kind or priority changed, which both stand as they were after it.
    ``from_source``: told by the source of the ticket, and replaced when that tells it anew.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(_("at"))
    what = models.CharField(
        _("what happened"),
        max_length=10,
        blank=True,
        choices=[(one.value, one.value) for one in Happening],
    )
    kind = models.CharField(_("kind"), max_length=20, choices=TicketKind.choices)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices)
    from_source = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("step of a ticket")
        verbose_name_plural = _("steps of tickets")
        ordering = ["ticket", "at", "id"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="ticket_step_order_idx")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.what}"


class TicketClockQuerySet(models.QuerySet["TicketClock"]):
    """Clocks in the words of the desk."""

    def visible_to(self, scope: Scope) -> TicketClockQuerySet:
        """Those of the tickets one sees."""
        if scope.everything:
            return self
        return self.filter(ticket__store__in=Store.objects.visible_to(scope))


class TicketClock(models.Model):
    """One run of a clock of a ticket; a stopped one stays as it was judged, with its hours.

    ``used_seconds`` is working time up to ``counted_at``. ``missed_at`` is the instant by which
    it was due and was not done. ``hours`` says when work was done as a line of text, which a
    later change of the calendar leaves alone.
    """

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="clocks"
    )
    measure = models.CharField(_("what is promised"), max_length=20, choices=Measure.choices)
    run_no = models.PositiveIntegerField(_("run"))
    state = models.CharField(_("state"), max_length=10, choices=ClockState.choices)
    policy = models.ForeignKey(
        SlaPolicy, verbose_name=_("SLA policy"), on_delete=models.PROTECT, related_name="+"
    )
    hours = models.CharField(_("working hours"), max_length=500)
    promised_seconds = models.PositiveIntegerField(_("promised"), null=True)
    used_seconds = models.PositiveIntegerField(_("used"))
    counted_at = models.DateTimeField(_("counted at"))
    started_at = models.DateTimeField(_("started at"))
    due_at = models.DateTimeField(_("due"), null=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True)
    missed_at = models.DateTimeField(_("missed at"), null=True)
    answered = models.BooleanField(_("done"), default=False)

    objects = TicketClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("SLA clock")
        verbose_name_plural = _("SLA clocks")
        ordering = ["ticket", "measure", "run_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "measure", "run_no"], name="ticket_clock_unique"
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_at__isnull=False)
                | (~Q(state="stopped") & Q(stopped_at__isnull=True)),
                name="ticket_clock_stopped_when",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(state="running"),
                name="ticket_clock_due_while_running",
            ),
        ]
        indexes = [
            models.Index(
                fields=["measure", "due_at"],
                condition=Q(due_at__isnull=False),
                name="ticket_clock_due_idx",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.measure} {self.run_no}"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    """Escalations in the words of the desk."""

    def open(self) -> EscalationQuerySet:
        """Those nobody has said to have seen."""
        return self.filter(seen_at=None)

    def visible_to(self, scope: Scope) -> EscalationQuerySet:
        """Those of the tickets one sees."""
        if scope.everything:
            return self
        return self.filter(ticket__store__in=Store.objects.visible_to(scope))


class Escalation(models.Model):
    """A rung of the ladder that a ticket's clock has reached: once for each clock and rung.

    ``tell_at`` is when the working hours of the promise's calendar allow to tell somebody.
    """

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="escalations"
    )
    clock = models.ForeignKey(TicketClock, on_delete=models.CASCADE, related_name="escalations")
    rule = models.ForeignKey(EscalationRule, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("level"))
    audience = models.CharField(_("who is told"), max_length=20, choices=Audience.choices)
    due_at = models.DateTimeField(_("due"))
    raised_at = models.DateTimeField(_("raised at"))
    tell_at = models.DateTimeField(_("told at"), null=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("seen by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["clock", "rule"], name="escalation_once")]
        indexes = [
            models.Index(
                fields=["audience", "tell_at"],
                condition=Q(seen_at__isnull=True),
                name="escalation_open_idx",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.level}"
