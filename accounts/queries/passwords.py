"""Whose password it is: the person's own, or one that somebody else set."""

from accounts.models import User
from opsdesk.models import AuditEntry

SET, CHOSEN = "password set", "password chosen"


def set_by_another(user: User) -> bool:
    """Tell whether somebody else set the password and the person chose no own one since."""
    entries = AuditEntry.objects.filter(
        model=User._meta.label_lower, object_id=str(user.pk), verb__in=[SET, CHOSEN]
    )
    last = entries.order_by("-id").values_list("verb", "actor").first()
    return last is not None and last[0] == SET and last[1] != user.pk
