"""How the sales of 90 days spread over the SKUs, as a curve of few points."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from catalog.models import AbcClass

MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Bound:
    """The last SKU of a class: its number from the top, how many SKUs it has, and their end."""

    letter: str
    rank: int
    skus: int
    running: Decimal


@dataclass(frozen=True, slots=True)
class Pareto:
    """Of how many SKUs the greatest make which share of all sales, at a few of them."""

    of: int
    points: list[tuple[int, Decimal]]
    bounds: list[Bound]


def pareto(rows: QuerySet[AbcClass]) -> Pareto | None:
    """Return the cumulative share of sales over the SKUs, the greatest first; ``None`` of none.

    At most ``MOST_POINTS`` points and the last one, however many SKUs there are.
    """
    order = [F("sales").desc(), F("sku__code").asc()]
    ranked = rows.order_by().annotate(
        rank=Window(RowNumber(), order_by=order),
        of=Window(Count("pk")),
        **{f"skus_{x}": Window(Count("pk", filter=Q(letter=x))) for x in "ABC"},
        **{f"end_{x}": Window(Max("running", filter=Q(letter=x))) for x in "ABC"},
    )
    every = (F("of") + (MOST_POINTS - 1)) / MOST_POINTS
    kept = ranked.annotate(rest=F("rank") % every).filter(Q(rest=0) | Q(rank=F("of")))
    names = [f"{what}_{x}" for what in ("skus", "end") for x in "ABC"]
    found = list(kept.order_by("rank").values("rank", "of", "running", *names))
    if not found:
        return None
    points = [(row["rank"], row["running"]) for row in found]
    return Pareto(found[0]["of"], points, _bounds(found[0]))


def _bounds(row: dict) -> list[Bound]:
    bounds: list[Bound] = []
    rank = 0
    for letter in "ABC":
        skus = row[f"skus_{letter}"]
        rank += skus
        if skus:
            bounds.append(Bound(letter, rank, skus, row[f"end_{letter}"]))
    return bounds
