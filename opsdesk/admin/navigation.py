"""The menu by the words of the desk; each app enters its own pages."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Section(IntEnum):
    """The groups of the menu, in order."""

    DESK = 1
    SALES = 2
    SERVICE = 3
    CATALOGUE = 4
    FIGURES = 5
    PAY = 6
    PEOPLE = 7
    SYSTEM = 8


TITLES = {
    Section.DESK: "",
    Section.SALES: _("Sales"),
    Section.SERVICE: _("Customer service"),
    Section.CATALOGUE: _("Catalogue"),
    Section.FIGURES: _("Figures"),
    Section.PAY: _("Pay"),
    Section.PEOPLE: _("People"),
    Section.SYSTEM: _("System"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the menu; ``right`` blank: for everybody, a function: asked with the scope."""

    section: Section
    order: int
    title: Any
    url: str
    icon: str
    right: str | Callable[[Any], bool] = ""

    def allowed(self, scope: Any) -> bool:
        """Tell whether the person of ``scope`` sees it."""
        if callable(self.right):
            return self.right(scope)
        return not self.right or scope.may(self.right)


_entries: list[Entry] = [Entry(Section.DESK, 0, _("My desk"), "admin:index", "home")]


def enter(*entries: Entry) -> None:
    """Put pages into the menu."""
    _entries.extend(entries)
    _entries.sort(key=lambda entry: (entry.section, entry.order))


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the menu of the signed-in person."""
    groups: dict[Section, list[dict[str, Any]]] = {}
    links = [(entry, reverse(entry.url)) for entry in _entries if entry.allowed(request.scope)]
    # Of two addresses where one begins like the other, the longer one is meant.
    here = max((url for _entry, url in links if _is_at(request.path, url)), key=len, default="")
    for entry, url in links:
        item = {"title": entry.title, "icon": entry.icon, "link": url, "active": url == here}
        groups.setdefault(entry.section, []).append(item)
    return [{"title": TITLES[section], "items": items} for section, items in groups.items()]


def _is_at(path: str, url: str) -> bool:
    return path == url if url == reverse("admin:index") else path.startswith(url)
