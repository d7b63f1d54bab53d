"""What is wrong or remarkable in a plan version, found before anybody is paid by it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import pairwise

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.core.plan import CommissionSplit, PerformanceSource, PlanTerms, PositionTerms
from compensation.core.tiers import Tier, TierKind, TierTable
from compensation.core.wording import exact_percent, name_of
from opsdesk.core.money import known_currency

# A bound of more than ten times the target is a percentage typed where a share was meant.
_FAR = Decimal(10)
ZERO = Decimal(0)


class Severity(TextChoices):
    """What a finding means for the use of the version: an error keeps it from being used."""

    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")
    INFO = "info", _("For information")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a stable code, how bad it is, the position (or ``""``) and a sentence."""

    code: str
    severity: str
    position: str
    message: str


def check_plan(terms: PlanTerms) -> tuple[Finding, ...]:
    """Return everything found in a plan version, errors first, in the active language.

    Tiers have only a lower bound and hold until the next one is reached, so a gap between two
    tiers cannot be written down; an overlap shows as bounds that do not ascend.
    """
    found = [*_plan(terms), *_tables(terms)]
    names = [position.position for position in terms.positions.values()]
    for code, position in terms.positions.items():
        found += _position(code, position, terms)
        if position.position != code or names.count(position.position) > 1:
            found.append(
                _error(
                    "position_twice",
                    code,
                    _("%(where)s: two rules of the plan pay one position; keep one."),
                )
            )
    order = list(Severity.values)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def usable(findings: tuple[Finding, ...]) -> bool:
    """Tell whether nothing found keeps the version from being used."""
    return all(finding.severity != Severity.ERROR for finding in findings)


def _plan(terms: PlanTerms) -> Iterator[Finding]:
    if not terms.currency:
        yield _error("no_currency", "", _("The plan names no currency."))
    elif not known_currency(terms.currency):
        told = {"currency": terms.currency}
        yield _error("unknown_currency", "", _("%(currency)s is not an ISO 4217 currency."), told)
    if not terms.positions:
        yield _error("no_positions", "", _("The plan names no position, so it pays nobody."))
    if (terms.launch_from is None) != (terms.launch_to is None):
        yield _error("launch_open", "", _("The launch period needs both a beginning and an end."))
    elif terms.launch_from and terms.launch_to and terms.launch_from >= terms.launch_to:
        yield _error("range_reversed", "", _("The launch period ends before it begins."))
    if not ZERO <= terms.minimum_completion <= 1:
        yield _error(
            "minimum_outside", "", _("The minimum completion must be from 0 %% to 100 %%.")
        )
    if terms.leaver_grace_days < 0 or terms.leaver_service_months < 0:
        yield _error("negative", "", _("The months and days for leavers must not be negative."))
    if any(factor < 0 for factor in terms.grade_factors.values()):
        yield _error("negative", "", _("The factor of a grade must not be negative."))


def _position(code: str, terms: PositionTerms, plan: PlanTerms) -> Iterator[Finding]:
    for field in fields(terms):
        value = getattr(terms, field.name)
        if isinstance(value, Decimal) and value < 0:
            yield _error("negative", code, _("%(where)s: an amount is negative."))
    if terms.over_min > terms.over_max:
        yield _error(
            "range_reversed",
            code,
            _("%(where)s: the over-achievement bonus ends below where it begins."),
        )
    if terms.commission_split not in CommissionSplit.values:
        yield _error(
            "split_not_stated",
            code,
            _("%(where)s: it is not stated whether commission is a pool or each person's own."),
        )
    if terms.performance_from not in PerformanceSource.values:
        yield _error(
            "source_not_stated",
            code,
            _("%(where)s: it is not stated what performance pay is measured by."),
        )
    if terms.penalty and terms.penalty_of not in plan.positions:
        yield _error(
            "penalty_of_nobody",
            code,
            _("%(where)s: the penalty looks at a position that the plan does not name."),
        )
    if not terms.tiers.tiers:
        message = _("%(where)s: without a tier the position earns no commission.")
        yield _finding(Severity.WARNING, "no_tiers", code, message)


