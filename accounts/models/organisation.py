"""Departments, teams and positions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope


class DepartmentQuerySet(models.QuerySet["Department"]):
    """Departments in the words of the desk."""

    def visible_to(self, scope: Scope) -> DepartmentQuerySet:
        """The whole company, or the departments the person belongs to."""
        return self if scope.everything else self.filter(pk__in=scope.departments)


class Department(models.Model):
    """A part of the company with its own stores, people, target and pay run."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams in the words of the desk."""

    def visible_to(self, scope: Scope) -> TeamQuerySet:
        """Those of the departments one sees."""
        return self.filter(department__in=Department.objects.visible_to(scope))


class Team(models.Model):
    """A group of people inside a department."""

    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="teams"
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """A kind of work; the pay plan says what is paid for it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["code"]

    def __str__(self) -> str:
        return gettext(self.name)
