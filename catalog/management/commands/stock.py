"""``manage.py stock verify``: is every level the sum of its movements?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.models import StockLevel
from catalog.queries.stock import check_ledger


class Command(BaseCommand):
    help = "Compare every stock level with the sum of its movements."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("verify", help="exit status 1 where a level is not the sum")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = check_ledger()
        for one in differences:
            self.stderr.write(
                f"{one.warehouse} {one.sku}: level {one.on_hand}, reserved {one.reserved}; "
                f"ledger {one.ledger_on_hand}, reserved {one.ledger_reserved}."
            )
        if differences:
            raise SystemExit(1)
        self.stdout.write(f"{StockLevel.objects.count()} levels are the sums of their movements.")
