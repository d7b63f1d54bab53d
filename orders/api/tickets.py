"""Tickets in the API: read with their clocks, stored many at once, and their moves."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet, InstantField
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from opsdesk.core.exchange import Outcome
from orders.actions.ticket_files import upsert_tickets
from orders.actions.tickets import TICKET_COURSE
from orders.admin.attachments import handed_out
from orders.core.lifecycle import TicketStatus
from orders.core.ticket_items import TicketItem
from orders.core.tickets import Channel, Priority, TicketKind
from orders.models import Direction, MessageFile, Ticket, TicketClock
from orders.queries.tickets import files_of

NUMBER = re.compile(r"T([0-9]{1,18})", re.ASCII)


class TicketFilter(django_filters.FilterSet):
    """What tickets can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    external_id = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=TicketStatus.choices)
    kind = django_filters.ChoiceFilter(choices=TicketKind.choices)
    priority = django_filters.ChoiceFilter(choices=Priority.choices)
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    order = django_filters.CharFilter(field_name="order__external_id")
    opened_after = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gt")
    due_before = django_filters.IsoDateTimeFilter(field_name="next_due_at", lookup_expr="lt")

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = ()


class ClockSerializer(serializers.Serializer):
    """A run of a clock; seconds are working time of ``hours``, ``null`` promised nothing."""

    measure = serializers.CharField()
    run = serializers.IntegerField(source="run_no")
    state = serializers.CharField()
    started_at = serializers.DateTimeField()
    promised_seconds = serializers.IntegerField(allow_null=True)
    used_seconds = serializers.IntegerField()
    counted_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    missed_at = serializers.DateTimeField(allow_null=True)
    hours = serializers.CharField()


class TicketSerializer(serializers.Serializer):
    """A ticket and how its clocks stand; what was said stays in the desk."""

    number = serializers.CharField()
    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    channel = serializers.CharField()
    language = serializers.CharField()
    kind = serializers.CharField()
    priority = serializers.CharField()
    status = serializers.CharField()
    subject = serializers.CharField()
    order = serializers.CharField(source="order.external_id", default=None)
    customer = serializers.CharField(source="customer.external_id", default=None)
    opened_at = serializers.DateTimeField()
    first_response_at = serializers.DateTimeField(source="first_answered_at", allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(source="next_due_at", allow_null=True)
    resolution = serializers.CharField(source="resolution.code", default=None)
    root_cause = serializers.CharField(source="root_cause.code", default=None)
    csat = serializers.IntegerField(allow_null=True)
    clocks = ClockSerializer(many=True)


class FileSerializer(serializers.Serializer):
    """A file that was given with a message; ``internal`` was given with a note of the team."""

    number = serializers.IntegerField(source="attachment_id")
    name = serializers.CharField()
    kind = serializers.CharField(source="attachment.kind")
    bytes = serializers.IntegerField(source="attachment.size")
    internal = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="message.at")

    def get_internal(self, file: MessageFile) -> bool:
        return file.message.direction == Direction.NOTE


class TicketItemSerializer(serializers.Serializer):
    """One ticket to store, by store and number at the source; what is left out is kept."""

    store = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=100)
    channel = serializers.CharField(max_length=20)
    kind = serializers.CharField(max_length=20)
    subject = serializers.CharField(max_length=200)
    opened_at = InstantField()
    language = serializers.CharField(max_length=5, required=False, allow_blank=True)
    priority = serializers.CharField(max_length=10, required=False, allow_blank=True)
    order = serializers.CharField(max_length=100, required=False, allow_blank=True)
    customer = serializers.CharField(max_length=100, required=False, allow_blank=True)
    first_response_at = InstantField(required=False, allow_null=True)
    resolved_at = InstantField(required=False, allow_null=True)
    csat = serializers.IntegerField(required=False, allow_null=True)
    source_updated_at = InstantField(required=False, allow_null=True)


class TicketSet(KeyedByParts, BulkSet, MovingSet):
    """The tickets of the stores that the key opens: by store and number, the source's or ours."""

    resource = "tickets"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    serializer_class = TicketSerializer
    item_serializer = TicketItemSerializer
    filterset_class = TicketFilter
    course = TICKET_COURSE

    def get_queryset(self) -> QuerySet[Ticket]:
        scope: Any = self.request.scope
        clocks = TicketClock.objects.order_by("measure", "run_no")
        rows = Ticket.objects.visible_to(scope).prefetch_related(Prefetch("clocks", clocks))
        return rows.select_related("store", "order", "customer", "resolution", "root_cause")

    def get_object(self) -> Ticket:
        store, _slash, number = self.kwargs["key"].partition("/")
        ours = NUMBER.fullmatch(number)
        rows = self.get_queryset().filter(store__code=store)
        if ours and not rows.filter(external_id=number).exists():
            # opened here: known by our own number
            found = get_object_or_404(rows, pk=int(ours[1]))
            self.check_object_permissions(self.request, found)
            return found
        return super().get_object()

    @action(detail=True, methods=["get"])
    def files(self, request: Any, **key: Any) -> Response:
        """List the files of a ticket that nobody has withdrawn."""
        found = files_of(self.get_object())
        return Response({"results": FileSerializer(found, many=True).data})

    @action(detail=True, methods=["get"], url_path="files/(?P<number>[0-9]{1,18})")
    def file(self, request: Any, number: str, **key: Any) -> HttpResponse:
        """Hand a file out as it was given."""
        found = files_of(self.get_object()).filter(attachment_id=int(number)).first()
        answer = handed_out(found.attachment) if found else None
        if answer is None:
            raise Http404
        return answer

    def item_of(self, given: Mapping[str, Any]) -> TicketItem:
        return TicketItem(**given)

    def upsert(self, items: Sequence[TicketItem], mover: Mover) -> list[Outcome]:
        return upsert_tickets(items, scope=mover.scope, by=mover.by, at=mover.at)
