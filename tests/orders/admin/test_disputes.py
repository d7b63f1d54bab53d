"""Disputes in the browser: list, form, evidence with its files, steps, and the order's panel."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from opsdesk.actions.files import kept_attachment
from opsdesk.models import LifeEvent
from orders.actions.attachments import Owner, attach, given_file
from orders.models import Attachment, Dispute, DisputeEvidence
from tests import factories as make
from tests.factories import PDF, png
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_dispute_changelist")
ADD = reverse("admin:orders_dispute_add")


def text(response):
    return " ".join(response.content.decode().split())


def page_of(dispute):
    return reverse("admin:orders_dispute_change", args=[dispute.pk])


@pytest.fixture
def me():
    person = make.person("E1", user=make.user("me", role=Role.TEAM_MEMBER))
    make.employment(person)
    return person


@pytest.fixture
def page(client, me):
    sign_in(client, me.user)
    return client


def typed(**values):
    return {
        "store": make.store().pk,
        "external_id": "D-1",
        "order_no": "",
        "kind": "chargeback",
        "amount": "12.50",
        "opened_at_0": "2026-04-01",
        "opened_at_1": "20:30:00",
        "respond_by_0": "",
        "respond_by_1": "",
        "reason": "",
    } | values


def test_a_dispute_is_written_down_by_the_clock_of_its_store(page):
    make.store(time_zone="America/New_York")
    order = make.order(external_id="O-1")

    answer = page.post(ADD, typed(order_no="O-1", respond_by_0="2026-04-09", respond_by_1="23:59"))

    assert answer.status_code == 302
    stored = Dispute.objects.get()
    assert (stored.order, stored.amount, stored.opened_at, stored.respond_by) == (
        order,
        Decimal("12.50"),
        datetime(2026, 4, 2, 0, 30, tzinfo=UTC),
        datetime(2026, 4, 10, 3, 59, tzinfo=UTC),
    )
    assert str(stored.business_date) == "2026-04-01"
    shown = text(page.get(page_of(stored)))
    assert 'value="20:30:00"' in shown
    assert "2026-04-09 23:59 America/New_York" in shown


def test_a_form_saved_as_it_was_shown_changes_nothing(page):
    make.store(time_zone="America/New_York")
    opened = datetime(2026, 4, 1, 12, 30, 7, 123456, tzinfo=UTC)  # with what no form shows
    made = make.dispute("D-1", opened_at=opened)
    shown = page.get(page_of(made)).context["adminform"].form
    data = {
        f"opened_at_{number}": part
        for number, part in enumerate(
            shown["opened_at"].field.widget.decompress(shown.initial["opened_at"])
        )
    }

    page.post(page_of(made), typed(**data, amount="20", kind="other", outcome_amount=""))

    assert Dispute.objects.get().opened_at == opened


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"order_no": "none"}, "There is no order none in store UK: load it first."),
        ({"amount": "1.005"}, "The currency of the store has 2 decimals."),
        ({"amount": "-1"}, "greater than or equal to 0"),
        ({"opened_at_0": "0001-01-01"}, "is no day of our time"),
        ({"opened_at_0": "9999-12-31", "opened_at_1": "23:59:59"}, "is no day of our time"),
        ({"opened_at_0": "2090-01-01"}, "is more than a day in the future"),
        ({"external_id": "a\x00b"}, "Null characters are not allowed."),
        ({"external_id": "x" * 101}, "at most 100 characters"),
        ({"kind": "theft"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_the_form_and_nothing_is_written(page, given, sentence):
    answer = page.post(ADD, typed(**given))

    assert answer.status_code == 200
    assert sentence in text(answer)
    assert Dispute.objects.count() == 0


def test_an_order_of_another_store_is_no_order_here(page):
    make.order(external_id="O-1", store=make.store("DE"))

    assert "There is no order O-1 in store UK" in text(page.post(ADD, typed(order_no="O-1")))
    assert Dispute.objects.count() == 0


def test_a_number_that_is_there_is_refused_in_words(page):
    make.dispute("D-1")

    assert "This store has a dispute with this number already." in text(page.post(ADD, typed()))


def test_the_form_changes_what_may_change_and_the_state_is_not_on_it(page, me):
    made = make.dispute("D-1")

    shown = text(page.get(page_of(made)))
    page.post(
        page_of(made), typed(amount="9", status="won", handled_by=me.pk, store=7, external_id="X")
    )

    stored = Dispute.objects.get()
    assert (stored.amount, stored.status, stored.handled_by, stored.external_id) == (
        Decimal(9),
        "opened",
        me,
        "D-1",
    )
    assert 'name="status"' not in shown


def test_who_has_it_stays_a_choice_for_a_colleague_who_does_not_see_them(page):
    stranger = make.person("E9")
    made = make.dispute("D-1", handled_by=stranger)

    answer = page.post(page_of(made), typed(amount="9", handled_by=stranger.pk))

    assert answer.status_code == 302
    assert Dispute.objects.get().handled_by == stranger


def add(page, dispute, **data):
    address = reverse("admin:orders_dispute_evidence", args=[dispute.pk])
    return page.post(address, data, follow=True)


def upload(name, data):
    # what the browser says of the type is not believed
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def test_evidence_is_added_shown_and_downloaded_as_an_attachment(page):
    made = make.dispute()

    answer = add(page, made, text="See the photo", file=upload("photo.png", png()))

    assert "The evidence is added." in text(answer)
    stored = Attachment.objects.get()
    address = reverse("admin:orders_dispute_file", args=[made.pk, stored.pk])
    assert f'href="{address}"' in text(answer)
    download = page.get(address)
    assert download.content == png()
    assert {name: download[name] for name in ("Content-Type", "Content-Disposition")} == {
        "Content-Type": "image/png",
        "Content-Disposition": 'attachment; filename="photo.png"',
    }
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_text_of_an_evidence_is_not_lost_with_its_file(page):
    made = make.dispute()
    make.evidence(made, "Signed for")

    answer = add(page, made, text="See <b>the photo", file=upload("photo.png", b"\xff\xfe\x00"))

    shown, typed = text(answer), ">See &lt;b&gt;the photo</textarea>"
    assert answer.redirect_chain == [(page_of(made), 302)]
    assert "The file photo.png is none that is kept here" in shown
    assert typed in shown
    assert typed not in text(page.get(page_of(made)))
    assert DisputeEvidence.objects.count() == 1


def test_a_name_goes_into_the_header_as_a_name(page):
    made = make.dispute()
    file = given_file('签"收\r\nSet-Cookie: x=1.txt', b"ok")
    attach(Owner("dispute", made.pk, made.store_id), file, make.mover())

    download = page.get(
        reverse("admin:orders_dispute_file", args=[made.pk, Attachment.objects.get().pk])
    )

    assert download["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "Set-Cookie" not in download.headers
    assert download["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("page.html", b"<script>alert(1)</script>", "is a text by its content: name it"),
        ("run.pdf", b"MZ\x90", "is none that is kept here"),
        ("bomb.png", png(60_000, 60_000), "at most 50 million"),
        ("cut.pdf", PDF[:-6], "is broken or cut short"),
        ("none.pdf", b"", "is empty"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_words(page, name, data, sentence):
    made = make.dispute()

    answer = add(page, made, text="x", file=upload(name, data))

    assert sentence in text(answer)
    assert (DisputeEvidence.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_file_of_more_bytes_than_are_taken_is_refused(page, settings):
    settings.ATTACHMENT_MAX_BYTES = 1 << 20
    made = make.dispute()

    answer = add(page, made, file=upload("large.txt", b"a" * ((1 << 20) + 1)))

    assert "is larger than the 1 MB that are taken" in text(answer)
    assert Attachment.objects.count() == 0


def test_texts_and_names_are_shown_as_text(page):
    made = make.dispute(reason="<script>one()</script>")
    add(page, made, text="<script>two()</script>", file=upload('"><script>3.pdf', PDF))

    shown = text(page.get(page_of(made)))

    assert "&lt;script&gt;two()&lt;/script&gt;" in shown
    assert "<script>" not in shown.replace("<script src=", "").replace("<script type=", "")


def test_a_withdrawn_evidence_stays_and_its_file_is_handed_out_no_more(page):
    made = make.dispute()
    add(page, made, text="Wrong one", file=upload("a.pdf", PDF))
    one = DisputeEvidence.objects.get()
    address = reverse("admin:orders_dispute_file", args=[made.pk, one.attachment_id])
    withdraw = reverse("admin:orders_dispute_withdraw", args=[made.pk, one.pk])

    refused = page.post(withdraw, {"reason": " "}, follow=True)
    assert "Say why" in text(refused)
    assert page.get(address).status_code == 200

    answer = page.post(withdraw, {"reason": "Of another order"}, follow=True)

    assert "Of another order" in text(answer)
    assert "Wrong one" in text(answer)
    assert address not in text(answer)
    assert page.get(address).status_code == 404


def test_a_file_is_found_at_its_own_dispute_only(page):
    made, other = make.dispute(), make.dispute()
    add(page, made, file=upload("a.pdf", PDF))
    number = Attachment.objects.get().pk

    addresses = [
        reverse("admin:orders_dispute_file", args=[other.pk, number]),
        reverse("admin:orders_dispute_file", args=[made.pk, number + 1]),
        reverse("admin:orders_dispute_file", args=[made.pk, "x"]),
        reverse("admin:orders_dispute_withdraw", args=[other.pk, DisputeEvidence.objects.get().pk]),
    ]

    assert [page.get(one).status_code for one in addresses[:3]] == [404] * 3
    assert page.post(addresses[3], {"reason": "x"}).status_code == 404


def test_a_file_that_the_server_lost_is_said_to_be_gone(page):
    made = make.dispute()
    add(page, made, file=upload("a.pdf", PDF))
    stored = Attachment.objects.get()
    kept_attachment(stored.stored_name).unlink()

    answer = page.get(reverse("admin:orders_dispute_file", args=[made.pk, stored.pk]), follow=True)

    assert "The file a.pdf is not on this server any more" in text(answer)


def test_of_another_department_there_is_nothing(page):
    away = make.store("FR", department=make.department("away"))
    theirs = make.dispute(store=away)
    file = Attachment.objects.create(
        owner_kind="dispute", owner_id=theirs.pk, store=away, name="a.pdf", kind="application/pdf",
        size=1, digest="d", stored_name="n", at=make.NOW,
    )  # fmt: skip
    make.evidence(theirs, attachment=file)

    assert page.get(page_of(theirs)).status_code == 404
    assert add(page, theirs, text="x").status_code == 404
    assert (
        page.get(reverse("admin:orders_dispute_file", args=[theirs.pk, file.pk])).status_code == 404
    )


def test_who_only_reads_sees_everything_and_changes_nothing(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    made = make.dispute(order=make.order(external_id="O-1"))
    make.evidence(made, "Signed for")

    shown = text(client.get(page_of(made)))

    assert "Signed for" in shown
    assert "O-1" in shown
    assert 'name="text"' not in shown
    assert add(client, made, text="x").status_code == 403
    assert client.post(page_of(made), typed(amount="1")).status_code == 403
    assert DisputeEvidence.objects.count() == 1


def test_the_button_takes_a_step_or_says_what_is_missing(page, me):
    made = make.dispute()
    mediate = reverse("admin:orders_dispute_move", args=[made.pk, "mediate"])

    refused = page.post(mediate, follow=True)
    assert "There is no evidence yet" in text(refused)
    make.evidence(made)
    page.post(mediate)

    stored = Dispute.objects.get()
    assert (stored.status, stored.handled_by) == ("mediation", me)
    assert LifeEvent.objects.get().verb == "mediate"


def test_a_decided_dispute_asks_for_nothing_more(page):
    made = make.dispute(status="won", respond_by=timezone.now() - timedelta(days=1))
    make.evidence(made)

    shown = text(page.get(page_of(made)))

    assert "missed" not in shown
    assert "orders_dispute_evidence" not in shown
    assert "/evidence/" not in shown


def test_the_list_is_found_by_number_and_says_what_presses(page):
    now = timezone.now()
    make.dispute("AB-1", respond_by=now - timedelta(hours=3))
    make.dispute("AB-2", respond_by=now + timedelta(hours=5, minutes=1))
    make.dispute("CD-1", status="won", respond_by=now)

    everything = text(page.get(LIST))
    found = text(page.get(f"{LIST}?q=AB"))

    assert everything.count("field-kind") == 3
    assert found.count("field-kind") == 2
    assert '<span class="badge badge-missed">missed 3 hours ago</span>' in found
    assert '<span class="badge badge-soon">due in 5 hours</span>' in found
    assert text(page.get(f"{LIST}?q=B-1")).count("field-kind") == 0  # not from the middle
    assert text(page.get(f"{LIST}?status__exact=won")).count("field-kind") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _number in range(count):
        make.dispute(order=make.order(), handled_by=make.person())

    page.get(LIST)
    with django_assert_max_num_queries(13):
        page.get(LIST)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    made = make.dispute(order=make.order())
    for number in range(count):
        file = Attachment.objects.create(
            owner_kind="dispute", owner_id=made.pk, store=made.store, name="a.pdf",
            kind="application/pdf", size=1, digest=number, stored_name=number, at=make.NOW,
        )  # fmt: skip
        make.evidence(made, attachment=file, by=make.user())

    page.get(page_of(made))
    with django_assert_max_num_queries(24):
        page.get(page_of(made))


def test_an_orders_page_shows_its_disputes(page):
    order = make.order()
    address = reverse("admin:orders_order_change", args=[order.pk])
    assert "Disputes</h2>" not in text(page.get(address))
    made = make.dispute("D-7", order=order, respond_by=timezone.now() - timedelta(hours=2))

    shown = text(page.get(address))

    assert f'<a href="{page_of(made)}">D-7</a>' in shown
    assert "missed 2 hours ago" in shown
