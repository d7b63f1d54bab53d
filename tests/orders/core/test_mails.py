"""Mails are read whatever they are; what a machine wrote, repeated and brought is told apart."""

import time

import pytest

from orders.core.mail_marks import mark_of, marked_ticket, plain_subject
from orders.core.mail_text import split_quoted, text_of_html
from orders.core.mail_words import Why
from orders.core.mails import Bounce, MailFile, read_head, read_mail
from tests.mails import BUYER, HOSTILE, bounce, mail

KEY = b"k" * 32


def test_a_plain_mail_is_read_whole():
    found = read_mail(
        mail(
            "Broken.\r\n",
            files=[("proof.pdf", b"%PDF-1.4 %%EOF")],
            In_Reply_To="<two@desk>",
            References="<one@desk> <two@desk>",
        )
    )

    assert (found.message_id, found.answers) == (
        "<one@buyer.example>",
        ("<two@desk>", "<one@desk>"),
    )
    assert (found.sender, found.sender_name, found.subject) == (BUYER, "Jo Buyer", "Parcel")
    assert (found.text, found.quoted, found.machine, found.bounce) == ("Broken.", "", "", None)
    assert found.files == (MailFile("proof.pdf", b"%PDF-1.4 %%EOF"),)


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_no_mail_breaks_the_reader_or_keeps_it_busy(raw):
    begun = time.monotonic()

    try:
        found = read_mail(raw)
    except (RecursionError, ValueError):
        assert raw in (HOSTILE["nested three thousand deep"], HOSTILE["five thousand parts"])
        found = None
    head = read_head(raw)

    assert time.monotonic() - begun < 5
    if found is not None:
        words = [found.subject, found.text, found.quoted, found.sender, head.subject]
        words += [name for file in found.files for name in [file.name]]
        for one in words:
            one.encode()  # no half character
            assert "\0" not in one
        assert "\n" not in found.subject + found.sender + found.sender_name
        assert not any("/" in file.name or "\u202e" in file.name for file in found.files)
        assert "alert" not in found.text
        assert len(found.message_id) <= 250


def test_there_are_more_than_thirty_of_them():
    assert len(HOSTILE) > 30


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unknown charset", "Hello"),
        ("charset of a codec", "Hello"),
        ("broken type", "Hello"),
        ("broken date", "Hello"),
        ("no boundary", "Hello"),
        ("nested fifty deep", "deep"),
        ("page with a script", "Hello"),
        ("page of divs", "Hello"),
        ("no end of parts", "Hello"),
    ],
)
def test_what_can_be_read_is_read(name, text):
    assert read_mail(HOSTILE[name]).text == text


def test_a_mail_inside_a_mail_and_a_strange_file_are_files():
    assert [file.name for file in read_mail(HOSTILE["winmail.dat"]).files] == ["winmail.dat"]
    inner = read_mail(HOSTILE["mail in a mail"])
    assert [file.name for file in inner.files] == ["file.eml"]
    assert b"Inner" in inner.files[0].data
    assert inner.text == ""


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, ""),
        ({"Auto_Submitted": "no"}, ""),
        ({"Auto_Submitted": "auto-replied"}, Why.AUTOMATIC),
        ({"X_Autoreply": "yes"}, Why.AUTOMATIC),
        ({"X_Loop": "a@b"}, Why.AUTOMATIC),
        ({"Precedence": "auto_reply"}, Why.AUTOMATIC),
        ({"Precedence": "Bulk"}, Why.LIST),
        ({"List_Id": "<news.example>"}, Why.LIST),
        ({"List_Unsubscribe": "<https://x.example>"}, Why.LIST),
        ({"Return_Path": "<>"}, Why.BOUNCE),
        ({"From": "MAILER-DAEMON@mx.example"}, Why.BOUNCE),
        ({"From": "Postmaster <postmaster@mx.example>"}, Why.BOUNCE),
    ],
)
def test_what_a_machine_wrote_is_known(headers, why):
    assert read_mail(mail(**headers)).machine == why


