"""Numbers, months and links as the desk writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from opsdesk.core.money import minor_places, round_money
from opsdesk.core.privacy import masked as mask
from opsdesk.core.wording import kept

register = template.Library()

NOTHING = "–"


@register.filter
def money(value: Decimal | None, currency: str = "") -> str:
    """Write an amount with the currency's decimals and thousands separators; a dash for none."""
    if value is None:
        return NOTHING
    currency = currency or settings.REPORTING_CURRENCY
    shown = round_money(Decimal(value), currency)
    return f"{shown:,.{minor_places(currency)}f}".replace("-", "−")


@register.filter
def whole(value: Decimal | int | None) -> str:
    """Write a number without decimals, with thousands separators."""
    if value is None:
        return NOTHING
    return f"{Decimal(value):,.0f}".replace("-", "−")


@register.filter
def short(value: Decimal | None) -> str:
    """Write an amount for an axis: 1,200,000 as 1.2M."""
    if value is None:
        return NOTHING
    for bound, letter in ((Decimal(10**6), "M"), (Decimal(10**3), "k")):
        if abs(value) >= bound:
            return number(value / bound) + letter
    return number(value)


@register.filter
def number(value: Decimal | int | None) -> str:
    """Write a number with the decimals it has, with thousands separators."""
    if value is None:
        return NOTHING
    exact = Decimal(value)
    plain = exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()
    return f"{plain:,f}".replace("-", "−")


@register.filter
def percent(value: Decimal | None, places: int = 2) -> str:
    """Write a share as per cent."""
    if value is None:
        return NOTHING
    shown = f"{Decimal(value) * 100:,.{places}f}".replace("-", "−")
    return gettext("%(number)s %%") % {"number": shown}


@register.filter
def points(value: Decimal | None) -> str:
    """Write a difference of two shares in percentage points."""
    return NOTHING if value is None else f"{Decimal(value) * 100:,.2f}".replace("-", "−")


@register.filter
def masked(text: str) -> str:
    """Write of an address only what tells one from another."""
    return mask(text)


@register.filter
def duration(value: timedelta | None) -> str:
    """Write a length of time by its two largest parts: 3 d 4 h, 2 h 10 min; a dash for none."""
    if value is None:
        return NOTHING
    minutes = int(abs(value) // timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    sign = "−" if value < timedelta(0) and minutes else ""
    if days:
        parts = [gettext("%(days)d d") % {"days": days}]
        parts += [gettext("%(hours)d h") % {"hours": hours}] if hours else []
    elif hours:
        parts = [gettext("%(hours)d h") % {"hours": hours}]
        parts += [gettext("%(minutes)d min") % {"minutes": rest}] if rest else []
    else:
        parts = [gettext("%(minutes)d min") % {"minutes": rest}]
    return sign + " ".join(parts)


@register.filter
def due(value: datetime | None, now: datetime) -> str:
    """Write when something is due as people say it: in 2 h 10 min, or 3 d 4 h late."""
    if value is None:
        return NOTHING
    if value < now:
        return gettext("%(time)s late") % {"time": duration(now - value)}
    return gettext("in %(time)s") % {"time": duration(value - now)}


@register.filter
def said(word: str) -> str:
    """Write a word kept in a record in the reader's language."""
    return kept(word)


@register.filter
def month(value: date | None) -> str:
    """Write a month."""
    return f"{value:%Y-%m}" if value else NOTHING


@register.filter
def state_class(state: str) -> str:
    """Return the class of a state's badge."""
    return f"badge badge-{state or 'none'}"


def figure(text: str) -> SafeString:
    """Return a figure for a list, which keeps its digits under each other."""
    return format_html('<span class="figure">{}</span>', text)


def badge(state: str, label: Any) -> SafeString:
    """Return a state as a coloured word."""
    return format_html('<span class="{}">{}</span>', state_class(state), label)
