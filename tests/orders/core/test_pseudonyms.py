"""Which numbers are personal, and what stands in their place."""

import pytest

from orders.core.pseudonyms import former_key, is_personal, pseudonym


@pytest.mark.parametrize(
    ("number", "personal"),
    [
        ("li@example.com", True),
        ("+44 7700 900123", True),
        ("(0113) 496-0000", True),
        ("17850", False),
        ("13800138000", False),  # digits alone are a number like any other
        ("C1001", False),
        ("2024-01", True),  # could be dialled
        ("12-34", False),  # too short to be dialled
        ("", False),
    ],
)
def test_a_number_that_reaches_somebody_is_personal(number, personal):
    assert is_personal(number) is personal


def test_a_pseudonym_is_the_same_with_the_same_key_only():
    one, other = b"one key", b"another key"

    assert former_key("li@example.com", one) == former_key("li@example.com", one)
    assert former_key("li@example.com", one) != former_key("li@example.com", other)
    assert pseudonym("0123456789abcdef" * 4) == "erased-0123456789abcdef0123456789abcdef"
