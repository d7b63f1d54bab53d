"""``manage.py demo``: the sample company with web, worker and schedule, begun and ended as one."""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Person, User
from catalog.models import Store
from opsdesk.demo import company
from opsdesk.demo.processes import ProcessGroup

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = (
        "Build a sample company in an empty database, then run the web server, a worker and the "
        "schedule until interrupted. PORT names the port (8000). A database that holds anything "
        "but the sample company is refused."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--build-only", action="store_true", help="build the sample company and start nothing"
        )

    def handle(self, *args: Any, build_only: bool, **options: Any) -> None:
        port = chosen_port()
        if not build_only:
            refuse_taken(port)
        call_command("migrate", interactive=False, verbosity=0)
        self.prepare()
        if build_only:
            return
        # The children open their own connections.
        connections.close_all()
        self.say(f"OpsDesk is on http://{HOST}:{port}/ (Ctrl-C ends it)")
        for sign_in in company.SIGN_INS:
            self.say(f"  {sign_in.username:<16} {sign_in.password:<20} {sign_in.duty}")
        self.say(second_factor_said())
        ProcessGroup(commands(port), say=self.say).run()

    def prepare(self) -> None:
        """Build the sample company where there is nothing, keep it where it stands."""
        names = {sign_in.username for sign_in in company.SIGN_INS}
        present = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        if names and present == names:
            self.say("The sample company is there already.")
            return
        if any(model.objects.exists() for model in (User, Person, Store)):
            raise CommandError(
                "This database holds other data: the sample company goes into an empty one only. "
                "Name another with DATABASE_URL or OPSDESK_VAR."
            )
        self.say("Building the sample company, this takes a minute ...")
        with transaction.atomic():
            company.build(timezone.now())

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def second_factor_said() -> str:
    """Let the children ask for no second factor unless told to; return the line that says so."""
    if os.environ.setdefault("SECOND_FACTOR", "off" if settings.DEBUG else "required") == "off":
        return (
            "The second factor is off here; SECOND_FACTOR=required make demo asks for it, and the "
            "first sign-in sets it up."
        )
    return "The second factor is on: the first sign-in of who needs it sets it up."


def commands(port: int) -> dict[str, Sequence[str]]:
    """The programs of the group, as modules of this Python."""
    # celery warns of root, which is all there is in many a container
    python = [sys.executable, "-W", "ignore:You're running the worker", "-m"]
    return {
        "web": [
            *python, "gunicorn", "opsdesk.wsgi", "--bind", f"{HOST}:{port}",
            "-w", "2", "--threads", "8", "--no-control-socket",
            "--graceful-timeout", "10", "--log-level", "warning",
        ],
        "worker": [
            *python, "celery", "-q", "-A", "opsdesk", "worker", "--beat", "--concurrency", "2",
            "--without-gossip", "--without-mingle", "--loglevel", "warning",
        ],
    }  # fmt: skip


def chosen_port() -> int:
    """The port that PORT names, or the sentence that says what is wrong with it."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}: it must be a number from 1 to 65535.", returncode=2)
    return int(text)


def refuse_taken(port: int) -> None:
    """Raise where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used: {error.strerror}. Choose another: PORT=8001 make demo"
            ) from error
