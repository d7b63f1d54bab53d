"""The life of a handover: offered, and then decided once."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class HandoverState(TextChoices):
    OFFERED = "offered", pgettext_lazy("handover", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("handover", "Accepted")
    DECLINED = "declined", pgettext_lazy("handover", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("handover", "Withdrawn")
