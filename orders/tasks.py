"""Background work of orders: files, new orders, the clocks of tickets and their mails."""

from celery import shared_task
from django.utils import timezone

from opsdesk.actions.jobs import JobRun, handles
from orders.actions.clocks import RECLOCK, reclock
from orders.actions.escalations import sweep_clocks
from orders.actions.imports import JOB, work_import
from orders.actions.mail_in import fetch_mailbox
from orders.actions.mail_out import send_mails
from orders.actions.screening import screen_orders
from orders.queries.mailboxes import mailboxes_to_fetch, mailboxes_to_send


@handles(JOB)
def import_file(run: JobRun) -> None:
    """Load the file of the import that the job is of; safe to run twice and at the same time."""
    work_import(run)


@handles(RECLOCK)
def follow_terms(run: JobRun) -> None:
    """Bring the clocks of open tickets up to calendars and policies; safe to run twice at once."""
    reclock(run)


@shared_task(name="orders.sweep_clocks")
def sweep() -> None:
    """Note missed promises and raise escalations; safe to run twice and at the same time."""
    sweep_clocks(at=timezone.now())


@shared_task(name="orders.fetch_mail")
def fetch_mail() -> None:
    """Have each mailbox fetched by itself: a slow server keeps no other one waiting."""
    for number in mailboxes_to_fetch():
        fetch_one.apply_async([number], expires=60)


@shared_task(name="orders.fetch_mailbox")
def fetch_one(number: int) -> None:
    """Fetch the mails of a mailbox; safe to run twice and at the same time."""
    fetch_mailbox(number, clock=timezone.now)


@shared_task(name="orders.send_mail")
def send_mail() -> None:
    """Have the answers of each mailbox sent that are due."""
    for number in mailboxes_to_send(timezone.now()):
        send_one.apply_async([number], expires=20)


@shared_task(name="orders.send_mailbox")
def send_one(number: int) -> None:
    """Send what is due from a mailbox; safe to run twice and at the same time."""
    send_mails(number, clock=timezone.now)


@shared_task(name="orders.screen")
def screen() -> None:
    """Hold what is odd of the new orders and allocate the rest; safe to run twice at once."""
    screen_orders(at=timezone.now())
