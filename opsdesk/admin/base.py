"""What every page of the desk shares: who sees it, who may write, and how refusals are shown."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DataError, OperationalError, models, transaction
from django.db.models import ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
)

from opsdesk.actions.records import delete_record, save_record
from opsdesk.admin.filters import asks_more
from opsdesk.admin.masking import MaskedFields
from opsdesk.admin.pages import desk_page
from opsdesk.admin.trail import told
from opsdesk.admin.versions import StaleForm, VersionedForms
from opsdesk.core.errors import DomainError
from opsdesk.models import AuditEntry, MonthField
from opsdesk.models.fields import ScaledDecimalField

LIST_BOUND = 10_000
SEARCH_LENGTH = 500
HISTORY_ROWS = 200
AUDIT_VIEW = "audit.view"
TRIES = 3
# Deadlock and serialization failure: PostgreSQL undid all of it, and it may be done anew.
ROLLED_BACK = ("40P01", "40001")


class BoundedPaginator(Paginator):
    """Counts at most ``LIST_BOUND`` rows: nobody pages further, and counting all is slow."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[:LIST_BOUND].count()
        return len(rows)


class DeskForm(forms.ModelForm):
    """A form that shows a refusal of the business at the field it names."""

    refusal: DomainError | ValidationError | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if isinstance(self.refusal, DomainError):
            field = self.refusal.field if self.refusal.field in self.fields else None
            self.add_error(field, self.refusal.message)
        elif self.refusal is not None:
            self.add_error(None, self.refusal.messages)
        return data


class MonthInput(UnfoldAdminTextInputWidget):
    """A month as it is written: 2026-10."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"placeholder": "2026-10", "size": 8} | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m}" if hasattr(value, "strftime") else super().format_value(value)


WIDGETS = {
    ScaledDecimalField: {"widget": UnfoldAdminDecimalFieldWidget},
    MonthField: {"widget": MonthInput},
    models.URLField: {"widget": UnfoldAdminURLInputWidget, "assume_scheme": "https"},
}


class FoundChoice(AutocompleteSelect):
    """A choice that is searched for; what is no number is no choice, not an error of the page."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value if value and value.isascii() and value.isdigit() and len(value) < 19 else ""


class ScopedChoices:
    """Offers in each choice only what the person may see, and knows the desk's own fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formfield_overrides = {**self.formfield_overrides, **WIDGETS}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "queryset" not in kwargs:
            rows = db_field.remote_field.model._default_manager.all()
            if hasattr(rows, "visible_to"):
                kwargs["queryset"] = rows.visible_to(request.scope)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", FoundChoice(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class InlineRules(ScopedChoices):
    """Parts of a record; whoever may write the record may write them."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._owner.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._owner.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._owner.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._owner.has_change_permission(request, obj)

    @property
    def _owner(self) -> Any:
        return self.admin_site._registry[self.owner_model or self.parent_model]

    # Named where the inline hangs on another inline.
    owner_model: type[models.Model] | None = None


class DeskInline(InlineRules, TabularInline):
    """Parts as rows of a table."""


class DeskStackedInline(InlineRules, StackedInline):
    """Parts one under the other."""


