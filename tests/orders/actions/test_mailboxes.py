"""Mailboxes are set up by administrators; passwords are sealed, and trying says what is wrong."""

import shutil
import socket
import ssl
import subprocess

import pytest
from django.core.exceptions import ValidationError

from accounts.core.roles import Role
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry
from orders.actions.mailboxes import save_mailbox, try_mailbox
from orders.models import Mailbox
from tests import factories as make
from tests.factories import PASSWORD
from tests.mailserver import Box, Post, imap, smtp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def patience(settings):
    settings.MAIL_TIMEOUT_SECONDS = 1


def tried(mailbox):
    return [(name, fault.fault.value if fault else "") for name, fault in try_mailbox(mailbox)]


def test_a_password_is_sealed_and_stands_nowhere_else():
    mailbox = make.mailbox()
    save_mailbox(mailbox, "another-secret", make.mover())

    stored = Mailbox.objects.get()
    assert PASSWORD not in stored.password
    assert "another-secret" not in stored.password
    entries = list(AuditEntry.objects.filter(model="orders.mailbox").order_by("pk"))
    assert [one.verb for one in entries] == ["created", "password set"]
    for one in entries:
        assert "secret" not in str(one.detail) + one.record
        assert stored.password not in str(one.detail)


def test_only_administrators_set_mailboxes_up():
    mailbox = make.mailbox()
    mailbox.name = "Other"

    for who in (make.agent("li"), make.manager()):
        with pytest.raises(NotAllowed):
            save_mailbox(mailbox, "", make.mover(who))

    assert Mailbox.objects.get().name == "Service UK"
    save_mailbox(mailbox, "", make.mover(make.user("root", role=Role.ADMINISTRATOR)))
    assert Mailbox.objects.get().name == "Other"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"imap_host": "elsewhere.example", "imap_security": "tls"}, "new_password"),
        ({"smtp_port": 26}, "new_password"),
        ({"imap_user": "other"}, "new_password"),
        ({"imap_host": "elsewhere.example"}, "imap_security"),
        ({"smtp_host": "elsewhere.example"}, "smtp_security"),
    ],
)
def test_no_stored_password_goes_elsewhere_or_in_the_open(values, field):
    mailbox = make.mailbox()
    for name, value in values.items():
        setattr(mailbox, name, value)

    with pytest.raises(InvalidData) as refusal:
        save_mailbox(mailbox, "", make.mover())

    assert refusal.value.field == field
    assert Mailbox.objects.get().imap_host == Mailbox.objects.get().smtp_host == "127.0.0.1"


def test_an_active_mailbox_needs_a_password_and_another_folder_is_read_anew():
    mailbox = Mailbox(store=make.store(), name="A", address="a@b.example", imap_host="m.example")
    mailbox.imap_user, mailbox.smtp_host = "a", "m.example"
    with pytest.raises(InvalidData, match="Give the password") as refusal:
        save_mailbox(mailbox, "", make.mover())
    assert (refusal.value.field, Mailbox.objects.count()) == ("new_password", 0)
    save_mailbox(mailbox, "secret", make.mover())
    Mailbox.objects.update(uid_validity=7, last_uid=9)
    mailbox.refresh_from_db()

    mailbox.imap_folder = "Other"
    save_mailbox(mailbox, "", make.mover())

    assert Mailbox.objects.values_list("uid_validity", "last_uid").get() == (None, 0)


def test_one_that_is_off_is_switched_on_with_its_first_password():
    mailbox = Mailbox(store=make.store(), name="A", address="a@b.example", active=False)
    mailbox.imap_host = mailbox.smtp_host = "m.example"
    mailbox.imap_user = "a"
    save_mailbox(mailbox, "", make.mover())

    mailbox.active = True
    save_mailbox(mailbox, PASSWORD, make.mover())

    assert Mailbox.objects.values_list("active", flat=True).get() is True


@pytest.mark.parametrize(
    "values",
    [
        {"imap_host": "a b", "imap_security": "tls"},
        {"imap_folder": "Größe"},
        {"imap_port": 0},
        {"address": "x"},
    ],
)
def test_what_is_no_server_is_refused(values):
    with pytest.raises(ValidationError):
        make.mailbox(**values)

    assert Mailbox.objects.count() == 0


def test_trying_says_that_both_ways_are_open():
    with imap(Box()) as port, smtp(Post()) as out:
        assert tried(make.mailbox(imap_port=port, smtp_port=out)) == [("IMAP", ""), ("SMTP", "")]


@pytest.mark.parametrize(
    ("box", "post", "found"),
    [
        (Box(refuse="LOGIN"), Post(answers={"AUTH": "535 no"}), ("sign_in", "sign_in")),
        (Box(refuse="SELECT"), Post(drop="EHLO"), ("folder", "port")),
        (Box(slow="LOGIN"), Post(slow="EHLO"), ("late", "late")),
        (Box(drop="LOGIN"), Post(answers={"EHLO": "502 no", "HELO": "502"}), ("broken", "port")),
    ],
)
def test_trying_says_what_is_wrong(box, post, found):
    with imap(box) as port, smtp(post) as out:
        mailbox = make.mailbox(imap_port=port, smtp_port=out)

        assert tuple(fault for _name, fault in tried(mailbox)) == found


def test_trying_tells_name_port_security_and_password_apart():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mailbox = make.mailbox(imap_port=taken.getsockname()[1], smtp_port=taken.getsockname()[1])
        assert tried(mailbox) == [("IMAP", "port"), ("SMTP", "port")]
    Mailbox.objects.update(imap_host="no-such-host.invalid", smtp_host="no-such-host.invalid")
    assert tried(Mailbox.objects.get()) == [("IMAP", "name"), ("SMTP", "name")]
    with imap(Box()) as port, smtp(Post()) as out:
        told = {"imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"}
        Mailbox.objects.update(imap_port=port, smtp_port=out, **told)
        for security in ("tls", "starttls"):
            Mailbox.objects.update(imap_security=security, smtp_security=security)
            assert tried(Mailbox.objects.get()) == [("IMAP", "tls"), ("SMTP", "tls")]
        Mailbox.objects.update(password="altered")
        assert tried(Mailbox.objects.get()) == [("IMAP", "password"), ("SMTP", "password")]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    key, made = tmp_path / "key.pem", tmp_path / "cert.pem"
    line = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -keyout {key} -out {made}"
    )
    subprocess.run(line.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)

    with imap(Box(), context) as port, smtp(Post(), context) as out:
        mailbox = make.mailbox(
            imap_port=port, smtp_port=out, imap_security="tls", smtp_security="tls"
        )
        assert tried(mailbox) == [("IMAP", "certificate"), ("SMTP", "certificate")]
