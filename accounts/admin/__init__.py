"""Pages about people and access."""

from accounts.admin import (
    access,
    changes,
    clients,
    organisation,
    people,
    sessions,
    sign_ins,
    stand_ins,
)

__all__ = [
    "access",
    "changes",
    "clients",
    "organisation",
    "people",
    "sessions",
    "sign_ins",
    "stand_ins",
]