class DeskAdmin(VersionedForms, MaskedFields, ScopedChoices, ModelAdmin):
    """Lists and forms of one noun, by the rights named here.

    ``view_right`` blank: everybody who signs in; ``edit_right`` blank: nobody. Rows are those
    that ``visible_to`` shows; what one may not see is not there (404).
    """

    view_right = ""
    edit_right = ""
    deletable = True

    form = DeskForm
    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = BoundedPaginator
    list_fullwidth = True
    list_filter_submit = True
    # Counting beside each choice would be a query each.
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"

    def visible(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        """Return of ``rows`` what the person may see."""
        return rows.visible_to(request.scope) if hasattr(rows, "visible_to") else rows

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # No page fills in a form by its address, where anything may stand.
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except (OverflowError, DataError):
            # A number or date in the address that no database holds: as any other wrong filter.
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def get_search_results(self, request: HttpRequest, rows: QuerySet, search_term: str) -> Any:
        # Longer than anything that is stored; SQLite breaks at a pattern of some length.
        return super().get_search_results(request, rows, search_term[:SEARCH_LENGTH])

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.visible(request, super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if asks_more(self.model, lookup, self.get_list_filter(request)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        # Only the record itself is named. What hangs on it may be much, and not for everybody;
        # where it is still used, deleting it is refused.
        names = [str(obj) for obj in objs]
        return names, {self.model._meta.verbose_name_plural: len(names)}, set(), []

    def may(self, request: HttpRequest, right: str) -> bool:
        return request.user.is_authenticated and (not right or request.scope.may(right))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, self.view_right)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self.edit_right) and self.may(request, self.edit_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.edit_right) and self.may(request, self.edit_right)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and self.has_change_permission(request, obj)

    def save(self, request: HttpRequest, obj: models.Model, change: bool) -> None:
        """Write the record with its audit line; a noun with an action of its own calls that."""
        save_record(obj, by=request.user, at=timezone.now())

    def delete(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete the record with its audit line."""
        delete_record(obj, by=request.user, at=timezone.now())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.save(request, obj, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.refuse_stale(request, obj)
        self.delete(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        parts = formset.save(commit=False)
        now = timezone.now()
        for gone in formset.deleted_objects:
            delete_record(gone, by=request.user, at=now)
        for part in parts:
            save_record(part, by=request.user, at=now)

    # Django keeps a second, editable trail of its own; ours is written by the actions.
    def log_addition(self, *args: Any) -> None: ...

    def log_change(self, *args: Any) -> None: ...

    def log_deletions(self, *args: Any) -> None: ...

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        refusal = getattr(request, "refusal", None)
        return type(form.__name__, (form,), {"refusal": refusal}) if refusal else form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return unlocked(
                lambda: super(DeskAdmin, self).changeform_view(request, *args, **kwargs)
            )
        except (DomainError, ValidationError) as refusal:
            # Everything was rolled back; the same form again, now with the refusal in it.
            request.refusal = refusal
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kw: Any) -> Any:
        try:
            return super().delete_view(request, object_id, *args, **kw)
        except StaleForm as refusal:
            messages.warning(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())
        except DomainError as refusal:
            messages.error(request, refusal.message)
        except ProtectedError:
            messages.error(request, _("It is still used elsewhere and cannot be deleted."))
        return HttpResponseRedirect(self.page_url(object_id))

    def page_url(self, object_id: Any) -> str:
        """Return the address of a record's page."""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[object_id])

    def list_url(self) -> str:
        """Return the address of the list."""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")

    def _get_obj_does_not_exist_redirect(self, *args: Any) -> HttpResponse:
        raise Http404

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # The right comes first: without it one number is like another.
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        meta = self.model._meta
        rows = AuditEntry.objects.filter(model=meta.label_lower, object_id=str(obj.pk))
        found = rows.select_related("actor")[:HISTORY_ROWS]
        entries = [told(one, lambda field: self.shows(request, field, obj)) for one in found]
        crumbs = [
            (meta.verbose_name_plural, self.list_url()),
            (str(obj), self.page_url(obj.pk)),
        ]
        context = {"title": _("History"), "crumbs": crumbs, "entries": entries}
        if request.scope.may(AUDIT_VIEW):
            trail = reverse("admin:opsdesk_auditentry_changelist")
            context["all_url"] = f"{trail}?of={meta.label_lower}:{obj.pk}"
        return desk_page(request, "desk/history.html", context)

    def run(self, request: HttpRequest, rows: Any, verb: Callable[[Any], Any]) -> int:
        """Run ``verb`` on each row, each in its own transaction; say what was done and refused."""
        done = 0
        for row in rows:
            try:
                with transaction.atomic():
                    verb(row)
            except DomainError as refusal:
                messages.error(request, f"{row}: {refusal.message}")
            else:
                done += 1
        if done:
            text = ngettext("%(count)d record done.", "%(count)d records done.", done)
            messages.success(request, text % {"count": done})
        return done


def unlocked(verb: Callable[[], Any]) -> Any:
    """Run ``verb``, a whole transaction; again where it and another one waited for each other."""
    for _attempt in range(TRIES - 1):
        try:
            return verb()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in ROLLED_BACK:
                raise
    return verb()


class ReadOnlyAdmin(DeskAdmin):
    """Facts: they can be looked at, never edited."""

    deletable = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PageAdmin(ReadOnlyAdmin):
    """A noun whose record has a page of its own: ``page_template`` filled by ``page``."""

    page_template = ""

    def page(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the page shows."""
        raise NotImplementedError

    def page_rows(self, request: HttpRequest) -> QuerySet:
        """Return the rows a page can be opened of, with what the page needs of them."""
        return self.get_queryset(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.page_object(request, object_id)
        context = {
            "title": str(obj),
            "crumbs": [(self.model._meta.verbose_name_plural, self.list_url())],
            "subject": obj,
            "history_url": f"{self.page_url(obj.pk).removesuffix('change/')}history/",
        }
        return desk_page(request, self.page_template, context | self.page(request, obj))

    def page_object(self, request: HttpRequest, object_id: str) -> Any:
        """Return the record, 404 where the person cannot see it, 403 without the right."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.page_rows(request).filter(pk=number_or_404(object_id)).first()
        if obj is None:
            raise Http404
        return obj


def number_or_404(text: str) -> int:
    """Return a primary key from an address."""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Http404
    return int(text)
