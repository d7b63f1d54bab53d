"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

import opsdesk.celery
import opsdesk.checks  # noqa: F401  (whoever stages a job must know the broker)


class OpsdeskConfig(AppConfig):
    name = "opsdesk"
    verbose_name = _("System")
    default_auto_field = "django.db.models.BigAutoField"
