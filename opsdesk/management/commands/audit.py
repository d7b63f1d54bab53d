"""``manage.py audit``: is every entry of the audit trail there, as it was written?"""

import re
import time
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from opsdesk.actions.seals import note_verified
from opsdesk.models import AuditHead
from opsdesk.queries.audit import Fault, Verdict, chain_state, verify

WORDS = {
    "altered": "Entry {entry}{when} is not what was written: changed, moved or put in",
    "missing": "Entry {entry} is gone",
    "unsealed": "Entry {entry}{when} waits for a seal that nobody will make",
    "seal": "Seal {seal}, from entry {entry} on, was changed",
    "end": "Seal {seal}, from entry {entry} on, is gone",
    "head": "The head of the chain was changed or is gone",
    "given": "Seal {seal} is not the one that was given: the chain was cut or made anew",
}


def head(text: str) -> tuple[int, str]:
    """Return a head as ``audit head`` prints it."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if found is None:
        raise ArgumentTypeError("a head is written NUMBER:DIGEST, as `audit head` prints it")
    return int(found[1]), found[2]


class Command(BaseCommand):
    help = "Verify the audit trail, or print its head, which is to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verifying = verbs.add_parser(
            "verify", help="look at every entry; exit status 1 where something is wrong"
        )
        verifying.add_argument(
            "--head",
            type=head,
            metavar="NUMBER:DIGEST",
            help="a head printed earlier, which the chain must still hold",
        )
        verbs.add_parser("head", help="print the head of the chain: NUMBER:DIGEST")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "head":
            self.print_head(chain_state().head)
        else:
            self.verify(options["head"])

    def print_head(self, last: AuditHead | None) -> None:
        if last is None:
            self.stderr.write("The audit trail has no head.")
            raise SystemExit(1)
        self.stdout.write(str(last))

    def verify(self, known: tuple[int, str] | None) -> None:
        began = time.monotonic()
        verdict = verify(known)
        seconds = time.monotonic() - began
        fault = said(verdict.fault) if verdict.fault else ""
        note_verified(verdict, fault, at=timezone.now())
        if verdict.fault:
            self.stderr.write(f"{fault}.")
            self.stderr.write(f"{verdict.entries} entries read in {seconds:.1f} s up to there.")
            raise SystemExit(1)
        self.stdout.write(summary(verdict, seconds))


def said(fault: Fault) -> str:
    """Return what is wrong, as a sentence without its end."""
    when = f" of {fault.at:%Y-%m-%d %H:%M:%S} UTC" if fault.at else ""
    return WORDS[fault.code].format(entry=fault.entry, when=when, seal=fault.seal)


def summary(verdict: Verdict, seconds: float) -> str:
    """Return what was found where nothing is wrong."""
    return (
        f"{verdict.entries} entries verified in {seconds:.1f} s; "
        f"{verdict.waiting} of them wait for their seal.\n"
        f"head {verdict.number}:{verdict.digest}"
    )
