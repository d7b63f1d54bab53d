"""The chain of the audit trail: whatever is tampered with is found, and where it begins."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Department, User
from opsdesk.actions.audit import record, record_many
from opsdesk.actions.seals import seal_waiting
from opsdesk.models import AuditEntry, AuditHead, AuditSeal, AuditWaiting
from opsdesk.queries.audit import verify
from tests import factories
from tests.factories import NOW
from tests.trail import unguarded

pytestmark = pytest.mark.django_db
TAMPERINGS = 1_000
COLUMNS = [field.attname for field in AuditEntry._meta.concrete_fields]


def skip_a_number():
    """Leave a gap, as a transaction does that was rolled back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence('opsdesk_auditentry', 'id'))")
        else:
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name LIKE '%_auditentry'"
            )


def write(chance, people):
    """One change of a few records."""
    detail = {"changed": {"name": ["é", chance.random().hex()]}, "n": chance.randrange(10**9)}
    at = NOW + timedelta(microseconds=chance.randrange(10**9))
    if chance.random() < 0.5:
        record("changed", factories.department(), by=chance.choice(people), at=at, detail=detail)
    else:
        names = [(n, f"o{n}") for n in range(chance.randint(1, 9))]
        record_many("created", Department, names, by=chance.choice(people), at=at)


@pytest.fixture
def trail():
    """Two hundred entries, the last few not sealed yet, with gaps."""
    people = [None, factories.user("one"), factories.user("two")]
    while AuditEntry.objects.count() < 200:
        write(random, people)
        if random.random() < 0.3:
            seal_waiting(at=NOW)
        if random.random() < 0.1:
            skip_a_number()
    seal_waiting(at=NOW)
    write(random, people)
    write(random, people)
    return people


class Tampering:
    """One hand laid on the trail; ``first`` is the first bad entry, where there is one."""

    def __init__(self):
        self.ids = list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
        self.seals = list(AuditSeal.objects.order_by("number"))
        self.waiting = {
            number
            for ranges in AuditWaiting.objects.values_list("ranges", flat=True)
            for first, last in ranges
            for number in range(first, last + 1)
        }
        self.first = None

    def do(self):
        verbs = [name for name in dir(type(self)) if name.startswith("do_")]
        verb = random.choice(verbs)
        getattr(self, verb)()
        return verb

    def entry(self, number):
        return AuditEntry.objects.filter(pk=number)

    def free_number(self):
        """A number nobody has: in a gap, or after the end."""
        gaps = set(range(self.ids[0], self.ids[-1])) - set(self.ids)
        return random.choice([*gaps, self.ids[-1] + random.randint(1, 9)])

    def do_change(self):
        number = self.first = random.choice(self.ids)
        row = self.entry(number)
        column = random.choice([name for name in COLUMNS if name != "id"])
        value = getattr(row.get(), column)
        row.update(**{column: self.other(column, value)})

    def other(self, column, value):
        match column:
            case "at":
                return value + timedelta(microseconds=random.choice([-1, 1, 10**9]))
            case "actor_id":
                people = {None, *User.objects.values_list("pk", flat=True)}
                return random.choice(sorted(people - {value}, key=str))
            case "client_id":
                return (value or 0) + 1
            case "detail":
                return random.choice([{**value, "n": -1}, {**value, "x": None}, [value], ""])
            case "mac":
                return random.choice(["", "0" * 64, value.upper() + "x"])[:64]
        return random.choice([value[:-1], value + "x"]) if value else "x"

    def do_renumber(self):
        # One that waits is met under its new number before its old one is missed.
        number = self.first = random.choice([n for n in self.ids if n not in self.waiting])
        self.entry(number).update(id=self.ids[-1] + random.randint(1, 9))

    def do_delete(self):
        number = self.first = random.choice(self.ids)
        self.entry(number).delete()

    def do_insert(self):
        self.first = self.free_number()
        AuditEntry.objects.create(
            pk=self.first, at=NOW, verb="created", model="x", record="x", mac="0" * 64
        )

    def do_copy(self):
        copy = self.entry(random.choice(self.ids)).get()
        copy.pk = self.first = self.free_number()
        copy.save(force_insert=True)

    def do_swap(self):
        self.first, second = sorted(random.sample(self.ids, 2))
        self.entry(self.first).update(id=0)
        self.entry(second).update(id=self.first)
        self.entry(0).update(id=second)

    def do_swap_signatures(self):
        self.first, second = sorted(random.sample(self.ids, 2))
        macs = [self.entry(number).get().mac for number in (self.first, second)]
        self.entry(self.first).update(mac=macs[1])
        self.entry(second).update(mac=macs[0])

    def do_cut_entries(self):
        sealed = [number for number in self.ids if number not in self.waiting]
        self.first = random.choice(sealed)
        AuditEntry.objects.filter(pk__gte=self.first).delete()

    def do_cut_entries_and_seals(self):
        seal = random.choice(self.seals)
        before = [one.ranges[-1][1] for one in self.seals if one.number < seal.number]
        # The gap before it may be named as well: nobody can tell whether anything was there.
        self.first = max(before, default=0) + 1
        AuditEntry.objects.filter(pk__gte=seal.ranges[0][0]).delete()
        AuditSeal.objects.filter(number__gte=seal.number).delete()
        AuditWaiting.objects.all().delete()

    def do_cut_and_move_the_head_back(self):
        seal = random.choice(self.seals[:-1])
        AuditEntry.objects.filter(pk__gt=seal.ranges[-1][1]).delete()
        AuditSeal.objects.filter(number__gt=seal.number).delete()
        AuditWaiting.objects.all().delete()
        entries = sum(one.count for one in self.seals if one.number <= seal.number)
        AuditHead.objects.update(number=seal.number, digest=seal.digest, entries=entries)

    def do_delete_a_seal(self):
        seal = random.choice(self.seals)
        before = [one.ranges[-1][1] for one in self.seals if one.number < seal.number]
        self.first = max(before, default=0) + 1
        AuditSeal.objects.filter(pk=seal.pk).delete()

    def do_change_a_seal(self):
        seal = random.choice(self.seals)
        changed = random.choice(
            [
                {"digest": "0" * 64},
                {"sealed_at": seal.sealed_at + timedelta(seconds=1)},
                {"count": seal.count + 1},
                {"ranges": [[seal.ranges[0][0], seal.ranges[-1][1] + 1]]},
                {"ranges": random.choice([[], {}, "x", [[1]], [[9, 1]], [["a", 2]]])},
                {"ranges": [[1, 10**15]], "count": 10**9},
                {"number": 10**6},
            ]
        )
        AuditSeal.objects.filter(pk=seal.pk).update(**changed)

    def do_change_the_head(self):
        head = AuditHead.objects.get()
        changed = random.choice(
            [
                {"number": head.number + random.choice([-1, 1])},
                {"digest": "0" * 64},
                {"entries": head.entries - 1},
                {"mac": "0" * 64},
            ]
        )
        AuditHead.objects.update(**changed)

    def do_delete_the_head(self):
        AuditHead.objects.all().delete()

    def do_delete_everything(self):
        for model in (AuditEntry, AuditSeal, AuditWaiting):
            model.objects.all().delete()
        self.first = 1

    def do_keep_an_entry_from_its_seal(self):
        self.first = min(self.waiting)
        AuditWaiting.objects.all().delete()


