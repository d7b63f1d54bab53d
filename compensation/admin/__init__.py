"""Pages about what people are paid, and why."""

from compensation.admin import inputs, orders, payruns, payslips, plans, proposals

__all__ = ["inputs", "orders", "payruns", "payslips", "plans", "proposals"]
