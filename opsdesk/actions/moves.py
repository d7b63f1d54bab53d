"""Taking a thing through its life: by a conditional update, with its event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from opsdesk.actions.audit import Actor, person_id, record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.core.moves import BACK, Life, Move
from opsdesk.models import LifeEvent

REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves something, and when; without ``by`` and ``scope`` it is the system itself.

    ``scope`` is that of the accounts, which the ground does not know by name. ``following``: the
    move follows from something else that was done, such as a delivery.
    """

    at: datetime
    by: Actor | None = None
    scope: Any = None
    following: bool = False

    def follow(self) -> "Mover":
        """Return the same one for a move that follows from what was done."""
        return replace(self, following=True)

    @property
    def client_name(self) -> str:
        """The name of the machine that does it, blank for a person and the system."""
        return "" if self.by is None or person_id(self.by) else str(self.by)[:150]

    @property
    def is_machine(self) -> bool:
        """True for a machine client."""
        return self.scope is not None and self.scope.client_id is not None

    def may(self, right: str) -> bool:
        """True for who has ``right``, for the system, and where it follows from something else.

        What a machine may was asked when its key was looked at.
        """
        allowed = self.scope is None or self.is_machine or self.scope.may(right)
        return allowed or self.following


def _nothing(thing: Any, verb: str) -> list[str]:
    return []


def _no_more(thing: Any, verb: str, mover: Mover) -> None:
    return None


def _hold_nothing(thing: Any) -> None:
    return None


def _nowhere(thing: Any) -> str:
    raise InvalidTransition(_("Nobody knows where “%(thing)s” came from.") % {"thing": thing})


@dataclass(frozen=True, slots=True)
class Course:
    """How a noun goes through its life.

    ``missing`` says in whole sentences what a move still needs, and ``then`` does what follows
    from it, in the same transaction. ``field`` is the column the state stands in. ``hold`` locks
    what must be held before the thing itself, such as its store: all writers take locks in one
    order. ``back`` is the state that a move leads back to.
    """

    life: Life
    model: type[models.Model]
    missing: Callable[[Any, str], Sequence[str]] = _nothing
    then: Callable[[Any, str, Mover], None] = _no_more
    field: str = "status"
    hold: Callable[[Any], None] = _hold_nothing
    back: Callable[[Any], str] = _nowhere

    def end(self, thing: Any, wanted: Move) -> str:
        """Return the state in which ``wanted`` ends."""
        return self.back(thing) if wanted.to == BACK else wanted.to


@dataclass(frozen=True, slots=True)
class Option:
    """A move that starts from the present state; ``refusals`` say why it is not open now."""

    verb: str
    move: Move
    to: str
    refusals: tuple[str, ...]

    @property
    def open(self) -> bool:
        """True where nothing stands against it."""
        return not self.refusals


def options(course: Course, thing: Any, scope: Any) -> list[Option]:
    """Return every move made by hand from the present state, with all that stands against each."""
    return [
        Option(verb, move, course.end(thing, move), _refusals(course, thing, verb, scope))
        for verb, move in course.life.from_state(getattr(thing, course.field)).items()
        if move.by_hand
    ]


@transaction.atomic
def begin(course: Course, thing: Any, mover: Mover) -> LifeEvent:
    """Write the first event of a thing just made: its time in the first state counts from it."""
    return _event(course, thing, ("begin", "", getattr(thing, course.field)), "", mover)


@transaction.atomic
def begin_many(course: Course, things: Sequence[Any], mover: Mover) -> None:
    """Write the first events of things just made in bulk, whose making is audited by their own."""
    LifeEvent.objects.bulk_create(
        [
            LifeEvent(
                life=course.life.name,
                object_id=thing.pk,
                verb="begin",
                state=getattr(thing, course.field),
                by_id=person_id(mover.by),
                client_name=mover.client_name,
                at=mover.at,
            )
            for thing in things
        ],
        batch_size=5_000,
    )


