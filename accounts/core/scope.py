"""What one person or machine client may see and do, as a value filled once per request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.core.roles import COMPANY_WIDE, GUARDED, RIGHTS, Right, Role


@dataclass(frozen=True, slots=True)
class Scope:
    """The roles of somebody and the departments they belong to, on a day of the company.

    ``departments`` are primary keys; they say nothing where ``everything`` is true. Of these,
    ``pay_departments`` are the ones whose pay a role opens: being employed in one does not.
    ``borrowed`` are the rights of the people stood in for that day, who are ``principals``.

    A machine client has ``client_id``, the resources it may use (``"orders:read"``) and, where it
    is bound to stores, their codes in ``store_codes``; ``None``: bound to none.
    """

    user_id: int | None
    person_id: int | None
    roles: frozenset[Role]
    today: date
    departments: frozenset[int] = frozenset()
    pay_departments: frozenset[int] = frozenset()
    borrowed: frozenset[Right] = frozenset()
    principals: frozenset[int] = frozenset()
    client_id: int | None = None
    resources: frozenset[str] = frozenset()
    store_codes: frozenset[str] | None = None
    # Each own role with the departments it is for; ``None``: for the whole company.
    grants: frozenset[tuple[Role, frozenset[int] | None]] = frozenset()

    @property
    def everything(self) -> bool:
        """True for those who see the whole company."""
        if self.client_id is not None:
            return self.store_codes is None
        return bool(self.roles & COMPANY_WIDE)

    def may(self, right: Right) -> bool:
        """Tell whether one of the roles, or somebody stood in for, gives ``right``."""
        return self.has(right) or right in self.borrowed

    def reaches(self, right: Right, departments: Iterable[int]) -> bool:
        """Tell whether an own role carries ``right`` for one of ``departments``.

        A supervisor of one department who works in another one leads the first only.
        """
        asked = set(departments)
        return any(
            right in RIGHTS[role] and (own is None or bool(asked & own))
            for role, own in self.grants
        )

    def may_in(self, right: Right, department: int) -> bool:
        """Tell whether an own role carries ``right`` for ``department``, or it is borrowed.

        The departments that somebody stood in for opens are not those of one's own rights.
        """
        return right in self.borrowed or self.reaches(right, [department])

    @property
    def pays_everywhere(self) -> bool:
        """True for those who see the pay of the whole company by an own role."""
        return any(own is None and Right.PAY_VIEW in RIGHTS[role] for role, own in self.grants)

    def sees_pay_of(self, department: int) -> bool:
        """Tell whether a role, or somebody stood in for, opens the pay of ``department``."""
        return self.pays_everywhere or department in self.pay_departments

    def has(self, right: Right) -> bool:
        """Tell whether one of the own roles carries ``right``."""
        return any(right in RIGHTS[role] for role in self.roles)


def nobody(today: date) -> Scope:
    """Return the scope of somebody who has not signed in."""
    return Scope(user_id=None, person_id=None, roles=frozenset(), today=today)


def needs_second_factor(scope: Scope) -> bool:
    """Tell whether ``scope`` holds a right, own or borrowed, that asks for the second factor."""
    return any(scope.may(right) for right in GUARDED)
