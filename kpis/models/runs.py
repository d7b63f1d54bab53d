"""The nightly run and its steps."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.models import Job


class RunState(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class NightlyRun(models.Model):
    """One night's work for a business date of the company; at most one is running.

    running → done, or failed where a step failed. ``number`` counts the runs of one date: the
    schedule starts the first, a person may start more.
    """

    as_of = models.DateField(_("as of"))
    number = models.PositiveIntegerField(_("run of the day"), default=1)
    full = models.BooleanField(_("full rebuild"), default=False)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=RunState.choices,
        default=RunState.RUNNING,
        editable=False,
    )
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("nightly run")
        verbose_name_plural = _("nightly runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["as_of", "number"], name="nightly_run_unique"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="nightly_run_one_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} #{self.number}"


class NightlyStep(models.Model):
    """A step of a nightly run: rows read and written, seconds, error."""

    run = models.ForeignKey(NightlyRun, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("step"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices)
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_written = models.PositiveBigIntegerField(_("rows written"), default=0)
    milliseconds = models.PositiveBigIntegerField(_("milliseconds"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["run", "position"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="nightly_step_unique")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"
