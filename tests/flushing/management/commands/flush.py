"""Leaving the database as the migrations left it, after a test that commits."""

from django.core.management.commands.flush import Command as Flush
from django.db import connections

from tests.databases import make_test_database


class Command(Flush):
    """Puts a new copy in place: quicker than emptying 150 tables, and append-only ones allow it."""

    def handle(self, **options):
        connection = connections[options["database"]]
        connection.close()
        make_test_database(connection.settings_dict["NAME"])
