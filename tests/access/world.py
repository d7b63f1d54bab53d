"""A company of two departments: one row of everything in each, and texts to watch for.

Everything that somebody must not read is a canary: a text that stands nowhere else.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.utils import timezone

from accounts.actions.people import start_employment
from accounts.core.api_keys import RESOURCES, new_key
from accounts.core.roles import Role
from accounts.models import (
    AccessChange,
    ApiClient,
    ApiKey,
    ApprovalLimit,
    Department,
    Employment,
    Person,
    Position,
    StandIn,
    Team,
    User,
)
from catalog.actions.snapshots import Counted, take_snapshot
from catalog.models import (
    AbcClass,
    AdDay,
    BrandMinimum,
    Campaign,
    Category,
    CompetitorPrice,
    Handover,
    InboundCost,
    ListingPrice,
    MarginPolicy,
    PriceOverride,
    Product,
    ProductSignal,
    Replenishment,
    ReplenishmentPolicy,
    ScoreRule,
    SellingCost,
    SettlingWindow,
    SignalRule,
    Sku,
    StockMovement,
    Stockout,
    StoreAssignment,
    StoreDepartment,
    StoreRating,
    TrafficDay,
    TrafficRestatement,
    UnlistedStock,
    Violation,
)
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import submit_run
from compensation.actions.plans import copy_plan
from compensation.models import PayRun, PlanVersion, Proposal
from kpis.models import MetricDefinition, NightlyRun, Scorecard, ScorecardTemplate
from opsdesk.actions.records import save_record
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry, ImportBatch, ImportReject, Job
from orders.actions.attachments import given_file
from orders.actions.evidence import add_evidence
from orders.actions.imports import ORDERS
from orders.actions.mail_in import store_mail
from orders.actions.mail_servers import Fetched
from orders.actions.mail_taking import take_mail
from orders.actions.ticket_talk import note_ticket
from orders.models import (
    AllocationSource,
    EscalationRule,
    HoldPolicy,
    MemberTier,
    MessageFile,
    Order,
    OrderAddress,
    ReplyTemplate,
    ResolutionCode,
    RetentionPolicy,
    RootCause,
    SlaPolicy,
    WorkCalendar,
)
from tests import factories
from tests.factories import MARCH, NOW
from tests.mails import mail

SIDES = ("home", "away")
CATALOGUE = (
    "categories",
    "products",
    "skus",
    "suppliers",
    "purchase-orders",
    "inbound-shipments",
    "store-ratings",
    "violations",
    "traffic",
    "ads",
    "campaigns",
    "listings",
    "warehouses",
    "stock-levels",
    "stock-movements",
    "stock-snapshots",
    "prices",
    "promotions",
    "experiments",
    "competitor-prices",
    "product-signals",
    "customers",
    "tickets",
    "disputes",
    "reviews",
    "channels",
    "shipments",
    "shipment-exceptions",
    "returns",
    "refunds",
    "orders",
)
CATALOGUE_USES = tuple(
    f"{resource}:{use}" for resource in CATALOGUE for use in RESOURCES.get(resource, ())
)


@dataclass(frozen=True)
class Canary:
    """A text of one side (``mine``, ``home`` or ``away``) and why it is not for everybody."""

    text: str
    kind: str
    side: str


@dataclass
class World:
    """Who asks, about which rows, and what must not come out."""

    actors: dict[str, User | None] = field(default_factory=dict)
    # The machine clients by letter, with the text of their keys; ``h`` is the manager's browser.
    keys: dict[str, str] = field(default_factory=dict)
    # Of each model: the rows by side; ``any`` where the row belongs to nobody's department.
    rows: dict[type, dict[str, int]] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)

    def add(self, row, side="any"):
        """Keep ``row`` as the one of its side."""
        self.rows.setdefault(type(row), {})[side] = row.pk
        return row

    def watch(self, side, **texts):
        """Watch for these texts, by kind."""
        self.canaries += [Canary(str(text), kind, side) for kind, text in texts.items()]


PEOPLE = {
    # side: surname, e-mail, phone, salary, bonus
    "mine": ("Ownbridge", "kx41@ours.example", "13900004141", "31741.59", None),
    "home": ("Homewell", "kx52@ours.example", "13900005252", "42852.61", "431.57"),
    "away": ("Farthorpe", "kx63@ours.example", "13900006363", "53963.73", "462.83"),
}


def build():
    """Return the company, all of it written in the transaction that is open."""
    world = World()
    clerk = factories.user("payclerk", role=Role.HR_PAYROLL)
    for side in SIDES:
        world.add(factories.department(side), side)
    Department.objects.filter(code="away").update(name="Awayland")
    world.watch("away", department="Awayland")
    people(world, clerk)
    actors(world)
    for side in SIDES:
        sales(world, side)
        figures(world, side)
        pay(world, side, clerk)
    access(world, clerk)
    for side in SIDES:
        _standing(world, side)
        _pricing(world, side)
    world.add(SettlingWindow.objects.first())
    machines(world)
    master_data(world)
    world.add(factories.reason())
    _purchasing(world)
    _stock(world)
    world.add(factories.channel())
    for side in SIDES:
        _shipment(world, side)
        _promotion(world, side)
        _experiment(world, side)
        _customer(world, side)
        _held(world, side)
        _ticket(world, side)
        _dispute(world, side)
        _review(world, side)
    _terms(world)
    world.add(factories.keyword())
    running(world)
    refuse_models_without_a_row(world)
    return world


def people(world, clerk):
    """One colleague, one stranger, and the team member who asks; each with a sign-in."""
    for number, (side, (surname, email, phone, salary, _bonus)) in enumerate(PEOPLE.items(), 1):
        department = factories.department("away" if side == "away" else "home")
        user = factories.user(f"signin-{side}", email=f"sign-{email}", last_name=surname)
        person = Person(
            employee_no=f"E90{number}", name=f"Kim {surname}", email=email, phone=phone, user=user
        )
        save_record(person, by=clerk, at=NOW)
        employment = Employment(
            person=person,
            department=department,
            position=Position.objects.get(code="promoter"),
            level="mid",
            base_salary=Decimal(salary),
            hire_date=date(2024, 1, 1),
            from_date=date(2024, 1, 1),
        )
        start_employment(employment, by=clerk, at=NOW)
        for row in (user, person, employment):
            world.add(row, side)
        world.watch(side, name=surname, contact=email, pay=salary)
        world.watch(side, contact=phone)
        world.watch(side, contact=f"sign-{email}")
        if side != "mine":
            team = Team.objects.create(department=department, code=f"t-{side}", name=f"Tm {side}")
            world.add(team, side)
            world.add(factories.grant(user, Role.TEAM_MEMBER), side)


def actors(world):
    """Everybody who asks; ``tests/access/routes.txt`` says who they are."""
    home, away = factories.department("home"), factories.department("away")
    me = User.objects.get(username="signin-mine")
    factories.grant(me, Role.TEAM_MEMBER)
    of_both = factories.user("asks-l", role=Role.SUPERVISOR, department=away)
    factories.employment(factories.person("E910", user=of_both), department=home)
    stand_in = factories.user("asks-w", role=Role.TEAM_MEMBER)
    factories.employment(factories.person("E911", user=stand_in), department=home)
    boss = factories.manager("boss-away")
    world.add(stands_in(stand_in, boss, named_by=boss), "away")
    world.actors = {
        "A": None,
        "D": factories.user("asks-d", role=Role.MANAGER),
        "F": factories.manager("asks-f"),
        "Z": factories.user("asks-z"),
        "T": me,
        "S": factories.user("asks-s", role=Role.SUPERVISOR, department=home),
        "L": of_both,
        "H": factories.user("asks-h", role=Role.HR_PAYROLL),
        "M": factories.manager("asks-m"),
        "N": factories.user("asks-n", role=Role.ADMINISTRATOR),
        "U": factories.user("asks-u", role=Role.AUDITOR),
        "W": stand_in,
    }


def stands_in(stand_in, principal, *, named_by):
    today = timezone.now().date()
    return StandIn.objects.create(
        principal=principal,
        stand_in=stand_in,
        from_date=today - timedelta(days=7),
        to_date=today + timedelta(days=7),
        named_by=named_by,
        named_at=NOW,
    )


def _stock(world):
    """A warehouse with a level, a movement, a count, a stockout, a class and a proposal."""
    level = world.add(factories.stock(3))
    place, what, day = level.warehouse, level.sku, date(2026, 4, 1)
    world.add(place)
    world.add(StockMovement.objects.get(sku=what))
    counted = Counted(place, "N1", NOW, {what: 3})
    world.add(take_snapshot(counted, factories.mover())[0])
    world.add(Stockout.objects.create(warehouse=place, sku=what, from_day=day))
    world.add(AbcClass.objects.create(day=day, sku=what, sales=1, running=1, letter="A"))
    world.add(ReplenishmentPolicy.objects.create(from_date=date(2030, 1, 1)))
    numbers = dict.fromkeys(("mean", "deviation", "z", "lead_time_days", "review_days"), 1)
    numbers |= dict.fromkeys(("safety_stock", "reorder_point", "on_hand", "on_order"), 1)
    world.add(Replenishment.objects.create(sku=what, day=day, quantity=1, **numbers))
    _signals(world, what.product, day)


def _signals(world, product, day):
    """A signal of a product, and a rule that holds in years to come."""
    about = {"kind": "stock_age", "verb": "clear"}
    world.add(SignalRule.objects.create(**about, from_date=date(2030, 1, 1), threshold=90))
    evidence = {"part": 200, "whole": 3, "threshold": "180.00", "window_days": 30}
    world.add(
        ProductSignal.objects.create(
            product=product, evidence=evidence, raised_on=day, seen_on=day, **about
        )
    )


def access(world, clerk):
    """What waits for a second person: a stand-in, a role on each side, a limit."""
    other = factories.user("admin-two", role=Role.ADMINISTRATOR)
    colleague = User.objects.get(username="signin-home")
    world.add(stands_in(colleague, clerk, named_by=other), "home")
    for side in SIDES:
        change = AccessChange.objects.create(
            kind="grant",
            user=User.objects.get(username=f"signin-{side}"),
            role="supervisor",
            department=factories.department(side),
            reason="Leads it now",
            proposed_by=other,
            proposed_at=NOW,
        )
        world.add(change, side)
    limit = ApprovalLimit(role="supervisor", kind="pay_run", up_to=100, from_date=date(2030, 1, 1))
    limit.proposed_by, limit.proposed_at = other, NOW
    limit.save()
    world.add(limit)


def machines(world):
    """One client of each kind, with its key."""
    now = timezone.now()

    def client(letter, **terms):
        made = factories.api_client(f"client-{letter}", **terms)
        world.keys[letter] = factories.api_key(made)
        return made

    world.keys |= {"k": "", "h": "", "g": new_key().text}
    ApiKey.objects.filter(client=client("x")).update(expires_at=now - timedelta(minutes=1))
    ApiKey.objects.filter(client=client("r")).update(revoked_at=now)
    waiting = world.add(client("u"))
    world.add(waiting.keys.get())
    ApiClient.objects.filter(pk=waiting.pk).update(confirmed_at=None, proposed_by=world.actors["N"])
    ApiClient.objects.filter(pk=client("s").pk).update(is_active=False)
    client("o")
    client("b", stores=("home-st",))
    client("w", resources=("stores:write",))
    client("z", resources=("orders:read",))
    client("c", resources=CATALOGUE_USES)
    client("d", resources=CATALOGUE_USES, stores=("home-st",))


def sales(world, side):
    """A store with an order and a refund, and who is credited with it."""
    department = factories.department(side)
    store = factories.store(f"{side}-st", department=department, name=f"Shop {side}gate")
    number, amount = f"ord-{side}-7781", {"home": "61234.51", "away": "72345.62"}[side]
    order = factories.order(amount, store=store, external_id=number, status="delivered")
    factories.refund("4123.45", store=store, external_id=f"ret-{side}-7782")
    back = factories.return_case(order, status="inspected", external_id=f"ret-{side}-7783")
    paid = factories.return_case(order, lines=[(1, 0)], external_id=f"ret-{side}-7784")
    part = factories.part_refund(paid, "1.00", on=date(2025, 3, 12), units=0)
    person = Person.objects.get(user__username=f"signin-{side}")
    assignment = StoreAssignment.objects.create(
        store=store, person=person, from_date=date(2026, 3, 1)
    )
    for row in (store, order, back, part, assignment, StoreDepartment.objects.get(store=store)):
        world.add(row, side)
    world.watch(side, shop=f"{side}gate")
    world.watch(side, shop=number)
    for last in (7782, 7783, 7784):
        world.watch(side, shop=f"ret-{side}-{last}")
    world.watch(side, shop=amount)
    by = factories.user(f"importer-{side}", role=Role.SUPERVISOR, department=department)
    for kind, name in ((ORDERS, side), ("staff", f"staff-{side}")):
        batch = ImportBatch.objects.create(
            format=kind, name=f"file-{name}-91.csv", digest=name, by=by, created_at=NOW
        )
        ImportReject.objects.create(batch=batch, row_no=7, field="x", reason=f"rejected-{name}-92")
        world.add(batch, "staff" if kind == "staff" else side)
        world.watch(side, **{"contact" if kind == "staff" else "files": f"file-{name}-91.csv"})
        world.watch(side, **{"contact" if kind == "staff" else "files": f"rejected-{name}-92"})
    handover(world, side, store, by)


def handover(world, side, store, by):
    """A handover of customer service that waits: at home for T, away for two strangers."""
    giver = Person.objects.get(user__username=f"signin-{side}")
    receiver = {
        "home": lambda: Person.objects.get(user__username="signin-mine"),
        "away": lambda: factories.person("E912"),
    }[side]()
    duty = {"store": store, "duty": "customer_service"}
    StoreAssignment.objects.create(person=giver, from_date=date(2026, 3, 1), **duty)
    made = Handover.objects.create(
        from_person=giver,
        to_person=receiver,
        share=1,
        on_date=date(2027, 3, 1),
        reason="Moves on",
        offered_by=by,
        offered_at=NOW,
        **duty,
    )
    world.add(made, side)


def figures(world, side):
    """A target, a scorecard of each person."""
    goal = {"home": "81234.56", "away": "92345.67"}[side]
    world.add(factories.target(goal, department=factories.department(side)), side)
    world.watch(side, goal=goal)
    night = NightlyRun.objects.get_or_create(
        as_of=date(2026, 4, 1), defaults={"state": "done", "started_at": NOW, "finished_at": NOW}
    )[0]
    for whose, score in {"home": (("mine", 71.17), ("home", 72.27)), "away": (("away", 73.37),)}[
        side
    ]:
        card = Scorecard.objects.create(
            person=Person.objects.get(user__username=f"signin-{whose}"),
            template=ScorecardTemplate.objects.first(),
            start=MARCH,
            score=Decimal(str(score)),
            grade="B",
            run=night,
        )
        world.add(card, whose)
        world.watch(whose, score=str(score))


def pay(world, side, clerk):
    """The month's inputs, the locked run made of them, and an open proposal."""
    department = factories.department(side)
    for whose in ("mine", "home") if side == "home" else ("away",):
        person = Person.objects.get(user__username=f"signin-{whose}")
        world.add(factories.work_task(person, name=f"task-{whose}-17"), whose)
        world.add(factories.attendance(person, absent_days=1), whose)
    for kind in ("promotion", "feedback", "recruiting"):
        factories.work_task(department=department, kind=kind, name=f"volume-{side}-{kind}")
    run = calculate_run(department, Period("month", MARCH), by=clerk, at=NOW)
    submit_run(run, scope=factories.scope(clerk), by=clerk, at=NOW)
    boss = User.objects.get(username="boss-away")
    PayRun.objects.filter(pk=run.pk).update(state="locked", approved_by=boss, approved_at=NOW)
    run.refresh_from_db()
    world.add(run, side)
    world.watch(side, pay=run.total)
    for payslip in run.payslips.select_related("person__user"):
        whose = payslip.person.user.username.removeprefix("signin-")
        if whose in PEOPLE:
            world.add(payslip, whose)
            world.watch(whose, pay=payslip.total)
    _surname, *_contacts, bonus = PEOPLE[side]
    proposal = Proposal.objects.create(
        person=Person.objects.get(user__username=f"signin-{side}"),
        month=date(2026, 5, 1),
        kind="bonus",
        amount=Decimal(bonus),
        reason=f"because-{side}-33",
        proposed_by=clerk,
        proposed_at=NOW,
    )
    world.add(proposal, side)
    world.watch(side, pay=bonus)
    world.watch(side, pay=f"because-{side}-33")


