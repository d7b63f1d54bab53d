"""Tables of accounts."""

from accounts.models.access import RoleGrant
from accounts.models.organisation import Department, Position, Team
from accounts.models.people import Employment, Level, Person, User
from accounts.models.periods import ClosedMonth

__all__ = [
    "ClosedMonth",
    "Department",
    "Employment",
    "Level",
    "Person",
    "Position",
    "RoleGrant",
    "Team",
    "User",
]
