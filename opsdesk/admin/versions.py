"""Forms carry the version they showed: what somebody else changed since is not written over."""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.admin.utils import display_for_field, flatten_fieldsets
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from opsdesk.core.errors import Conflict
from opsdesk.core.keys import derived
from opsdesk.core.privacy import sensitivity
from opsdesk.models import MonthField

SHOWN = "_shown"
NOTHING = "–"
MARK_LENGTH = 16
# A sign-in writes these of a user by itself.
UNCOMPARED = frozenset({"password", "last_login"})


class StaleForm(Conflict):
    """The record is no longer the one that the form showed."""


def row_key(row: models.Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def marks(row: models.Model) -> Iterator[tuple[str, str, models.Field]]:
    """Name each value of a stored row, with a keyed digest that tells nothing of the value."""
    key = derived("shown values", settings.SECRET_KEY)
    for field in row._meta.concrete_fields:
        if not field.primary_key and field.name not in UNCOMPARED:
            name = f"{row_key(row)}:{field.name}"
            value = f"{name}={field.value_from_object(row)!r}"
            yield name, hmac.new(key, value.encode(), "sha256").hexdigest()[:MARK_LENGTH], field


def version_of(rows: Iterable[models.Model], fields: Mapping[str, Collection[str]]) -> str:
    """Return what a form carries about the rows it shows; ``fields`` names those of each row.

    A sensitive value that is not shown is left out: whether it changes is nobody's business here.
    """
    return " ".join(
        f"{name}={mark}"
        for row in rows
        for name, mark, field in marks(row)
        if field.name in fields.get(row_key(row), ()) or not sensitivity(type(row), field.name)
    )


@dataclass(frozen=True)
class Changes:
    """What differs between the rows that a form showed and those that are stored.

    The first of the stored is the record itself.
    """

    shown: str
    stored: tuple[models.Model, ...]

    @cached_property
    def known(self) -> dict[str, str]:
        return dict(pair.split("=") for pair in self.shown.split() if pair.count("=") == 1)

    @cached_property
    def known_rows(self) -> frozenset[str]:
        return frozenset(name.rpartition(":")[0] for name in self.known)

    @cached_property
    def fields(self) -> list[tuple[models.Model, models.Field]]:
        """The changed values of the record, and of its parts that were shown and still are."""
        return [
            (row, field)
            for row in self.stored
            if row not in self.added
            for name, mark, field in marks(row)
            if self.known.get(name, mark if row_key(row) in self.known_rows else "") != mark
        ]

    @cached_property
    def added(self) -> list[models.Model]:
        """Parts that were not shown."""
        return [row for row in self.stored[1:] if row_key(row) not in self.known_rows]

    @cached_property
    def removed(self) -> bool:
        return bool(self.known_rows - {row_key(row) for row in self.stored})

    def __bool__(self) -> bool:
        return bool(self.fields or self.added or self.removed)


@dataclass(frozen=True)
class Shown:
    """A form with the forms of its parts, as one page shows them."""

    form: Any
    formsets: tuple[Any, ...]

    def parts(self) -> Iterator[Any]:
        """All formsets, those within a part's form, too."""
        for formset in self.formsets:
            yield formset
            for form in formset.initial_forms:
                for nested in getattr(form, "nested_formsets", ()):
                    yield nested.formset

    def rows(self) -> list[models.Model]:
        """The rows as they were read for this page."""
        parts = [form.instance for formset in self.parts() for form in formset.initial_forms]
        return [self.form.instance, *parts]

    def stored(self) -> tuple[models.Model, ...]:
        """The rows as they are now, held until the end of the transaction."""
        instance = self.form.instance
        found = [held(type(instance)._base_manager.filter(pk=instance.pk))]
        found += [
            held(formset.get_queryset().all()) for formset in self.parts() if formset.instance.pk
        ]
        return tuple(row for rows in found for row in rows)

    def forms(self) -> Mapping[str, Any]:
        """The form of each row."""
        forms = [form for formset in self.parts() for form in formset.initial_forms]
        return {row_key(form.instance): form for form in (self.form, *forms)}

    def version_of(self, rows: Iterable[models.Model]) -> str:
        return version_of(rows, {key: form.fields for key, form in self.forms().items()})


def held(rows: models.QuerySet) -> list[models.Model]:
    # In the order of their keys, so that of two people none waits for the other.
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


class VersionedForms:
    """Refuses, with both versions side by side, a form whose record changed since it was shown.

    A request without a version comes from no form of ours: nothing was shown, nothing compared.
    """

    change_form_before_template = "desk/forms/version.html"

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        formsets, inlines = super()._create_formsets(request, obj, change)
        posted = request.POST.get(SHOWN)
        if change and posted is not None and not getattr(request, "refusal", None):
            # Here nothing of the form is written into the record yet.
            shown = Shown(UnboundForm(obj), tuple(formsets))
            if Changes(posted, shown.stored()):
                raise StaleForm(
                    _(
                        "Somebody else changed this while you had it open, and nothing was saved. "
                        "Compare the two; saving again keeps yours."
                    )
                )
        return formsets, inlines

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if context["original"] is not None and kwargs.get("change"):
            inlines = tuple(inline.formset for inline in context["inline_admin_formsets"])
            shown = Shown(context["adminform"].form, inlines)
            context |= self.version(request, shown)
        return super().render_change_form(request, context, *args, **kwargs)

    def version(self, request: HttpRequest, shown: Shown) -> dict[str, Any]:
        """Return the version that the form carries, and the conflict where it is stale."""
        posted = request.POST.get(SHOWN)
        if isinstance(getattr(request, "refusal", None), StaleForm):
            changes = Changes(posted, shown.stored())
            return {"shown": shown.version_of(changes.stored), "conflict": conflict(changes, shown)}
        # A form that comes back for another reason still shows what it showed first.
        return {"shown": shown.version_of(shown.rows()) if posted is None else posted}

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        obj = context["object"]
        fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        context["shown"] = version_of([obj], {row_key(obj): fields})
        return super().render_delete_form(request, context)

    def refuse_stale(self, request: HttpRequest, obj: models.Model) -> None:
        """Raise ``StaleForm`` where ``obj`` is not as the page that asked for its end showed it."""
        posted = request.POST.get(SHOWN)
        stored = tuple(held(type(obj)._base_manager.filter(pk=obj.pk)))
        changes = Changes(posted, stored) if posted is not None else None
        if not changes:
            return
        open_fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        names = [
            str(field.verbose_name) for _row, field in changes.fields if field.name in open_fields
        ]
        raise StaleForm(
            _("Somebody else changed this in the meantime; look at it once more: %(fields)s")
            % {"fields": ", ".join(names) or NOTHING}
        )


@dataclass(frozen=True)
class UnboundForm:
    """Stands for the form of a record before anything was written into it."""

    instance: models.Model


def conflict(changes: Changes, shown: Shown) -> dict[str, Any]:
    """Return the changed values, theirs and yours, of the fields that the form shows."""
    forms = shown.forms()
    lines, hidden = [], False
    for row, field in changes.fields:
        form = forms.get(row_key(row))
        if form is None or field.name not in form.fields:
            # A value that the form does not show is not shown by a conflict.
            hidden = True
            continue
        label = str(field.verbose_name)
        if form is not shown.form:
            label = f"{row._meta.verbose_name} {row}: {label}"
        lines.append((label, written(field, row), yours(field, form)))
    added = [f"{row._meta.verbose_name} {row}" for row in changes.added]
    return {"lines": lines, "hidden": hidden, "added": added, "removed": changes.removed}


def yours(field: models.Field, form: Any) -> str:
    """Return what was entered, as it was typed where it is no value of the field."""
    if field.name in getattr(form, "cleaned_data", {}):
        return written(field, form.instance)
    return str(form[field.name].data or NOTHING)


def written(field: models.Field, row: models.Model) -> str:
    """Return the row's value as a person reads it."""
    if field.is_relation:
        return str(getattr(row, field.name) or NOTHING)
    value = field.value_from_object(row)
    if isinstance(field, MonthField) and value is not None:
        return f"{value:%Y-%m}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return display_for_field(value, field, NOTHING)