def _pricing(world, side):
    """A listing with a price, leave asked for below its floor, and a competitor's price."""
    day = date(2026, 3, 1)
    store = factories.store(f"{side}-st")
    listing = factories.listing(f"sell-{side}-71", store=store, price=Decimal("20.00"))
    world.add(listing, side)
    dated = {"listing": listing, "from_date": day, "price": Decimal("20.00")}
    world.add(ListingPrice.objects.create(**dated, reason="First", set_at=NOW), side)
    world.add(
        PriceOverride.objects.create(
            **dated,
            until_date=date(2040, 4, 1),
            reason=f"cheaper-{side}-72",
            proposed_by=world.actors["N"],
            proposed_at=NOW,
        ),
        side,
    )
    world.add(
        CompetitorPrice.objects.create(
            listing=listing, competitor=f"rival-{side}-73", seen_on=day, price=Decimal(19)
        ),
        side,
    )
    world.add(SellingCost.objects.create(store=store, from_date=day), side)
    for text in ("sell-{}-71", "cheaper-{}-72", "rival-{}-73"):
        world.watch(side, shop=text.format(side))
    if side == "home":
        world.add(UnlistedStock.objects.create(day=day, sku=listing.sku, on_hand=3, since=day))
        world.add(MarginPolicy.objects.first())
        world.add(InboundCost.objects.create(sku=listing.sku, from_date=day))
        world.add(
            BrandMinimum.objects.create(
                brand="Ours", currency="CNY", amount=Decimal(1), from_date=day
            )
        )


