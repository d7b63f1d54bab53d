"""Commission: the group pool split by days, the supervisor's own, leavers and forfeiture."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from compensation.core.inputs import Line, Problem, RunInputs, figure, line
from compensation.core.lifecycle import PayLineKind
from compensation.core.plan import (
    CommissionSplit,
    PlanTerms,
    PositionTerms,
    collection_cutoff,
    service_reached,
)
from compensation.core.stays import Worker
from compensation.core.tiers import Tier
from opsdesk.core.money import round_money, split
from opsdesk.core.periods import month

Figures = dict[str, str | int]
Found = list[tuple[str, Line | Problem]]

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Earned:
    """What the department's base earns a position, exact, with the figures that say why."""

    inputs: RunInputs
    base: Decimal
    exact: Decimal
    figures: Figures


@dataclass(frozen=True, slots=True)
class Share:
    """A person's days of all days, and the amount that goes with them."""

    worker: Worker
    days: int
    total_days: int
    amount: Decimal


def net_base(inputs: RunInputs) -> Decimal:
    """Return the commission base: orders minus refunds, with what an earlier month carried."""
    return inputs.orders_amount - inputs.refunds_amount + inputs.carried_base


def commissions(inputs: RunInputs, staff: tuple[Worker, ...]) -> Found:
    """Return (employee number, line or problem) of everybody whose position earns commission.

    The target must be set and positive.
    """
    found: Found = []
    for code in sorted(inputs.terms.positions):
        terms = inputs.terms.positions[code]
        group = [worker for worker in staff if worker.days_as(code)]
        if group and terms.tiers.tiers:
            found += _position(inputs, terms, group)
    return found


def _position(inputs: RunInputs, terms: PositionTerms, group: list[Worker]) -> Found:
    base = net_base(inputs)
    target = inputs.target or NOTHING
    figures = _base_figures(inputs, terms)
    if base <= 0:
        return _nothing(group, "no_base", figures, inputs)
    tier = terms.tiers.reached(base, target)
    if tier is None:
        return _nothing(group, "below", figures | _tier_figures(terms.tiers.tiers[0]), inputs)
    figures |= _tier_figures(tier)
    figures["tiers"] = terms.tiers.kind
    figures["bands"] = ";".join(
        f"{rate:f}*{figure(part, inputs.currency)}"
        for rate, part in terms.tiers.bands(base, target)
    )
    earned = Earned(inputs, base, terms.tiers.amount(base, target), figures)
    if terms.commission_split == CommissionSplit.POOL:
        return [_paid(earned, share, "pool") for share in _pool(earned, terms, group)]
    return [_paid(earned, share, "own") for share in _own(earned, terms, group)]


def _pool(earned: Earned, terms: PositionTerms, group: list[Worker]) -> list[Share]:
    currency = earned.inputs.currency
    pool = round_money(earned.exact, currency)
    earned.figures["pool"] = f"{pool:f}"
    days = [worker.days_as(terms.position) for worker in group]
    parts = split(pool, days, currency)
    total = sum(days)
    return [
        Share(worker, own, total, part)
        for worker, own, part in zip(group, days, parts, strict=True)
    ]


def _own(earned: Earned, terms: PositionTerms, group: list[Worker]) -> list[Share]:
    total = month(earned.inputs.month).days
    shares = []
    for worker in group:
        days = worker.days_as(terms.position)
        exact = Fraction(earned.exact) * days / total
        shares.append(Share(worker, days, total, round_money(exact, earned.inputs.currency)))
    return shares


def _paid(earned: Earned, share: Share, code: str) -> tuple[str, Line | Problem]:
    person = share.worker.person
    amount = share.amount
    figures = earned.figures | {"days": share.days, "total_days": share.total_days}
    if _needs_collected(share.worker, earned.inputs) and person.collected_base is None:
        told: Figures = {"employee_no": person.employee_no}
        return person.employee_no, Problem("no_collected_base", told, blocking=True)
    if person.leave_date is not None and person.collected_base is not None:
        collected = max(person.collected_base, NOTHING)
        # With everything collected the share stands, its cent from the split included.
        if collected < earned.base:
            exact = Fraction(earned.exact) * Fraction(collected) / Fraction(earned.base)
            limited = exact * share.days / share.total_days
            amount = min(amount, round_money(limited, earned.inputs.currency))
            figures["collected"] = figure(collected, earned.inputs.currency)
            figures |= _leaver_figures(earned.inputs.terms, person.hire_date, person.leave_date)
            code = f"{code}_leaver"
    if person.misconduct:
        figures |= {"forfeited": f"{amount:f}", "forfeited_code": code}
        amount, code = round_money(NOTHING, earned.inputs.currency), "forfeited"
    return person.employee_no, line(PayLineKind.COMMISSION, code, amount, figures)


def _needs_collected(worker: Worker, inputs: RunInputs) -> bool:
    leave_date = worker.person.leave_date
    return leave_date is not None and leave_date < month(inputs.month).end


def _nothing(group: list[Worker], code: str, figures: Figures, inputs: RunInputs) -> Found:
    zero = round_money(NOTHING, inputs.currency)
    return [
        (worker.employee_no, line(PayLineKind.COMMISSION, code, zero, figures)) for worker in group
    ]


def _base_figures(inputs: RunInputs, terms: PositionTerms) -> Figures:
    currency = inputs.currency
    figures: Figures = {
        "position": terms.position,
        "base": figure(net_base(inputs), currency),
        "orders": figure(inputs.orders_amount, currency),
        "refunds": figure(inputs.refunds_amount, currency),
        "target": figure(inputs.target or NOTHING, currency),
    }
    if inputs.carried_base:
        figures["carried"] = figure(-inputs.carried_base, currency)
    return figures


def _tier_figures(tier: Tier) -> Figures:
    return {"tier_sign": tier.sign, "tier_bound": f"{tier.lower:f}"}


def _leaver_figures(terms: PlanTerms, hire_date: date, leave_date: date) -> Figures:
    return {
        "left_on": leave_date.isoformat(),
        "cutoff": collection_cutoff(terms, hire_date, leave_date).isoformat(),
        "service_months": terms.leaver_service_months,
        "served": int(service_reached(terms, hire_date, leave_date)),
    }
