"""``manage.py roles`` prints the table in English, whatever the language around it."""

from io import StringIO

from django.core.management import call_command
from django.utils import translation

from accounts.core.role_table import markdown


def test_the_table_is_printed_in_english():
    out = StringIO()

    with translation.override("zh-hans"):
        call_command("roles", stdout=out)

    with translation.override("en"):
        assert out.getvalue() == markdown()
