"""Suppliers: their master data, and the scores that are computed for them each night."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.core.supplier_score import Bought, Record, Rule, price_indices, score
from catalog.core.supply_items import SupplierItem, check_supplier
from catalog.models import ScoreRule, Supplier, SupplierScore
from catalog.queries.fx import RateTable
from catalog.queries.suppliers import (
    lines_ordered,
    pieces_due,
    pieces_inspected,
    pieces_on_time,
    rule_on,
    scored_later,
    suppliers_by_code,
)
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, NoRate
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice

_GIVEN = ("name", "country", "currency")
_MORE = ("contact", "annual_capacity", "active")


@dataclass(frozen=True, slots=True)
class Scored:
    """How many suppliers were scored on a day, and what could not be told, in sentences."""

    suppliers: int
    notes: tuple[str, ...] = ()


@transaction.atomic
def save_supplier(supplier: Supplier, *, by: Actor | None, at: datetime) -> Supplier:
    """Write a supplier; ``InvalidData`` for a country or currency that there is none of."""
    item = SupplierItem(
        code=supplier.code,
        name=supplier.name,
        country=supplier.country,
        currency=supplier.currency,
        contact=supplier.contact,
        annual_capacity=supplier.annual_capacity,
    )
    for fault in check_supplier(item):
        raise InvalidData(fault.message, field=fault.field)
    return save_record(supplier, by=by, at=at)


@transaction.atomic
def save_score_rule(rule: ScoreRule, *, by: Actor | None, at: datetime) -> ScoreRule:
    """Write a rule; ``InvalidData`` where its weights do not add up to 1, or it looks at no day."""
    weights = (rule.cost_weight, rule.quality_weight, rule.delivery_weight)
    if any(weight is None or weight < 0 for weight in weights) or sum(weights) != 1:
        raise InvalidData(_("The three weights add up to 1, such as 0.3, 0.4 and 0.3."))
    if not rule.window_days:
        raise InvalidData(_("At least one day is looked at."), field="window_days")
    return save_record(rule, by=by, at=at)


@transaction.atomic
def upsert_suppliers(
    items: Sequence[SupplierItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the suppliers, one answer per item; what is left blank keeps its value."""
    known = suppliers_by_code(item.code for item in items)
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for item in items:
        if faults := check_supplier(item):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif item.code in seen:
            outcomes.append(refused("code", twice(item.code), item.source_row))
        else:
            outcomes.append(_keep(known.get(item.code), item, by=by, at=at))
        seen.add(item.code)
    return outcomes


def _keep(
    stored: Supplier | None, item: SupplierItem, *, by: Actor | None, at: datetime
) -> Outcome:
    given: dict[str, Any] = {name: getattr(item, name) for name in _GIVEN}
    given |= {n: getattr(item, n) for n in _MORE if getattr(item, n) not in ("", None)}
    supplier = stored or Supplier(code=item.code)
    if stored and all(getattr(stored, name) == value for name, value in given.items()):
        return UNCHANGED
    for name, value in given.items():
        setattr(supplier, name, value)
    save_record(supplier, by=by, at=at)
    return UPDATED if stored else CREATED


@transaction.atomic
def score_suppliers(day: date, *, at: datetime) -> Scored:
    """Score every active supplier at the end of ``day`` and give it the grade it has then.

    By the rule that holds on the day, over the days it looks back. Repeating it changes nothing.
    Lines without an FX rate are left out of the price index, and told about. Suppliers of whom
    nothing is known get a row without score and no grade.
    """
    found = rule_on(day)
    if found is None:
        sentence = _("No rule for scores holds on %(day)s: add one from an earlier day.")
        return Scored(0, (sentence % {"day": day.isoformat()},))
    first = day - timedelta(days=found.window_days - 1)
    records, notes = _records(first, day)
    rule = rule_of(found)
    graded: dict[str, list[int]] = defaultdict(list)
    rows: list[SupplierScore] = []
    later = scored_later(day)
    suppliers = list(Supplier.objects.filter(active=True).order_by("pk").values_list("pk", "grade"))
    for supplier, grade in suppliers:
        known = records.get(supplier, Record())
        made = score(known, rule)
        rows.append(_row(supplier, day, known))
        rows[-1].score, rows[-1].grade = made.shown, made.grade
        if made.grade != grade and supplier not in later:
            graded[made.grade].append(supplier)
    SupplierScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["supplier", "day"],
        update_fields=_FIGURES,
        batch_size=2_000,
    )
    _give_grades(graded, at=at)
    return Scored(len(rows), notes)


_FIGURES = ["on_time", "due", "rejected", "inspected", "price_index", "score", "grade"]


def rule_of(rule: ScoreRule) -> Rule:
    """Return a stored rule as the calculation takes it."""
    return Rule(
        rule.cost_weight,
        rule.quality_weight,
        rule.delivery_weight,
        rule.grade_a,
        rule.grade_b,
        rule.grade_c,
    )


def record_of(row: SupplierScore) -> Record:
    """Return the numbers that a score was made of."""
    return Record(row.on_time, row.due, row.rejected, row.inspected, row.price_index)


def _row(supplier: int, day: date, known: Record) -> SupplierScore:
    return SupplierScore(
        supplier_id=supplier,
        day=day,
        on_time=known.on_time,
        due=known.due,
        rejected=known.rejected,
        inspected=known.inspected,
        price_index=known.price_index,
    )


def _records(first: date, last: date) -> tuple[dict[int, Record], tuple[str, ...]]:
    due, on_time = pieces_due(first, last), pieces_on_time(first, last)
    inspected = pieces_inspected(first, last)
    bought, notes = _bought(first, last)
    indices = price_indices(bought)
    suppliers = due.keys() | inspected.keys() | indices.keys()
    records = {
        one: Record(
            on_time.get(one, 0),
            due.get(one, 0),
            *inspected.get(one, (0, 0)),
            indices.get(one),
        )
        for one in suppliers
    }
    return records, notes


def _bought(first: date, last: date) -> tuple[list[Bought], tuple[str, ...]]:
    lines = list(lines_ordered(first, last))
    reporting = settings.REPORTING_CURRENCY
    rates = RateTable({reporting, *(line[4] for line in lines)})
    bought: list[Bought] = []
    notes: set[str] = set()
    for supplier, sku, units, cost, currency, day in lines:
        try:
            rate = rates.rate(currency, reporting, day)
        except NoRate as missing:
            notes.add(missing.message)
        else:
            bought.append(Bought(supplier, sku, units, cost * rate))
    return bought, tuple(sorted(notes))


def _give_grades(graded: dict[str, list[int]], *, at: datetime) -> None:
    for grade, suppliers in sorted(graded.items()):
        rows = Supplier.objects.filter(pk__in=suppliers)
        rows.update(grade=grade)
        named = [(pk, name) for pk, name in rows.order_by("pk").values_list("pk", "name")]
        record_many("graded", Supplier, named, by=None, at=at)
