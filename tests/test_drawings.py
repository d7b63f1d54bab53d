"""The documentation draws every life from the table that the product asks."""

import re
from pathlib import Path

import pytest

from opsdesk.core.moves import drawing
from tests.lives import LIVES

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"<!-- life:(\w+) -->\n(.*?)<!-- /life:\1 -->", re.DOTALL)
DRAWN = [
    found for page in sorted(DOCS.glob("*.md")) for found in BLOCK.findall(page.read_text("utf-8"))
]


def test_every_life_is_drawn_once():
    assert sorted(name for name, _text in DRAWN) == sorted(LIVES)


@pytest.mark.parametrize(("name", "text"), DRAWN)
def test_a_drawing_is_that_of_the_table(name, text):
    assert text == drawing(LIVES[name]), "put what opsdesk.core.moves.drawing returns there"
