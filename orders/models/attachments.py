"""Files that are kept beside a record, such as the evidence of a dispute."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Store
from catalog.models.visible import OfStoreQuerySet
from orders.core.attachments import FileKind


class AttachmentQuerySet(OfStoreQuerySet):
    """Files in the words of the desk."""

    def of(self, owner_kind: str, owner_id: int) -> AttachmentQuerySet:
        """The files of one record."""
        return self.filter(owner_kind=owner_kind, owner_id=owner_id)

    def kept(self) -> AttachmentQuerySet:
        """Those that nobody has withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Attachment(models.Model):
    """A file of a record: never changed, at most withdrawn with a reason.

    The record is named by its kind, such as ``dispute``, and number; its store says who sees it.
    The bytes lie under ``stored_name``, which nobody can guess, and are handed out as a download
    only. Of one record the same content is kept once.
    """

    owner_kind = models.CharField(_("kind of record"), max_length=20)
    owner_id = models.PositiveBigIntegerField(_("record"))
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name of the file"), max_length=150)
    kind = models.CharField(_("kind of file"), max_length=20, choices=FileKind.choices)
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("digest"), max_length=64)
    stored_name = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    at = models.DateTimeField(_("at"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=500, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_id", "digest"],
                condition=Q(withdrawn_at__isnull=True),
                name="attachment_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="attachment_withdrawn_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["owner_kind", "owner_id", "id"], name="attachment_of")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """What the trail calls it: a name of a file may be that of a person."""
        return f"{self.owner_kind} {self.owner_id} {self.digest[:12]}"
