"""Keys derived from one secret."""

from opsdesk.core.keys import derived


def test_a_key_is_that_of_its_purpose_and_secret_alone():
    expected = "3d3811a2309c949f46e9d14aca3ec21398a8d06faa3a461f7ed16af7e5f2b167"

    made = derived("audit", "secret")

    assert len(made) == 32
    assert made == derived("audit", "secret")
    assert len({made, derived("api-key", "secret"), derived("audit", "another")}) == 3
    assert made.hex() == expected
