"""The score of a listing's content and the advice that comes with it."""

import pytest

from catalog.core.listing_check import CheckRules, Content, check_content, keyword_list

POINT = "Keeps drinks hot for half a day."
# The keyword stands in it twice in 109 words: 1.8 %.
GOOD = Content(
    title="Thermos for travel and office, steel, half a litre, with cup and strap",
    keywords="thermos",
    bullet_points="\n".join([POINT] * 5),
    description="thermos " + "word " * 60,
    images="\n".join(f"https://img.example/{n}.jpg" for n in range(5)),
    video="https://img.example/v.mp4",
    video_seconds=15,
)


def codes(content, rules=None):
    return {
        one.code: one.points_lost for one in check_content(content, rules or CheckRules()).findings
    }


def changed(**values):
    return Content(**({n: getattr(GOOD, n) for n in Content.__slots__} | values))


def test_content_that_has_everything_scores_one_hundred():
    checked = check_content(GOOD)

    assert (checked.score, checked.findings) == (100, ())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"video": ""}, {"video_missing": 10}),
        ({"video_seconds": None}, {"video_length_unknown": 5}),
        ({"video_seconds": 14}, {"video_length": 5}),
        ({"video_seconds": 30}, {}),  # the longest that is right
        ({"video_seconds": 31}, {"video_length": 5}),
        ({"images": "https://img.example/1.jpg"}, {"images_few": 16}),
        ({"images": ""}, {"images_few": 20}),
        ({"bullet_points": "\n".join([POINT] * 4)}, {"bullet_points_few": 2}),
        ({"bullet_points": "\n".join([POINT] * 4 + ["Short"])}, {"bullet_point_length": 5}),
        ({"keywords": ""}, {"no_keywords": 15}),
        ({"keywords": "kettle"}, {"title_keywords": 15, "density_low": 15}),
        ({"description": "thermos " * 60}, {"density_high": 15}),
    ],
)
def test_each_fault_costs_its_points(values, expected):
    content = changed(**values)

    assert codes(content) == expected
    assert check_content(content).score == 100 - sum(expected.values())


@pytest.mark.parametrize(
    ("length", "code"),
    [(49, "title_short"), (50, None), (200, None), (201, "title_long")],
)
def test_a_title_has_fifty_to_two_hundred_characters(length, code):
    found = codes(changed(title="thermos ".ljust(length, "x")))

    assert [one for one in found if one in ("title_short", "title_long")] == (
        [code] if code else []
    )


def test_density_counts_characters_where_there_are_no_spaces():
    # 2 of 100 characters: 2 %, right; 4 of 100: too many.
    right = Content(title="保温" + "好" * 98, keywords="保温")
    often = Content(title="保温保温" + "好" * 96, keywords="保温")

    assert "density_high" not in codes(right) and "density_low" not in codes(right)
    assert codes(often)["density_high"] == 15


def test_prohibited_words_are_found_as_whole_words_in_any_case():
    rules = CheckRules(prohibited=("cure", "根治"))

    assert codes(changed(title=GOOD.title + " CURE"), rules)["prohibited_claims"] == 30
    assert codes(changed(title=GOOD.title + " 可根治"), rules)["prohibited_claims"] == 30
    assert "prohibited_claims" not in codes(changed(title=GOOD.title + " secure"), rules)


def test_empty_content_scores_nothing_below_zero():
    assert check_content(Content(title=""), CheckRules()).score == 15


def test_keywords_stand_on_lines_or_between_commas_once_each():
    assert keyword_list("a, b\nc，a、d") == ["a", "b", "c", "d"]
