"""What a form brings is read in bounds, and told by its content."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from opsdesk.core.errors import InvalidData
from orders.admin.attachments import ACCEPTED, posted_file
from orders.core.attachments import FileKind
from tests.factories import PDF


def posting(**files):
    return RequestFactory().post("/", files)


def test_a_file_is_what_its_content_is_whatever_the_browser_says():
    given = SimpleUploadedFile("proof.pdf", PDF, content_type="text/html")

    found = posted_file(posting(file=given))

    assert (found.name, found.kind, found.data) == ("proof.pdf", FileKind.PDF, PDF)


def test_without_a_file_there_is_none():
    assert posted_file(posting()) is None
    assert ACCEPTED == ".pdf,.png,.jpg,.jpeg,.txt"


def test_no_more_is_read_than_is_taken(settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    given = SimpleUploadedFile("large.txt", b"a" * 1000)

    with pytest.raises(InvalidData, match="is larger than"):
        posted_file(posting(file=given))
