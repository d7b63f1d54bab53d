"""How a customer is reached and where an order goes, as it comes from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from types import MappingProxyType

# Longest text of each part; the columns of the tables are as wide.
CONTACT_LIMITS: Mapping[str, int] = MappingProxyType(
    {"name": 200, "email": 254, "phone": 40, "address": 500}
)
ADDRESS_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "recipient": 200,
        "phone": 40,
        "line1": 200,
        "line2": 200,
        "city": 100,
        "region": 100,
        "postal_code": 20,
        "country": 60,
    }
)


@dataclass(frozen=True, slots=True)
class CustomerItem:
    """The buyer as the store knows them; a blank says that the source does not tell."""

    external_id: str
    country: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""

    @property
    def contacts(self) -> dict[str, str]:
        """What is told of how to reach the buyer, without what is blank."""
        told = ((name, getattr(self, name)) for name in CONTACT_LIMITS)
        return {name: text for name, text in told if text}

    def parts(self) -> Iterator[tuple[str, object, int]]:
        """Yield the name, the text and the longest text of each part that may be blank."""
        for name, limit in {"country": ADDRESS_LIMITS["country"], **CONTACT_LIMITS}.items():
            yield name, getattr(self, name), limit

    def said(self) -> tuple[str, ...]:
        """Return what a digest is made of: number and country, and the contacts if any."""
        contacts = tuple(f"{name}={text}" for name, text in self.contacts.items())
        return (self.external_id, self.country, *contacts)


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer told of without an order."""

    store: str
    customer: CustomerItem
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class AddressItem:
    """Where an order goes: one value, taken whole; ``region`` is a state or province."""

    recipient: str = ""
    phone: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def blank(self) -> bool:
        """True where nothing is told."""
        return not any(astuple(self))

    def parts(self) -> Iterator[tuple[str, object, int]]:
        """Yield the name, the text and the longest text of each part."""
        for part in fields(self):
            yield part.name, getattr(self, part.name), ADDRESS_LIMITS[part.name]
