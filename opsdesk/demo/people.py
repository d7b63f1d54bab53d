"""The people of the sample company: sign-ins, departments, employments, store assignments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actions.access import install_role
from accounts.actions.people import start_employment
from accounts.core.roles import Role
from accounts.models import Department, Employment, Person, Position, User
from accounts.queries.access import scope_of
from catalog.actions.assignments import assign_store
from catalog.actions.handovers import offer_handover
from catalog.models import Duty, Handover, Store, StoreAssignment
from opsdesk.actions.records import save_record
from opsdesk.core.periods import Period, month

DEPARTMENTS = {"EU": "Europe 欧洲部", "ASIA": "Asia 亚洲部", "HQ": "Head office 总部"}

# employee no., name, department, position, level, salary (None: the plan's), sign-in
STAFF: tuple[tuple[str, str, str, str, str, str | None, str], ...] = (
    ("H001", "Chen Jianguo 陈建国", "HQ", "manager", "senior", "12000.00", "manager"),
    ("H002", "Zhao Min 赵敏", "HQ", "hr_payroll", "senior", "7000.00", "hr"),
    ("E001", "Wang Fang 王芳", "EU", "supervisor", "senior", None, "supervisor"),
    ("E002", "Li Qiang 李强", "EU", "promoter", "mid", None, "operator"),
    ("E003", "Zhou Jie 周杰", "EU", "promoter", "mid", "2300.00", ""),
    ("E004", "Sun Li 孙丽", "EU", "promoter", "junior", None, ""),
    ("E005", "Wu Xia 吴霞", "EU", "customer_service", "mid", None, ""),
    ("E006", "Zheng Hao 郑浩", "EU", "customer_service", "junior", None, ""),
    ("A001", "Lin Mei 林梅", "ASIA", "supervisor", "senior", None, "supervisor2"),
    ("A002", "Huang Wei 黄伟", "ASIA", "promoter", "mid", None, ""),
    ("A003", "Xu Jing 徐静", "ASIA", "promoter", "junior", None, ""),
    ("A004", "Ma Chao 马超", "ASIA", "customer_service", "mid", None, ""),
)

# store, employee no., share
ASSIGNMENTS = (
    ("AMZ-UK", "E002", "1"),
    ("AMZ-DE", "E003", "1"),
    ("SHOP-FR", "E003", "0.5"),
    ("SHOP-FR", "E004", "0.5"),
    ("SHP-SG", "A002", "1"),
    ("TTS-US", "A003", "1"),
    ("SHOP-JP", "A002", "0.6"),
    ("SHOP-JP", "A003", "0.4"),
)


def first_day(today: date) -> date:
    """Return the first day of the sample company's two years."""
    return date(today.year - 2, today.month, 1)


def write(sign_ins: Iterable[Any], today: date, *, at: datetime) -> dict[str, User]:
    """Write departments, sign-ins with roles, people and employments; return the sign-ins."""
    departments = {
        code: save_record(Department(code=code, name=name), by=None, at=at)
        for code, name in DEPARTMENTS.items()
    }
    users = {}
    for sign_in in sign_ins:
        user = User.objects.create_user(sign_in.username, password=sign_in.password, is_staff=True)
        install_role(
            user,
            Role(sign_in.role),
            departments.get(sign_in.department),
            reason="sample company",
            at=at,
        )
        users[sign_in.username] = user
    positions = {position.code: position for position in Position.objects.all()}
    for number, name, department, position, level, salary, username in STAFF:
        person = save_record(
            Person(employee_no=number, name=name, user=users.get(username)), by=None, at=at
        )
        _employ(
            person,
            _started(number, today),
            at=at,
            department=departments[department],
            position=positions[position],
            level=level,
            base_salary=Decimal(salary) if salary else None,
            leave_date=_left(number, today),
        )
    return users


def assign_stores(today: date, *, by: User, at: datetime) -> None:
    """Say who is credited with which store's sales."""
    people = {person.employee_no: person for person in Person.objects.all()}
    for code, number, share in ASSIGNMENTS:
        assign_store(
            StoreAssignment(
                store=Store.objects.get(code=code),
                person=people[number],
                share=Decimal(share),
                from_date=max(first_day(today), _started(number, today)),
            ),
            by=by,
            at=at,
        )


def offer_store(today: date, users: dict[str, User], *, at: datetime) -> None:
    """Leave one handover open: the supervisor's customer service of a store, for the operator."""
    store = Store.objects.get(code="AMZ-UK")
    people = {person.employee_no: person for person in Person.objects.all()}
    assign_store(
        StoreAssignment(
            store=store,
            person=people["E001"],
            duty=Duty.CUSTOMER_SERVICE,
            from_date=month(today).start,
        ),
        by=users["admin"],
        at=at,
    )
    giver = users["supervisor"]
    offer_handover(
        Handover(
            store=store,
            duty=Duty.CUSTOMER_SERVICE,
            from_person=people["E001"],
            to_person=people["E002"],
            on_date=month(today).end,
            reason="Knows the customers of this store. 熟悉该店铺的客户。",
        ),
        scope=scope_of(giver, today=today),
        by=giver,
        at=at,
    )


def _started(number: str, today: date) -> date:
    """Everybody was there from the beginning, but for one who joined within last month."""
    if number == "E004":
        return month(today).previous().start + timedelta(days=10)
    return first_day(today) - timedelta(days=200)


def _left(number: str, today: date) -> date | None:
    """One left on the 20th of last month."""
    last: Period = month(today).previous()
    return last.start + timedelta(days=19) if number == "E006" else None


def _employ(person: Person, since: date, *, at: datetime, **values: Any) -> Employment:
    employment = Employment(person=person, from_date=since, hire_date=since, **values)
    return start_employment(employment, by=None, at=at)
