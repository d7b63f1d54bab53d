"""The settings with the few overrides that tests need."""

import os
import tempfile

# One folder per test process: the database file, the broker and whatever else lands there.
os.environ["OPSDESK_VAR"] = tempfile.mkdtemp(prefix="opsdesk-test-")
os.environ["DEBUG"] = "true"
# Tests of the second factor switch it on for themselves.
os.environ["SECOND_FACTOR"] = "off"

from opsdesk.settings import *  # noqa: F403
from opsdesk.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, VAR

# zeal refuses a query per row in a page; its patches need the app, its watch the middleware
INSTALLED_APPS = [*INSTALLED_APPS, "zeal", "tests.flushing"]
# whitenoise warns of a folder that only `collectstatic` makes, and warnings are errors here
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
# giver and receiver of a handover are two choices of people in one form
ZEAL_ALLOWLIST = [
    {"model": "accounts.Person", "field": "get()"},
    # a category's form asks for itself and for its parent
    {"model": "catalog.Category", "field": "get()"},
    # Django asks for each row of a table in a form that comes back, a primary key each
    {"model": "catalog.ExperimentDay", "field": "get()"},
    # resolving and closing by one button are two moves, each of which takes the row
    {"model": "orders.Ticket", "field": "get()"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file, as in production: the in-memory one locks by other rules
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
    # SQLite serves waiting writers in no order: on a busy machine one of fifty may be passed over
    # for long. What a storm leaves is tested, not how long its last one waited.
    DATABASES["default"]["OPTIONS"]["timeout"] = 300
