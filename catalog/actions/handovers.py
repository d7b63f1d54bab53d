"""Handing a store over: offered by one, accepted by both, then the credit follows."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Employment, Person, User
from catalog.actions.assignments import departments_of, per_cent
from catalog.actions.stores import lock_stores, mark_days, refuse_closed
from catalog.core.handovers import HandoverState
from catalog.core.items import YEARS
from catalog.models import Handover, StoreAssignment
from catalog.queries.stores import leads_store
from opsdesk.actions.audit import record
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed

Who = tuple[User, datetime]
DECISION = ("state", "accepted_from_at", "accepted_to_at", "decided_by", "decided_at")


@transaction.atomic
def offer_handover(handover: Handover, *, scope: Scope, by: User, at: datetime) -> Handover:
    """Offer a share of a store: one's own, or, with the right to assign, somebody else's.

    An own offer is the giver's acceptance at once. Nobody offers to themselves, nor beyond the
    stores and people they see (``NotAllowed``); giver and receiver must be able to sign in, the
    receiver be employed on the day, the share be the giver's, and the month open.
    """
    lock_stores([handover.store_id])
    own = handover.from_person.user_id == by.pk
    _refuse_stranger(handover, scope, by, own=own)
    if handover.on_date.year not in YEARS:
        message = _("A date of the years 1990 to 2100 is expected.")
        raise InvalidData(message, field="on_date")
    for field in ("from_person", "to_person"):
        person = getattr(handover, field)
        if person.user is None or not person.user.is_active:
            message = _("%(person)s cannot sign in, and so cannot accept: make a sign-in first.")
            raise InvalidData(message % {"person": person}, field=field)
    if not _employed(handover.to_person, handover.on_date):
        message = _("%(person)s is not employed on that day.") % {"person": handover.to_person}
        raise InvalidData(message, field="to_person")
    given = _given(handover)
    _refuse_closed(handover, given)
    handover.state = HandoverState.OFFERED
    handover.offered_by, handover.offered_at = by, at
    handover.accepted_from_at = at if own else None
    handover.accepted_to_at = handover.decided_by = handover.decided_at = None
    return save_record(handover, by=by, at=at)


@transaction.atomic
def accept_handover(handover: Handover, *, by: User, at: datetime) -> Handover:
    """Accept for one's own side; with the second of the two the assignments change.

    The store is held meanwhile, and each update names the state it starts from: of two presses
    at once, or an acceptance and a withdrawal, one succeeds (``InvalidTransition``). Nobody
    accepts for somebody else, nor what they offered (``NotAllowed``).
    """
    lock_stores([handover.store_id])
    now = _stored(handover)
    side, other = _sides(now, by)
    if now.offered_by_id == by.pk:
        raise NotAllowed(_("You offered it: the others accept it."), code="own_offer")
    moved = Handover.objects.filter(
        pk=now.pk, state=HandoverState.OFFERED, **{f"{side}__isnull": True}
    ).update(**{side: at})
    if not moved:
        raise _decided(now)
    if getattr(now, other) is None:
        record("handover: agreed", now, by=by, at=at)
        now.refresh_from_db(fields=[side])
        return now
    _hand_over(now, (by, at))
    return _decide(now, HandoverState.ACCEPTED, (by, at))


@transaction.atomic
def decline_handover(handover: Handover, *, by: User, at: datetime) -> Handover:
    """Decline a handover as one of the two it is between; nothing changes hands."""
    lock_stores([handover.store_id])
    now = _stored(handover)
    _sides(now, by)
    if now.offered_by_id == by.pk:
        raise NotAllowed(_("You offered it: withdraw it instead."), code="own_offer")
    return _decide(now, HandoverState.DECLINED, (by, at))


@transaction.atomic
def withdraw_handover(handover: Handover, *, by: User, at: datetime) -> Handover:
    """Take an open offer back; only who made it does."""
    lock_stores([handover.store_id])
    now = _stored(handover)
    if now.offered_by_id != by.pk:
        raise NotAllowed(_("A handover is withdrawn by who offered it."), code="not_yours")
    return _decide(now, HandoverState.WITHDRAWN, (by, at))


def _stored(handover: Handover) -> Handover:
    rows = Handover.objects.select_related("store", "from_person", "to_person")
    return rows.get(pk=handover.pk)


def _sides(handover: Handover, by: User) -> tuple[str, str]:
    """Return the field of one's own acceptance and that of the other side's."""
    if handover.from_person.user_id == by.pk:
        return "accepted_from_at", "accepted_to_at"
    if handover.to_person.user_id == by.pk:
        return "accepted_to_at", "accepted_from_at"
    message = _("Only giver and receiver answer a handover, each for themselves.")
    raise NotAllowed(message, code="not_yours")


def _decide(handover: Handover, to: HandoverState, who: Who) -> Handover:
    by, at = who
    moved = Handover.objects.filter(pk=handover.pk, state=HandoverState.OFFERED).update(
        state=to, decided_by=by, decided_at=at
    )
    if not moved:
        raise _decided(handover)
    record(f"handover: {to}", handover, by=by, at=at)
    handover.refresh_from_db(fields=DECISION)
    return handover


def _decided(handover: Handover) -> InvalidTransition:
    handover.refresh_from_db(fields=DECISION)
    if handover.state == HandoverState.OFFERED:
        return InvalidTransition(_("You have accepted it already; the other side has not yet."))
    message = _("The handover is decided already: %(state)s.")
    return InvalidTransition(message % {"state": handover.get_state_display()})


def _refuse_stranger(handover: Handover, scope: Scope, by: User, *, own: bool) -> None:
    if handover.to_person.user_id == by.pk:
        message = _("Nobody assigns themselves: ask somebody else who assigns stores.")
        raise NotAllowed(message, code="own_record", field="to_person")
    people = Person.objects.visible_to(scope)
    if not people.filter(pk=handover.to_person_id).exists():
        message = _("This person belongs to another department.")
        raise NotAllowed(message, field="to_person")
    if own:
        return
    if not scope.has(Right.ASSIGN) or not people.filter(pk=handover.from_person_id).exists():
        message = _("You can hand over only what is yours.")
        raise NotAllowed(message, field="from_person")
    if not leads_store(scope, handover.store_id):
        message = _("This store is not yours to assign: it belongs to another department.")
        raise NotAllowed(message, field="store")


def _employed(person: Person, day: date) -> bool:
    return Employment.objects.during(day, day + date.resolution).filter(person=person).exists()


def _given(handover: Handover) -> StoreAssignment:
    """Return the giver's assignment on the day, or raise ``InvalidData`` where it is too small."""
    held = (
        StoreAssignment.objects.on(handover.on_date)
        .filter(store=handover.store_id, duty=handover.duty, person=handover.from_person_id)
        .filter(share__gte=handover.share)
        .order_by("from_date", "pk")
        .first()
    )
    if held is None:
        message = _("On %(day)s %(person)s does not have %(share)s %% of store %(store)s.")
        words = {
            "day": handover.on_date.isoformat(),
            "person": handover.from_person,
            "share": per_cent(handover.share),
            "store": handover.store.code,
        }
        raise InvalidData(message % words, code="share_not_held", field="share")
    return held


