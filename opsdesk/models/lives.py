"""What happened to the things that have a life."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LifeEvent(models.Model):
    """One move of one thing: never changed; ``life`` is the name of a table of moves.

    A thing's first event has a blank ``from_state``: with it the time in each state is known.
    """

    life = models.CharField(_("kind"), max_length=20)
    object_id = models.PositiveBigIntegerField()
    verb = models.CharField(_("step"), max_length=20)
    from_state = models.CharField(pgettext_lazy("state", "from"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=20)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a life")
        verbose_name_plural = _("steps of lives")
        ordering = ["id"]
        indexes = [models.Index(fields=["life", "object_id", "id"], name="life_event_of")]

    def __str__(self) -> str:
        return f"{self.life} {self.object_id} {self.state}"