def test_a_notice_tells_which_mail_came_back_and_why():
    found = read_mail(bounce("<ours@uk.example>"))

    assert found.machine == Why.BOUNCE
    assert found.bounce == Bounce("<ours@uk.example>", "smtp; 550 5.1.1 no such user")
    # it is still tried
    assert read_mail(bounce("<ours@uk.example>", action="delayed")).bounce is None


def test_the_same_mail_has_the_same_key_however_it_came():
    one = read_mail(mail()).key

    assert read_mail(b"Received: from a by b\r\n" + mail()).key == one
    # a sender who numbers all mails alike loses none
    assert read_mail(mail("Another one")).key != one


def test_html_becomes_words():
    html = """<html><head><title>T</title><style>p{}</style></head><body>
    <p>Dear  team,</p><div>the <b>cup</b> is broken&nbsp;&amp; wet.</div>
    <ul><li>one</li><li>two</li></ul><a href="https://x.example/a">Look</a>
    <a href="javascript:alert(1)">here</a><script>alert(1)</script></body></html>"""

    assert text_of_html(html) == (
        "Dear team,\n\nthe cup is broken & wet.\n\none\n\ntwo\n\nLook (https://x.example/a) here"
    )
    assert read_mail(mail(None, html=html)).text == text_of_html(html)
    # the plain words are preferred
    assert read_mail(mail("Plain", html=html)).text == "Plain"


@pytest.mark.parametrize(
    ("text", "said", "quoted"),
    [
        ("Yes.\n\nOn Mon, 1 Apr 2026 A wrote:\n> Is it?\n> B", "Yes.", 3),
        ("Yes.\n\nOn Mon, 1 Apr 2026 at 9, A\n<a@x.example> wrote:\n> Is it?", "Yes.", 3),
        ("Ja.\n\nAm 01.04.2026 um 09:00 schrieb A:\n> Ist es?", "Ja.", 2),
        ("Oui.\n\nLe 1 avril 2026, A a écrit :\n> Quoi ?", "Oui.", 2),
        ("好的\n\n在 2026年4月1日，A 写道：\n> 吗", "好的", 2),
        ("Yes.\n\n-----Original Message-----\nFrom: A\n\nIs it?", "Yes.", 3),
        ("Yes.\n________________________________\nFrom: A\nIs it?", "Yes.", 3),
        ("Yes.\n\n> Is it?\n> B", "Yes.", 2),
        # who writes between the lines is kept whole
        ("Hi\n> Is it?\nYes.\n> And B?\nNo.", "Hi\n> Is it?\nYes.\n> And B?\nNo.", 0),
        ("On Mon, A wrote:\n> Is it?\nYes.", "On Mon, A wrote:\n> Is it?\nYes.", 0),
        # nothing else was written
        ("> Is it?", "> Is it?", 0),
        ("The label says:\nHandle with care", "The label says:\nHandle with care", 0),
        ("", "", 0),
    ],
)
def test_what_is_repeated_is_told_apart(text, said, quoted):
    found = split_quoted(text)

    assert found[0] == said
    assert len([line for line in found[1].split("\n") if line]) == quoted


def test_a_mark_leads_to_its_ticket_only():
    mark = mark_of(123, KEY)

    assert mark == "[#T000123-" + mark[10:22] + "]"
    assert marked_ticket(f"Re: AW: Parcel {mark}", KEY) == 123
    assert marked_ticket(f"Re: Parcel {mark.upper()}", KEY) == 123
    assert marked_ticket(mark.replace("123", "124"), KEY) is None
    assert marked_ticket(mark, b"o" * 32) is None
    assert marked_ticket("[#T000123-aaaaaaaaaaaa]", KEY) is None
    # a wrong one does not hide a right one
    assert marked_ticket(f"[#T000123-aaaaaaaaaaaa] {mark}", KEY) == 123
    assert plain_subject(f"Re: AW: 回复：Parcel {mark}") == "Parcel"