def _standing(world, side):
    """How a store stands at its platform, and a day of its traffic and ads."""
    store, day = factories.store(f"{side}-st"), date(2026, 3, 10)
    world.add(StoreRating.objects.create(store=store, day=day, account_health=940), side)
    violation = Violation.objects.create(
        store=store,
        external_id="V-1",
        kind="warning",
        severity="minor",
        happened_on=day,
        detail=f"detail-{side}-44",
    )
    campaign = Campaign.objects.create(store=store, external_id="C-1", name=f"campaign-{side}-45")
    traffic = TrafficDay.objects.create(store=store, day=day, clicks=1, stored_at=NOW)
    ads = AdDay.objects.create(
        campaign=campaign, day=day, spend=1, clicks=1, orders=1, sales=9, stored_at=NOW
    )
    restated = TrafficRestatement.objects.create(
        source="traffic",
        store=store,
        day=day,
        field="clicks",
        before=f"71{'1' if side == 'home' else '2'}733",
        after="1",
        settled=True,
        at=NOW,
    )
    for row in (violation, campaign, traffic, ads, restated):
        world.add(row, side)
    world.watch(side, shop=violation.detail)
    world.watch(side, shop=campaign.name)
    world.watch(side, shop=restated.before)


def master_data(world):
    """What belongs to nobody's department."""
    category = Category.objects.create(code="c1", name="Category 1")
    product = Product.objects.create(
        code="p1", title="Product 1", category=category, status="on_sale"
    )
    world.add(category)
    world.add(product)
    world.add(factories.checklist(product, world.actors["N"]))
    world.add(Sku.objects.create(code="s1", product=product, unit_cost=1, cost_currency="CNY"))
    world.add(factories.rate(on=date(2026, 1, 5)))
    world.add(Position.objects.get(code="analyst"))
    world.add(MetricDefinition.objects.first())
    world.add(ScorecardTemplate.objects.first())
    used = PlanVersion.objects.first()
    later = date(2027, 6, 1)
    world.add(copy_plan(used, effective_from=later, by=world.actors["M"], at=NOW))


