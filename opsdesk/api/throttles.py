"""How many requests a machine may send in a minute."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW = 60


class ClientThrottle(BaseThrottle):
    """Counts the requests of each client by the clock's minute.

    Each web process counts on its own, so that the limit is one of load and not of safety.
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        limit = settings.API_REQUESTS_PER_MINUTE
        now = time.time()
        key = f"api:{request.scope.client_id}:{int(now // WINDOW)}"
        cache.add(key, 0, 2 * WINDOW)
        try:
            used = cache.incr(key)
        except ValueError:
            # The cache made room for others in between.
            used = 1
        self.left = WINDOW - int(now % WINDOW)
        request._request.rate_limit = (limit, max(0, limit - used), self.left)
        return used <= limit

    def wait(self) -> float:
        return self.left
