"""Which phrases a text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.core.keywords import Phrase, base_language, held, plain

BROKEN, SMALL, DOES_NOT, BAD, SLOW, COLOUR = range(1, 7)
PHRASES = [
    Phrase(BROKEN, "broken", "en"),
    Phrase(SMALL, "too small", "en"),
    Phrase(DOES_NOT, "doesn't work", "en"),
    Phrase(BAD, "质量差", "zh"),
    Phrase(SLOW, "遅い", "ja"),
    Phrase(COLOUR, "größer", "de"),
]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("It is broken.", "en", {BROKEN}),
        ("BROKEN and broken, and Broken again", "en", {BROKEN}),  # each once
        ("unbroken", "en", set()),
        ("brokenhearted", "en", set()),
        ("broken", "en", {BROKEN}),
        ("half-broken!", "en", {BROKEN}),
        ("broken2", "en", set()),
        ("unbroken but broken", "en", {BROKEN}),  # the second place counts
        ("Too\n  small", "en", {SMALL}),
        ("too smaller", "en", set()),
        ("It doesn’t work", "en", {DOES_NOT}),  # the curved mark of a phone
        ("It DOESN'T WORK.", "en-GB", {DOES_NOT}),
        ("ｂｒｏｋｅｎ", "en", {BROKEN}),  # full width
        ("这个质量差得很", "zh", {BAD}),
        ("这个质量差得很", "zh-Hans", {BAD}),
        ("配送が遅いです", "ja", {SLOW}),
        ("GRÖSSER als gedacht", "de", {COLOUR}),
        ("broken 质量差", "zh", {BAD}),  # of its language only
        ("broken 质量差", "", {BROKEN, BAD}),  # nobody knows which
        ("broken", "xx", set()),
        ("", "en", set()),
    ],
)
def test_a_text_holds_phrases_of_its_language_as_words(text, language, found):
    assert held(text, language, PHRASES) == found


def test_a_phrase_ends_at_a_mark_that_belongs_to_its_letter():
    acute = "\u0301"
    phrases = [Phrase(1, "cafe", "en")]

    assert held(f"cafe{acute}", "en", phrases) == set()  # another word: café


def test_a_phrase_of_marks_alone_is_found_where_it_stands():
    assert held("no. 1 (one)", "en", [Phrase(1, "(one)", "en"), Phrase(2, "", "en")]) == {1}


@pytest.mark.parametrize(("code", "base"), [("en", "en"), ("EN_us", "en"), ("zh-Hans-CN", "zh")])
def test_a_language_is_the_first_part_of_its_code(code, base):
    assert base_language(code) == base


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_a_text_between_spaces_holds_itself(text):
    sought = plain(text)
    phrase = Phrase(1, text, "zh")

    assert held(f"x {text} y", "", [phrase]) == ({1} if sought else set())
