"""Whose figures a page shows: the scopes a person may choose from, and what an address asks for."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.models import Department, Person
from catalog.models import Store
from kpis.models import ScopeKind
from kpis.queries.metrics import metric_scope_visible
from opsdesk.core.periods import Period

PEOPLE_OFFERED = 200
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class Chosen:
    """A scope of figures with its name."""

    kind: str
    id: int
    name: str

    @property
    def key(self) -> str:
        """As it stands in addresses."""
        return f"{self.kind}:{self.id}"


def own_scope(scope: Any) -> Chosen | None:
    """Return whose figures the person's own desk shows; ``None`` where there are none to see."""
    if not scope.may(Right.SALES_VIEW):
        return None
    if scope.everything:
        return Chosen(ScopeKind.COMPANY, 0, _("The company"))
    department = Department.objects.visible_to(scope).order_by("code").first()
    if department is not None:
        return Chosen(ScopeKind.DEPARTMENT, department.pk, department.name)
    if scope.person_id is not None:
        return Chosen(ScopeKind.PERSON, scope.person_id, _("My stores"))
    return None


def offered_scopes(scope: Any) -> list[tuple[Any, list[Chosen]]]:
    """Return the scopes the person may choose from, by kind."""
    groups: list[tuple[Any, list[Chosen]]] = []
    if scope.everything:
        groups.append((ScopeKind.COMPANY.label, [Chosen(ScopeKind.COMPANY, 0, _("The company"))]))
    departments = Department.objects.visible_to(scope).order_by("code")
    groups.append(
        (
            ScopeKind.DEPARTMENT.label,
            [Chosen(ScopeKind.DEPARTMENT, one.pk, one.name) for one in departments],
        )
    )
    stores = Store.objects.visible_to(scope).order_by("code")
    groups.append(
        (
            ScopeKind.STORE.label,
            [Chosen(ScopeKind.STORE, one.pk, f"{one.code} · {one.name}") for one in stores],
        )
    )
    people = _people(scope)
    groups.append(
        (ScopeKind.PERSON.label, [Chosen(ScopeKind.PERSON, one.pk, str(one)) for one in people])
    )
    return [(name, chosen) for name, chosen in groups if chosen]


def _people(scope: Any) -> list[Person]:
    rows = Person.objects.visible_to(scope).order_by("employee_no")
    if not scope.may(Right.PEOPLE_VIEW):
        rows = rows.filter(pk=scope.person_id)
    return list(rows[:PEOPLE_OFFERED])


def asked_scope(text: str, scope: Any) -> Chosen:
    """Return the scope an address names; 404 for what the person may not see."""
    kind, _colon, number = text.partition(":")
    if kind not in ScopeKind.values or not (number.isascii() and number.isdigit()):
        raise Http404
    pk = int(number[:18])
    if not metric_scope_visible(scope, kind, pk):
        raise Http404
    names = {
        ScopeKind.DEPARTMENT: Department.objects,
        ScopeKind.STORE: Store.objects,
        ScopeKind.PERSON: Person.objects,
    }
    name = str(names[ScopeKind(kind)].get(pk=pk)) if pk else _("The company")
    return Chosen(kind, pk, name)


def asked_period(text: str) -> Period | None:
    """Return the period an address names, ``None`` where it is none."""
    try:
        period = Period.parse(text.strip())
    except ValueError:
        return None
    return period if FIRST_YEAR <= period.start.year <= LAST_YEAR else None
