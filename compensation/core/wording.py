"""Pay lines and problems in words: the formula with its numbers, in the language of the reader."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.core.lifecycle import PayLineKind
from compensation.core.tiers import TierKind

Figures = Mapping[str, str | int]

_NAMES = {
    "supervisor": _("supervisor"),
    "promoter": _("promoter"),
    "customer_service": _("customer service"),
    "operator": _("store operator"),
    "buyer": _("buyer"),
    "analyst": _("analyst"),
    "hr_payroll": _("HR and payroll"),
    "manager": _("manager"),
    "promotion": _("promotion"),
    "feedback": _("feedback"),
    "recruiting": _("recruiting"),
}

_TIER = _("; tier %(tier)s because %(base)s / %(target)s = %(completion)s")
_LEAVER = _(
    "Commission %(amount)s = %(share)s (%(days)s of %(total_days)s days) of %(leaver_product)s, "
    "the part of the base %(base)s (%(base_parts)s) that was paid by %(cutoff)s "
    "(left on %(left_on)s with %(service)s)"
)

_TEMPLATES = {
    ("base_salary", "full"): _("Base salary %(amount)s for the whole month as %(position)s"),
    ("base_salary", "days"): _(
        "Base salary %(amount)s = %(full)s × %(days)s of %(month_days)s days as %(position)s"
    ),
    ("allowance", "full"): _("Allowance %(amount)s for the whole month as %(position)s"),
    ("allowance", "days"): _(
        "Allowance %(amount)s = %(full)s × %(days)s of %(month_days)s days as %(position)s"
    ),
    ("performance_pay", "launch"): _(
        "Performance pay %(amount)s = %(full)s%(factor)s, in full in the launch period of the plan"
    ),
    ("performance_pay", "plan"): _(
        "Performance pay %(amount)s = %(full)s × %(completion)s%(factor)s, the mean completion of "
        "the work plan, each task counted up to 100 %% (%(parts)s)"
    ),
    ("performance_pay", "plan_below"): _(
        "Performance pay %(amount)s because the mean completion of the work plan is "
        "%(completion)s, below %(minimum)s (%(parts)s)"
    ),
    ("performance_pay", "volumes"): _(
        "Performance pay %(amount)s = %(full)s × %(completion)s%(factor)s, the mean of the "
        "department's three volumes, each counted up to 100 %% (%(parts)s)"
    ),
    ("performance_pay", "volumes_below"): _(
        "Performance pay %(amount)s because not each of the department's three volumes reaches "
        "%(minimum)s: %(missed)s below it (%(parts)s)"
    ),
    ("commission", "pool"): _(
        "Commission %(amount)s = %(share)s (%(days)s of %(total_days)s days) of the group pool "
        "%(pool)s = %(product)s (%(base_parts)s)"
    ),
    ("commission", "own"): _("Commission %(amount)s = %(product)s (%(base_parts)s)"),
    ("commission", "own_part"): _(
        "Commission %(amount)s = %(share)s (%(days)s of %(total_days)s days) of %(product)s "
        "(%(base_parts)s)"
    ),
    ("commission", "pool_leaver"): _LEAVER,
    ("commission", "own_leaver"): _LEAVER,
    ("commission", "no_base"): _(
        "Commission %(amount)s because the base %(base)s (%(base_parts)s) is not above zero; what "
        "is below zero is carried into the next month"
    ),
    ("commission", "below"): _(
        "Commission %(amount)s because the first tier %(tier)s is not reached: "
        "%(base)s / %(target)s = %(completion)s"
    ),
    ("commission", "forfeited"): _(
        "Commission %(amount)s because %(forfeited)s is forfeited for confirmed misconduct "
        "(%(formula)s)"
    ),
    ("over_achievement", "proposed"): _(
        "Over-achievement bonus %(amount)s because the plan completion %(completion)s is above "
        "100 %%; the lowest amount from %(low)s to %(high)s is proposed"
    ),
    ("over_achievement", "decided"): _(
        "Over-achievement bonus %(amount)s because the plan completion %(completion)s is above "
        "100 %%; decided by the approver from %(low)s to %(high)s"
    ),
    ("attendance", "present"): _("Attendance bonus %(amount)s for a month without absence"),
    ("penalty", "mean_below"): _(
        "Penalty %(amount)s because the mean work plan completion of position %(position)s "
        "(%(people)s with a plan) is %(completion)s, below %(minimum)s"
    ),
    ("bonus", "extra"): _("Bonus %(amount)s: %(reason)s"),
    ("deduction", "extra"): _("Deduction %(amount)s: %(reason)s"),
}

_PROBLEMS = {
    "no_target": _(
        "%(department)s has no target for %(month)s. Set it; until then commission cannot be "
        "calculated and the pay run cannot be submitted."
    ),
    "target_not_positive": _(
        "The target of %(department)s for %(month)s is not above zero. Correct it; until then "
        "commission cannot be calculated and the pay run cannot be submitted."
    ),
    "currency_mismatch": _(
        "The plan is in %(plan)s, but the pay run is in %(run)s. Choose a plan in %(run)s."
    ),
    "no_terms": _(
        "%(name)s (%(employee_no)s) is %(position)s, a position that the plan does not name. Only "
        "a base salary from the employment can be paid."
    ),
    "no_work_plan": _(
        "%(name)s (%(employee_no)s) has no work plan for the month; what depends on it is not paid."
    ),
    "no_volumes": _(
        "%(department)s has no plan for %(month)s of: %(volumes)s. What the supervisor is paid for "
        "it is left out."
    ),
    "no_attendance": _(
        "Nobody entered the attendance of %(name)s (%(employee_no)s); no attendance bonus is paid."
    ),
    "no_grade": _(
        "%(name)s (%(employee_no)s) has no scorecard grade with a factor; the performance pay is "
        "not multiplied."
    ),
    "no_collected_base": _(
        "%(name)s (%(employee_no)s) left, but it is not known which orders were paid by the "
        "cut-off; the commission cannot be calculated."
    ),
    "over_not_earned": _(
        "An over-achievement bonus was decided for %(name)s (%(employee_no)s), but the plan "
        "completion is not above 100 %%; it is not paid."
    ),
    "over_out_of_range": _(
        "The over-achievement bonus decided for %(name)s (%(employee_no)s) is outside the range of "
        "the plan. Decide it again."
    ),
}

_MONEY = {
    *("amount", "full", "pool", "base", "orders", "refunds", "carried", "target"),
    *("collected", "low", "high", "forfeited"),
}
_TIERED = frozenset({"pool", "own", "pool_leaver", "own_leaver"})


def words(kind: str, code: str, figures: Figures) -> str:
    """Return the formula of a line in words with its numbers, in the active language."""
    if (kind, code) == (PayLineKind.COMMISSION, "own") and not _whole_month(figures):
        code, tiered = "own_part", True
    else:
        tiered = kind == PayLineKind.COMMISSION and code in _TIERED
    shown = _shown(figures)
    text = _filled(_TEMPLATES[(str(kind), code)], shown)
    if code == "pool" and _cent_moved(figures):
        text += gettext(", rounded so that the parts add up to the pool")
    return text + _filled(_TIER, shown) if tiered else text


def problem_words(code: str, figures: Figures, name: str = "") -> str:
    """Return what is missing or contradictory and what to do, in the active language.

    ``name`` is that of the person it is about: a kept problem holds the number only, so that
    nothing that is frozen names anybody.
    """
    return _filled(_PROBLEMS[code], _shown(figures) | {"name": name or "–"})


def name_of(code: str) -> str:
    """Return the name of a shipped position or volume; any other code as it is."""
    return str(_NAMES.get(code, code))


def money(amount: Decimal | str) -> str:
    """Write an amount with thousands separators and a real minus sign."""
    return f"{Decimal(amount):,f}".replace("-", "−")


def exact_percent(share: Decimal | str) -> str:
    """Write a share that is a setting (a rate, a bound) as a percentage with all its digits."""
    hundredfold = Decimal(share).scaleb(2).normalize()
    return gettext("%(number)s %%") % {"number": f"{hundredfold:f}".replace("-", "−")}


def shown_percent(share: Fraction) -> str:
    """Write a measured share as a percentage with two decimals.

    More decimals are shown where two would make it look like a bound that it only comes near:
    79.9999 % must not read as 80.00 %.
    """
    hundredfold = share * 100
    for places in range(2, 13):
        rounded = _half_up(hundredfold, places)
        if Fraction(rounded) == hundredfold or (Fraction(rounded) * 2).denominator != 1:
            break
    return gettext("%(number)s %%") % {"number": f"{rounded:,f}".replace("-", "−")}


def _filled(template: object, shown: Mapping[str, str]) -> str:
    return str(template) % shown


def _half_up(value: Fraction, places: int) -> Decimal:
    units = (abs(value) * 10**places * 2 + 1) // 2
    return Decimal(int(units) if value >= 0 else -int(units)).scaleb(-places)


def _shown(figures: Figures) -> dict[str, str]:
    shown = {key: money(str(v)) if key in _MONEY else str(v) for key, v in figures.items()}
    shown["factor"] = _factor(figures)
    for key, write in _WRITERS.items():
        if key in figures:
            shown[key] = write(str(figures[key]))
    if "tier_sign" in figures:
        shown["tier"] = f"{figures['tier_sign']} {exact_percent(str(figures['tier_bound']))}"
    if "target" in figures and Decimal(figures["target"]) > 0:
        part, whole = Fraction(str(figures["base"])), Fraction(str(figures["target"]))
        shown["completion"] = shown_percent(part / whole)
    if "orders" in figures:
        shown["base_parts"] = _base_parts(shown)
    if "bands" in figures:
        shown["product"] = _product(figures, shown)
        shown["share"] = _share(figures)
    if "collected" in figures:
        shown["leaver_product"] = _leaver_product(figures, shown)
        shown["service"] = _service(figures)
    if "forfeited_code" in figures:
        before = dict(figures) | {"amount": figures["forfeited"]}
        del before["forfeited_code"]
        shown["formula"] = words(PayLineKind.COMMISSION, str(figures["forfeited_code"]), before)
    return shown


def _names(codes: str) -> str:
    return ", ".join(name_of(code) for code in codes.split(";"))


def _parts(listed: str) -> str:
    pairs = (part.split("=") for part in listed.split(";"))
    return ", ".join(f"{name_of(name)} {shown_percent(Fraction(value))}" for name, value in pairs)


_WRITERS: dict[str, Callable[[str], str]] = {
    "position": name_of,
    "volumes": _names,
    "missed": _names,
    "parts": _parts,
    "minimum": exact_percent,
    "completion": lambda value: shown_percent(Fraction(value)),
}


def _factor(figures: Figures) -> str:
    if "factor" not in figures:
        return ""
    told = {"factor": figures["factor"], "grade": figures["grade"]}
    return gettext(" × %(factor)s (grade %(grade)s)") % told


def _base_parts(shown: Mapping[str, str]) -> str:
    if "carried" in shown:
        return (
            gettext(
                "orders %(orders)s − refunds %(refunds)s "
                "− %(carried)s carried from an earlier month"
            )
            % shown
        )
    return gettext("orders %(orders)s − refunds %(refunds)s") % shown


def _bands(figures: Figures) -> list[tuple[str, str]]:
    pairs = (band.split("*") for band in str(figures["bands"]).split(";"))
    return [(exact_percent(rate), money(part)) for rate, part in pairs]


def _product(figures: Figures, shown: Mapping[str, str]) -> str:
    total = " + ".join(f"{rate} × {part}" for rate, part in _bands(figures))
    if figures["tiers"] == TierKind.WHOLE:
        return total
    told = {"sum": total, "base": shown["base"]}
    return gettext("%(sum)s by the parts of the base %(base)s") % told


def _leaver_product(figures: Figures, shown: Mapping[str, str]) -> str:
    bands = _bands(figures)
    if figures["tiers"] == TierKind.WHOLE:
        return f"{bands[0][0]} × {shown['collected']}"
    total = " + ".join(f"{rate} × {part}" for rate, part in bands)
    return f"({total}) / {shown['base']} × {shown['collected']}"


def _share(figures: Figures) -> str:
    if _whole_month(figures):
        return gettext("all")
    return str(Fraction(int(figures["days"]), int(figures["total_days"])))


def _whole_month(figures: Figures) -> bool:
    return figures["days"] == figures["total_days"]


def _service(figures: Figures) -> str:
    if figures["served"]:
        return gettext("%(months)s months of service or more") % {
            "months": figures["service_months"]
        }
    return gettext("less than %(months)s months of service") % {"months": figures["service_months"]}


def _cent_moved(figures: Figures) -> bool:
    amount = Decimal(figures["amount"])
    exact = Fraction(str(figures["pool"])) * int(figures["days"]) / int(figures["total_days"])
    unit = Fraction(1, 10 ** -min(int(amount.as_tuple().exponent), 0))
    return abs(Fraction(amount) - exact) * 2 > unit
