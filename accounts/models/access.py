"""Which roles a person has, and for which department."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Role
from accounts.models.organisation import Department
from accounts.models.people import User


class RoleGrant(models.Model):
    """A role given to a sign-in; a supervisor's names the department."""

    user = models.ForeignKey(
        User, verbose_name=_("sign-in"), on_delete=models.CASCADE, related_name="role_grants"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                name="role_grant_unique",
            )
        ]

    def __str__(self) -> str:
        return self.get_role_display()
