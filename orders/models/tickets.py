"""Tickets of customers, what was said on them, and the words that close them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.core.privacy import Sensitivity
from opsdesk.models import ImportBatch
from orders.core.lifecycle import TICKET_DONE, TicketStatus
from orders.core.sla import Measure
from orders.core.tickets import Channel, Language, Priority, TicketKind
from orders.models.customers import Customer
from orders.models.orders import Order
from orders.models.returns import Return


class ClosingWord(models.Model):
    """A word of a list that grows by use: code, name, and whether it is still offered."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        # those that are shipped have a translation
        return gettext(self.name)


class ResolutionCode(ClosingWord):
    """How a ticket was resolved."""

    class Meta(ClosingWord.Meta):
        verbose_name = _("resolution code")
        verbose_name_plural = _("resolution codes")


class RootCause(ClosingWord):
    """Why the customer had to write at all."""

    class Meta(ClosingWord.Meta):
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets in the words of the desk."""

    def unfinished(self) -> TicketQuerySet:
        """Those somebody still has to work on: neither resolved, closed nor merged."""
        return self.exclude(status__in=TICKET_DONE)

    def unowned(self) -> TicketQuerySet:
        """Those that nobody has taken yet."""
        return self.unfinished().filter(owner=None)

    def late(self, now: datetime) -> TicketQuerySet:
        """Those whose next promise is past due."""
        return self.unfinished().filter(next_due_at__lt=now)

    def visible_to(self, scope: Scope) -> TicketQuerySet:
        """The whole company, or the tickets of the stores one belongs to."""
        if scope.everything:
            return self
        return self.filter(store__in=Store.objects.visible_to(scope))


class Ticket(models.Model):
    """A customer's case: new → open ⇄ waiting for the customer → resolved → closed; reopened.

    Who takes it (首问负责制) keeps it until it is closed or handed over with acceptance.
    ``next_due_at`` is the earliest due time of its running clocks, which are ``TicketClock``s, and
    ``queue_at`` the same; without one it stands behind all that have one, in order of opening.
    ``business_date`` the date it was opened on the store's wall. ``external_id`` is blank for one
    that was opened here.
    """

    sensitive = {
        "subject": Sensitivity.IDENTITY,
        "contact": Sensitivity.CUSTOMER,
        "csat_note": Sensitivity.IDENTITY,
    }

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="tickets"
    )
    external_id = models.CharField(_("number at the source"), max_length=100, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    language = models.CharField(
        _("language"), max_length=5, choices=Language.choices, blank=True, default=""
    )
    kind = models.CharField(_("kind"), max_length=20, choices=TicketKind.choices)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=TicketStatus.choices,
        default=TicketStatus.NEW,
        editable=False,
    )
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    contact = models.CharField(_("customer's address"), max_length=254, blank=True)
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    return_case = models.ForeignKey(
        Return,
        verbose_name=_("return"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    opened_at = models.DateTimeField(_("opened at"))
    business_date = models.DateField(_("business date"))
    first_answered_at = models.DateTimeField(_("first answered at"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    next_due_at = models.DateTimeField(_("due"), null=True, editable=False)
    next_measure = models.CharField(
        _("what is due"), max_length=20, choices=Measure.choices, blank=True, editable=False
    )
    queue_at = models.DateTimeField(_("place in the queue"), editable=False)
    escalation_level = models.PositiveSmallIntegerField(_("escalation"), default=0, editable=False)
    resolution = models.ForeignKey(
        ResolutionCode,
        verbose_name=_("resolution code"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    root_cause = models.ForeignKey(
        RootCause,
        verbose_name=_("root cause"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    csat = models.PositiveSmallIntegerField(
        _("satisfaction"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    csat_note = models.CharField(_("what the customer said of it"), max_length=500, blank=True)
    csat_at = models.DateTimeField(_("rated at"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
        editable=False,
    )
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import"), null=True, editable=False, on_delete=models.PROTECT
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    updated_at = models.DateTimeField(_("updated at"), editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "external_id"],
                condition=~Q(external_id=""),
                name="ticket_unique",
            ),
            models.CheckConstraint(
                condition=Q(csat__isnull=True) | Q(csat__range=(1, 5)), name="ticket_csat_1_to_5"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed")
                | Q(resolution__isnull=False, root_cause__isnull=False)
                | ~Q(external_id=""),
                name="ticket_closes_with_words",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="ticket_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(status="merged") | Q(merged_into__isnull=False),
                name="ticket_merged_into_one",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "business_date"], name="ticket_store_day_idx"),
            models.Index(fields=["-opened_at", "-id"], name="ticket_opened_idx"),
            models.Index(fields=["external_id"], name="ticket_external_idx"),
            # what is worked on: few beside all that ever were
            models.Index(
                fields=["queue_at", "id"],
                condition=~Q(status__in=["resolved", "closed", "merged"]),
                name="ticket_queue_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it."""
        return f"T{self.pk:06}" if self.pk else "T"

    @property
    def is_done(self) -> bool:
        """True where nobody has to work on it."""
        return self.status in TICKET_DONE


