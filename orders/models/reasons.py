"""Why goods come back, as a tree of reasons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from orders.core.reasons import words_of


class ReturnReasonQuerySet(models.QuerySet["ReturnReason"]):
    """Reasons in the words of the desk."""

    def offered(self) -> ReturnReasonQuerySet:
        """The reasons that can be chosen, with their parents."""
        return self.filter(active=True).select_related("parent__parent")


class ReturnReason(models.Model):
    """A reason for a return, at most three levels deep.

    ``source_words`` are what platforms call it, one a line: a return that comes with one of them
    has this reason. One that is not ``active`` stays where it stands and is offered no more.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    active = models.BooleanField(_("active"), default=True)
    source_words = models.TextField(
        _("words of the sources"),
        max_length=2000,
        blank=True,
        help_text=_("What platforms call it, one a line."),
    )

    objects = ReturnReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("return reason")
        verbose_name_plural = _("return reasons")
        ordering = ["code"]

    def __str__(self) -> str:
        return pgettext("return", self.name)

    @property
    def words(self) -> list[str]:
        """The words of sources that mean this reason."""
        return words_of(self.source_words)

    @property
    def path(self) -> str:
        """The reason with what it is part of, the widest first; ``parent`` must be loaded."""
        names, one = [str(self)], self.parent
        while one is not None:
            names.append(str(one))
            one = one.parent
        return " › ".join(reversed(names))
