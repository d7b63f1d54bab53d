"""What a machine is told about itself."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import APIView

from opsdesk.api.views import KnownParameters


class Me(KnownParameters, APIView):
    """The client whose key this is, what it may use, and until when."""

    def get(self, request: Any) -> Response:
        key, client = request.auth, request.auth.client
        return Response(
            {
                "name": client.name,
                "resources": client.resources,
                "stores": client.store_codes or None,
                "key": {"prefix": key.prefix, "expires_at": key.expires_at},
            }
        )
