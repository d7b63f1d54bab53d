"""The queue of tickets, and the page of one."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.core.roles import Right
from accounts.models import User
from opsdesk.actions.moves import Mover, options
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME, HOME_WAITING, panel, panels
from opsdesk.queries.lives import history
from opsdesk.templatetags.desk import badge, due
from orders.actions.ticket_talk import filled
from orders.actions.tickets import TICKET_COURSE, missing_of, open_ticket
from orders.admin.attachments import ACCEPTED, download_view
from orders.admin.columns import DocumentAdmin, OpenedFilter, StoreFilter
from orders.admin.orders import ORDER_PAGE
from orders.admin.ticket_forms import TicketForm
from orders.admin.ticket_work import work_view
from orders.core.lifecycle import TICKET, TICKET_WORKED_ON
from orders.core.tickets import Priority, TicketKind
from orders.models import (
    Escalation,
    Order,
    ReplyTemplate,
    ResolutionCode,
    RootCause,
    Ticket,
    TicketHandover,
)
from orders.queries.tickets import conversation, escalations_for, standings

TICKET_PAGE = "ticket"
SHOWN = 10
LONGEST = 19
NUMBER = re.compile(r"[Tt]0*(\d{1,18})", re.ASCII)

enter(
    Entry(
        Section.SERVICE,
        10,
        gettext_lazy("Tickets"),
        "admin:orders_ticket_changelist",
        "support_agent",
        Right.SALES_VIEW,
    )
)


class QueueFilter(admin.SimpleListFilter):
    """What there is to do, to begin with; everything that ever was, where it is asked for."""

    title = gettext_lazy("queue")
    parameter_name = "queue"

    QUEUES = (
        ("mine", pgettext_lazy("tickets", "Mine")),
        ("unowned", pgettext_lazy("tickets", "Nobody's")),
        ("late", pgettext_lazy("tickets", "Late")),
        ("waiting", pgettext_lazy("tickets", "Waiting for the customer")),
        ("offered", pgettext_lazy("tickets", "Offered to me")),
        ("all", pgettext_lazy("tickets", "All, also those that are done")),
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return self.QUEUES

    def choices(self, changelist: Any) -> Any:
        found = list(super().choices(changelist))
        found[0]["display"] = _("To do")
        return iter(found)

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        match self.value():
            case "mine":
                return rows.unfinished().filter(owner=request.user)
            case "unowned":
                return rows.unowned()
            case "late":
                return rows.late(timezone.now())
            case "waiting":
                return rows.filter(status="waiting_customer")
            case "offered":
                offers = TicketHandover.objects.filter(taker=request.user, state="offered")
                return rows.filter(pk__in=offers.values("ticket"))
            case "all":
                return rows
        # A status that is chosen is looked for among all of them.
        return rows if request.GET.get("status__exact") else rows.unfinished()


@admin.register(Ticket)
class TicketAdmin(DocumentAdmin):
    """Sorted by what is due first."""

    view_right = Right.SALES_VIEW
    form = TicketForm
    list_display = [
        "number",
        "subject",
        "due_words",
        "priority_badge",
        "kind",
        "status_badge",
        "owner",
        "channel",
        "store_code",
        "opened_at",
    ]
    list_filter = [
        QueueFilter,
        ("store", StoreFilter),
        "status",
        "priority",
        "kind",
        "channel",
        ("business_date", OpenedFilter),
    ]
    list_select_related = ["store", "owner"]
    list_display_links = ["number", "subject"]
    search_fields = ["external_id"]
    search_help_text = gettext_lazy("Number, or how the number at the source begins")
    page_template = "desk/orders/ticket.html"
    list_before_template = "desk/orders/ticket_queues.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        queues = [("", _("To do")), *QueueFilter.QUEUES]
        shown = {"queues": queues, "queue": request.GET.get("queue", "")}
        return super().changelist_view(request, shown | (extra_context or {}))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        done = request.GET.get("queue") == "all" or request.GET.get("status__exact")
        return ["-opened_at", "-id"] if done else ["queue_at", "id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if found := NUMBER.fullmatch(search_term.strip()):
            # the source may number alike
            same = Q(pk=int(found[1])) | Q(external_id=search_term.strip())
            return queryset.filter(same), False
        return super().get_search_results(request, queryset, search_term)

    def get_urls(self) -> list[URLPattern]:
        work, file = "<str:object_id>/do/<str:verb>/", "<str:object_id>/file/<str:number>/"
        return [
            path(work, work_view(self), name="orders_ticket_work"),
            path(file, download_view(self, TICKET.name), name="orders_ticket_file"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.SERVICE_EDIT)

    def get_fields(self, request: HttpRequest, obj: Ticket | None = None) -> list[str]:
        # The address that somebody enters is known to who enters it.
        return [*TicketForm.Meta.fields, "order_no", "customer_no", "text"]

    def hidden(self, request: HttpRequest, obj: Ticket | None = None) -> list[str]:
        adds = obj is None and request.path.endswith("/add/")
        return [] if adds else super().hidden(request, obj)

    def save_model(self, request: HttpRequest, obj: Ticket, form: Any, change: bool) -> None:
        open_ticket(obj, form.cleaned_data["text"], self.mover(request))

    def mover(self, request: HttpRequest) -> Mover:
        """Return who works on a ticket by this request."""
        return Mover(timezone.now(), request.user, request.scope)

    def page_rows(self, request: HttpRequest) -> QuerySet:
        linked = (
            "store",
            "owner",
            "customer__standing__tier",
            "order",
            "return_case",
            "merged_into",
        )
        words = ("resolution", "root_cause", "batch")
        return self.get_queryset(request).select_related(*linked, *words)

    def page(self, request: HttpRequest, obj: Ticket) -> dict[str, Any]:
        now = timezone.now()
        return {
            "title": f"{obj} · {obj.subject}",
            "now": now,
            "may_work": request.scope.may(Right.SERVICE_EDIT),
            "may_give": request.scope.may(Right.SERVICE_ALLOW),
            "mine": obj.owner_id == request.user.pk,
            "may_take": obj.owner_id is None and obj.status in TICKET_WORKED_ON,
            "shows_contact": self.shows(request, "contact", obj),
            "standings": standings(obj, now),
            "messages_of": conversation(obj),
            "accepted": ACCEPTED,
            "duplicates": list(obj.duplicates.order_by("pk")),
            "offer": TicketHandover.objects.filter(ticket=obj, state="offered")
            .select_related("giver", "taker")
            .first(),
            "escalations": list(obj.escalations.select_related("clock", "seen_by")),
            "panels": panels(TICKET_PAGE, request, obj),
        } | _choices(request, obj, now)

    @admin.display(description=gettext_lazy("number"))
    def number(self, ticket: Ticket) -> str:
        return ticket.number

    @admin.display(description=gettext_lazy("due"))
    def due_words(self, ticket: Ticket) -> str:
        if ticket.next_due_at is None:
            return self.empty_value_display
        now = timezone.now()
        tone = "late" if ticket.next_due_at < now else ""
        return format_html(
            '<span class="due {}" title="{}">{}</span> <span class="cur">{}</span>',
            tone,
            timezone.localtime(ticket.next_due_at).strftime("%Y-%m-%d %H:%M %Z"),
            due(ticket.next_due_at, now),
            ticket.get_next_measure_display(),
        )

    @admin.display(description=gettext_lazy("priority"))
    def priority_badge(self, ticket: Ticket) -> str:
        return badge(f"priority-{ticket.priority}", ticket.get_priority_display())


def _choices(request: HttpRequest, ticket: Ticket, now: Any) -> dict[str, Any]:
    """Return what can be chosen and pressed on a ticket's page, and its history."""
    templates = ReplyTemplate.objects.filter(active=True)
    draft = request.POST.get("text", "")
    chosen = request.GET.get("template", "")
    template = (
        templates.filter(pk=chosen).first() if chosen.isdigit() and len(chosen) < 10 else None
    )
    if template is not None:
        draft = filled(template, ticket, request.user)
    moves = {one.verb: one for one in options(TICKET_COURSE, ticket, request.scope)}
    return {
        "moves": moves,
        "close_needs": missing_of(ticket, "close"),
        "history": history(TICKET, ticket.pk, now),
        "draft": draft,
        "template": template,
        "templates": sorted(
            templates.order_by("code", "language"), key=lambda one: one.language != ticket.language
        ),
        "resolutions": list(ResolutionCode.objects.filter(active=True)),
        "causes": list(RootCause.objects.filter(active=True)),
        "kinds": TicketKind.choices,
        "priorities": Priority.choices,
        "people": list(_colleagues(request)),
    }


