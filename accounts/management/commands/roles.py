"""``manage.py roles``: who may do what, as the table of the documentation."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.core.role_table import markdown


class Command(BaseCommand):
    help = "Print the table of roles and rights, as it stands in docs/roles.md."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            self.stdout.write(markdown(), ending="")
