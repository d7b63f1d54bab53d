"""Customers of the sample company: invented names, and addresses that lead nowhere."""

from zlib import crc32

from orders.core.address_items import AddressItem, CustomerItem

FIRST = ("Ada", "Ben", "Chloe", "Dario", "Emma", "Farid", "Grace", "Hana", "Ivan", "Jun")
LAST = ("Almeida", "Brook", "Costa", "Dubois", "Endo", "Fischer", "Garcia", "Hill", "Ito", "Jansen")
STREETS = ("Mill Lane", "Harbour Street", "Orchard Road", "Station Road", "Elm Way")
CITIES = ("Northport", "Eastfield", "Southbridge", "Westhaven")


def buyer(number: str, country: str) -> CustomerItem:
    """Return the customer with this number; the same number is always the same person."""
    first, last, street, city = _of(number)
    return CustomerItem(
        number,
        country,
        name=f"{first} {last}",
        email=f"{first}.{last}.{number}@buyers.example".lower(),
        phone=f"+00 555 {crc32(number.encode()) % 10_000:04}",
        address=f"{street}, {city}",
    )


def ship_to(item: CustomerItem) -> AddressItem:
    """Return the address that the customer's orders go to."""
    _first, _last, street, city = _of(item.external_id)
    code = f"{crc32(item.external_id.encode()) % 100_000:05}"
    return AddressItem(
        recipient=item.name,
        phone=item.phone,
        line1=street,
        city=city,
        postal_code=code,
        country=item.country,
    )


def _of(number: str) -> tuple[str, str, str, str]:
    seed = crc32(number.encode())
    house = 1 + seed % 180
    return (
        FIRST[seed // 7 % len(FIRST)],
        LAST[seed // 71 % len(LAST)],
        f"{house} {STREETS[seed // 711 % len(STREETS)]}",
        CITIES[seed // 7_111 % len(CITIES)],
    )
