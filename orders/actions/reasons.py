"""The tree of reasons for returns, as people keep it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import save_record
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.exchange import has_controls
from orders.core.reasons import LEVELS, folded
from orders.models import ReturnReason


@transaction.atomic
def save_reason(reason: ReturnReason, mover: Mover) -> ReturnReason:
    """Store a reason; one writer at a time, so that two cannot put each under the other.

    ``InvalidData`` for a tree of more than three levels or in a circle, and for a word of the
    sources that means another reason already.
    """
    if not mover.may(Right.MASTER_EDIT):
        raise NotAllowed(_("You don't have the right to keep the reasons."), code="no_right")
    take_turn("return reasons")
    stored = list(ReturnReason.objects.all())
    parents = {one.pk: one.parent_id for one in stored}
    if _depth_below(reason.pk, parents) + _depth_above(reason, parents) > LEVELS:
        message = _("Reasons are at most %(levels)d levels deep: choose another parent.")
        raise InvalidData(message % {"levels": LEVELS}, field="parent")
    _refuse_words(reason, stored)
    return save_record(reason, by=mover.by, at=mover.at)


def _depth_above(reason: ReturnReason, parents: dict[int, int | None]) -> int:
    """Return how many levels the reason and what it is part of make."""
    levels, above = 1, reason.parent_id
    while above is not None:
        if above == reason.pk or levels > LEVELS:
            message = _("A reason cannot be part of itself: choose another parent.")
            raise InvalidData(message, field="parent")
        levels, above = levels + 1, parents.get(above)
    return levels


def _depth_below(number: int | None, parents: dict[int, int | None]) -> int:
    if number is None:
        return 0
    below = [child for child, parent in parents.items() if parent == number and child != number]
    return max((1 + _depth_below(child, parents) for child in below), default=0)


def _refuse_words(reason: ReturnReason, stored: list[ReturnReason]) -> None:
    taken = {
        folded(word): other
        for other in stored
        if other.pk != reason.pk
        for word in (other.code, *other.words)
    }
    for word in (reason.code, *reason.words):
        if has_controls(word):
            message = _("A word of a source has no control characters.")
            raise InvalidData(message, field="source_words")
        if (other := taken.get(folded(word))) is not None:
            message = _("“%(word)s” means “%(other)s” already: take it away there first.")
            words = {"word": word[:60], "other": other}
            raise InvalidData(message % words, field="source_words")
