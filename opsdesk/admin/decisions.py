"""Pages of what one person begins and another one decides: the facts, and the steps as buttons."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.pages import attempt, page
from opsdesk.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Step:
    """A button: what it says, what is said when it is done, and the action behind it."""

    label: Any
    done: Any
    act: Callable[[Any, HttpRequest, datetime], Any]
    tone: str = ""


class DecisionAdmin(PageAdmin):
    """A noun that is proposed in a form and decided on its page; the actions judge every step."""

    page_template = "desk/decision.html"
    steps: dict[str, Step] = {}
    sortable_by = ()

    def facts(self, request: HttpRequest, obj: Any) -> list[tuple[Any, Any]]:
        """Return what the page says of the record, as pairs of a heading and a text."""
        raise NotImplementedError

    def open_steps(self, request: HttpRequest, obj: Any) -> Iterable[str]:
        """Return the names of the steps that are offered now."""
        raise NotImplementedError

    def refusal(self, request: HttpRequest, obj: Any) -> str:
        """Return why the person may not decide, where that needs saying."""
        return ""

    def page(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        names = list(self.open_steps(request, obj))
        return {
            "facts": self.facts(request, obj),
            "refusal": self.refusal(request, obj),
            "buttons": [
                (reverse(f"admin:{self._step_name}", args=[obj.pk, name]), self.steps[name])
                for name in names
            ],
        }

    @property
    def _step_name(self) -> str:
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}_step"

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/do/<str:name>/", self._step_view(), name=self._step_name)
        return [own, *super().get_urls()]

    def _step_view(self) -> Any:
        @page(post_only=True)
        def view(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
            obj = self.page_object(request, str(number_or_404(object_id)))
            step = self.steps.get(name)
            if step is None:
                raise Http404
            now = timezone.now()
            attempt(request, lambda: step.act(obj, request, now), step.done)
            return HttpResponseRedirect(self.page_url(obj.pk))

        return view


def why_not(question: Callable[[], Any]) -> str:
    """Return the sentence with which ``question`` refuses; blank where it does not."""
    try:
        question()
    except DomainError as refusal:
        return refusal.message
    return ""