@transaction.atomic
def move(course: Course, thing: Any, verb: str, mover: Mover, *, reason: str = "") -> LifeEvent:
    """Take ``thing`` through the move ``verb`` and record it; of two at once one succeeds.

    Raises ``InvalidTransition`` where the life has no such move from the present state,
    ``NotAllowed`` without its right or where it is not made by hand, ``InvalidData`` without a
    reason it asks for, and ``NotReady`` with every sentence of what is missing. Nothing is written
    then.
    """
    wanted = course.life.move(verb)
    course.hold(thing)
    rows = course.model._default_manager
    held = rows.select_for_update(of=("self",)).get(pk=thing.pk)
    before = getattr(held, course.field)
    _refuse_state(course, held, wanted)
    _refuse_mover(wanted, mover)
    reason = reason.replace("\0", "").strip()
    if wanted.needs_reason and not reason:
        raise InvalidData(_("Give the reason."), field="reason")
    if len(reason) > REASON_LENGTH:
        message = _("A reason has at most %(limit)d characters.") % {"limit": REASON_LENGTH}
        raise InvalidData(message, field="reason")
    if missing := course.missing(held, verb):
        raise NotReady(" ".join(missing))
    end = course.end(held, wanted)
    if not _take(course, held, verb, end):
        held.refresh_from_db(fields=[course.field])
        _refuse_state(course, held, wanted)
    for one in (held, thing):
        setattr(one, course.field, end)
    event = _event(course, held, (verb, before, end), reason, mover)
    course.then(held, verb, mover)
    return event


def _take(course: Course, held: Any, verb: str, end: str) -> int:
    """Write the new state where the old one still stands; return how many rows were written."""
    wanted = course.life.move(verb)
    of_state = {f"{course.field}__in": wanted.sources}
    rows = course.model._default_manager.filter(pk=held.pk, **of_state)
    try:
        with transaction.atomic():
            return rows.update(**{course.field: end})
    except IntegrityError as error:
        # A rule over several rows, and somebody else was quicker: now it can be said in words.
        if missing := course.missing(held, verb):
            raise NotReady(" ".join(missing)) from error
        raise


def _event(
    course: Course, thing: Any, step: tuple[str, str, str], reason: str, mover: Mover
) -> LifeEvent:
    verb, before, after = step
    told = {"from": before, "to": after, "reason": reason}
    record(f"{course.life.name}: {verb}", thing, by=mover.by, at=mover.at, detail=told)
    return LifeEvent.objects.create(
        life=course.life.name,
        object_id=thing.pk,
        verb=verb,
        from_state=before,
        state=after,
        reason=reason,
        by_id=person_id(mover.by),
        client_name=mover.client_name,
        at=mover.at,
    )


def _refuse_state(course: Course, thing: Any, wanted: Move) -> None:
    state = getattr(thing, course.field)
    if state not in wanted.sources:
        raise InvalidTransition(
            _("%(thing)s is “%(state)s”; “%(step)s” is not possible now.")
            % {"thing": thing, "state": course.life.label_of(state), "step": wanted.label}
        )


def _refuse_mover(wanted: Move, mover: Mover) -> None:
    if not wanted.by_hand and not mover.following:
        raise NotAllowed(
            _("“%(step)s” follows by itself from what is recorded; nobody makes it directly.")
            % {"step": wanted.label},
            code="not_by_hand",
        )
    if mover.is_machine and not wanted.by_machine:
        raise NotAllowed(_("“%(step)s” takes a person.") % {"step": wanted.label}, code="no_person")
    if mover.scope is not None and not mover.is_machine and not mover.scope.may(wanted.right):
        raise NotAllowed(
            _("You don't have the right to “%(step)s”.") % {"step": wanted.label}, code="no_right"
        )


def _refusals(course: Course, thing: Any, verb: str, scope: Any) -> tuple[str, ...]:
    wanted = course.life.move(verb)
    found = list(course.missing(thing, verb))
    if scope.client_id is None and not scope.may(wanted.right):
        found.insert(0, _("You don't have the right to “%(step)s”.") % {"step": wanted.label})
    if scope.client_id is not None and not wanted.by_machine:
        found.insert(0, _("“%(step)s” takes a person.") % {"step": wanted.label})
    return tuple(found)
