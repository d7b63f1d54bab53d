"""Pages about people and access."""

from accounts.admin import access, organisation, people

__all__ = ["access", "organisation", "people"]
