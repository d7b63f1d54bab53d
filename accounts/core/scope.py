"""What one person may see and do, as a value filled once per request."""

from dataclasses import dataclass
from datetime import date

from accounts.core.roles import COMPANY_WIDE, RIGHTS, Right, Role


@dataclass(frozen=True, slots=True)
class Scope:
    """The roles of a person and the departments they belong to, on a day of the company.

    ``departments`` are primary keys; they say nothing where ``everything`` is true. Of these,
    ``pay_departments`` are the ones whose pay a role opens: being employed in one does not.
    """

    user_id: int | None
    person_id: int | None
    roles: frozenset[Role]
    today: date
    departments: frozenset[int] = frozenset()
    pay_departments: frozenset[int] = frozenset()

    @property
    def everything(self) -> bool:
        """True for those who see the whole company."""
        return bool(self.roles & COMPANY_WIDE)

    def may(self, right: Right) -> bool:
        """Tell whether one of the roles carries ``right``."""
        return any(right in RIGHTS[role] for role in self.roles)


def nobody(today: date) -> Scope:
    """Return the scope of somebody who has not signed in."""
    return Scope(user_id=None, person_id=None, roles=frozenset(), today=today)
