"""Segments between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.core.diff import Part, Segment, content_diff, text_diff

KEPT, ADDED, REMOVED = Part.KEPT, Part.ADDED, Part.REMOVED


def test_words_are_compared_whole():
    assert text_diff("a steel cup", "a glass cup") == (
        Segment(KEPT, "a "),
        Segment(REMOVED, "steel"),
        Segment(ADDED, "glass"),
        Segment(KEPT, " cup"),
    )


def test_chinese_is_compared_by_character():
    assert text_diff("不锈钢杯", "不锈铁杯") == (
        Segment(KEPT, "不锈"),
        Segment(REMOVED, "钢"),
        Segment(ADDED, "铁"),
        Segment(KEPT, "杯"),
    )


def test_each_field_says_whether_it_changed():
    found = content_diff({"title": "A", "images": "x"}, {"title": "B", "images": "x"})

    assert [(one.field, one.changed) for one in found] == [("title", True), ("images", False)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_from_the_segments(before, after):
    (found,) = content_diff({"title": before}, {"title": after})

    assert "".join(one.text for one in found.before) == before
    assert "".join(one.text for one in found.after) == after