class Direction(models.TextChoices):
    IN = "in", pgettext_lazy("message", "From the customer")
    OUT = "out", pgettext_lazy("message", "To the customer")
    NOTE = "note", pgettext_lazy("message", "Internal note")


class ReplyTemplate(models.Model):
    """A text to begin a reply with, in one language; its placeholders stand in braces."""

    code = models.SlugField(_("code"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, blank=True)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(
        _("text"),
        max_length=10_000,
        help_text=_("{customer}, {order}, {ticket}, {store} and {agent} are filled in."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["code", "language"]
        constraints = [
            models.UniqueConstraint(fields=["code", "language"], name="reply_template_unique")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_language_display()})"


class TicketMessage(models.Model):
    """Something that was said on a ticket; never changed.

    ``message_id`` is that of the mail, so that the same one is taken in once. ``delivery`` tells
    what became of an answer that goes out as a mail.
    """

    class Delivery(models.TextChoices):
        NONE = "", pgettext_lazy("delivery", "By hand")
        WAITING = "waiting", pgettext_lazy("delivery", "Is being sent")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        FAILED = "failed", pgettext_lazy("delivery", "Could not be sent")

    sensitive = {"text": Sensitivity.IDENTITY, "author_name": Sensitivity.IDENTITY}

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.PROTECT, related_name="messages"
    )
    at = models.DateTimeField(_("at"))
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    author_name = models.CharField(_("name at the source"), max_length=150, blank=True)
    text = models.TextField(_("text"), max_length=50_000)
    template = models.ForeignKey(
        ReplyTemplate,
        verbose_name=_("reply template"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    message_id = models.CharField(max_length=250, blank=True, editable=False)
    delivery = models.CharField(
        _("delivery"), max_length=10, choices=Delivery.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "message_id"],
                condition=~Q(message_id=""),
                name="ticket_message_unique",
            )
        ]
        indexes = [models.Index(fields=["message_id"], name="ticket_message_id_idx")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at}"

    @property
    def audit_name(self) -> str:
        """What the trail calls it: never what was said."""
        return f"{self.direction} {self.ticket_id}"


class TicketHandover(models.Model):
    """A ticket offered to somebody else; it moves when that person accepts."""

    class State(models.TextChoices):
        OFFERED = "offered", pgettext_lazy("handover", "Offered")
        ACCEPTED = "accepted", pgettext_lazy("handover", "Accepted")
        DECLINED = "declined", pgettext_lazy("handover", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("handover", "Withdrawn")

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.PROTECT, related_name="handovers"
    )
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("to")
    )
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OFFERED
    )
    offered_at = models.DateTimeField(_("offered at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("handover of a ticket")
        verbose_name_plural = _("handovers of tickets")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state="offered"), name="ticket_handover_one_offer"
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("taker")), name="ticket_handover_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"