def _colleagues(request: HttpRequest) -> QuerySet[User]:
    """Return the sign-ins of the people one sees, who could take a ticket over."""
    rows = User.objects.filter(is_active=True).exclude(pk=request.user.pk)
    if not request.scope.everything:
        departments = request.scope.departments
        rows = rows.filter(
            pk__in=User.objects.filter(role_grants__department__in=departments).values("pk")
        ) | rows.filter(person__employments__department__in=departments)
    return rows.distinct().order_by("username")


@panel(ORDER_PAGE, "desk/orders/order_tickets.html", order=40)
def tickets_of_order(request: HttpRequest, subject: Order) -> dict[str, Any] | None:
    """The tickets about an order."""
    rows = Ticket.objects.visible_to(request.scope).filter(order=subject)
    found = list(rows.select_related("owner").order_by("-opened_at")[:SHOWN])
    return {"tickets": found} if found else None


@panel(HOME, "desk/home/tickets.html", order=20)
def tickets_to_do(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """One's own tickets that are due next, and those nobody has taken."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    now = timezone.now()
    rows = Ticket.objects.visible_to(request.scope).unfinished().select_related("store")
    mine = list(rows.filter(owner=request.user).order_by("queue_at", "id")[:SHOWN])
    unowned = list(rows.filter(owner=None).order_by("queue_at", "id")[:SHOWN])
    told = escalations_for(request.scope, now).select_related("ticket__store", "clock")
    escalated = _one_each(told.order_by("-level", "due_at")[: SHOWN * 3])[:SHOWN]
    if not (mine or unowned or escalated):
        return None
    return {"mine": mine, "unowned": unowned, "escalated": escalated, "now": now}


def _one_each(escalations: Iterable[Escalation]) -> list[Escalation]:
    """Return the first escalation of each ticket."""
    found: dict[int, Escalation] = {}
    for one in escalations:
        found.setdefault(one.ticket_id, one)
    return list(found.values())


@panel(HOME_WAITING, "desk/home/todo.html", order=12)
def handovers_offered(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Tickets that somebody wants to hand over to this person."""
    count = TicketHandover.objects.filter(taker=request.user, state="offered").count()
    if not count:
        return None
    return {
        "text": _("Tickets offered to you"),
        "count": count,
        "link": "admin:orders_ticket_changelist",
        "query": "?queue=offered",
        "tone": "proposed",
    }
