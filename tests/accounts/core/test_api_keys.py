"""The form of a key, what is kept of it, and the table of what it may open."""

import random

import pytest

from accounts.core.api_keys import (
    EVERY_USE,
    PAY_INPUTS,
    RESOURCES,
    Use,
    digest,
    new_key,
    prefix_of,
    same,
    terms_digest,
)


def test_a_key_names_its_prefix_and_has_43_letters_of_secret():
    key = new_key()

    mark, prefix, secret = key.text.split("_")
    assert (mark, len(prefix), len(secret)) == ("opsd", 8, 43)
    assert (prefix, prefix_of(key.text)) == (key.prefix, key.prefix)


def test_no_two_keys_are_alike():
    assert len({new_key().text for _ in range(500)}) == 500


def test_what_prints_a_key_prints_its_prefix():
    key = new_key()

    assert (repr(key), str(key)) == (f"NewKey({key.prefix})", f"NewKey({key.prefix})")


def test_every_single_wrong_letter_is_found():
    text = new_key().text
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_ \0é"

    passed = [
        (place, letter)
        for place in range(len(text))
        for letter in letters
        if letter != text[place] and prefix_of(text[:place] + letter + text[place + 1 :])
    ]

    assert passed == []


def test_two_letters_in_the_wrong_order_are_found():
    chance = random.Random(3)
    text = new_key().text

    for _ in range(500):
        one, other = sorted(chance.sample(range(5, len(text)), 2))
        swapped = list(text)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        wrong = "".join(swapped)
        assert wrong == text or prefix_of(wrong) is None


@pytest.mark.parametrize(
    "text", ["", "opsd", "opsd_", "opsd__", "x" * 57, "opsd_" + "a" * 8 + "_" + "a" * 42, "密" * 57]
)
def test_what_is_no_key_has_no_prefix(text):
    assert prefix_of(text) is None


@pytest.mark.parametrize(
    "around", [("", "\n"), (" ", ""), ("", " ")], ids=["line end", "space before", "space after"]
)
def test_nothing_stands_around_a_key(around):
    before, after = around

    assert prefix_of(before + new_key().text + after) is None


def test_the_digest_needs_the_pepper():
    text = "opsd_aaaaaaaa_" + "b" * 43

    assert digest(text, b"pepper") == (
        "2f356ec9c7bd5d663d8617f856befe9c6157c92e155be507e710d0498f4273c2"
    )
    assert len({digest(text, b"pepper"), digest(text, b"salt"), digest(text + "c", b"pepper")}) == 3


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("ab", "ab", True), ("ab", "ac", False), ("ab", "a", False)]
)
def test_digests_are_compared_whole(one, other, expected):
    assert same(one, other) is expected


def test_the_digest_of_the_terms_does_not_depend_on_their_order():
    one = terms_digest("ERP", "", ["a:read", "b:read"], ["UK", "DE"])

    assert one == terms_digest("ERP", "", ["b:read", "a:read"], ["DE", "UK"])


@pytest.mark.parametrize(
    "other",
    [
        ("ERQ", "", ["a:read"], ["UK"]),
        ("ERP", "x", ["a:read"], ["UK"]),
        ("ERP", "", ["a:write"], ["UK"]),
        ("ERP", "", ["a:read", "UK"], []),
        ("ERP", "", ["a:read"], ["UK", "DE"]),
    ],
)
def test_the_digest_of_the_terms_covers_each_of_them(other):
    assert terms_digest("ERP", "", ["a:read"], ["UK"]) != terms_digest(*other)


def test_figures_and_runs_are_read_only():
    read_only = {name for name, uses in RESOURCES.items() if uses == (Use.READ,)}

    figures = {"metrics", "scorecards", "pay-runs", "alerts", "changes", "runs"}
    assert read_only == figures | {"product-signals", "channels", "shipment-exceptions", "refunds"}
    assert len(EVERY_USE) == 2 * 33 + 10
    assert set(EVERY_USE) > PAY_INPUTS
