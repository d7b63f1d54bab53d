"""Emptying the database between tests, the append-only tables too."""

from django.core.management.commands.flush import Command as Flush

from tests.trail import unguarded


class Command(Flush):
    def handle(self, **options):
        with unguarded():
            super().handle(**options)
