"""Tables of accounts."""

from accounts.models.access import (
    AccessChange,
    AccessChangeKind,
    AccessChangeState,
    ApprovalKind,
    ApprovalLimit,
    RoleGrant,
    StandIn,
)
from accounts.models.clients import ApiClient, ApiKey
from accounts.models.organisation import Department, Position, Team
from accounts.models.people import Employment, Level, Person, User
from accounts.models.periods import ClosedMonth

__all__ = [
    "AccessChange",
    "AccessChangeKind",
    "AccessChangeState",
    "ApiClient",
    "ApiKey",
    "ApprovalKind",
    "ApprovalLimit",
    "ClosedMonth",
    "Department",
    "Employment",
    "Level",
    "Person",
    "Position",
    "RoleGrant",
    "StandIn",
    "Team",
    "User",
]
