"""The browser's ground: base classes, pages, panels, menu, and the system's own nouns."""

from opsdesk.admin import audit, system

__all__ = ["audit", "system"]
