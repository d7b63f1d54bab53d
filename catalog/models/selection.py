"""What has to be there before a product may go on: reports, results, a checklist."""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.products import Product
from opsdesk.models import ShareField


class SelectionReport(models.Model):
    """Why a product is worth trying; the latest one of a product counts."""

    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        related_name="selection_reports",
    )
    market_trend = models.TextField(_("market trend"), max_length=4000)
    competition = models.TextField(_("competition"), max_length=4000)
    demand = models.TextField(_("demand"), max_length=4000)
    supplier_stability = models.TextField(_("supplier stability"), max_length=4000)
    expected_margin = ShareField(
        _("expected margin"),
        help_text=_("A fraction of the price, such as 0.25."),
        validators=[MinValueValidator(-1), MaxValueValidator(1)],
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    written_at = models.DateTimeField(_("written at"), editable=False)

    class Meta:
        verbose_name = _("selection report")
        verbose_name_plural = _("selection reports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"

    @property
    def audit_name(self) -> str:
        """What the trail calls it: with its product, which a page of the product need not ask."""
        return f"{self.product} {self}"


class TestKind(models.TextChoices):
    SAMPLE = "sample", _("Sample")
    INSPECTION = "inspection", _("Inspection")


class TestResult(models.TextChoices):
    PASSED = "passed", _("Passed")
    FAILED = "failed", pgettext_lazy("test", "Failed")


class ProductTest(models.Model):
    """A sample that was tried or a piece that was inspected; the latest of each kind counts."""

    __test__ = False  # nothing that a test runner should collect

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="tests"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TestKind.choices)
    result = models.CharField(_("result"), max_length=10, choices=TestResult.choices)
    tested_on = models.DateField(_("tested on"))
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    written_at = models.DateTimeField(_("written at"), editable=False)

    class Meta:
        verbose_name = _("sample or inspection result")
        verbose_name_plural = _("sample and inspection results")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_result_display()}"

    @property
    def audit_name(self) -> str:
        """What the trail calls it: with its product, which a page of the product need not ask."""
        return f"{self.product} {self}"


class ComplianceChecklist(models.Model):
    """What was looked at before a product is sold, signed by somebody other than its author.

    Edited only until it is signed; the latest one of a product counts.
    """

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="checklists"
    )
    intellectual_property = models.BooleanField(_("intellectual property is free"), default=False)
    import_safety = models.BooleanField(
        _("import quarantine and safety rules are met"), default=False
    )
    no_prohibited_claims = models.BooleanField(_("no prohibited claims are made"), default=False)
    tax_class = models.CharField(
        _("tax class"), max_length=40, blank=True, help_text=_("Such as an HS code: 9503.00.")
    )
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    written_at = models.DateTimeField(_("written at"), editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("signed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("compliance checklist")
        verbose_name_plural = _("compliance checklists")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("author")),
                name="compliance_signed_by_another",
                violation_error_message=_("Somebody other than the author must sign."),
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True)
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="compliance_signed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.written_at:%Y-%m-%d}"

    @property
    def audit_name(self) -> str:
        """What the trail calls it: with its product, which a page of the product need not ask."""
        return f"{self.product} {self}"

    @property
    def open_points(self) -> list[str]:
        """The points that are not met yet, as the form names them."""
        points = ("intellectual_property", "import_safety", "no_prohibited_claims", "tax_class")
        meta = self._meta
        return [
            str(meta.get_field(name).verbose_name) for name in points if not getattr(self, name)
        ]

    @property
    def digest(self) -> str:
        """Over all that a signature is about: it changes with the content that was shown."""
        parts = (
            self.product_id,
            self.intellectual_property,
            self.import_safety,
            self.no_prohibited_claims,
            self.tax_class,
            self.notes,
            self.author_id,
            self.written_at.isoformat(),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
