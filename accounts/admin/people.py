"""People and what they are employed as."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.actions.erasure import erase_person, has_left
from accounts.actions.people import correct_employment, save_person, start_employment
from accounts.core.roles import Right
from accounts.models import Employment, Person, User
from opsdesk.admin.base import DeskAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.core.privacy import MASK
from opsdesk.templatetags.desk import figure, money

enter(
    Entry(
        Section.PEOPLE,
        10,
        gettext_lazy("People"),
        "admin:accounts_person_changelist",
        "person",
        Right.PEOPLE_VIEW,
    ),
    Entry(
        Section.PEOPLE,
        20,
        gettext_lazy("Employments"),
        "admin:accounts_employment_changelist",
        "badge",
        Right.PEOPLE_VIEW,
    ),
)


@admin.register(Person)
class PersonAdmin(DeskAdmin):
    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    list_display = ["employee_no", "name", "email", "phone", "user"]
    list_select_related = ["user"]
    search_fields = ["employee_no__istartswith", "name__icontains"]

    def save(self, request: HttpRequest, obj: Person, change: bool) -> None:
        save_person(obj, by=request.user, at=timezone.now())

    change_form_before_template = "desk/people/erase_link.html"

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        erased = obj is not None and obj.erased_at is not None
        return not erased and super().has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/erase/", erase_view(self), name="accounts_person_erase")
        return [own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        context = {"erased_at": person.erased_at if person else None, "erase_url": ""}
        if person and may_erase(request, person):
            context["erase_url"] = reverse("admin:accounts_person_erase", args=[person.pk])
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def may_erase(request: HttpRequest, person: Person) -> bool:
    """Tell whether the page offers to erase the person."""
    free = person.erased_at is None and person.user_id != request.user.pk
    return free and request.scope.has(Right.PERSONAL_ERASE) and has_left(person, request.scope)


def erase_view(people: PersonAdmin) -> Any:
    """Return the page that says what erasing takes away, and does it."""

    @page(Right.PERSONAL_ERASE)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        person = people.get_queryset(request).filter(pk=number_or_404(object_id)).first()
        if person is None:
            raise Http404
        back = people.page_url(person.pk)
        if request.method == "POST":
            now = timezone.now()
            attempt(
                request,
                lambda: erase_person(person, scope=request.scope, by=request.user, at=now),
                _("Erased."),
            )
            return HttpResponseRedirect(back)
        context = {
            "title": _("Erase personal data"),
            "crumbs": [(Person._meta.verbose_name_plural, people.list_url()), (str(person), back)],
            "subject": person,
            "back_url": back,
        }
        return desk_page(request, "desk/people/erase.html", context)

    return view


@admin.register(Employment)
class EmploymentAdmin(DeskAdmin):
    """A salary is shown to those who see pay, and to the person."""

    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    deletable = False
    list_display = [
        "person",
        "department",
        "team",
        "position",
        "level",
        "from_date",
        "to_date",
        "leave_date",
    ]
    list_select_related = ["person", "department", "team", "position"]
    list_filter = ["department", "position", ("from_date", RangeDateFilter)]
    search_fields = ["person__employee_no__istartswith", "person__name__icontains"]
    ordering = ["person__employee_no", "-from_date"]

    def save(self, request: HttpRequest, obj: Employment, change: bool) -> None:
        verb = correct_employment if change else start_employment
        verb(obj, by=request.user, at=timezone.now())

    def shows(self, request: HttpRequest, field: str, obj: Employment | None = None) -> bool:
        if field != "base_salary":
            return super().shows(request, field, obj)
        scope = request.scope
        if obj is None:  # of whatever department it will be
            return scope.pays_everywhere
        return scope.sees_pay_of(obj.department_id) or obj.person_id == (scope.person_id or 0)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = super().get_list_display(request)
        return [*names, self._salary(request)] if self.may(request, Right.PAY_VIEW) else names

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super().get_queryset(request).select_related("person", "department", "team", "position")
        )

    def _salary(self, request: HttpRequest) -> Any:
        # An order over masked rows would tell what the mask hides.
        order = "base_salary" if request.scope.pays_everywhere else None

        @admin.display(description=gettext_lazy("base salary"), ordering=order)
        def base_salary(employment: Employment) -> str:
            if not self.shows(request, "base_salary", employment):
                return figure(MASK)
            if employment.base_salary is None:
                return figure(_("by the plan"))
            return figure(money(employment.base_salary))

        return base_salary
