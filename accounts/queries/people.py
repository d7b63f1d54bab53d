"""Where people are employed."""

from datetime import date

from accounts.models import Department, Employment, Person
from opsdesk.core.periods import Period


def departments_in(person: Person, month: date) -> list[Department]:
    """Return the departments a person is employed in during a month."""
    period = Period("month", month)
    employed = Employment.objects.during(period.start, period.end).filter(person=person)
    return list(Department.objects.filter(employments__in=employed).distinct())
