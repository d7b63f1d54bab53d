"""Everybody asks for everything: what is answered, what is written, and what comes out."""

import os
from collections import defaultdict

import pytest

from tests.access import bodies, matrix
from tests.access.sight import leaks

pytestmark = pytest.mark.django_db

LINES = matrix.read_table()
LINES_OF = defaultdict(list)
for one in LINES:
    LINES_OF[one.path].append(one)
ADDRESSES = sorted(set(matrix.addresses()))
# ACCESS_PART=1/3 asks for every third address from the second on; without it for all of them.
PART, PARTS = map(int, os.environ.get("ACCESS_PART", "0/1").split("/"))
ASKED = ADDRESSES[PART::PARTS]


def fault(desk, letter, line, method, answer):
    """What is wrong with an answer, as lines of the report."""
    expected = (line.get if method == "GET" else line.post)[letter]
    asked = f"{method} {line.row}"
    if answer.letter != expected:
        told = f" (wrote {', '.join(answer.writes)})" if answer.writes else ""
        yield f"{letter} {asked}: expected {expected}, got {answer.letter}{told}"
    elif answer.writes and expected not in "wW":
        yield f"{letter} {asked}: wrote {', '.join(answer.writes)}"
    for leak in leaks(desk.world, letter, answer, line.path):
        yield f"{letter} {asked}: shows {leak}"


def test_every_address_has_a_line_and_every_line_an_address():
    missing = set(ADDRESSES) - set(LINES_OF)

    assert missing == set(), "say in tests/access/routes.txt who may do what there"
    assert set(LINES_OF) - set(ADDRESSES) == set(), "these are gone"


def test_an_address_of_rows_is_asked_for_an_own_and_a_foreign_one(desk):
    missing = {}
    for path, lines in LINES_OF.items():
        model = matrix.model_of(path)
        rows = desk.world.rows[model] if model and "/<id>/" in path else {}
        if wanted := set(rows) - {"mine"} - {line.side for line in lines}:
            missing[path] = wanted

    assert missing == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", ASKED)
def test_each_cell(desk, path):
    faults = []
    for line in LINES_OF[path]:
        faults += list(walk(desk, line))

    if faults:
        pytest.fail("\n".join([path, *faults]), pytrace=False)


def walk(desk, line):
    """Ask for one line of the table, as everybody, and yield what is wrong."""
    address, model = line.address(desk.world), matrix.model_of(line.path)
    forms = {}
    for letter in line.get:
        answer = desk.ask(letter, "GET", address)
        yield from fault(desk, letter, line, "GET", answer)
        if answer.letter == "+":
            there = bodies.FORM_AT.get(line.path)
            forms[letter] = (desk.ask(letter, "GET", address + there) if there else answer).form
    of_somebody = next((form for form in forms.values() if form), None)
    for letter in line.post:
        form = forms.get(letter) or of_somebody
        answer = desk.ask(letter, "POST", address, lambda form=form: bodies.body(line, model, form))
        yield from fault(desk, letter, line, "POST", answer)
