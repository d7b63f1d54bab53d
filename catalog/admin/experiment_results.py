"""What an experiment's page shows of its figures: a table, a sentence, and a plot."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.core.experiments import (
    Arm,
    Comparison,
    Counts,
    Measure,
    Method,
    Share,
    Verdict,
    compare,
    cumulative,
    exact,
    split_differs,
    sum_of,
    wilson,
)
from catalog.models import Experiment, ExperimentResult, ListingVersion
from catalog.queries.experiments import Days, count_missing, figures_of
from opsdesk.core.charts import Band, Spread, band_chart
from opsdesk.core.exchange import decimals
from opsdesk.templatetags.desk import percent, points, whole

DAY = timedelta(days=1)
PLOT_DAYS = 400
NAME_HEIGHT, NAME_MIDDLE = 12, 4
LEAST_SHOWN = Decimal("0.0001")


def listing_url(experiment: Experiment) -> str:
    """Return the address of the listing's page."""
    return reverse("admin:catalog_listing_change", args=[experiment.listing_id])


def version_name(version: ListingVersion) -> str:
    """Return what people call a version of a listing."""
    return f"v{version.number} {version.title}"


def result_context(experiment: Experiment) -> dict[str, Any]:
    """Return what the page shows of the figures; ``found`` is ``None`` where there are none.

    Of one that has ended it is what the end wrote, whatever came after it.
    """
    known = figures_of(experiment)
    result = getattr(experiment, "result", None)
    if result is None and not any(known.values()):
        return {"found": None, "plot": None}
    sums = result.counts if result else {arm: sum_of(known[arm].values()) for arm in Arm}
    found = _found(sums, experiment.measure, result)
    versions = {Arm.A: experiment.version_a, Arm.B: experiment.version_b}
    least = min(counts.impressions for counts in sums.values())
    return {
        "found": found,
        "sentence": sentence(found, experiment.measure),
        "method": Method(found.method).label,
        "p_shown": p_shown(found.p_value),
        "difference": difference_shown(found),
        "more": None if found.needed is None else max(0, found.needed - least),
        "missing": result.missing_days if result else count_missing(experiment, known),
        "split": split_sentence(sums, experiment.share_b),
        "rows": [_row(arm, versions[arm], sums[arm], experiment.measure) for arm in Arm],
        "plot": _plot(experiment, known) if any(known.values()) else None,
    }


def _found(sums: Mapping[str, Counts], measure: str, result: ExperimentResult | None) -> Comparison:
    found = compare(sums[Arm.A], sums[Arm.B], measure)
    if result is None:
        return found
    kept = {"method": result.method, "p_value": result.p_value, "verdict": result.verdict}
    return replace(found, **kept)


def _row(arm: Arm, version: Any, counts: Counts, measure: str) -> dict[str, Any]:
    share = counts.share(measure)
    return {
        "arm": arm.label,
        "number": version.number,
        "counts": counts,
        "rate": percent(share.value),
        "interval": interval_shown(share),
    }


def interval_shown(share: Share) -> str:
    """Return the bounds of a rate as people read them."""
    if not share.whole:
        return percent(None)
    low, high = wilson(share).shown()
    return _("%(low)s to %(high)s") % {"low": percent(low), "high": percent(high)}


def difference_shown(found: Comparison) -> str:
    """Return the difference with its bounds, in percentage points."""
    if found.difference is None or found.bounds is None:
        return ""
    low, high = found.bounds
    words = {"value": points(found.difference), "low": points(low), "high": points(high)}
    message = _("%(value)s percentage points (95 %% interval: %(low)s to %(high)s)")
    return message % words


def p_shown(value: Decimal | None) -> str:
    """Return a p-value with four decimals, a tiny one as below the least of these."""
    if value is None:
        return percent(None)
    return f"< {LEAST_SHOWN}" if value < LEAST_SHOWN else f"{value:.4f}"