def _purchasing(world):
    """A purchase order that is placed, and a shipment of it that is not declared."""
    order = factories.purchase_order("po-1", lines=[("s2", 10, "5.00")])
    world.add(order.supplier)
    world.add(order)
    world.add(order.lines.get())
    world.add(factories.inbound_shipment(order))
    world.add(ScoreRule.objects.first())


def _promotion(world, side):
    """A planned promotion of a store, for a whole category."""
    made = factories.promotion(
        "PR-1",
        store=factories.store(f"{side}-st"),
        category=Category.objects.get(code="c1"),
        name=f"offer-{side}-46",
    )
    world.add(made, side)
    world.watch(side, shop=made.name)


def _shipment(world, side):
    """A parcel under way that has been silent for long, and has a price."""
    order = Order.objects.get(external_id=f"ord-{side}-7781")
    made = factories.shipment(
        f"parcel-{side}-81",
        order=order,
        status="in_transit",
        tracking_number=f"track-{side}-82",
        dispatched_on=date(2026, 3, 11),
        last_event_on=date(2026, 3, 11),
        cost=Decimal({"home": "8123.71", "away": "9234.82"}[side]),
        cost_currency="CNY",
    )
    made.lines.create(order_line=order.lines.get(), quantity=1)
    world.add(made, side)
    world.add(factories.shipment_exception(made), side)
    for text in (made.external_id, made.tracking_number, made.cost):
        world.watch(side, shop=text)


