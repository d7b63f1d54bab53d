"""Background work as rows: what is to be done, who does it, how far it is."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs in the words of the worker."""

    def claimable(self, now: datetime) -> "JobQuerySet":
        """Jobs that nobody works on: waiting, or left behind by a worker that died."""
        return self.filter(
            Q(state=JobState.WAITING, not_before__lte=now)
            | Q(state=JobState.RUNNING, leased_until__lt=now)
        )

    def unfinished(self) -> "JobQuerySet":
        """Jobs that are waiting or running."""
        return self.filter(state__in=[JobState.WAITING, JobState.RUNNING])


class Job(models.Model):
    """One piece of background work, identified by its kind and business key.

    waiting → running → done, or failed after three attempts. A worker holds a job by a lease with
    a growing ``fence``: each piece of work is committed together with a check of the fence, so a
    worker that was taken for dead cannot write any more. The broker only wakes workers up; this
    row is the truth.
    """

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=200)
    payload = models.JSONField(_("payload"), default=dict)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=JobState.choices,
        default=JobState.WAITING,
        editable=False,
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    not_before = models.DateTimeField(_("not before"))
    leased_until = models.DateTimeField(_("leased until"), null=True)
    checkpoint = models.JSONField(_("checkpoint"), default=dict)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), default=0)
    message = models.TextField(_("message"), blank=True)
    error = models.TextField(_("error"), blank=True)
    staged_at = models.DateTimeField(_("staged at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_kind_key_unique"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(leased_until__isnull=False),
                name="job_running_has_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="job_state_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def percent(self) -> int | None:
        """How much is done, in whole per cent; ``None`` while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None
