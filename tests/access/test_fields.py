"""Every field of every table has a word on how sensitive it is, and the models agree."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models

from opsdesk.core.privacy import Sensitivity, sensitivity
from opsdesk.models import MoneyField

OURS = ("opsdesk", "accounts", "catalog", "orders", "kpis", "compensation")
LEVELS = {level.value for level in Sensitivity}
MARKS = LEVELS | {"row", "rule", "count", "secret", ""}
TABLE = Path(__file__).with_name("fields.txt")


def table():
    """What the table says: the mark of each field by model and name."""
    text = "\n".join(line for line in TABLE.read_text().splitlines() if not line.startswith("#"))
    found = {}
    for label, fields in re.findall(r"^(\w+\.\w+):((?:\s+(?!\w+\.\w+:)[\w:]+)*)", text, re.M):
        for word in fields.split():
            name, _colon, mark = word.partition(":")
            found[label, name] = mark
    return found


SAID = table()
FIELDS = {
    (model._meta.label_lower, field.name): (model, field)
    for model in apps.get_models()
    if model._meta.app_label in OURS
    for field in model._meta.concrete_fields
}


def test_every_field_has_its_word_and_every_word_a_field():
    missing = sorted(".".join(name) for name in FIELDS.keys() - SAID.keys())

    assert missing == [], "say in tests/access/fields.txt how sensitive these are"
    assert SAID.keys() - FIELDS.keys() == set(), "these are gone"
    assert set(SAID.values()) <= MARKS


def test_the_models_say_the_same():
    said = {name: mark if mark in LEVELS else None for name, mark in SAID.items()}
    found = {name: sensitivity(model, name[1]) for name, (model, _field) in FIELDS.items()}

    assert {name: level for name, level in found.items() if level != said[name]} == {}


def test_an_amount_about_people_is_pay_or_stands_in_guarded_rows():
    amounts = {
        name: SAID[name]
        for name, (_model, field) in FIELDS.items()
        if isinstance(field, MoneyField) and name[0].startswith(("accounts.", "compensation."))
    }

    assert {name for name, mark in amounts.items() if not mark} == set()


OWN = "orders.mailbox"  # how to reach the company itself


def test_how_to_reach_somebody_is_personal():
    contacts = {
        name: "customer" if name[0].startswith("orders.") and name[0] != OWN else "personal"
        for name, (_model, field) in FIELDS.items()
        if isinstance(field, models.EmailField) or re.search("phone|address|birth", name[1])
    }

    assert {name: SAID[name] for name in contacts} == contacts


def test_a_password_or_digest_of_a_key_is_secret():
    key = ("accounts.apikey", "digest")
    secrets = {name for name in FIELDS if name[1] == "password" or name == key}

    assert {SAID[name] for name in secrets} == {"secret"}
