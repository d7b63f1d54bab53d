"""What the desk needs before it starts, and what it refuses to start with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opsdesk.core.start import start_faults

ROOT = Path(__file__).parents[3]
GOOD_KEY, OTHER_KEY = "0123456789" * 5, "abcdefghij" * 5
GOOD = {"SECRET_KEY": GOOD_KEY, "DATA_KEY": OTHER_KEY, "ALLOWED_HOSTS": "desk.example.com"}
KEYS = {"SECRET_KEY": GOOD_KEY, "DATA_KEY": OTHER_KEY}
LONG_ENOUGH = "set it to 50 random characters or more."


def faults(*, debug=False, hosts=("desk.example.com",), **keys):
    return start_faults(debug=debug, keys=KEYS | keys, hosts=hosts)


def test_nothing_is_wrong_with_keys_of_their_own_and_named_hosts():
    assert faults(hosts=["desk.example.com", ".example.org"]) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATA_KEY"])
@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("", f"is missing: {LONG_ENOUGH}"),
        ("0123456789" * 4 + "012345678", f"is too easy to guess: {LONG_ENOUGH}"),  # 49 characters
        ("abcd" * 20, f"is too easy to guess: {LONG_ENOUGH}"),  # four different ones
        (
            "development-only-" + "0" * 48,
            "is the known one for development: set one of your own.",
        ),
        (
            "django-insecure-" + "0123456789" * 5,
            "is the known one for development: set one of your own.",
        ),
    ],
)
def test_a_key_that_others_know_or_guess_is_refused(name, key, sentence):
    assert faults(**{name: key}) == [f"{name} {sentence}"]


def test_equal_keys_are_refused():
    assert faults(DATA_KEY=GOOD_KEY) == ["SECRET_KEY and DATA_KEY are equal: make each one anew."]


@pytest.mark.parametrize(
    ("hosts", "sentence"),
    [
        ([], "ALLOWED_HOSTS is missing: set it to the host names that people type."),
        (["*"], "ALLOWED_HOSTS lets any host in: set it to the host names that people type."),
        (
            ["a.example.com", "*.example.com"],
            "ALLOWED_HOSTS lets any host in: set it to the host names that people type.",
        ),
        (["."], "ALLOWED_HOSTS lets any host in: set it to the host names that people type."),
        (
            ["https://desk.example.com"],
            "ALLOWED_HOSTS holds https://desk.example.com: set names only, without https://.",
        ),
    ],
)
def test_hosts_must_be_names(hosts, sentence):
    assert faults(hosts=hosts) == [sentence]


def test_everything_that_is_wrong_is_said_at_once():
    said = start_faults(debug=False, keys={"SECRET_KEY": "", "DATA_KEY": ""}, hosts=[])

    assert [sentence.split(" is ")[0] for sentence in said] == [
        "SECRET_KEY",
        "DATA_KEY",
        "ALLOWED_HOSTS",
    ]


@pytest.mark.parametrize("hosts", [["localhost", "127.0.0.1", "[::1]"], ["desk.localhost"], []])
def test_debug_is_for_this_machine(hosts):
    assert faults(debug=True, hosts=hosts, SECRET_KEY="", DATA_KEY="") == []


@pytest.mark.parametrize("host", ["desk.example.com", "*", "localhost.example.com", "10.0.0.1"])
def test_debug_is_refused_where_others_come(host):
    said = faults(debug=True, hosts=["localhost", host])

    assert said == [
        f"ALLOWED_HOSTS names {host}, and DEBUG is on, which shows the inside of the program to "
        "whoever meets an error: set DEBUG=false."
    ]


def start(tmp_path, **values):
    """Load the settings in a process of their own; return its status and last line."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=kept | {"OPSDESK_VAR": str(tmp_path)} | values,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def test_it_starts_with_what_production_must_name(tmp_path):
    status, said = start(tmp_path, DEBUG="false", **GOOD)

    assert (status, said) == (0, "System check identified no issues (0 silenced).")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"DATA_KEY": ""}, "DATA_KEY is missing"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS lets any host in"),
        ({"DATA_KEY": GOOD_KEY}, "SECRET_KEY and DATA_KEY are equal"),
        ({"DEBUG": "true"}, "ALLOWED_HOSTS names desk.example.com, and DEBUG is on"),
    ],
)
def test_it_does_not_start_and_says_what_to_set(tmp_path, values, named):
    status, said = start(tmp_path, **({"DEBUG": "false"} | GOOD | values))

    assert status != 0
    assert said.startswith(f"django.core.exceptions.ImproperlyConfigured: {named}")
