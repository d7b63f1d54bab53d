"""Who changed what and when, as rows that nobody edits."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One change to one business record, written in the transaction of the change.

    Holds no name of a person: ``actor`` is a sign-in, ``record`` a number of the business. Signed
    by ``mac``; a trigger refuses every change of a row.
    """

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # The machine client, which this app does not know.
    client_id = models.BigIntegerField(_("machine client"), null=True)
    # Blank for people; else the client's name, or "system".
    actor_name = models.CharField(_("by"), max_length=150, blank=True)
    verb = models.CharField(_("action"), max_length=60)
    model = models.CharField(_("kind of record"), max_length=80)
    object_id = models.CharField(_("record id"), max_length=40, blank=True)
    record = models.CharField(_("record"), max_length=200)
    detail = models.JSONField(_("detail"), default=dict)
    mac = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["model", "object_id"], name="audit_object_idx"),
            models.Index(fields=["at"], name="audit_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.model} {self.record}"


class AuditWaiting(models.Model):
    """Entries of one transaction that wait for their seal; visible with its commit, then gone."""

    ranges = models.JSONField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.ranges}"


class AuditSeal(models.Model):
    """A batch of entries, signed together with the seal before it; nobody changes it."""

    number = models.BigIntegerField(primary_key=True)
    ranges = models.JSONField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


class AuditHead(models.Model):
    """The end of the chain, apart from it: one row.

    What was last verified stands here for people to see; the signature does not cover it.
    """

    THE_ONE = 1

    id = models.SmallIntegerField(primary_key=True, default=THE_ONE)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    entries = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"), null=True)
    verified_at = models.DateTimeField(_("verified at"), null=True)
    verified_number = models.BigIntegerField(null=True)
    verified_fault = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"