def _held(world, side):
    """What an order was held for, and where the goods of its store come from."""
    order = Order.objects.get(external_id=f"ord-{side}-7781")
    found = {"order": f"twin-{side}-84", "placed_at": ""}
    world.add(factories.anomaly(order, "duplicate", found=found), side)
    spare = factories.warehouse(f"spare-{side}", name="Spare", country="CN")
    world.add(AllocationSource.objects.create(store=order.store, warehouse=spare), side)
    world.watch(side, shop=f"twin-{side}-84")


def _experiment(world, side):
    """A planned experiment of a listing, with two versions that only it compares."""
    store = factories.store(f"{side}-st")
    listing = store.listings.get(seller_sku=f"sell-{side}-71")
    made = factories.experiment("X-1", listing=listing, name=f"trial-{side}-47")
    world.add(made, side)
    world.watch(side, shop=made.name)


def _customer(world, side):
    """A customer with an order that goes to an address."""
    store = factories.store(f"{side}-st")
    made = factories.customer(
        f"cust-{side}-87",
        store=store,
        name=f"Buyer{side}88",
        email=f"{side}89@buyers.example",
        phone=f"+44 1 {len(side)}0089",
        address=f"Lane {side} 90",
    )
    order = Order.objects.get(external_id=f"ord-{side}-7781")
    Order.objects.filter(pk=order.pk).update(customer=made)
    OrderAddress.objects.create(order=order, recipient=f"To{side}91", city=f"Town{side}92")
    spend = Decimal({"home": "6123.17", "away": "6234.28"}[side])
    standing = factories.customer_standing(made, spend=spend)
    world.add(made, side)
    world.watch(side, shop=made.external_id)
    world.watch(side, shop=standing.spend)
    for text in (made.name, made.email, made.address, f"To{side}91", f"Town{side}92"):
        world.watch(side, buyer=text)


