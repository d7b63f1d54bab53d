"""The company that everybody asks about, for the tests of access."""

import logging

import pytest
from django.conf import settings
from django.test import TestCase, override_settings

from tests.access import matrix
from tests.access.world import build

# Zeal looks at the stack of each query and structlog writes each request down: nothing to this.
NEEDED = [name for name in settings.MIDDLEWARE if not name.startswith(("zeal", "django_structlog"))]


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker):
    """The company, built once; each request is undone, and in the end all of it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        logging.disable(logging.CRITICAL)  # each refusal would be told
        try:
            with override_settings(MIDDLEWARE=NEEDED, SECOND_FACTOR="required"):
                yield matrix.Desk(build())
        finally:
            logging.disable(logging.NOTSET)
            TestCase._rollback_atomics(atomics)
