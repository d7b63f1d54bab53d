"""Starting with settings that would leave the second factor out."""

import os
import subprocess
import sys

import pytest

from tests.databases import ROOT

SECRETS = {
    "SECRET_KEY": "first-" + "abcdefghij" * 6,
    "DATA_KEY": "second-" + "abcdefghij" * 6,
    "ALLOWED_HOSTS": "desk.example",
}


def start(folder, **values):
    """How a start with these settings ends: the status and the last line it says."""
    done = subprocess.run(
        [sys.executable, "-c", "import opsdesk.settings"],
        cwd=ROOT,
        env=os.environ | SECRETS | {"OPSDESK_VAR": str(folder)} | values,
        capture_output=True,
        text=True,
    )
    return done.returncode, (done.stderr.strip().splitlines() or [""])[-1].partition(": ")[2]


REFUSED = (1, "SECOND_FACTOR is “required”; only with DEBUG it may be “off”.")


@pytest.mark.parametrize(
    ("debug", "factor", "expected"),
    [
        ("false", "required", (0, "")),
        ("false", "off", REFUSED),
        ("false", "", REFUSED),
        ("false", "Off", REFUSED),
    ],
)
def test_without_debug_the_second_factor_cannot_be_left_out(debug, factor, expected, tmp_path):
    assert start(tmp_path, DEBUG=debug, SECOND_FACTOR=factor, PYTHONIOENCODING="utf-8") == expected


def test_with_debug_it_may_be_off_and_nothing_else(tmp_path):
    here = {"DEBUG": "true", "ALLOWED_HOSTS": "localhost", "PYTHONIOENCODING": "utf-8"}

    assert start(tmp_path, SECOND_FACTOR="off", **here) == (0, "")
    assert start(tmp_path, SECOND_FACTOR="optional", **here) == REFUSED
