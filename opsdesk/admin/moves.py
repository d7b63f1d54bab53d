"""Buttons for the moves of a life on a record's page, what stands against each, and its history."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from opsdesk.actions.moves import Course, Mover, begin, move, options
from opsdesk.admin.base import DeskAdmin, number_or_404
from opsdesk.admin.pages import attempt, page
from opsdesk.queries.lives import history


class MovingAdmin(DeskAdmin):
    """A noun with a life: its record's page shows where it stands and what can be done with it.

    ``course`` is its life. A new record begins it; the state itself is on no form.
    """

    course: Course
    change_form_outer_before_template = "desk/moves.html"
    change_form_outer_after_template = "desk/life_history.html"

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        own = path(
            "<str:object_id>/move/<str:verb>/",
            move_view(self),
            name=f"{meta.app_label}_{meta.model_name}_move",
        )
        return [own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        if obj is not None and obj.pk:
            context.update(self.life_context(request, obj))
        return super().render_change_form(request, context, *args, **kw)

    def life_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the page shows of the record's life."""
        state, meta = getattr(obj, self.course.field), self.model._meta
        return {
            "life_subject": obj,
            "life_state": state,
            "life_label": self.course.life.label_of(state),
            "life_options": options(self.course, obj, request.scope),
            "life_url": f"admin:{meta.app_label}_{meta.model_name}_move",
            "life_history": history(self.course.life, obj.pk, timezone.now()),
        }

    def mover(self, request: HttpRequest) -> Mover:
        """Return who moves something by this request."""
        return Mover(timezone.now(), request.user, request.scope)

    def save(self, request: HttpRequest, obj: Any, change: bool) -> None:
        super().save(request, obj, change)
        if not change:
            begin(self.course, obj, self.mover(request))


def move_view(moving: MovingAdmin) -> Any:
    """Return the page that the buttons of a life post to."""

    @page(post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        if not moving.has_view_permission(request):
            raise PermissionDenied
        obj = moving.get_queryset(request).filter(pk=number_or_404(object_id)).first()
        if obj is None:
            raise Http404
        attempt(
            request,
            lambda: move(
                moving.course,
                obj,
                verb,
                moving.mover(request),
                reason=request.POST.get("reason", ""),
            ),
            _("Done: %(thing)s.") % {"thing": obj},
        )
        return HttpResponseRedirect(moving.page_url(obj.pk))

    return view
