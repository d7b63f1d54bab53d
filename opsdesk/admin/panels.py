"""Panels: what later apps hang on the home page and on the pages of earlier apps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

HOME = "home"
HOME_WAITING = "home.waiting"

# Returns what the panel's template shows, or None where there is nothing to show this person.
Fill = Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a place, drawn from its template."""

    order: int
    template: str
    fill: Fill


_panels: dict[str, list[Panel]] = {}


def panel(place: str, template: str, *, order: int = 50) -> Callable[[Fill], Fill]:
    """Hang what the function fills on ``place``; lower ``order`` comes first."""

    def register(fill: Fill) -> Fill:
        _panels.setdefault(place, []).append(Panel(order, template, fill))
        _panels[place].sort(key=lambda one: one.order)
        return fill

    return register


def panels(place: str, request: HttpRequest, subject: Any = None) -> list[SafeString]:
    """Return the drawn panels of ``place`` about ``subject``, in order."""
    drawn = []
    for one in _panels.get(place, []):
        context = one.fill(request, subject)
        if context is not None:
            drawn.append(render_to_string(one.template, context, request=request))
    return drawn
