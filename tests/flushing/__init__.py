"""Lets the tests empty the append-only tables, which `manage.py flush` cannot."""
