"""The demo builds its company once, and only where there is nothing else."""

import os
import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Person, User
from opsdesk.demo import company
from opsdesk.management.commands.demo import commands, second_factor_said

SIGN_INS = (company.SignIn("boss", "secret", "manager"), company.SignIn("ann", "secret", "member"))


@pytest.fixture
def sample(monkeypatch):
    """A company of two accounts instead of the big one; returns the instants of its building."""
    built = []

    def build(at):
        built.append(at)
        for sign_in in SIGN_INS:
            User.objects.create(username=sign_in.username)

    monkeypatch.setattr(company, "SIGN_INS", SIGN_INS)
    monkeypatch.setattr(company, "build", build)
    return built


def demo():
    out = StringIO()
    call_command("demo", build_only=True, stdout=out)
    return out.getvalue().splitlines()


def usernames():
    return sorted(User.objects.values_list("username", flat=True))


@pytest.mark.django_db
def test_an_empty_database_gets_the_sample_company(sample):
    said = demo()

    assert usernames() == ["ann", "boss"]
    assert said == ["Building the sample company, this takes a minute ..."]


@pytest.mark.django_db
def test_the_second_start_keeps_what_is_there(sample):
    demo()

    said = demo()

    assert len(sample) == 1
    assert said == ["The sample company is there already."]


@pytest.mark.django_db
@pytest.mark.parametrize("model", [User, Person])
def test_a_database_with_other_data_is_refused_and_left_as_it_is(sample, model):
    model.objects.create(**{"username" if model is User else "employee_no": "boss"})

    with pytest.raises(CommandError, match="This database holds other data"):
        demo()

    assert (sample, User.objects.count() + Person.objects.count()) == ([], 1)


@pytest.mark.django_db
def test_a_company_that_cannot_be_built_leaves_nothing(sample, monkeypatch):
    whole = company.build

    def half(at):
        whole(at)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(company, "build", half)

    with pytest.raises(RuntimeError):
        demo()

    assert usernames() == []


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.0", "٣"])
def test_a_wrong_port_is_a_wrong_call(monkeypatch, port):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(CommandError, match="it must be a number from 1 to 65535") as refused:
        call_command("demo")

    assert refused.value.returncode == 2


def test_a_port_in_use_is_said_before_anything_starts(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))

        with pytest.raises(CommandError, match="cannot be used: Address already in use"):
            call_command("demo")


def test_web_and_worker_run_as_modules_of_this_python():
    programs = {name: words[words.index("-m") + 1] for name, words in commands(8123).items()}

    assert programs == {"web": "gunicorn", "worker": "celery"}
    assert "127.0.0.1:8123" in commands(8123)["web"]


@pytest.mark.parametrize(
    ("given", "for_children", "said"),
    [
        ("", "off", "The second factor is off here"),
        ("required", "required", "The second factor is on"),
    ],
)
def test_the_second_factor_is_off_unless_asked_for(
    monkeypatch, settings, given, for_children, said
):
    settings.DEBUG = True
    monkeypatch.setenv("SECOND_FACTOR", given)
    if not given:
        monkeypatch.delenv("SECOND_FACTOR")

    line = second_factor_said()

    assert line.startswith(said)
    assert os.environ["SECOND_FACTOR"] == for_children
