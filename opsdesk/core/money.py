"""Money: exact decimals, rounded half up once, and splits that add up to the cent."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

ZERO = Decimal("0")

# ISO 4217, active codes; a currency with other than two decimals stands in _PLACES.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF
XPF YER ZAR ZMW ZWG BGN HRK CYP EEK LTL LVL MTL SIT SKK ROL TRL
""".split()
_PLACES = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0
)
_PLACES |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

CURRENCIES = frozenset(_CODES)


def known_currency(code: str) -> bool:
    """Tell whether ``code`` is an ISO 4217 currency (old euro-zone ones included)."""
    return code in CURRENCIES


def minor_places(currency: str) -> int:
    """Return the number of decimals of the currency's minor unit; 2 where nothing else is known."""
    return _PLACES.get(currency, 2)


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount of the currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-minor_places(currency))


def round_money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """Round ``amount`` half up (away from zero) to the minor unit of ``currency``."""
    if isinstance(amount, Fraction):
        return _round_fraction(amount, currency)
    # Adding zero takes the sign off what rounds to nothing: nobody is paid −0.00.
    return _EXACT.add(_EXACT.quantize(amount, minor_unit(currency)), ZERO)


def convert(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """Return ``amount`` × ``rate``, rounded once, in ``currency``."""
    return round_money(_EXACT.multiply(amount, rate), currency)


def split(total: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Split ``total`` in proportion to ``weights`` by largest remainder.

    The parts are whole minor units and add up to ``total``; among equal remainders the earlier
    part gets the unit. ``total`` must be whole minor units; weights must not be negative and
    not all be zero, else ``ValueError``.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("weights must not be negative and not all be zero")
    unit = minor_unit(currency)
    units = Fraction(total) / Fraction(unit)
    if units.denominator != 1:
        raise ValueError(f"{total} is not a whole number of {currency} minor units")
    exact = [units * share / whole for share in shares]
    parts = [part.numerator // part.denominator for part in exact]
    left = int(units) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [_EXACT.multiply(Decimal(part), unit) for part in parts]


def slice_of(
    total: Decimal, before: Decimal, after: Decimal, whole: Decimal, currency: str
) -> Decimal:
    """Return the part of ``total`` earned between two points of a running sum.

    ``before`` and ``after`` are the running sums of the base without and with the row, ``whole``
    the last one. Rounding the running total instead of each part makes the parts of all rows add
    up to ``total`` exactly, negative rows included, and lets each row be computed alone.
    """
    if not whole:
        return ZERO
    upto = Fraction(total) * Fraction(after) / Fraction(whole)
    from_ = Fraction(total) * Fraction(before) / Fraction(whole)
    return round_money(upto, currency) - round_money(from_, currency)


def _round_fraction(amount: Fraction, currency: str) -> Decimal:
    scaled = abs(amount) * 10 ** minor_places(currency)
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    signed = -units if amount < 0 else units
    return _EXACT.multiply(Decimal(signed), minor_unit(currency))
