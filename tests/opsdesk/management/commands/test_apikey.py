"""``manage.py apikey``: what it prints, what it keeps, and what it refuses."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.core.api_keys import EVERY_USE
from accounts.models import ApiClient, ApiKey
from accounts.queries.clients import key_of
from opsdesk.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("apikey", *words, stdout=out)
    return out.getvalue()


def opens(text):
    key = key_of(text, datetime.now(UTC))
    return key and key.client.name


def refused(*words):
    """The exit status and sentence of a call that writes nothing."""
    before = (ApiClient.objects.count(), ApiKey.objects.count(), AuditEntry.objects.count())
    with pytest.raises(CommandError) as refusal:
        run(*words)
    assert (
        ApiClient.objects.count(),
        ApiKey.objects.count(),
        AuditEntry.objects.count(),
    ) == before
    return refusal.value.returncode, str(refusal.value)


def test_a_new_client_may_do_everything_a_machine_may_and_is_let_in_at_once():
    said = run("create", "ERP")

    client = ApiClient.objects.get()
    assert (client.resources, client.store_codes) == (list(EVERY_USE), [])
    assert opens(said.split()[-1]) == "ERP"
    assert ApiKey.objects.get().prefix in said


def test_a_client_of_some_resources_and_stores():
    for code in ("UK", "DE", "FR"):
        factories.store(code)

    run("create", "ERP", "--scopes", "orders:write,metrics:read", "--resource", "stores:read",
        "--stores", "UK,DE", "--store", "FR", "--days", "30", "--purpose", "sync")  # fmt: skip

    client, key = ApiClient.objects.get(), ApiKey.objects.get()
    assert (client.resources, client.store_codes, client.purpose) == (
        ["stores:read", "orders:write", "metrics:read"],
        ["DE", "FR", "UK"],
        "sync",
    )
    assert key.expires_at - key.created_at == timedelta(days=30)


def test_a_script_gets_the_key_and_nothing_else():
    said = run("create", "ERP", "--quiet")

    assert (opens(said.strip()), said.count("\n")) == ("ERP", 1)


def test_the_audit_trail_says_what_was_done_and_no_key():
    text = run("create", "ERP").split()[-1]

    entries = list(AuditEntry.objects.order_by("pk").values_list("verb", "detail"))
    assert [(verb, detail.get("by")) for verb, detail in entries] == [
        ("created", None),
        ("client confirmed", "command"),
        ("key issued", "command"),
    ]
    assert text[-43:] not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("create", "OLD"), (1, "Machine client with this Name already exists.")),
        (("create", "ERP", "--scopes", "payslips:read"), (1, "The API has no “payslips:read”.")),
        (("create", "ERP", "--scopes", ""), (2, "--scopes is empty.")),
        (("create", "ERP", "--stores", " , "), (2, "--stores is empty.")),
        (("create", "ERP", "--stores", "UK,XX"), (1, "There is no store UK, XX.")),
        (("create", "ERP", "--days", "731"), (1, "Give a number of days from 1 to 730.")),
        (("rotate", "OLD", "--overlap", "31"), (1, "Give a number of days from 0 to 30.")),
        (("rotate", "ERP"), (1, "There is no machine client ERP.")),
        (("revoke", "ERP"), (1, "There is no machine client ERP.")),
        (("revoke", "OLD"), (1, "OLD has no key that could be revoked.")),
        (("stop", "ERP"), (1, "There is no machine client ERP.")),
        (("show", "ERP"), (1, "There is no machine client ERP.")),
    ],
)
def test_a_refusal_says_why(words, expected):
    factories.api_client("OLD")

    assert refused(*words) == expected


def test_a_rotation_leaves_the_old_key_for_a_while():
    old = run("create", "ERP", "--quiet").strip()

    new = run("rotate", "ERP", "--overlap", "1", "--quiet").strip()
    both = (opens(old), opens(new))
    last = run("rotate", "ERP", "--overlap", "0").split()[-1]

    assert both == ("ERP", "ERP")
    assert (opens(old), opens(new), opens(last)) == (None, None, "ERP")


@pytest.mark.parametrize("by", ["prefix", "name"])
def test_a_key_is_revoked_by_its_prefix_or_its_client(by):
    text = run("create", "ERP", "--quiet").strip()
    prefix = ApiKey.objects.get().prefix

    said = run("revoke", prefix if by == "prefix" else "ERP")

    assert (opens(text), said) == (None, f"Key {prefix} of ERP is revoked.\n")
    assert refused("revoke", prefix) == (1, "This key is revoked already.")


def test_a_stopped_client_is_out():
    text = run("create", "ERP", "--quiet").strip()

    said = run("stop", "ERP")

    assert (opens(text), said) == (None, "ERP is stopped.\n")
    assert refused("stop", "ERP") == (1, "This client is stopped already.")
    assert refused("rotate", "ERP")[0] == 1


def test_the_list_and_the_page_of_a_client_hold_no_key():
    text = run("create", "ERP", "--scopes", "orders:read").split()[-1]
    key = ApiKey.objects.get()

    listed, shown = run("list"), run("show", "ERP")

    day = f"{key.expires_at:%Y-%m-%d}"
    assert listed == (
        f"ERP  let in  1 uses, every store\n  {key.prefix}  until {day}  last used never\n"
    )
    assert json.loads(shown) == {
        "name": "ERP",
        "purpose": "",
        "state": "let in",
        "resources": ["orders:read"],
        "stores": None,
        "keys": [
            {
                "prefix": key.prefix,
                "expires_at": key.expires_at.isoformat(),
                "revoked_at": None,
                "last_used_at": None,
            }
        ],
    }
    assert text[-43:] not in listed + shown
