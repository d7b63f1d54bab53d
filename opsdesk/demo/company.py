"""The sample company: who signs in to it, and how it is built in an empty database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignIn:
    """A ready account of the sample company."""

    username: str
    password: str
    duty: str


SIGN_INS: tuple[SignIn, ...] = ()


def build(at: datetime) -> None:
    """Write the sample company as it stands at ``at``: its accounts are ``SIGN_INS``.

    Called once, in a transaction, on a migrated database without business data.
    """