def test_a_trail_that_nobody_touched_is_whole(trail):
    sealed = AuditHead.objects.get().entries

    verdict = verify()

    count = AuditEntry.objects.count()
    assert (verdict.fault, verdict.entries, verdict.waiting) == (None, count, count - sealed)
    assert (verdict.number, verdict.digest) == AuditHead.objects.values_list(
        "number", "digest"
    ).get()


@pytest.mark.slow
def test_a_thousand_random_tamperings_are_found_and_the_first_bad_entry_named(trail):
    wrong = []
    with unguarded():
        for _number in range(TAMPERINGS):
            with transaction.atomic():
                tampering = Tampering()
                verb = tampering.do()
                fault = verify().fault
                if fault is None or (tampering.first and fault.entry != tampering.first):
                    wrong.append((verb, tampering.first, fault))
                transaction.set_rollback(True)

    assert wrong == []
    assert verify().fault is None


def test_a_head_kept_elsewhere_tells_of_a_chain_that_was_made_anew(trail):
    head = AuditHead.objects.get()
    kept = (head.number, head.digest)

    known, foreign, ahead = (
        verify(kept).fault,
        verify((head.number - 1, "0" * 64)).fault,
        verify((head.number + 1, "0" * 64)).fault,
    )

    assert known is None
    assert (foreign.code, foreign.seal) == ("given", head.number - 1)
    assert (ahead.code, ahead.seal) == ("given", head.number + 1)


def test_another_key_signs_nothing_of_this_trail(trail, settings):
    settings.DATA_KEY = "another"

    fault = verify().fault

    assert (fault.code, fault.entry) == ("altered", AuditEntry.objects.order_by("pk")[0].pk)


def test_entries_of_a_number_below_sealed_ones_are_sealed_when_they_are_seen(trail):
    late = AuditWaiting.objects.order_by("pk").first()
    late_ranges, late_count = late.ranges, late.count
    late.delete()
    seal_waiting(at=NOW)
    AuditWaiting.objects.create(ranges=late_ranges, count=late_count)

    assert seal_waiting(at=NOW) == late_count

    verdict = verify()
    assert (verdict.fault, verdict.waiting) == (None, 0)
    assert AuditSeal.objects.order_by("-number")[0].ranges == late_ranges
