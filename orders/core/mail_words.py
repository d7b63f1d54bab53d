"""What is told of mailboxes and mails: how they are reached, how mails stand, what went wrong."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Security(TextChoices):
    """How a connection to a mail server is kept secret."""

    TLS = "tls", "TLS"
    STARTTLS = "starttls", "STARTTLS"
    NONE = "none", pgettext_lazy("connection", "None")


class Fault(TextChoices):
    """Why a mail server could not be used, or did not take a mail; said to a person."""

    NAME = "name", _("No server has this name: check how it is written.")
    PORT = "port", _("Nobody answers at this port: check the port, and the firewall between.")
    LATE = "late", _("The server does not answer in time: check port and security, try again.")
    TLS = "tls", _("The server does not speak TLS this way: choose the other security or port.")
    CERTIFICATE = "certificate", _("The server's certificate is not one of this name.")
    SIGN_IN = "sign_in", _("The server refuses the sign-in: check user and password.")
    FOLDER = "folder", _("The server has no such folder: check how it is written there.")
    BROKEN = "broken", _("The connection broke; it is tried again.")
    PASSWORD = "password", _("The password cannot be read with this DATA_KEY: give it again.")
    OFF = "off", _("The mailbox is switched off: switch it on, then send again.")
    ADDRESS = "address", _("The mail server refuses the customer's address.")
    REFUSED = "refused", _("The mail server refuses the mail.")
    FILE = "file", _("A file of the answer is not on this server any more.")
    UNSURE = (
        "unsure",
        _(
            "Nobody knows whether it went out: the work stopped while it was handed over. "
            "Look into the mails that were sent, then send it again or leave it."
        ),
    )
    BOUNCED = "bounced", _("It came back: the customer's mail server did not deliver it.")


class MailState(TextChoices):
    """How a mail that came in stands."""

    WAITING = "waiting", pgettext_lazy("mail", "Is being taken in")
    TAKEN = "taken", pgettext_lazy("mail", "Taken in")
    PASSED = "passed", pgettext_lazy("mail", "Passed over")
    FAILED = "failed", pgettext_lazy("mail", "Needs a person")


class Why(TextChoices):
    """Why a mail that came in was passed over, or needs a person."""

    AUTOMATIC = "automatic", _("An automatic answer")
    LIST = "list", _("Sent to many: a list or an advertisement")
    BOUNCE = "bounce", _("A notice that a mail could not be delivered")
    OWN = "own", _("Comes from an address of ours")
    MANY = "many", _("Too many mails of one sender within an hour")
    LARGE = "large", _("Larger than what is taken: look into the mailbox itself")
    NO_SENDER = "no_sender", _("Does not say who sent it")
    REFUSED = "refused", _("Could not be written down")
    UNREADABLE = "unreadable", _("Could not be read")
    STUCK = "stuck", _("Was begun three times and never finished")
    ERASED = "erased", _("Erased with the personal data of its sender")


class SendState(TextChoices):
    """How a mail that goes out stands."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waits to be sent")
    SENDING = "sending", pgettext_lazy("delivery", "Is being sent")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    FAILED = "failed", pgettext_lazy("delivery", "Could not be sent")
