"""The printed table of roles is that of the code, and stands in the documentation."""

from pathlib import Path

from accounts.core.role_table import WORDS, markdown
from accounts.core.roles import Right

PAGE = Path(__file__).parents[3] / "docs" / "roles.md"


def test_every_right_is_explained():
    assert set(WORDS) == set(Right)


def test_the_documentation_shows_the_table_as_it_is():
    text = PAGE.read_text(encoding="utf-8")

    shown = text.split("<!-- roles -->\n")[1].split("<!-- /roles -->")[0]
    assert shown == markdown(), "run `manage.py roles` and put what it prints into docs/roles.md"
