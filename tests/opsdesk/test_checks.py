"""What `check --deploy` says of the scripts, and what the lock of them holds."""

import base64
import json
from pathlib import Path

from django.core.checks import run_checks

ROOT = Path(__file__).parents[2]


def warned(settings, strict):
    settings.STRICT_SCRIPTS = strict
    return [message.id for message in run_checks(include_deployment_checks=True)]


def test_scripts_that_need_eval_are_warned_of(settings):
    assert "opsdesk.W001" in warned(settings, strict=False)
    assert "opsdesk.W001" not in warned(settings, strict=True)


def test_the_lock_names_each_package_by_its_digest_and_no_host():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    locked = {name: one for name, one in lock["packages"].items() if name}
    kinds = {one["integrity"].partition("-")[0] for one in locked.values()}
    lengths = {len(base64.b64decode(one["integrity"].partition("-")[2])) for one in locked.values()}

    assert locked["node_modules/@alpinejs/csp"]["version"] == "3.17.4"
    assert (kinds, lengths) == ({"sha512"}, {64})
    assert [name for name, one in locked.items() if "resolved" in one] == []
    assert "://" not in (ROOT / "package-lock.json").read_text() + (ROOT / ".npmrc").read_text()


def test_the_wanted_version_is_exact():
    wanted = json.loads((ROOT / "package.json").read_text())

    assert wanted["dependencies"] == {"@alpinejs/csp": "3.17.4"}
