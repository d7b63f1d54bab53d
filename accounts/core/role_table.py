"""The table of roles and rights as text, for the documentation and the command line."""

from accounts.core.roles import COMPANY_WIDE, GUARDED, RIGHTS, Right, Role

WORDS: dict[Right, str] = {
    Right.SALES_VIEW: "see stores, orders, returns, targets and metrics",
    Right.MASTER_EDIT: "edit stores, products, rates, departments",
    Right.CATALOGUE_EDIT: "work on products, listings, prices, promotions, violations",
    Right.CATALOGUE_SIGN: "sign compliance checklists, allow prices below the floor",
    Right.STOCK_EDIT: "buy from suppliers, receive, move and count stock",
    Right.SERVICE_EDIT: "work on orders, shipments, returns, disputes, reviews, tickets",
    Right.SERVICE_ALLOW: "refund before inspection, release held orders, take over tickets",
    Right.CUSTOMER_VIEW: "see names and addresses of customers unmasked",
    Right.CUSTOMER_ERASE: "erase the personal data of a customer",
    Right.IMPORT: "load order files",
    Right.PEOPLE_VIEW: "see people, employments, departments",
    Right.PEOPLE_EDIT: "edit people and employments (never the own), load staff",
    Right.PERSONAL_VIEW: "see e-mail and phone of people unmasked",
    Right.PERSONAL_ERASE: "erase the personal data of who left",
    Right.ASSIGN: "assign stores to people, offer handovers",
    Right.TARGET_EDIT: "set targets",
    Right.INPUT_EDIT: "edit work plans and attendance, propose bonuses",
    Right.PAY_VIEW: "see pay runs, payslips, salaries",
    Right.PAY_CALCULATE: "calculate and submit pay runs",
    Right.PAY_APPROVE: "approve and lock pay runs, decide on misconduct",
    Right.BONUS_APPROVE: "decide on bonuses and deductions, up to the limit of the role",
    Right.PAY_PAY: "lock pay runs, mark them as paid",
    Right.PLAN_EDIT: "write pay plans",
    Right.RUNS_VIEW: "see jobs and nightly runs",
    Right.RUNS_START: "start the nightly run, start a failed job again",
    Right.AUDIT_VIEW: "read the audit trail and the sign-in log",
    Right.ACCESS_VIEW: "see sign-ins, roles, changes of access, machine clients",
    Right.ACCESS_EDIT: "propose roles, limits, machine clients; shut out; set up mailboxes",
    Right.ACCESS_CONFIRM: "confirm what another person proposed of these",
}


def markdown() -> str:
    """Return who may do what: a row per right, a column per role."""
    roles = list(Role)
    heads = [_cell(role.label) for role in roles]
    lines = [
        f"| right | {' | '.join(heads)} |",
        f"|---|{'---|' * len(roles)}",
        f"| sees | {' | '.join(map(_reach, roles))} |",
    ]
    for right in Right:
        marks = [_mark(right in RIGHTS[role]) for role in roles]
        lines.append(f"| `{right}` {WORDS[right]} | {' | '.join(marks)} |")
    factor = [_mark(bool(RIGHTS[role] & GUARDED)) for role in roles]
    lines.append(f"| second factor required | {' | '.join(factor)} |")
    return "\n".join(lines) + "\n"


def _cell(label: object) -> str:
    return str(label).replace("|", "\\|")


def _mark(holds: bool) -> str:
    return "●" if holds else ""


def _reach(role: Role) -> str:
    if role == Role.MACHINE_CLIENT:
        return "its stores"
    return "everything" if role in COMPANY_WIDE else "own departments"
