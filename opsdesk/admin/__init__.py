"""The browser's ground: base classes, pages, panels, menu, and the system's own nouns."""

from opsdesk.admin import system

__all__ = ["system"]
