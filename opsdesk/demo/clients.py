"""The machine of the sample company: the ERP is let in, its key is made when it is needed."""

from datetime import datetime

from accounts.actions.clients import Terms, propose_client
from accounts.core.api_keys import EVERY_USE, PAY_INPUTS
from accounts.models import ApiClient

NAME = "ERP"


def write(*, at: datetime) -> ApiClient:
    """Let the ERP in for everything but what people are paid by."""
    uses = tuple(use for use in EVERY_USE if use not in PAY_INPUTS)
    return propose_client(Terms(NAME, "orders and stock, both ways", uses), by=None, at=at)
