"""The sample company: who signs in to it, and how it is built in an empty database."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.core.roles import Role
from opsdesk.core.periods import business_date, day_start
from opsdesk.demo import (
    clients,
    disputes,
    experiments,
    holds,
    listings,
    mailboxes,
    money,
    people,
    promotions,
    purchasing,
    returns,
    reviews,
    sales,
    shipments,
    standing,
    stock,
    tickets,
)
from opsdesk.nightly import run_night


@dataclass(frozen=True)
class SignIn:
    """A ready account of the sample company."""

    username: str
    password: str
    duty: str
    role: Role = Role.TEAM_MEMBER
    department: str = ""


SIGN_INS: tuple[SignIn, ...] = (
    SignIn("manager", "harbour-manager", gettext_noop("approves pay"), Role.MANAGER),
    SignIn("supervisor", "harbour-supervisor", gettext_noop("Europe"), Role.SUPERVISOR, "EU"),
    SignIn("supervisor2", "harbour-supervisor2", gettext_noop("Asia"), Role.SUPERVISOR, "ASIA"),
    SignIn("hr", "harbour-payroll", gettext_noop("HR and payroll"), Role.HR_PAYROLL),
    SignIn("operator", "harbour-operator", gettext_noop("team member, Europe"), Role.TEAM_MEMBER),
    SignIn("admin", "harbour-admin", gettext_noop("administrator"), Role.ADMINISTRATOR),
    SignIn("auditor", "harbour-auditor", gettext_noop("reads everything"), Role.AUDITOR),
)


def build(at: datetime) -> None:
    """Write the sample company as it stands at ``at``: its accounts are ``SIGN_INS``.

    Called once, in a transaction, on a migrated database without business data. Two years of
    orders of six stores in two departments; the months up to the last but one are paid, the last
    one waits for the manager's approval. The same day gives the same company.
    """
    today = business_date(at, settings.COMPANY_TIME_ZONE)
    began = day_start(people.first_day(today), settings.COMPANY_TIME_ZONE)
    users = people.write(SIGN_INS, today, at=began)
    sales.write(today, by=users["admin"], at=at)
    shipments.write(today, by=users["admin"], at=at)
    standing.write(today, by=users["admin"], at=at)
    stock.write(today, at=at)
    people.assign_stores(today, by=users["admin"], at=at)
    clients.write(at=began)
    people.offer_store(today, users, at=at)
    purchasing.write(today, users)
    listings.write(today, at=at)
    promotions.write(today, at=at)
    experiments.write(today, at=at)
    reviews.write(today, at=at)
    disputes.write(today, at=at)
    returns.write(users, at=at)
    holds.write(at=at)
    # The figures must stand before the first month is locked; then the night drafts what is open.
    run_night(timezone.now)
    tickets.write(at=at)
    mailboxes.write(at=at)
    money.write(today, users, at=at)
    run_night(timezone.now)
