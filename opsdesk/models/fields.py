"""Exact decimals as whole numbers in the database: money, shares and FX rates."""

from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from django import forms
from django.core import exceptions, validators
from django.db import models
from django.db.models.expressions import Combinable, register_combinable_fields
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

# Nothing is rounded here in silence: whatever does not fit raises.
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation, Overflow])
_DIGITS = 18
_BIGINT = 9_223_372_036_854_775_807


class ScaledDecimalField(models.Field):
    """A decimal with a fixed number of places, kept as a bigint of its smallest step.

    A decimal column is a float on SQLite and slow on PostgreSQL; whole numbers are exact and fast
    on both, and sums stay whole numbers. It derives from ``Field``: derived from
    ``BigIntegerField`` Django would cut averages short in silence. A value with more places than
    the column holds is refused with ``ValueError``: rounding is the work of ``opsdesk.core.money``.
    """

    places = 4
    empty_strings_allowed = False
    default_error_messages = {"invalid": _("“%(value)s” is not a decimal number.")}

    def db_type(self, connection: Any) -> str:
        return "bigint"

    def rel_db_type(self, connection: Any) -> str:
        return "bigint"

    def get_internal_type(self) -> str:
        return "ScaledDecimalField"

    @classmethod
    def to_steps(cls, value: Decimal | int | str) -> int:
        """Return the whole number that stands for ``value`` in the database."""
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError(f"{value} is not a number")
        if number.adjusted() > _DIGITS:
            raise ValueError(f"{value} is too large")
        try:
            scaled = _EXACT.scaleb(number, cls.places)
        except Inexact:
            scaled = None
        if scaled is None or scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {cls.places} decimals")
        steps = int(scaled)
        if abs(steps) > _BIGINT:
            raise ValueError(f"{value} is too large")
        return steps

    @classmethod
    def from_steps(cls, steps: int) -> Decimal:
        """Return the decimal that ``steps`` stands for, without needless zeros beyond two."""
        value = Decimal(steps).scaleb(-cls.places)
        short = value.quantize(Decimal("0.01")) if cls.places >= 2 else value
        return short if short == value else value.normalize()

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        if value is None:
            return None
        steps = int(value)
        if steps != value:
            raise ValueError("not a whole number of steps: an average is a sum and a count")
        return self.from_steps(steps)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, float):
            raise TypeError("a float is not money: give a Decimal")
        return self.to_steps(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise exceptions.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            ) from error

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, validators.DecimalValidator(_DIGITS, self.places)]

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {
            "form_class": forms.DecimalField,
            "max_digits": _DIGITS,
            "decimal_places": self.places,
        }
        return super().formfield(**(defaults | kwargs))


class MoneyField(ScaledDecimalField):
    """An amount of money, in ten-thousandths; the currency is that of the row."""

    description = _("Amount of money")
    places = 4


class ShareField(ScaledDecimalField):
    """A fraction such as 0.5 or 0.0250, in ten-thousandths."""

    description = _("Fraction of one")
    places = 4


class ChanceField(ScaledDecimalField):
    """A probability between 0 and 1, in millionths."""

    description = _("Probability")
    places = 6


class RateField(ScaledDecimalField):
    """An FX rate with ten decimals."""

    description = _("Exchange rate")
    places = 10

    default_validators = [validators.MinValueValidator(Decimal("0.0000000001"))]


class MonthField(models.DateField):
    """A calendar month, kept as its first day."""

    description = _("Month")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) == len("2011-03"):
            value = f"{value}-01"
        day = super().to_python(value)
        # The months before and after one must be dates, too.
        if day is not None and (day.day != 1 or not date.min.year < day.year < date.max.year):
            raise exceptions.ValidationError(_("A month is given as YYYY-MM."), code="invalid")
        return day

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(
            **({"input_formats": ["%Y-%m", "%Y-%m-%d"], "widget": forms.DateInput} | kwargs)
        )


def amount(value: Decimal) -> models.Value:
    """Return ``value`` for arithmetic with money columns in SQL.

    A bare decimal beside a money column is refused by Django; it would be taken for a number of
    ten-thousandths.
    """
    return models.Value(value, output_field=MoneyField())


for _sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(MoneyField, _sign, MoneyField, MoneyField)
register_combinable_fields(MoneyField, Combinable.MUL, models.IntegerField, MoneyField)
