"""The positions the product ships; a company adds its own as data."""

from django.utils.translation import gettext_noop

SHIPPED_POSITIONS = {
    "supervisor": gettext_noop("Supervisor"),
    "promoter": gettext_noop("Promoter"),
    "customer_service": gettext_noop("Customer service"),
    "operator": gettext_noop("Store operator"),
    "buyer": gettext_noop("Buyer"),
    "analyst": gettext_noop("Analyst"),
    "hr_payroll": gettext_noop("HR/payroll"),
    "manager": gettext_noop("Manager"),
}
