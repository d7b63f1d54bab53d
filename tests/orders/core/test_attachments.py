"""What a file may be, told by its content, and how it is named."""

import gzip
import io
import zipfile

import pytest

from opsdesk.core.errors import InvalidData
from orders.core.attachments import FileKind, look_at, shown_name
from tests.factories import PDF, jpeg, png

MOST = 1 << 20


def zipped():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 500_000)
    return bomb.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("proof.pdf", PDF, FileKind.PDF),
        ("PROOF.PDF", PDF, FileKind.PDF),
        ("photo.png", png(), FileKind.PNG),
        ("photo.png", png(10_000, 5_000), FileKind.PNG),  # exactly as many points as are taken
        ("photo.jpg", jpeg(), FileKind.JPEG),
        ("photo.jpeg", jpeg() + b"what a camera adds", FileKind.JPEG),
        ("mail.txt", "Paket zugestellt ✓\r\n\t签收".encode(), FileKind.TEXT),
        ("mail.txt", b"\xef\xbb\xbfwith a mark", FileKind.TEXT),
        ("page.txt", b"<script>alert(1)</script>", FileKind.TEXT),  # a text, and handed out as one
    ],
)
def test_a_file_is_what_its_content_is(name, data, kind):
    found = look_at(name, data, MOST)

    assert (found.name, found.kind, found.data) == (name, kind, data)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "invalid"),
        ("large.txt", b"a" * (MOST + 1), "too_large"),  # a byte too many
        ("bomb.zip", zipped(), "wrong_kind"),
        ("bomb.txt", gzip.compress(b"0" * 500_000), "wrong_kind"),
        ("book.xlsx", zipped(), "wrong_kind"),
        ("run.exe", b"MZ\x90\x00\x03", "wrong_kind"),
        ("run.pdf", b"MZ\x90\x00\x03", "wrong_kind"),
        ("photo.gif", b"GIF89a\x01\x00\x01\x00", "wrong_kind"),
        ("old.txt", "签收".encode("gb18030"), "wrong_kind"),  # no UTF-8
        ("bell.txt", b"ring \x07", "wrong_kind"),
        ("more.txt", "ring \x85".encode(), "wrong_kind"),
        ("page.html", b"<script>alert(1)</script>", "wrong_name"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "wrong_name"),
        ("sheet.csv", b"=cmd|' /C calc'!A0", "wrong_name"),
        ("photo.png", jpeg(), "wrong_name"),
        ("photo.txt", png(), "wrong_name"),
        ("photo.png.html", png(), "wrong_name"),
        ("noname", PDF, "wrong_name"),
        ("cut.pdf", PDF[:-6], "broken_file"),
        ("cut.png", png(end=False), "broken_file"),
        ("head.png", png()[:8], "broken_file"),
        ("flat.png", png(0, 9), "broken_file"),
        ("second.png", png()[:8] + png()[33:], "broken_file"),  # no head
        ("cut.jpg", jpeg(end=False), "broken_file"),
        ("start.jpg", b"\xff\xd8\xff", "broken_file"),
        ("filled.jpg", b"\xff\xd8" + b"\xff" * 500_000, "broken_file"),
        ("bomb.png", png(60_000, 60_000), "too_many_points"),
        ("bomb.jpg", jpeg(65_535, 65_535), "too_many_points"),
        ("edge.png", png(10_001, 5_000), "too_many_points"),
    ],
)
def test_whatever_else_is_given_is_refused_by_name(name, data, code):
    with pytest.raises(InvalidData) as refusal:
        look_at(name, data, MOST)

    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert name in refusal.value.message


def test_a_refusal_says_what_to_do():
    with pytest.raises(
        InvalidData, match=r"file page\.html is a text by its content: name it …\.txt"
    ):
        look_at("page.html", b"<p>", MOST)
    with pytest.raises(InvalidData, match="larger than the 1 MB that are taken"):
        look_at("large.pdf", PDF * 40_000, MOST)
    with pytest.raises(InvalidData, match="60000 × 60000 points; at most 50 million"):
        look_at("bomb.png", png(60_000, 60_000), MOST)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\kim\\proof.pdf", "proof.pdf"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),  # the mark that turns the rest around is gone
        ("\u200bproof.pdf", "proof.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("签收单.pdf", "签收单.pdf"),
        ("", "–"),
        ("/", "–"),
        ('"><b>.txt', '"><b>.txt'),
    ],
)
def test_a_name_is_the_last_part_and_shows_nothing_but_itself(given, shown):
    assert shown_name(given) == shown
