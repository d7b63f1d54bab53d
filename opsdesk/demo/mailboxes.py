"""The mailbox of the sample company: switched off, with two mails as if they had come in."""

from datetime import datetime

from catalog.models import Store
from opsdesk.actions.moves import Mover
from orders.actions.mail_in import store_mail
from orders.actions.mail_servers import Fetched
from orders.actions.mail_taking import take_mail
from orders.actions.mailboxes import save_mailbox
from orders.models import Mailbox

MAILS = (
    b"From: Mia Berger <mia@example.com>\r\nSubject: Delivery to another address\r\n"
    b"Message-ID: <1@example.com>\r\n\r\nCould you send it to my office?\r\n\r\n"
    b"On Monday the shop wrote:\r\n> Your order is on its way.\r\n",
    b"From: News <news@example.com>\r\nSubject: Packaging, 20 % off\r\nList-Id: <news.example.com>"
    b"\r\nMessage-ID: <2@example.com>\r\n\r\nOnly this week.\r\n",
)


def write(*, at: datetime) -> None:
    """Set up a mailbox of the first store, and take in a mail of a customer and a newsletter."""
    store = Store.objects.order_by("code").first()
    if store is None or Mailbox.objects.exists():
        return
    mailbox = Mailbox(
        store=store,
        name=f"Service {store.code}",
        address="service@example.com",
        language="en",
        imap_host="imap.example.com",
        imap_user="service@example.com",
        smtp_host="smtp.example.com",
        smtp_user="service@example.com",
        active=False,
    )
    save_mailbox(mailbox, "", Mover(at))
    for uid, raw in enumerate(MAILS, 1):
        made = store_mail(mailbox, Fetched(uid, raw, len(raw), True), at)
        if made is not None:
            take_mail(made.pk, at=at)
