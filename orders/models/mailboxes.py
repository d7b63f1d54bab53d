"""Mailboxes that tickets are fetched from and answered by, and the mails in and out of them."""

from __future__ import annotations

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    validate_email,
)
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from catalog.models import Store
from catalog.models.visible import of_store
from opsdesk.core.privacy import Sensitivity
from orders.core.mail_words import Fault, MailState, Security, SendState, Why
from orders.core.tickets import Language
from orders.models.tickets import TicketMessage

_PORT = [MinValueValidator(1), MaxValueValidator(65535)]
_HOST = [RegexValidator(r"\A[A-Za-z0-9](?:[A-Za-z0-9.:_-]*[A-Za-z0-9])?\Z")]
_PRINTED = [RegexValidator(r"\A[ -~]*\Z", _("Only plain letters, digits and signs."))]


class Mailbox(models.Model):
    """A mailbox of a store: what comes in opens and continues tickets, answers go out by it.

    ``password`` is sealed with a key that the database does not hold. ``uid_validity`` and
    ``last_uid`` say how far the folder was read; ``leased_until`` and ``fence`` keep two workers
    from fetching at once.
    """

    sensitive = {"address": Sensitivity.PERSONAL}

    name = models.CharField(
        _("name"), max_length=100, help_text=_("Customers see it beside the address.")
    )
    address = models.CharField(_("address"), max_length=254, validators=[validate_email])
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="mailboxes"
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=Language.choices,
        blank=True,
        help_text=_("The language of tickets that come in here."),
    )
    imap_host = models.CharField(_("IMAP server"), max_length=253, validators=_HOST)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993, validators=_PORT)
    imap_security = models.CharField(
        _("IMAP security"), max_length=10, choices=Security.choices, default=Security.TLS
    )
    imap_user = models.CharField(_("IMAP user"), max_length=254, validators=_PRINTED)
    imap_folder = models.CharField(
        _("folder"), max_length=200, default="INBOX", validators=_PRINTED
    )
    smtp_host = models.CharField(_("SMTP server"), max_length=253, validators=_HOST)
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=465, validators=_PORT)
    smtp_security = models.CharField(
        _("SMTP security"), max_length=10, choices=Security.choices, default=Security.TLS
    )
    smtp_user = models.CharField(
        _("SMTP user"),
        max_length=254,
        blank=True,
        validators=_PRINTED,
        help_text=_("Blank: the server asks for no sign-in."),
    )
    password = models.CharField(_("password"), max_length=2000, blank=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), editable=False)
    uid_validity = models.PositiveBigIntegerField(null=True, editable=False)
    last_uid = models.PositiveBigIntegerField(default=0, editable=False)
    polled_at = models.DateTimeField(_("last fetched"), null=True, editable=False)
    fault = models.CharField(
        _("fault"), max_length=20, choices=Fault.choices, blank=True, editable=False
    )
    fault_detail = models.CharField(
        _("words of the server"), max_length=500, blank=True, editable=False
    )
    leased_until = models.DateTimeField(null=True, editable=False)
    fence = models.PositiveBigIntegerField(default=0, editable=False)

    objects = of_store()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("address"),
                name="mailbox_address_unique",
                violation_error_message=_("There is a mailbox of this address already."),
            ),
            models.CheckConstraint(
                condition=Q(active=False) | ~Q(password=""),
                name="mailbox_active_with_password",
                violation_error_message=_("Give the password, or switch the mailbox off."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IncomingMail(models.Model):
    """A mail that was fetched: stored first, then taken into a ticket, passed over, or a person's.

    ``key`` is the same for the same mail however often it is fetched. The mail as it came lies
    among the attachments under ``stored_name``; blank where only its head was fetched. ``quoted``
    is what its text repeats of earlier mails, ``left_out`` tells the files that are not kept,
    ``stranger`` that it came from another address than its ticket's.
    """

    sensitive = {
        "sender": Sensitivity.CUSTOMER,
        "subject": Sensitivity.IDENTITY,
        "quoted": Sensitivity.IDENTITY,
        "left_out": Sensitivity.IDENTITY,
        "detail": Sensitivity.IDENTITY,
    }

    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), on_delete=models.PROTECT, related_name="mails"
    )
    key = models.CharField(max_length=64, editable=False)
    message_id = models.CharField(max_length=250, blank=True, editable=False)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received at"))
    size = models.PositiveBigIntegerField(_("bytes"))
    stored_name = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MailState.choices, default=MailState.WAITING
    )
    why = models.CharField(_("why"), max_length=20, choices=Why.choices, blank=True)
    detail = models.CharField(_("more of it"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    quoted = models.TextField(_("repeated of earlier mails"), blank=True)
    left_out = models.TextField(_("files that are not kept"), blank=True)
    stranger = models.BooleanField(_("from another address"), default=False)
    said = models.OneToOneField(
        TicketMessage,
        verbose_name=_("message"),
        null=True,
        on_delete=models.PROTECT,
        related_name="incoming",
    )

    objects = of_store("mailbox__store")

    class Meta:
        verbose_name = _("mail that came in")
        verbose_name_plural = _("mails that came in")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "key"], name="incoming_mail_once"),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(said__isnull=False),
                name="incoming_mail_taken_into_a_message",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="incoming_mail_state_idx"),
            models.Index(fields=["mailbox", "sender", "received_at"], name="incoming_mail_sender"),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.pk}"

    @property
    def audit_name(self) -> str:
        """What the trail calls it: never who wrote, nor what."""
        return f"{self.mailbox_id} {self.key[:12]}"


class OutgoingMail(models.Model):
    """An answer on its way to the customer: waits → is being sent → sent, or failed.

    Written with the answer itself. ``attempts`` grows with each hand over to the mail server, so
    that who was taken for dead does not speak for a later one; ``failures`` counts those since a
    person sent it last.
    """

    sensitive = {"recipient": Sensitivity.CUSTOMER, "detail": Sensitivity.IDENTITY}

    said = models.OneToOneField(
        TicketMessage,
        verbose_name=_("message"),
        on_delete=models.PROTECT,
        related_name="outgoing",
    )
    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), on_delete=models.PROTECT, related_name="+"
    )
    recipient = models.CharField(_("recipient"), max_length=254, validators=[validate_email])
    state = models.CharField(
        _("state"), max_length=10, choices=SendState.choices, default=SendState.WAITING
    )
    fault = models.CharField(_("fault"), max_length=20, choices=Fault.choices, blank=True)
    detail = models.CharField(_("words of the server"), max_length=500, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    not_before = models.DateTimeField(_("not before"))
    leased_until = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = of_store("mailbox__store")

    class Meta:
        verbose_name = _("mail that goes out")
        verbose_name_plural = _("mails that go out")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["mailbox", "not_before"],
                condition=Q(state__in=["waiting", "sending"]),
                name="outgoing_mail_due_idx",
            )
        ]

    def __str__(self) -> str:
        return f"{self.said_id}"
