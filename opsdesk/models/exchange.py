"""Files that came in: the batch, what became of its rows, and the rows that were refused."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.models.jobs import Job


class ImportBatch(models.Model):
    """One file that was given to the product to load.

    The file is kept under its digest in ``OPSDESK_VAR``; a stored row names its batch and row, so
    that the original row can be read again. How far the work is stands in ``job``.
    """

    format = models.CharField(_("format"), max_length=40)
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    map_name = models.CharField(_("column map"), max_length=200, blank=True)
    map = models.JSONField(_("column map content"), default=dict)
    store_code = models.CharField(_("store"), max_length=40, blank=True)
    dry_run = models.BooleanField(_("dry run"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"))
    job = models.OneToOneField(Job, verbose_name=_("job"), null=True, on_delete=models.PROTECT)
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    created = models.PositiveBigIntegerField(_("created"), default=0)
    updated = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveBigIntegerField(_("rows rejected"), default=0)
    set_aside = models.JSONField(_("rows set aside, by reason"), default=dict)
    notes = models.JSONField(_("notes"), default=list)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.format})"


class ImportReject(models.Model):
    """A row of a file that was not stored, and why."""

    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rejects"
    )
    row_no = models.PositiveBigIntegerField(_("row"))
    field = models.CharField(_("field"), max_length=80, blank=True)
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering = ["row_no", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "row_no", "field"], name="import_reject_row_field_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_no}: {self.reason}"
