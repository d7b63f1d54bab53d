"""A sealed secret is read with its key only, and every alteration is found."""

import pytest

from opsdesk.core.sealing import seal, unseal

KEY = b"k" * 32


@pytest.mark.parametrize("secret", ["", "a", "harbour-mail", "密码 §" * 30, "x" * 32, "x" * 33])
def test_what_was_sealed_comes_back(secret):
    assert unseal(seal(secret, KEY), KEY) == secret


def test_the_same_secret_is_sealed_differently_each_time_and_is_not_in_it():
    first, second = seal("harbour-mail", KEY), seal("harbour-mail", KEY)

    assert first != second
    assert "harbour" not in first + second


def test_another_key_and_every_altered_letter_are_refused():
    sealed = seal("harbour-mail", KEY)
    altered = [
        sealed[:at] + ("B" if sealed[at] == "A" else "A") + sealed[at + 1 :]
        for at in range(0, len(sealed) - 4, 3)
    ]

    for text, key in [(sealed, b"o" * 32), *((one, KEY) for one in altered), ("", KEY), ("§", KEY)]:
        with pytest.raises(ValueError, match="another key"):
            unseal(text, key)
