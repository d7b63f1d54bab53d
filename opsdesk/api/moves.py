"""The moves of a life in the API: which there are, and taking one."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from opsdesk.actions.moves import Course, Mover, move, options
from opsdesk.api.views import ReadableSet


class StepSerializer(serializers.Serializer):
    """A move to make: its verb, and the reason where it asks for one."""

    verb = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=2000, default="", allow_blank=True)


class MovingSet(ReadableSet):
    """A resource with a life: ``…/moves/`` lists what can be done now (GET) and does it (POST)."""

    course: Course
    http_method_names = ("get", "head", "post")

    @action(detail=True, methods=["get", "post"])
    def moves(self, request: Any, **key: Any) -> Response:
        """List the moves from the present state, or make one and return the new state."""
        thing = self.get_object()
        if request.method != "POST":
            return Response(self._standing(thing))
        given = StepSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        step = given.validated_data
        move(self.course, thing, step["verb"], mover, reason=step["reason"])
        return Response(self._standing(thing))

    def _standing(self, thing: Any) -> dict[str, Any]:
        found = options(self.course, thing, self.request.scope)
        return {
            "status": getattr(thing, self.course.field),
            "moves": [
                {
                    "verb": option.verb,
                    "to": option.to,
                    "needs_reason": option.move.needs_reason,
                    "refusals": list(option.refusals),
                }
                for option in found
            ],
        }