def sentence(found: Comparison, measure: str) -> str:
    """Return in one plain sentence what the figures say."""
    words = {
        "measure": Measure(measure).label,
        "a": percent(found.a.value),
        "b": percent(found.b.value),
        "p": p_shown(found.p_value),
        "needed": whole(found.needed),
    }
    if found.verdict in (Verdict.A_BETTER, Verdict.B_BETTER):
        if found.verdict == Verdict.A_BETTER:
            words |= {"best": Arm.A.label, "high": words["a"], "low": words["b"]}
        else:
            words |= {"best": Arm.B.label, "high": words["b"], "low": words["a"]}
        return (
            _(
                "%(best)s is better: %(measure)s %(high)s against %(low)s; by chance alone a "
                "difference like this would come with a probability of %(p)s."
            )
            % words
        )
    if found.p_value is None:
        return _("Too little data: one of the versions has nothing to compare yet.")
    if found.verdict == Verdict.TOO_LITTLE:
        return _("Too little data: %(measure)s is %(a)s for A and %(b)s for B.") % words
    return (
        _(
            "No difference shown yet: %(measure)s is %(a)s for A and %(b)s for B; chance alone "
            "does this with a probability of %(p)s."
        )
        % words
    )


def split_sentence(sums: Mapping[str, Counts], share_b: int) -> str:
    """Return what to think of a split that is not the planned one, blank where it is."""
    a, b = sums[Arm.A].impressions, sums[Arm.B].impressions
    if not split_differs(a, b, share_b):
        return ""
    message = _(
        "B got %(real)s of the impressions, planned were %(planned)d %%: that is no chance. Find "
        "out how the platform chose who saw which version before believing the result."
    )
    return message % {"real": percent(Decimal(b) / (a + b), 1), "planned": share_b}


def _plot(experiment: Experiment, known: Days) -> dict[str, Any]:
    """Return the rate of each version up to each day, with its interval."""
    count = (experiment.to_date - experiment.from_date).days
    days = [experiment.from_date + DAY * number for number in range(min(count, PLOT_DAYS))]
    lines = {arm: cumulative(days, known[arm], experiment.measure) for arm in Arm.values}
    spreads = {
        arm: [spread_of(share) if share else None for share in shares]
        for arm, shares in lines.items()
    }
    chart = band_chart([spreads[arm] for arm in Arm.values])
    rows = [
        {
            "day": day,
            "slot": slot,
            "arms": [_of_day(arm, lines[arm][number]) for arm in Arm],
        }
        for number, (day, slot) in enumerate(zip(days, chart.slots, strict=True))
    ]
    # Round values 0.05 points apart would look alike with one decimal.
    places = max(1, *(decimals(tick.value * 100) for tick in chart.ticks))
    title = _("%(measure)s up to each day") % {"measure": Measure(experiment.measure).label}
    return {
        "title": title,
        "chart": chart,
        "bands": list(zip(Arm, chart.bands, names_apart(chart.bands), strict=True)),
        "ticks": [(tick, percent(tick.value, places)) for tick in chart.ticks],
        "rows": rows,
    }


def names_apart(bands: Sequence[Band]) -> list[int]:
    """Return how far below its line's end each name stands, so that two do not cover each other."""
    first, second = (Decimal(band.end[1]) if band.end else None for band in bands)
    if first is None or second is None or abs(first - second) >= NAME_HEIGHT:
        return [NAME_MIDDLE] * 2
    above, below = NAME_MIDDLE - NAME_HEIGHT // 2, NAME_MIDDLE + NAME_HEIGHT // 2
    return [above, below] if first <= second else [below, above]


def _of_day(arm: Arm, share: Share | None) -> dict[str, Any]:
    return {
        "arm": arm.label,
        "rate": percent(share.value) if share else percent(None),
        "interval": interval_shown(share) if share else "",
    }


def spread_of(share: Share) -> Spread:
    """Return a rate with its bounds for a plot."""
    low, high = wilson(share).shown()
    return Spread(exact(share.rate), low, high)