def _tables(terms: PlanTerms) -> Iterator[Finding]:
    for code, position in terms.positions.items():
        yield from _table(code, position.tiers)
    yield from _table("", terms.fund_tiers)
    if terms.fund_tiers.kind == TierKind.MARGINAL:
        yield _error(
            "fund_marginal", "", _("The activity fund is a whole amount; marginal does not apply.")
        )


def _table(code: str, table: TierTable) -> Iterator[Finding]:
    if table.kind not in TierKind.values:
        yield _error(
            "kind_not_stated",
            code,
            _("%(where)s: it is not stated whether the tiers are whole-amount or marginal."),
        )
    for tier in table.tiers:
        yield from _tier(code, tier)
    for before, after in pairwise(table.tiers):
        yield from _neighbours(code, before, after)
    if table.kind == TierKind.WHOLE:
        yield from _jumps(code, table)


def _tier(code: str, tier: Tier) -> Iterator[Finding]:
    told = {"tier": _shown(tier), "rate": exact_percent(tier.rate)}
    if tier.lower < 0 or tier.rate < 0:
        yield _error("negative", code, _("%(where)s: tier %(tier)s is negative."), told)
    if tier.rate > 1:
        yield _error(
            "rate_above_whole", code, _("%(where)s: the rate %(rate)s is more than 100 %%."), told
        )
    if tier.lower > _FAR:
        yield _finding(
            Severity.WARNING,
            "unreachable",
            code,
            _("%(where)s: tier %(tier)s will hardly be reached; is a smaller bound meant?"),
            told,
        )


def _neighbours(code: str, before: Tier, after: Tier) -> Iterator[Finding]:
    told = {"before": _shown(before), "after": _shown(after)}
    if before.lower > after.lower:
        yield _error(
            "not_ascending",
            code,
            _("%(where)s: tiers %(before)s and %(after)s overlap; put them in ascending order."),
            told,
        )
    elif before.lower == after.lower:
        yield _error(
            "duplicate_bound",
            code,
            _("%(where)s: tiers %(before)s and %(after)s begin at the same bound; keep one."),
            told,
        )
        if after.inclusive or not before.inclusive:
            yield _error(
                "unreachable",
                code,
                _("%(where)s: tier %(before)s can never hold, %(after)s covers it."),
                told,
            )


def _jumps(code: str, table: TierTable) -> Iterator[Finding]:
    rate = ZERO
    for tier in table.tiers:
        told = {
            "tier": _shown(tier),
            "from": exact_percent(rate),
            "to": exact_percent(tier.rate),
            "jump": exact_percent(abs(tier.rate - rate) * tier.lower),
        }
        if tier.rate < rate:
            yield _error(
                "cliff",
                code,
                _(
                    "%(where)s: at tier %(tier)s the rate falls from %(from)s to %(to)s; selling "
                    "more earns less by %(jump)s of the target."
                ),
                told,
            )
        elif tier.rate > rate:
            message = _(
                "%(where)s: at tier %(tier)s the rate rises from %(from)s to %(to)s, at once "
                "%(jump)s of the target."
            )
            yield _finding(Severity.INFO, "jump", code, message, told)
        rate = tier.rate


def _shown(tier: Tier) -> str:
    return f"{tier.sign} {exact_percent(tier.lower)}"


def _error(
    code: str, position: str, message: object, told: dict[str, str] | None = None
) -> Finding:
    return _finding(Severity.ERROR, code, position, message, told)


def _finding(
    severity: Severity,
    code: str,
    position: str,
    message: object,
    told: dict[str, str] | None = None,
) -> Finding:
    where = name_of(position) if position else gettext("Activity fund")
    return Finding(code, severity.value, position, str(message) % {"where": where, **(told or {})})
