"""A return that somebody works on: held against others, and marked as decided here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.stores import lock_stores
from catalog.models import Store
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import NotAllowed
from orders.models import Return


def hold_return(case: Return, mover: Mover) -> Return:
    """Return the return as it stands, held with its store until the transaction ends.

    The store goes first, as with every writer of orders and returns. ``NotAllowed`` for whom it
    is not.
    """
    refuse_stranger(case.store, mover)
    lock_stores([case.store_id])
    rows = Return.objects.select_for_update(of=("self",)).select_related("store", "order")
    return rows.get(pk=case.pk)


def refuse_stranger(store: Store, mover: Mover) -> None:
    """Raise ``NotAllowed`` for a person without the right, or who does not see the store."""
    if mover.scope is None:
        return
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to work on returns."), code="no_right")
    if not Store.objects.visible_to(mover.scope).filter(pk=store.pk).exists():
        message = _("You don't see the store %(code)s: somebody of it has to do this.")
        raise NotAllowed(message % {"code": store.code}, code="not_yours")


def note_handled(case: Return, mover: Mover) -> None:
    """Note that something was decided here: an older delivery does not undo it."""
    Return.objects.filter(pk=case.pk).update(handled_at=mover.at, updated_at=mover.at)
    case.handled_at = case.updated_at = mover.at
