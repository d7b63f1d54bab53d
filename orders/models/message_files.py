"""The files that came with what was said on a ticket."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.core.privacy import Sensitivity
from orders.models.attachments import Attachment
from orders.models.tickets import TicketMessage


class MessageFile(models.Model):
    """A file that was given with a message, under the name it had there.

    The file itself is kept once for the whole ticket: the same picture in each mail of a customer
    is one attachment.
    """

    sensitive = {"name": Sensitivity.IDENTITY}

    message = models.ForeignKey(
        TicketMessage, verbose_name=_("message"), on_delete=models.PROTECT, related_name="files"
    )
    attachment = models.ForeignKey(
        Attachment, verbose_name=_("attachment"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name of the file"), max_length=150)

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "attachment"], name="message_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.attachment_id}"
