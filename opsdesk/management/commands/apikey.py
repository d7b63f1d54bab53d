"""``manage.py apikey``: machine clients and their keys from the command line."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.actions.clients import (
    Terms,
    issue_key,
    propose_client,
    revoke_key,
    rotate_key,
    stop_client,
)
from accounts.core.api_keys import (
    DEFAULT_DAYS,
    EVERY_USE,
    MAX_DAYS,
    MAX_OVERLAP_DAYS,
    OVERLAP_DAYS,
)
from accounts.models import ApiClient, ApiKey
from catalog.queries.stores import stores_by_code
from opsdesk.core.errors import DomainError

REFUSED, WRONG_CALL = 1, 2


class Command(BaseCommand):
    help = (
        "Set up machine clients and their keys. Whoever may run this command sets the installation "
        "up, so nobody else confirms. A new key is the last word of the output and kept nowhere. "
        "Exit status: 0 done, 1 refused, 2 wrong call."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
        create = verbs.add_parser("create", help="a new client with its first key")
        create.add_argument("name", metavar="NAME")
        create.add_argument("--scopes", "--resource", action="append", default=[], metavar="LIST",
                            help="what it may use, such as orders:write,metrics:read; "
                            "without: everything a machine may")  # fmt: skip
        create.add_argument("--stores", "--store", action="append", default=[], metavar="CODES",
                            help="the only stores it sees, such as UK,DE; without: every one"
                            )  # fmt: skip
        create.add_argument("--purpose", default="", metavar="TEXT", help="what it is for")
        create.add_argument("--days", type=int, default=DEFAULT_DAYS, metavar="N",
                            help=f"life of the key, at most {MAX_DAYS} ({DEFAULT_DAYS})"
                            )  # fmt: skip
        rotate = verbs.add_parser("rotate", help="a new key; the older ones end soon")
        rotate.add_argument("name", metavar="NAME")
        rotate.add_argument("--overlap", type=int, default=OVERLAP_DAYS, metavar="DAYS",
                            help="days the older keys stay valid, at most "
                            f"{MAX_OVERLAP_DAYS} ({OVERLAP_DAYS})")  # fmt: skip
        for one in (create, rotate):
            one.add_argument("--quiet", action="store_true", help="print the key and nothing else")
        revoke = verbs.add_parser("revoke", help="end a key, or every key of a client, at once")
        revoke.add_argument("name", metavar="PREFIX|NAME")
        stop = verbs.add_parser("stop", help="shut a client out, whatever its keys")
        stop.add_argument("name", metavar="NAME")
        verbs.add_parser("list", help="the clients and their keys")
        show = verbs.add_parser("show", help="one client with what it may use, as JSON")
        show.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            with transaction.atomic():
                getattr(self, options["verb"])(options, now)
        except DomainError as refusal:
            raise CommandError(refusal.message, returncode=REFUSED) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages), returncode=REFUSED) from refusal

    def create(self, options: dict[str, Any], now: datetime) -> None:
        """Write a client down and print its first key."""
        codes, uses = _words(options, "stores"), _words(options, "scopes")
        unknown = sorted(set(codes) - set(stores_by_code(codes)))
        if unknown:
            raise CommandError(f"There is no store {', '.join(unknown)}.", returncode=REFUSED)
        terms = Terms(options["name"], options["purpose"], tuple(uses or EVERY_USE), tuple(codes))
        client = propose_client(terms, by=None, at=now)
        key, text = issue_key(client, days=options["days"], by=None, at=now)
        self.hand_out(key, text, options)

    def rotate(self, options: dict[str, Any], now: datetime) -> None:
        """Print a new key and have the others end."""
        client = _client(options["name"])
        key, text = rotate_key(client, overlap_days=options["overlap"], by=None, at=now)
        self.hand_out(key, text, options)

    def hand_out(self, key: ApiKey, text: str, options: dict[str, Any]) -> None:
        if not options["quiet"]:
            self.stdout.write(
                f"Key {key.prefix} of {key.client}, valid until {key.expires_at:%Y-%m-%d}; "
                "it is shown this once:"
            )
        self.stdout.write(text)

    def revoke(self, options: dict[str, Any], now: datetime) -> None:
        """End the key with this prefix, or every key of the client of this name."""
        name = options["name"]
        keys = list(ApiKey.objects.filter(prefix=name)) or list(
            ApiKey.objects.filter(client=_client(name), revoked_at__isnull=True)
        )
        if not keys:
            raise CommandError(f"{name} has no key that could be revoked.", returncode=REFUSED)
        for key in keys:
            revoke_key(key, by=None, at=now)
            self.stdout.write(f"Key {key.prefix} of {key.client} is revoked.")

    def stop(self, options: dict[str, Any], now: datetime) -> None:
        """Shut a client out."""
        client = stop_client(_client(options["name"]), by=None, at=now)
        self.stdout.write(f"{client} is stopped.")

    def list(self, options: dict[str, Any], now: datetime) -> None:
        """Print a line per client and per key that has not ended."""
        for client in ApiClient.objects.prefetch_related("keys"):
            stores = ",".join(client.store_codes) or "every store"
            self.stdout.write(f"{client}  {_state(client)}  {len(client.resources)} uses, {stores}")
            for key in client.keys.all():
                if key.revoked_at is None and key.expires_at > now:
                    used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
                    ends = f"{key.expires_at:%Y-%m-%d}"
                    self.stdout.write(f"  {key.prefix}  until {ends}  last used {used}")

    def show(self, options: dict[str, Any], now: datetime) -> None:
        """Print one client with all its keys."""
        client = _client(options["name"])
        keys = [
            {
                "prefix": key.prefix,
                "expires_at": key.expires_at.isoformat(),
                "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
                "last_used_at": key.last_used_at and key.last_used_at.isoformat(),
            }
            for key in client.keys.all()
        ]
        shown = {
            "name": client.name,
            "purpose": client.purpose,
            "state": _state(client),
            "resources": client.resources,
            "stores": client.store_codes or None,
            "keys": keys,
        }
        self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))


def _client(name: str) -> ApiClient:
    client = ApiClient.objects.filter(name=name).first()
    if client is None:
        raise CommandError(f"There is no machine client {name}.", returncode=REFUSED)
    return client


def _state(client: ApiClient) -> str:
    if not client.is_active:
        return "stopped"
    return "waits to be confirmed" if client.confirmed_at is None else "let in"


def _words(options: dict[str, Any], name: str) -> list[str]:
    given = options[name]
    words = [word for text in given for word in text.replace(",", " ").split()]
    if given and not words:
        # An empty variable of a script must not open everything.
        raise CommandError(f"--{name} is empty.", returncode=WRONG_CALL)
    return words