def _refuse_closed(handover: Handover, given: StoreAssignment) -> None:
    start, end = handover.on_date, given.to_date
    refuse_closed(departments_of(handover.store_id, start, end), start, end, field="on_date")


def _hand_over(handover: Handover, who: Who) -> None:
    """Take the share from the giver's assignment and give it to the receiver from the day on."""
    by, at = who
    given = _given(handover)
    _refuse_closed(handover, given)
    start, end, left = handover.on_date, given.to_date, given.share - handover.share
    if given.from_date < start:
        given.to_date = start
        save_record(given, by=by, at=at)
        if left:
            rest = _assignment(handover, handover.from_person)
            rest.share, rest.to_date = left, end
            save_record(rest, by=by, at=at)
    elif left:
        given.share = left
        save_record(given, by=by, at=at)
    else:
        delete_record(given, by=by, at=at)
    save_record(_received(handover, end), by=by, at=at)
    mark_days(handover.store_id, start, end, at)


def _received(handover: Handover, end: date | None) -> StoreAssignment:
    """Return the receiver's assignment: a new one, or a larger share of one of the same days."""
    new = _assignment(handover, handover.to_person)
    new.to_date = end
    twin = StoreAssignment.objects.filter(
        store=handover.store_id,
        duty=handover.duty,
        person=handover.to_person_id,
        from_date=handover.on_date,
    ).first()
    if twin is None:
        return new
    if twin.to_date != end:
        message = _("%(person)s has an assignment from that day on, with another end.")
        raise InvalidData(message % {"person": handover.to_person}, field="on_date")
    twin.share += handover.share
    return twin


def _assignment(handover: Handover, person: Person) -> StoreAssignment:
    return StoreAssignment(
        store=handover.store,
        person=person,
        duty=handover.duty,
        share=handover.share,
        from_date=handover.on_date,
    )