def _ticket(world, side):
    """A ticket that nobody has taken; what was said and who said it is for who sees the store."""
    made = factories.ticket(
        store=factories.store(f"{side}-st"),
        external_id="TK-1",
        subject=f"subject-{side}-48",
        text=f"said-{side}-49",
        contact=f"buyer-{side}@{side}-50.example",
    )
    world.add(made, side)
    file = given_file(f"shown-{side}-51.txt", f"inside-{side}-52".encode())
    said = note_ticket(made, f"noted-{side}-53", factories.mover(), [file])
    # a page names a file by its attachment
    world.rows.setdefault(MessageFile, {})[side] = said.files.get().attachment_id
    box = factories.mailbox(store=made.store, name=f"desk-{side}-54")
    sent = mail(f"wrote-{side}-55", From=f"writer-{side}@{side}-56.example", X_Loop="1")
    came = store_mail(box, Fetched(1, sent, len(sent), True), NOW)
    take_mail(came.pk, at=NOW)
    world.add(box, side)
    world.add(came, side)
    world.watch(side, buyer=f"writer-{side}@")
    world.watch(side, shop=made.subject)
    for text in ("said-{}-49", "shown-{}-51", "inside-{}-52", "noted-{}-53"):
        world.watch(side, shop=text.format(side))
    world.watch(side, buyer=f"buyer-{side}@")


