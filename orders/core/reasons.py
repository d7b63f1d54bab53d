"""The reasons for returns that the product ships, as a tree, and what sources call them."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

LEVELS = 3

# code: the code of its parent, its name, and the words of sources that mean it
SHIPPED_REASONS: dict[str, tuple[str, object, tuple[str, ...]]] = {
    "not_as_described": (
        "",
        pgettext_lazy("return", "Not as described"),
        ("NOT_AS_DESCRIBED", "NOT_COMPATIBLE"),
    ),
    "quality": (
        "not_as_described",
        pgettext_lazy("return", "Quality below what was expected"),
        ("QUALITY_UNACCEPTABLE",),
    ),
    "looks": ("not_as_described", pgettext_lazy("return", "Colour or look differs"), ()),
    "damaged": (
        "",
        pgettext_lazy("return", "Damaged in transit"),
        ("DAMAGED_BY_CARRIER", "CARRIER_DAMAGED"),
    ),
    "defective": ("", pgettext_lazy("return", "Defective"), ("DEFECTIVE",)),
    "dead": ("defective", pgettext_lazy("return", "Does not work on arrival"), ()),
    "parts": ("defective", pgettext_lazy("return", "Parts are missing"), ("MISSING_PARTS",)),
    "wrong_item": ("", pgettext_lazy("return", "Wrong item sent"), ("SWITCHEROO",)),
    "late": (
        "",
        pgettext_lazy("return", "Came too late"),
        ("MISSED_ESTIMATED_DELIVERY", "NEVER_ARRIVED"),
    ),
    "changed_mind": ("", pgettext_lazy("return", "Changed mind"), ("UNWANTED_ITEM",)),
    "by_mistake": (
        "changed_mind",
        pgettext_lazy("return", "Ordered by mistake"),
        ("ORDERED_WRONG_ITEM",),
    ),
    "cheaper": (
        "changed_mind",
        pgettext_lazy("return", "Found cheaper elsewhere"),
        ("FOUND_BETTER_PRICE",),
    ),
    "size": ("", pgettext_lazy("return", "Size or fit"), ("APPAREL_STYLE",)),
    "too_small": ("size", pgettext_lazy("return", "Too small"), ("APPAREL_TOO_SMALL",)),
    "too_large": ("size", pgettext_lazy("return", "Too large"), ("APPAREL_TOO_LARGE",)),
    "other": ("", pgettext_lazy("return", "Other reason"), ("NO_REASON_GIVEN",)),
}


def folded(word: str) -> str:
    """Return a word of a source as it is compared: case, spaces and joints do not matter."""
    return " ".join(word.replace("_", " ").replace("-", " ").casefold().split())


def words_of(text: str) -> list[str]:
    """Return the words of sources as they are typed, one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]
