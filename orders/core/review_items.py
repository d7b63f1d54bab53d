"""Reviews as they come from outside, and the checks each of them has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from string import ascii_letters, digits

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault, future_fault

MOST_STARS = 5
# One or two stars are bad: somebody follows them up. Four and five are good.
BAD_STARS, GOOD_STARS = 2, 4
CODE_LETTERS = frozenset(f"{ascii_letters}{digits}-_")
TITLE_LENGTH, TEXT_LENGTH = 300, 20_000


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A review from outside, identified by (store, number); who wrote it is not taken.

    ``item`` is the seller SKU, the platform's id or the SKU. What is ``None`` or, of ``order`` and
    ``item``, blank is not given: it keeps what is stored, unless ``cleared`` names it.
    """

    store: str
    number: str
    stars: int
    written_at: datetime
    order: str = ""
    item: str = ""
    title: str | None = None
    text: str | None = None
    language: str | None = None
    cleared: frozenset[str] = frozenset()
    source_updated_at: datetime | None = None
    source_row: int | None = None


def check_review(item: ReviewItem, at: datetime) -> list[FieldFault]:
    """Return everything wrong with a review, nothing where it can be stored."""
    checks = Checks(item.source_row)
    checks.text("number", item.number, 100)
    checks.text("order", item.order, 100, blank=True)
    checks.text("item", item.item, 100, blank=True)
    if not 1 <= item.stars <= MOST_STARS:
        checks.wrong("stars", _("Stars are from 1 to 5."))
    checks.text("title", item.title or "", TITLE_LENGTH, blank=True)
    checks.prose("text", item.text or "", TEXT_LENGTH)
    language = item.language or ""
    if len(language) > 12 or not (
        language.isascii() and all(c.isalnum() or c in "-_" for c in language)
    ):
        checks.wrong("language", _("A language is a code such as en or zh."))
    before = len(checks.faults)
    checks.instant("written_at", item.written_at)
    if item.source_updated_at is not None:
        checks.instant("source_updated_at", item.source_updated_at)
    if len(checks.faults) == before:
        for field in ("written_at", "source_updated_at"):
            if late := future_fault(getattr(item, field), at):
                checks.wrong(field, late)
    return checks.faults


def turns_bad(before: int, after: int) -> bool:
    """Tell whether a changed review has become a bad one."""
    return before > BAD_STARS >= after


def turns_better(before: int, after: int) -> bool:
    """Tell whether a changed review is no bad one any more."""
    return before <= BAD_STARS < after