def _terms(world):
    """What is promised of tickets and by which calendar, the ladder, and the words of tickets."""
    world.add(WorkCalendar.objects.create(code="c1", name="Calendar 1"))
    world.add(RetentionPolicy.objects.first())
    world.add(MemberTier.objects.create(code="t1", name="Tier 1", from_spend=7))
    always = WorkCalendar.objects.get(code="always")
    world.add(
        SlaPolicy.objects.create(
            name="Policy 1", measure="update", kind="enquiry", minutes=60, calendar=always
        )
    )
    rule = {"measure": "update", "level": 9, "audience": "team"}
    world.add(EscalationRule.objects.create(**rule))
    world.add(HoldPolicy.objects.get(store=None))
    world.add(ResolutionCode.objects.create(code="w1", name="Word 1"))
    world.add(RootCause.objects.create(code="w1", name="Word 1"))
    world.add(ReplyTemplate.objects.create(code="w1", title="Template 1", text="Hello"))


def _dispute(world, side):
    """A dispute that presses, with a text and a file as evidence."""
    made = factories.dispute(
        "D-1",
        store=factories.store(f"{side}-st"),
        order=Order.objects.get(external_id=f"ord-{side}-7781"),
        reason=f"claim-{side}-81",
        respond_by=NOW,
    )
    file = given_file(f"proof-{side}-82.txt", f"content-{side}-83".encode())
    mover = factories.mover()
    evidence = add_evidence(made, mover, text=f"text-{side}-84", file=file)
    for row in (made, evidence, evidence.attachment):
        world.add(row, side)
    for text in ("claim-{}-81", "proof-{}-82", "content-{}-83", "text-{}-84"):
        world.watch(side, shop=text.format(side))


def _review(world, side):
    """A review of a store that nobody has to follow up yet."""
    made = factories.review(
        "R-1",
        store=factories.store(f"{side}-st"),
        order=Order.objects.get(external_id=f"ord-{side}-7781"),
        title=f"title-{side}-85",
        text=f"words-{side}-86",
    )
    world.add(made, side)
    world.watch(side, shop=made.title)
    world.watch(side, shop=made.text)


def running(world):
    """Jobs, the audit trail and the sign-in log."""
    world.add(
        Job.objects.create(
            kind="nightly", key="n1", state="failed", not_before=NOW, staged_at=NOW, attempt=3
        )
    )
    world.add(NightlyRun.objects.first())
    world.add(AuditEntry.objects.filter(model="accounts.employment").first())
    seen = {"username": "guessed", "ip_address": "192.0.2.7", "user_agent": "x"}
    seen |= {"http_accept": "", "path_info": "/"}
    world.add(AccessLog.objects.create(**seen))
    world.add(AccessFailureLog.objects.create(**seen))
    world.add(AccessAttempt.objects.create(**seen, failures_since_start=3))


def refuse_models_without_a_row(world):
    """A page of a model of which nobody asks for a row is a page that nobody tested."""
    missing = sorted(m._meta.label for m in admin.site._registry if m not in world.rows)
    assert missing == [], "tests/access/world.py builds no row of these"
