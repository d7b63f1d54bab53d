"""Who may decide on what somebody else began: the one rule behind every approval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from opsdesk.core.errors import NotAllowed


def people(*users: int | None) -> frozenset[int]:
    """Return those of ``users`` who are somebody: the system itself has no sign-in."""
    return frozenset(user for user in users if user is not None)


# Each code may be worded by the case; these words fit every case.
WORDS: Mapping[str, object] = {
    "no_right": _("You don't have the right to decide on this."),
    "own_proposal": _("You proposed this, so somebody else must decide on it."),
    "own_pay": _("This pays you, so somebody else must decide on it."),
    "own_access": _("This is about what you may do, so somebody else must decide on it."),
    "changed_input": _(
        "You changed what this is calculated from, so somebody else must decide on it."
    ),
    "through_stand_in": _(
        "You stand in for somebody who began this, is paid by it or changed what it is calculated "
        "from, so somebody else must decide on it."
    ),
    "over_limit": _(
        "%(amount)s is more than you may decide on (%(limit)s); somebody with a higher limit must."
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """Something that waits for a second person; people are primary keys of sign-ins.

    ``proposers`` began it or wrote any part of it. ``receivers`` are paid by it or get a right by
    it. ``meddlers`` changed what it is calculated from. ``departments`` are those whose pay it
    is: who decides must decide for all of them. ``amount`` is in reporting currency.
    """

    proposers: frozenset[int]
    receivers: frozenset[int] = frozenset()
    meddlers: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    amount: Decimal = Decimal(0)

    @property
    def barred(self) -> dict[int, str]:
        """Who may not decide, with the code of the reason."""
        reasons = (
            (self.meddlers, "changed_input"),
            (self.receivers, "own_pay"),
            (self.proposers, "own_proposal"),
        )
        return {person: code for people, code in reasons for person in people}


@dataclass(frozen=True, slots=True)
class Authority:
    """By what somebody decides: an own role, or a role of ``lender``, stood in for.

    ``named_by`` chose the stand-in, ``confirmed_by`` agreed. ``departments`` ``None``: for the
    whole company; ``up_to`` ``None``: any amount.
    """

    lender: int
    named_by: int | None = None
    confirmed_by: int | None = None
    departments: frozenset[int] | None = None
    up_to: Decimal | None = None

    @property
    def behind(self) -> frozenset[int]:
        """Whose authority it is, and who had a hand in lending it."""
        return people(self.lender, self.named_by, self.confirmed_by)

    def covers(self, departments: frozenset[int]) -> bool:
        """Tell whether it reaches every one of ``departments``; no department needs them all."""
        if self.departments is None:
            return True
        return bool(departments) and departments <= self.departments


def authority_for(
    case: Case,
    decider: int,
    authorities: Iterable[Authority],
    words: Mapping[str, object] | None = None,
) -> Authority:
    """Return the authority by which ``decider`` may decide on ``case``, the own ones first.

    Raises ``NotAllowed`` with the code of the reason: nobody decides on what they began, on what
    they gain by, on what they changed an input of, nor as the stand-in of somebody, or chosen or
    confirmed by somebody, of whom that is true.
    """
    said = {**WORDS, **(words or {})}
    if decider in case.barred:
        code = case.barred[decider]
        raise NotAllowed(str(said[code]), code=code)
    held = [one for one in authorities if one.covers(case.departments)]
    free = [one for one in held if not one.behind & case.barred.keys()]
    if not free:
        code = "through_stand_in" if held else "no_right"
        raise NotAllowed(str(said[code]), code=code)
    enough = [one for one in free if one.up_to is None or case.amount <= one.up_to]
    if not enough:
        limit = max(one.up_to for one in free if one.up_to is not None)
        figures = {"amount": f"{case.amount:,.2f}", "limit": f"{limit:,.2f}"}
        raise NotAllowed(str(said["over_limit"]) % figures, code="over_limit")
    return min(enough, key=lambda one: one.lender != decider)
