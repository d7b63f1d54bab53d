"""``manage.py administrator``: the first people who may give roles."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.access import TURN, install_role
from accounts.core.roles import Right, Role
from accounts.models import RoleGrant, User
from accounts.queries.access import holders
from opsdesk.actions.sql import take_turn

ENOUGH = 2


class Command(BaseCommand):
    help = (
        "Give sign-ins the role of administrator while a company is set up: as long as fewer than "
        "two people may give and confirm roles. After that roles are given in the browser, by one "
        "person and a second one. Make the sign-ins with `createsuperuser`. Exit status: 0 done, "
        "1 refused, 2 wrong call."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("username", metavar="USERNAME", nargs="+", help="a sign-in")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        # Of two commands at once the second one waits and counts the first one's people.
        take_turn(TURN)
        for name in options["username"]:
            user = User.objects.filter(username=name, is_active=True).first()
            if user is None:
                sentence = _("There is no sign-in %(name)s.") % {"name": name}
                raise CommandError(sentence, returncode=2)
            if len(holders(Right.ACCESS_CONFIRM)) >= ENOUGH:
                raise CommandError(
                    _("Two people may give roles already; have one propose it and one confirm it."),
                    returncode=1,
                )
            if RoleGrant.objects.filter(user=user, role=Role.ADMINISTRATOR).exists():
                continue
            install_role(user, Role.ADMINISTRATOR, None, reason="set up", at=timezone.now())
            self.stdout.write(_("%(name)s is an administrator.") % {"name": name})
